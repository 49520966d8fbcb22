"""Which regions make sense on a page whose lines of text are known. Pure geometry.

The network has seen papers and magazines: to it a receipt is one figure, large print is a title,
and a word in the middle of a page may be a footer. What the lines contradict is dropped; a region
that is left is worth believing. Everything here lies on the upright page, in points.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from pagemill.model.page import BlockKind, Box, Region, common_area, holds_line

SMALLEST = 0.005  # of the page's longer side: both sides of a region have more
SMALLEST_FIGURE = 0.04  # the same for figures: less is a speck or an ornament
LARGEST = 0.85  # of the page's area: more says nothing about the page
FULL_OF_TEXT = 0.25  # of a figure's area: covered by lines, it is text
FEW, FULL_OF_LABELS = 0.1, 0.35  # the same where it has hardly any of the page's letters: a chart
MOST_LABELS = 30  # lines in a figure: more are text, or cells
MOST_TEXT = 0.4  # of the page's letters: what holds more is no figure, caption, header or formula
MAX_TITLES = 0.3  # of the page's letters stand in titles
MAX_TITLE_LINES, LARGER = 4, 1.1  # a title of more than one line is taller than usual by this
TALL = 1.4  # times the usual height: too large for a header
MARGIN = 0.15  # of the page's height: where headers and footers stand
DUPLICATE = 0.5  # of the smaller region: two that share more are one
CELLS = 0.3  # of a table's rows have cells side by side
SAME_START, RAGGED = 0.06, 0.3  # of the widest line: how far the ends of a column's lines differ
PROSE = 0.6  # of the lines in a table: more that look like prose are prose
LONG, MIN_LONG_LINES = 20, 5  # letters of a line of prose; so many lines make a column
SIDE_SHARE = 0.2  # of the letters stand on either side of a spread
FOLD = (0.4, 0.6)  # of a spread's width: between them lies the fold

_TEXT_KINDS = {
    BlockKind.PARAGRAPH,
    BlockKind.HEADING,
    BlockKind.CAPTION,
    BlockKind.HEADER,
    BlockKind.FOOTER,
    BlockKind.TABLE,
}
_MINOR_KINDS = {BlockKind.CAPTION, BlockKind.HEADER, BlockKind.FOOTER, BlockKind.FORMULA}
_AROUND = {BlockKind.FIGURE, BlockKind.TABLE}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text: where it stands and how many letters it has."""

    box: Box
    letters: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """The upright page with its lines."""

    width: float
    height: float
    lines: tuple[Line, ...]

    @property
    def letters(self) -> int:
        return sum(line.letters for line in self.lines)


def sensible(found: Sequence[Region], sheet: Sheet) -> list[Region]:
    """Those that the lines do not contradict, the most confident first."""
    kept = sorted(found, key=lambda region: -region.confidence)
    kept = [_as_title(region, sheet) for region in kept]
    kept = [region for region in kept if _has_a_size(region, sheet) and _fits_text(region, sheet)]
    kept = _without_print_as_titles(_without_duplicates(kept), sheet)
    return _without_strays(kept, sheet)


def fold(sheet: Sheet) -> float | None:
    """Where two pages of a spread meet: the x nearest to the middle of a landscape page that no
    line crosses, with text on both sides. None for a single page, or one that is a table.
    """
    if sheet.width <= 1.2 * sheet.height or not sheet.letters:
        return None
    if _has_cells(sheet.lines) and not _is_prose(sheet.lines):
        return None
    middle, (left, right) = sheet.width / 2, (share * sheet.width for share in FOLD)
    edges = [x for line in sheet.lines for x in (line.box.x0, line.box.x1) if left < x < right]
    for x in sorted([middle, *edges], key=lambda x: abs(x - middle)):
        if not any(line.box.x0 < x < line.box.x1 for line in sheet.lines):
            return x if _parts_text(x, sheet) else None
    return None


def _parts_text(x: float, sheet: Sheet) -> bool:
    on_left = sum(line.letters for line in sheet.lines if line.box.x1 <= x)
    return SIDE_SHARE * sheet.letters <= on_left <= (1 - SIDE_SHARE) * sheet.letters


# ---------------------------------------------------------------- one region alone


def _as_title(region: Region, sheet: Sheet) -> Region:
    """A header in large type is a title near the edge."""
    inside = held(region.box, sheet.lines)
    if (
        region.kind is not BlockKind.HEADER
        or not inside
        or _height(inside) < TALL * _height(sheet.lines)
    ):
        return region
    return replace(region, kind=BlockKind.HEADING)


def _has_a_size(region: Region, sheet: Sheet) -> bool:
    box, longer = region.box, max(sheet.width, sheet.height)
    least = SMALLEST_FIGURE if region.kind is BlockKind.FIGURE else SMALLEST
    if min(box.width, box.height) < least * longer:
        return False
    return box.area <= LARGEST * sheet.width * sheet.height


