"""How far a table reaches that a region of the page names, or the page as a whole.

The network cuts its regions close, or leaves out a column. Rules that run out of a region show its
sides; lines beside those inside belong to it, and rows close by that stand in its columns.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pagemill.layout.lines import Line
from pagemill.layout.tables.ruled.edges import Edge
from pagemill.layout.tables.unruled.gaps import Extent, extents
from pagemill.layout.tables.unruled.placing import is_value, place
from pagemill.layout.tables.unruled.unruled import text_lines
from pagemill.model.page import Box, holds_line

CLOSE = 1.2  # line heights from a table to a row that the region left out
LONG, LONGEST = 0.6, 2.5  # of a region's width: rules that are its table's
MOST_WORDS = 12  # in a cell of a row that a table reaches
FEWEST_ROWS, FEWEST_COLUMNS = 3, 3  # of a page that is one table
FEWEST_RULED_COLUMNS = 2  # where it has rules
IN_CELLS, FILLED = 0.5, 0.5  # of its pieces stand side by side, of the places there are filled
VALUES = 0.33  # of its cells, heads included
FULL = 0.85  # the same, where nothing else shows a table
ACROSS = 0.1  # of its rows stand alone over several columns

Row = list[Line]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Lines and level rules of the page once it is upright; `height` is that of a line."""

    lines: Sequence[Line]
    edges: Sequence[Edge]
    height: float


def reached(area: Box, sheet: Sheet) -> list[Line]:
    """The lines of the table in an area, none where no line is inside."""
    area = _as_wide_as_its_rules(area, sheet.edges)
    left, right = area.x0 - sheet.height, area.x1 + sheet.height
    rows = text_lines([line for line in sheet.lines if left < line.center < right], sheet.height)
    inside = [index for index, row in enumerate(rows) if any(holds_line(area, p.box) for p in row)]
    if not inside:
        return []
    first, end = inside[0], inside[-1] + 1
    columns = extents(rows[first:end], sheet.height, ())
    above = _going_on(rows[:first][::-1], rows[first], columns, sheet)
    below = _going_on(rows[end:], rows[end - 1], columns, sheet)
    return [piece for row in [*above, *rows[first:end], *below] for piece in row]


def is_one_table(sheet: Sheet) -> bool:
    """Whether the page shows a table alone: most cells stand side by side, and nearly all others in
    a column as the rest of one. The name and the thanks of a receipt stand over all columns.
    """
    rows = text_lines(sheet.lines, sheet.height)
    parted = [row for row in rows if len(row) > 1]
    alone = [row[0] for row in rows if len(row) == 1]
    if len(parted) < FEWEST_ROWS or sum(map(len, parted)) < IN_CELLS * len(sheet.lines):
        return False
    columns = extents(rows, sheet.height, ())
    is_ruled = _is_ruled_over(rows, sheet.edges)
    if len(columns) < (FEWEST_RULED_COLUMNS if is_ruled else FEWEST_COLUMNS):
        return False
    if sum(place(piece, columns).spans for piece in alone) > ACROSS * len(rows):
        return False
    filled = sum(len({place(piece, columns).first for piece in row}) for row in parted)
    share = filled / (len(columns) * len(parted))
    return share >= FILLED and (share >= FULL or is_ruled or _has_values(parted))


def _is_ruled_over(rows: Sequence[Row], edges: Sequence[Edge]) -> bool:
    """Whether long rules run above the first row and below it."""
    pieces = [piece for row in rows for piece in row]
    width = max(p.box.x1 for p in pieces) - min(p.box.x0 for p in pieces)
    long = [edge.at for edge in edges if edge.length > LONG * width]
    return len(long) > 1 and long[0] < min(piece.middle for piece in rows[0])


def _has_values(rows: Sequence[Row]) -> bool:
    """Whether many of the cells behind first ones are values: the names on a map are none."""
    behind = [piece for row in rows for piece in row[1:]]
    return sum(is_value(piece.text) for piece in behind) >= VALUES * len(behind)


def _as_wide_as_its_rules(area: Box, edges: Sequence[Edge]) -> Box:
    x0, x1 = area.x0, area.x1
    for edge in edges:
        shared = min(edge.last, area.x1) - max(edge.first, area.x0)
        is_its = shared > LONG * area.width and edge.length < LONGEST * area.width
        if area.y0 <= edge.at <= area.y1 and is_its:
            x0, x1 = min(x0, edge.first), max(x1, edge.last)
    return Box(x0, area.y0, x1, area.y1)


def _going_on(
    rows: Sequence[Row], edge: Row, columns: Sequence[Extent], sheet: Sheet
) -> Iterator[Row]:
    """Rows away from the table's edge, as long as they are rows of it. A label alone is one where
    the table goes on beyond it.
    """
    label: Row | None = None
    for row in rows:
        if not _is_close(row, label or edge, sheet):
            return
        if _is_in(row, columns):
            if label:
                yield label
            yield row
            edge, label = row, None
        elif label is None and _is_label(row, columns):
            label = row
        else:
            return


def _is_label(row: Row, columns: Sequence[Extent]) -> bool:
    """One short piece at the left edge."""
    if len(row) > 1 or len(row[0].text.split()) > MOST_WORDS or len(columns) < 2:
        return False
    return place(row[0], columns).first == 0 and row[0].box.x1 < columns[1].x1


def _is_close(row: Row, edge: Row, sheet: Sheet) -> bool:
    top, bottom = min(p.box.y0 for p in row), max(p.box.y1 for p in row)
    first, last = min(p.box.y0 for p in edge), max(p.box.y1 for p in edge)
    return max(top - last, first - bottom) < CLOSE * sheet.height


def _is_in(row: Row, columns: Sequence[Extent]) -> bool:
    """Whether it has cells side by side, each in a column of its own."""
    if len(row) < 2 or any(len(piece.text.split()) > MOST_WORDS for piece in row):
        return False
    placed = [place(piece, columns) for piece in row]
    alone = [one.first for one in placed if not one.spans]
    return len(set(alone)) == len(alone) and 2 * len(alone) >= len(row)
