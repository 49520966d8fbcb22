"""Which blocks of a page are shown as pictures, and what their files are called."""

from collections.abc import Callable, Iterator

from pagemill.model.page import Block, BlockKind, Box, PageText

SMALLEST, MOST = 4.0, 200  # points a side; crops of one page


def croppable(page: PageText) -> Iterator[tuple[str, Block]]:
    """Figures and tables with the path of their crop, `images/{page}_{n}.jpg`, n from 0; the same
    for whoever asks.
    """
    kinds = (BlockKind.FIGURE, BlockKind.TABLE)
    found = (block for block in page.blocks if block.kind in kinds and _on_page(page, block.box))
    for index, block in zip(range(MOST), found, strict=False):
        yield f"images/{page.number}_{index}.jpg", block


def links(page: PageText) -> Callable[[Block], str]:
    """Gives each block of this page the path of its crop, or ""."""
    paths = {id(block): path for path, block in croppable(page)}
    return lambda block: paths.get(id(block), "")


def _on_page(page: PageText, box: Box) -> bool:
    width = min(box.x1, page.width) - max(box.x0, 0)
    height = min(box.y1, page.height) - max(box.y0, 0)
    return width >= SMALLEST and height >= SMALLEST
