"""Takes running headers, footers and page numbers out of a page's text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pagemill.layout.captions import names_caption
from pagemill.layout.contents import entry_with_leader
from pagemill.layout.edges import BOTTOM, TOP, ZONE, Row, label_of, number_at_end, rows_at
from pagemill.layout.furniture import Furniture, is_spread, places
from pagemill.layout.lines import Line
from pagemill.layout.styles import Styles
from pagemill.model.markers import split_marker
from pagemill.model.page import BlockKind, Box, PageText, Region, holds_line

MAX_ROWS = 6  # of a header or footer
PARTED = 0.55  # heights of the row: furniture stands farther from the text than lines do
FAR = 1.2  # the same where little else tells
LARGE_NUMBER = 1.6  # times the body's size
LARGE, MOST = 1.25, 0.6  # type so much larger than the body's must repeat on most pages
SHORT = 100  # letters of what stands at an edge without repeating
MIN_LINES, LONG = 8, 40  # of a page of prose; letters of a long line
ARTIFACT = "Artifact"
_KINDS = {TOP: BlockKind.HEADER, BOTTOM: BlockKind.FOOTER}


@dataclass(frozen=True, slots=True)
class Furnished:
    """The lines of a page: each stands in one of these."""

    text: list[Line]
    headers: list[Line] = field(default_factory=list)
    footers: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The page. `is_inner` says that other pages go before it, `is_prose` that long lines hold most
    of its text, as those of forms and receipts do not. `line` is how tall lines usually are.
    """

    number: int
    furniture: Furniture
    body: float
    regions: Mapping[str, list[Box]]
    place: Callable[[Line], Box]
    lines: int
    line: float
    is_prose: bool
    is_inner: bool


def without_furniture(page: PageText, lines: Sequence[Line], styles: Styles) -> Furnished:
    height, level = places(page)
    text = [line for line in lines if not line.fixed]

    def place(line: Line) -> Box:
        return level(line.shown)

    edges = {
        edge: [row for row in rows_at(edge, text, place, height) if row.y < ZONE * height]
        for edge in _KINDS
    }
    regions = {
        edge: [level(region.box) for region in page.regions if region.kind is kind]
        for edge, kind in _KINDS.items()
    }
    sheet = _Sheet(
        number=page.number,
        furniture=styles.furniture,
        body=styles.body if any(line.font_size for line in text) else 0.0,
        regions=regions,
        place=place,
        lines=len(text),
        line=styles.line,
        is_prose=_is_prose(text),
        is_inner=page.number > 1 or any(map(_counts_on, [*edges[TOP], *edges[BOTTOM]])),
    )
    headers, footers = (_taken(edge, edges[edge][:MAX_ROWS], sheet) for edge in (TOP, BOTTOM))
    heads = {id(line) for line in headers}
    footers = [line for line in footers if id(line) not in heads]
    gone = heads | {id(line) for line in footers}
    rest = [line for line in lines if id(line) not in gone]
    if page.regions and is_spread(page):
        kept = [*_named(headers, BlockKind.HEADER), *_named(footers, BlockKind.FOOTER)]
        return Furnished([*rest, *kept])
    return Furnished(rest, headers, footers)


def _named(lines: Sequence[Line], kind: BlockKind) -> list[Line]:
    """They stay where they stand: each page of a spread has its own."""
    return [replace(line, region=Region(kind, line.shown, 1.0)) for line in lines]


def _is_prose(lines: Sequence[Line]) -> bool:
    lengths = [len(line.text) for line in lines]
    return len(lines) >= MIN_LINES and 2 * sum(n for n in lengths if n >= LONG) > sum(lengths)


def _counts_on(row: Row[Line]) -> bool:
    """Whether the row says by its number that it is not the first page's."""
    labels = [label for piece in row.pieces if (label := label_of(piece.text))]
    return any(label.value > 1 for label in labels) and row.gap > FAR * row.height


def _taken(edge: str, rows: Sequence[Row[Line]], sheet: _Sheet) -> list[Line]:
    """The lines of the rows that are furniture, from the edge inwards. Some are sure; others are
    furniture if a gap, or a sure one, stands between them and the text.
    """
    taken: list[Row[Line]] = []
    waiting: list[Row[Line]] = []
    for row in rows:
        is_outermost = row is rows[0]
        is_sure = _is_sure(edge, row, sheet, is_outermost=is_outermost)
        if not is_sure and not _may_be(edge, row, sheet, is_outermost=is_outermost):
            waiting = []
            continue
        waiting.append(row)
        if is_sure or row.gap > PARTED * row.height:
            taken += waiting
            waiting = []
    return [piece for row in taken for piece in row.pieces]


