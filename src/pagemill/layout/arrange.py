"""The recipe: learn the document's styles once, then lay out page by page."""

from collections.abc import Callable, Iterator

from pagemill.layout.blocks import blocks
from pagemill.layout.columns import regions
from pagemill.layout.lines import line_of
from pagemill.layout.rows import rows
from pagemill.layout.skew import straighten
from pagemill.layout.styles import Styles, learn
from pagemill.model.page import Block, PageText


def arrange(walk: Callable[[], Iterator[PageText]]) -> Callable[[PageText], PageText]:
    """What lays out one raw page of the document that `walk` streams (implements `ports.Arrange`).

    Walks the document once, keeps only sizes of type. The laid-out page holds every character of
    the raw one exactly once, but for hyphens that parted a word at a line's end.
    """
    styles = learn(walk())

    def lay_out(page: PageText) -> PageText:
        return page.with_blocks(tuple(_in_order(page, styles)))

    return lay_out


def _in_order(page: PageText, styles: Styles) -> Iterator[Block]:
    lines = [line for block in page.blocks if (line := line_of(block))]
    for region in regions(straighten(lines, page.rotation, page.skew)):
        yield from blocks(rows(region), styles)
