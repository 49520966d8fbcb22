"""The recipe: learn the document's styles once, then lay out page by page."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from pagemill.layout.blocks import blocks
from pagemill.layout.columns import columns
from pagemill.layout.figures import of_kind, with_figures
from pagemill.layout.lines import Line, line_of, typical_height
from pagemill.layout.roles import parted
from pagemill.layout.rows import rows
from pagemill.layout.skew import straighten
from pagemill.layout.styles import Styles, learn
from pagemill.layout.tables import with_tables
from pagemill.model.page import Block, BlockKind, PageText
from pagemill.model.upright import Upright


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
    lines = straighten(lines, page.rotation, page.skew)
    styles = replace(styles, line=typical_height(lines))
    lines = with_tables(lines, page.marks)
    parts = parted(page, lines)
    text = _running(parts.text, styles)
    if parts.figures:
        upright = Upright(page.width, page.height, page.rotation, page.skew)
        text = with_figures(text, parts.figures, upright, styles)
    yield from of_kind(BlockKind.HEADER, parts.headers, styles)
    yield from text
    yield from of_kind(BlockKind.FOOTER, parts.footers, styles)


def _running(lines: list[Line], styles: Styles) -> list[Block]:
    """Blocks of the text that runs through the page, column by column."""
    return [block for column in columns(lines) for block in blocks(rows(column), styles)]