def _fits_text(region: Region, sheet: Sheet) -> bool:
    """Whether the text in it is what such a region holds."""
    inside = held(region.box, sheet.lines)
    share = sum(line.letters for line in inside) / max(1, sheet.letters)
    match region.kind:
        case BlockKind.FIGURE:
            room = FULL_OF_LABELS if share <= FEW else FULL_OF_TEXT
            is_picture = _covered(region.box, sheet) <= room * region.box.area
            return is_picture and len(inside) <= MOST_LABELS and share <= MOST_TEXT
        case BlockKind.TABLE:
            return _has_cells(inside) and not _is_prose(inside)
        case BlockKind.HEADING:
            return _is_title(inside, sheet)
        case kind:
            return bool(inside) and (kind not in _MINOR_KINDS or share <= MOST_TEXT)


def _covered(box: Box, sheet: Sheet) -> float:
    """How much of its area lies under lines of text."""
    return sum(common_area(box, line.box) for line in sheet.lines)


def _is_title(lines: Sequence[Line], sheet: Sheet) -> bool:
    """One line, or a few in larger type than is usual on the page."""
    if not 1 < len(lines) <= MAX_TITLE_LINES:
        return len(lines) == 1
    return _height(lines) > LARGER * _height(sheet.lines)


def _height(lines: Sequence[Line]) -> float:
    return median(line.box.height for line in lines)


def _has_cells(lines: Sequence[Line]) -> bool:
    """Lines side by side, in more than one row and in a good part of all: columns of prose have
    one line a row.
    """
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.box.y0 + line.box.y1):
        middle = (line.box.y0 + line.box.y1) / 2
        if rows and middle < rows[-1][0].box.y1:
            rows[-1].append(line)
        else:
            rows.append([line])
    with_cells = sum(len(row) > 1 for row in rows)
    return with_cells >= 2 and with_cells >= CELLS * len(rows)


def _is_prose(lines: Sequence[Line]) -> bool:
    """Whether most lines are long and end near the edge of a column, as many before and after:
    cells are as wide as what they say.
    """
    columns = defaultdict[int, list[Line]](list)
    widest = max(line.box.width for line in lines)
    for line in lines:
        columns[round(line.box.x0 / (SAME_START * widest))].append(line)
    full = 0
    for column in columns.values():
        edge = max(line.box.x1 for line in column) - RAGGED * widest
        long = [line for line in column if line.letters >= LONG and line.box.x1 > edge]
        full += len(long) if len(long) >= MIN_LONG_LINES else 0
    return full > PROSE * len(lines)


# ---------------------------------------------------------------- regions together


def _without_print_as_titles(regions: list[Region], sheet: Sheet) -> list[Region]:
    """A page of large print is not all titles, and not every line in capitals is one."""
    room = MAX_TITLES * sheet.letters
    kept = []
    for region in regions:
        if region.kind is BlockKind.HEADING:
            room -= sum(line.letters for line in held(region.box, sheet.lines))
            if room < 0:
                continue
        kept.append(region)
    return kept


def _without_duplicates(regions: list[Region]) -> list[Region]:
    """Of regions that lie upon each other the more confident; a caption may lie in its figure."""
    kept: list[Region] = []
    for region in regions:
        if not any(_are_one(region, other) for other in kept):
            kept.append(region)
    return kept


def _are_one(a: Region, b: Region) -> bool:
    kinds = {a.kind, b.kind}
    if BlockKind.CAPTION in kinds and kinds & _AROUND:
        return False
    return common_area(a.box, b.box) > DUPLICATE * min(a.box.area, b.box.area)


def _without_strays(regions: list[Region], sheet: Sheet) -> list[Region]:
    """Headers and footers stand at the edge of the page, with no other text beyond them."""
    above = _others(BlockKind.HEADER, regions, sheet)
    below = _others(BlockKind.FOOTER, regions, sheet)

    def is_stray(region: Region) -> bool:
        box = region.box
        match region.kind:
            case BlockKind.HEADER:
                beyond = any(line.y1 < box.y1 and _over(line, box) for line in above)
                return beyond or box.y1 > MARGIN * sheet.height
            case BlockKind.FOOTER:
                beyond = any(line.y0 > box.y0 and _over(line, box) for line in below)
                return beyond or box.y0 < (1 - MARGIN) * sheet.height
            case _:
                return False

    return [region for region in regions if not is_stray(region)]


def _others(kind: BlockKind, regions: Sequence[Region], sheet: Sheet) -> list[Box]:
    """The lines outside all regions of that kind."""
    boxes = [region.box for region in regions if region.kind is kind]
    return [line.box for line in sheet.lines if not any(holds_line(box, line.box) for box in boxes)]


def _over(a: Box, b: Box) -> bool:
    """Whether one stands somewhere over the other."""
    return min(a.x1, b.x1) > max(a.x0, b.x0)


def held(box: Box, lines: Sequence[Line]) -> list[Line]:
    """The lines that belong to it."""
    return [line for line in lines if holds_line(box, line.box)]
