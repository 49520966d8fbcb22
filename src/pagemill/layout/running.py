"""Takes running headers, footers and page numbers out of a page's text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pagemill.layout.document.contents import entry_with_leader, may_lead
from pagemill.layout.document.edges import (
    BOTTOM,
    TOP,
    ZONE,
    Row,
    is_imprint,
    label_of,
    number_at_end,
    rows_at,
)
from pagemill.layout.document.faces import face_of_line
from pagemill.layout.document.furniture import Furniture, is_spread, places
from pagemill.layout.document.styles import Styles
from pagemill.layout.lines import Line
from pagemill.layout.text.captions import names_caption
from pagemill.model.markers import split_marker
from pagemill.model.page import BlockKind, Box, PageText, Region, holds_line

MAX_ROWS = 6  # of a header or footer
PARTED = 0.55  # heights of the row: furniture stands farther from the text than lines do
FAR = 1.2  # the same where little else tells
SMALL_NUMBER, LARGE_NUMBER = 0.7, 1.6  # times the body's size
OFTEN = 0.2  # of all pages: what stands farther in repeats so often
LARGE, MOST = 1.25, 0.6  # type so much larger than the body's must repeat on most pages
SHORT = 100  # letters of what stands at an edge without repeating
MARGIN = 0.035  # of the page's height: no text begins so close to its edge
LOW = 0.03  # of it: how tall furniture is at most
HEAD, SHORTEST = 0.095, 6  # of it: how far down a header stands at most; letters of one
MANY = 3  # pages tell by themselves what repeats
MIN_LINES, LONG = 4, 30  # of a page of prose; letters of a long line
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
    height: float
    furniture: Furniture
    body: float
    regions: Mapping[str, list[Box]]
    place: Callable[[Line], Box]
    is_heading: Callable[[Line], bool]
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
        height=height,
        furniture=styles.furniture,
        body=styles.body if any(line.font_size for line in text) else 0.0,
        regions=regions,
        place=place,
        is_heading=lambda line: styles.level(face_of_line(line), 0).number > 0,
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
    if not rest and not _shows_something(page):
        return Furnished(list(lines))
    if page.regions and is_spread(page):
        kept = [*_named(headers, BlockKind.HEADER), *_named(footers, BlockKind.FOOTER)]
        return Furnished([*rest, *kept])
    return Furnished(rest, headers, footers)


def _shows_something(page: PageText) -> bool:
    """Whether there is a picture: of a page without text or picture nothing would be left."""
    has_figure = any(region.kind is BlockKind.FIGURE for region in page.regions)
    return has_figure or bool(page.marks.pictures or page.marks.drawings)


def _named(lines: Sequence[Line], kind: BlockKind) -> list[Line]:
    """They stay where they stand: each page of a spread has its own."""
    return [replace(line, region=Region(kind, line.shown, 1.0)) for line in lines]


def _is_prose(lines: Sequence[Line]) -> bool:
    lengths = [len(line.text) for line in lines if not may_lead(line.text)]
    return len(lengths) >= MIN_LINES and 2 * sum(n for n in lengths if n >= LONG) > sum(lengths)


def _counts_on(row: Row[Line]) -> bool:
    """Whether the row says by its number that it is not the first page's."""
    labels = [label for piece in row.pieces if (label := label_of(piece.text))]
    return any(label.value > 1 and not label.is_year for label in labels) and _is_far(row)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row stands. `is_numbered` says that the number of the page stands farther out,
    `is_inside` that text does.
    """

    edge: str
    is_outermost: bool
    is_numbered: bool
    is_inside: bool


def _taken(edge: str, rows: Sequence[Row[Line]], sheet: _Sheet) -> list[Line]:
    """The lines of the rows that are furniture, from the edge inwards. Some are sure; others are
    furniture if a gap, or a sure one, stands between them and the text.
    """
    taken: list[Row[Line]] = []
    waiting: list[Row[Line]] = []
    is_numbered, is_inside = False, False
    for row in rows:
        place = _Place(edge, row is rows[0], is_numbered, is_inside)
        is_sure = _is_sure(place, row, sheet)
        if not is_sure and not _may_be(place, row, sheet):
            waiting, is_inside = [], True
            continue
        is_numbered |= any(_counts_pages(place, row, piece, sheet) for piece in row.pieces)
        waiting.append(row)
        if is_sure or row.gap > PARTED * row.height:
            taken += waiting
            waiting = []
    return [piece for row in taken for piece in row.pieces]


# ---------------------------------------------------------------- what tells


def _is_sure(place: _Place, row: Row[Line], sheet: _Sheet) -> bool:
    """Nothing but the number of a page: furniture however close the text is."""
    labels = [label_of(piece.text) for piece in row.pieces]
    known = [label for label in labels if label]
    if len(known) < len(labels) or not _has_size_of_number(row, sheet):
        return False
    if any(_counts_pages(place, row, piece, sheet) for piece in row.pieces):
        return True
    if not place.is_outermost or not _is_far(row) or sheet.lines == len(known):
        return False
    return all(label.is_total or (len(known) == 1 and not label.is_year) for label in known)


def _has_size_of_number(row: Row[Line], sheet: _Sheet) -> bool:
    """The number of a chapter is larger, that of a footnote smaller than that of a page."""
    if not sheet.body:
        return True
    return SMALL_NUMBER * sheet.body < row.size < LARGE_NUMBER * sheet.body


def _counts_pages(place: _Place, row: Row[Line], piece: Line, sheet: _Sheet) -> bool:
    """Whether it says a number that counts on from page to page."""
    if place.is_numbered:
        return False
    label = label_of(piece.text)
    number = label.value if label else number_at_end(piece.text)
    if number is None:
        return False
    # No footnotes stand at the top.
    is_alone = place.edge == TOP or all(label_of(other.text) for other in row.pieces)
    return sheet.furniture.counts_on(place.edge, row.step, number - sheet.number, is_alone=is_alone)


def _may_be(place: _Place, row: Row[Line], sheet: _Sheet) -> bool:
    text = row.text
    if names_caption(text) or split_marker(text) or entry_with_leader(text):
        return False
    return (
        all(piece.tag == ARTIFACT for piece in row.pieces)
        or _repeats(place, row, sheet)
        or _is_in_region(place, row, sheet)
        or _is_stamped(place, row, sheet)
        or (place.is_outermost and (_is_in_band(place, row, sheet) or _is_plain(place, row, sheet)))
    )


def _repeats(place: _Place, row: Row[Line], sheet: _Sheet) -> bool:
    """A piece of it stands on other pages, too, or counts the pages."""
    furniture = sheet.furniture
    counts = [furniture.count(place.edge, row.step, piece.text) for piece in row.pieces]
    is_counted = any(furniture.varies(place.edge, row.step, piece.text) for piece in row.pieces)
    if is_counted and not place.is_outermost and any(map(sheet.is_heading, row.pieces)):
        return False  # "Example 3" begins this page, "Example 4" the next
    is_usual = max(counts) >= MOST * furniture.pages
    is_large = sheet.body > 0 and row.size > LARGE * sheet.body
    if is_usual and furniture.pages >= MANY:
        return not is_large or furniture.is_in_band(place.edge, row.step, row.size)
    if place.is_inside:
        return False
    if is_large or _is_heading(row, sheet):
        return False
    if any(_counts_pages(place, row, piece, sheet) for piece in row.pieces):
        return True
    # The head of a table that goes on over pages says the same on each, close above its rows.
    is_head = len(counts) > 2 and all(counts)
    least = 1 if place.is_outermost else OFTEN * furniture.pages
    return max(counts) >= least and (_is_far(row) or not is_head)


def _is_in_band(place: _Place, row: Row[Line], sheet: _Sheet) -> bool:
    """Short, and of the size and at the height that furniture has on other pages."""
    if len(row.text) > SHORT or _is_heading(row, sheet):
        return False
    return sheet.furniture.is_in_band(place.edge, row.step, row.size)


def _is_stamped(place: _Place, row: Row[Line], sheet: _Sheet) -> bool:
    """On a page of prose, small: beyond the margins of any text, or naming who published it."""
    if place.is_inside or not (sheet.is_prose and _is_far(row) and _is_small(row, sheet)):
        return False
    if sheet.body and row.size > LARGE * sheet.body:
        return False
    return row.y < MARGIN * sheet.height or is_imprint(row.text)


def _is_heading(row: Row[Line], sheet: _Sheet) -> bool:
    """Whether it stands over the text as headings do: several pages may have the same."""
    return not _is_far(row) and any(map(sheet.is_heading, row.pieces))


def _is_far(row: Row[Line]) -> bool:
    return row.gap > FAR * row.height


def _is_in_region(place: _Place, row: Row[Line], sheet: _Sheet) -> bool:
    """A network took it for furniture: true of small lines on inner pages. On others it may be a
    letterhead, but for a line alone.
    """
    if not _is_small(row, sheet) or row.height > LARGE * sheet.line:
        return False
    boxes = [sheet.place(piece) for piece in row.pieces]
    if not any(holds_line(region, box) for region in sheet.regions[place.edge] for box in boxes):
        return False
    return sheet.is_inner or (place.is_outermost and _is_far(row))


def _is_small(row: Row[Line], sheet: _Sheet) -> bool:
    """Short, and low for its page: on a card or a poster the first line is a title."""
    return len(row.text) <= SHORT and row.height < LOW * sheet.height


def _is_plain(place: _Place, row: Row[Line], sheet: _Sheet) -> bool:
    """On an inner page of which few others are known: the outermost row, short, hardly
    larger than the text, far from it. With the number of the page in it, or at the top in another
    type.
    """
    text = row.text
    if sheet.furniture.pages >= MANY or not (sheet.is_inner and sheet.is_prose):
        return False
    if not _is_small(row, sheet) or not _is_far(row):
        return False
    if sheet.body and row.size > LARGE * sheet.body:
        return False
    outer = (row.pieces[0], row.pieces[-1])
    labels = [label for piece in outer if (label := label_of(piece.text))]
    if any(not label.is_year for label in labels):
        return len(row.pieces) > len(labels)
    if place.edge == BOTTOM:
        return False  # a number may be that of a footnote
    if any(number_at_end(piece.text) for piece in outer):
        return True
    is_sentence = text.endswith((".", ",", ";", ":"))
    is_high = row.y < HEAD * sheet.height and sum(map(str.isalpha, text)) >= SHORTEST
    return is_high and not is_sentence and _is_other_type(row, sheet)


def _is_other_type(row: Row[Line], sheet: _Sheet) -> bool:
    if sheet.body and not 0.95 * sheet.body < row.size < 1.05 * sheet.body:
        return row.size < sheet.body
    return row.text.isupper() or all(piece.is_italic for piece in row.pieces)
