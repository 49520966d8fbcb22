"""Pages with lines for tests of searchable.pdf, and what becomes of them."""

from outputs.books import TestBook, written
from pagemill.model.page import Block, BlockKind, Box, PageText
from pagemill.outputs.searchable_pdf.font import width_of

PLACE = Box(100, 150, 260, 164)


def line(text: str, box: Box = PLACE) -> Block:
    return Block(BlockKind.LINE, box, text, confidence=0.9)


def read(
    *blocks: Block, number: int = 1, size: tuple[float, float] = (612, 792), **more
) -> PageText:
    return PageText(number, *size, blocks, "ppocr", "1", **more)


def natural(text: str) -> Box:
    """As wide as the text would be printed."""
    return Box(100, 150, 100 + 14 * width_of(text), 164)


def searchable(book: TestBook) -> bytes:
    return bytes(written("searchable", book).files["searchable.pdf"].data)
