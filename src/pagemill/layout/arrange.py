"""The recipe: learn the document's styles once, then lay out page by page."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from pagemill.layout.body import body_of
from pagemill.layout.document.styles import Styles, learn
from pagemill.layout.endings import Endings
from pagemill.layout.figures.figures import of_kind, with_figures
from pagemill.layout.figures.roles import parted
from pagemill.layout.headings import Headings
from pagemill.layout.lines import lines_of, typical_height
from pagemill.layout.order.order import ordered
from pagemill.layout.order.run_together import parted_at_regions
from pagemill.layout.running import without_furniture
from pagemill.layout.skew import straighten
from pagemill.layout.tables import with_tables
from pagemill.layout.tables.feet import Feet, Foot, with_continued
from pagemill.layout.tables.pictured.pictured import with_pictured_tables
from pagemill.layout.text.continuing import Tail
from pagemill.layout.text.links import with_links
from pagemill.layout.text.notes import Notes, NoteTaker
from pagemill.model.page import Block, BlockKind, PageText
from pagemill.model.upright import Upright

_FURNITURE = frozenset({BlockKind.HEADER, BlockKind.FOOTER})


def arrange(walk: Callable[[], Iterator[PageText]]) -> Callable[[PageText], PageText]:
    """What lays out one raw page of the document that `walk` streams (implements `ports.Arrange`).

    Walks the document once and keeps a few values a page. The laid-out page holds every character
    of the raw one exactly once, but for hyphens that parted a word at a line's end.
    """
    taker, endings, feet = NoteTaker(), Endings(), Feet()
    styles = learn(feet.seen(endings.seen(taker.seen(walk()))))
    notes = taker.notes()

    def lay_out(page: PageText) -> PageText:
        tail = endings.before(page.number, styles.furniture.is_footer)
        foot = feet.before(page.number)
        return page.with_blocks(tuple(_in_order(page, styles, notes, tail, foot)))

    return lay_out


def _in_order(
    page: PageText, styles: Styles, notes: Notes, tail: Tail | None, foot: Foot | None
) -> Iterator[Block]:
    lines = lines_of(page.blocks)
    lines = parted_at_regions(straighten(lines, page.rotation, page.skew), page)
    styles = replace(styles, line=typical_height(lines))
    lines = with_links(lines, page.marks)
    furnished = without_furniture(page, lines, styles)
    lines = with_pictured_tables(page, with_tables(furnished.text, page.marks))
    page = replace(page, regions=tuple(r for r in page.regions if r.kind not in _FURNITURE))
    parts = parted(page, lines)
    order = ordered(parts.text, page.marks, styles.line)
    headings = Headings.of(page, styles)
    text = body_of(order.columns, page.marks.rules, styles, notes, tail, headings)
    text = with_continued(text, foot)
    if parts.figures:
        upright = Upright(page.width, page.height, page.rotation, page.skew)
        text = with_figures(text, parts.figures, upright, styles)
    yield from of_kind(BlockKind.HEADER, furnished.headers, styles)
    yield from text
    yield from of_kind(BlockKind.FOOTER, furnished.footers, styles)
    yield from of_kind(BlockKind.FOOTER, order.numbers, styles)