# ---------------------------------------------------------------- what tells


def _is_sure(edge: str, row: Row[Line], sheet: _Sheet, *, is_outermost: bool) -> bool:
    """Nothing but the number of a page: furniture however close the text is."""
    labels = [label_of(piece.text) for piece in row.pieces]
    if sheet.body and row.size > LARGE_NUMBER * sheet.body:
        return False
    known = [label for label in labels if label]
    if len(known) < len(labels):
        return False
    if any((edge, label.value - sheet.number) in sheet.furniture.offsets for label in known):
        return True
    is_alone = is_outermost and row.gap > FAR * row.height and sheet.lines > len(known)
    return is_alone and all(
        label.is_total or (len(known) == 1 and not 1900 <= label.value < 2100) for label in known
    )


def _may_be(edge: str, row: Row[Line], sheet: _Sheet, *, is_outermost: bool) -> bool:
    text = row.text
    if names_caption(text) or split_marker(text) or entry_with_leader(text):
        return False
    return (
        all(piece.tag == ARTIFACT for piece in row.pieces)
        or _repeats(edge, row, sheet)
        or _is_in_region(edge, row, sheet, is_outermost=is_outermost)
        or (is_outermost and (_is_in_band(edge, row, sheet) or _is_plain(edge, row, sheet)))
    )


def _repeats(edge: str, row: Row[Line], sheet: _Sheet) -> bool:
    """A piece of it stands on other pages, too, or counts the pages."""
    furniture = sheet.furniture
    is_large = sheet.body > 0 and row.size > LARGE * sheet.body
    counts = [_count(edge, row, piece, sheet, is_large=is_large) for piece in row.pieces]
    if not any(counts):
        return False
    is_usual = max(counts) >= MOST * furniture.pages
    if is_large and not is_usual:
        return False
    # The head of a table that goes on over pages says the same on each, close above its rows.
    is_head = len(counts) > 2 and all(counts) and not is_usual
    return not is_head or row.gap > FAR * row.height


def _count(edge: str, row: Row[Line], piece: Line, sheet: _Sheet, *, is_large: bool) -> int:
    """On how many pages such a piece stands. One that counts them stands on all; but a large one
    may be the number of a chapter.
    """
    label = label_of(piece.text)
    number = label.value if label else number_at_end(piece.text)
    is_known = number is not None and (edge, number - sheet.number) in sheet.furniture.offsets
    if is_known and not is_large:
        return sheet.furniture.pages
    return 0 if label else sheet.furniture.count(edge, row.y, piece.text)


def _is_in_band(edge: str, row: Row[Line], sheet: _Sheet) -> bool:
    """Short, and of the size and at the height that furniture has on other pages."""
    return len(row.text) <= SHORT and sheet.furniture.is_in_band(edge, row.y, row.size)


def _is_in_region(edge: str, row: Row[Line], sheet: _Sheet, *, is_outermost: bool) -> bool:
    """A network took it for furniture: true on inner pages. On others it may be a letterhead, but
    for a small line alone.
    """
    boxes = [sheet.place(piece) for piece in row.pieces]
    if len(row.text) > SHORT:
        return False
    if not any(holds_line(region, box) for region in sheet.regions[edge] for box in boxes):
        return False
    is_alone = is_outermost and row.gap > FAR * row.height
    return sheet.is_inner or (is_alone and row.height < LARGE * sheet.line)


def _is_plain(edge: str, row: Row[Line], sheet: _Sheet) -> bool:
    """On an inner page: the outermost row, short, no larger than the text, far from it. With the
    number of the page in it, or at the top in another type.
    """
    text = row.text
    if not (sheet.is_inner and sheet.is_prose) or len(text) > SHORT or row.gap < FAR * row.height:
        return False
    if sheet.body and row.size > 1.05 * sheet.body:
        return False
    outer = (row.pieces[0], row.pieces[-1])
    if any(label_of(piece.text) or number_at_end(piece.text) for piece in outer):
        return True
    return edge == TOP and not text.endswith((".", ",", ";", ":")) and _is_other_type(row, sheet)


def _is_other_type(row: Row[Line], sheet: _Sheet) -> bool:
    if sheet.body and row.size < 0.95 * sheet.body:
        return True
    return row.text.isupper() or all(piece.is_italic for piece in row.pieces)
