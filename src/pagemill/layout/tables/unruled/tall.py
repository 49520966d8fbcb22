"""Headers that take two rows of the head: their second line stands beside headers that others head.

Sample |   2007
size   |  N  | %      where "Sample size" is one header, as high as the two others together
"""

from collections.abc import Sequence
from dataclasses import replace

from pagemill.layout.tables.ruled.edges import Edge
from pagemill.layout.tables.unruled.gaps import Extent
from pagemill.layout.tables.unruled.placing import Placed, TextLine
from pagemill.layout.tables.unruled.wrapped import is_between
from pagemill.model.joining import joined
from pagemill.model.page import Cell, around

NEAR = 0.8  # line heights between the lines of one header


def with_tall_headers(
    cells: Sequence[Cell],
    rows: Sequence[Sequence[TextLine]],
    edges: Sequence[Edge],
    height: float,
    white: float | None = None,
) -> list[Cell]:
    """The cells, those of one header as one. `rows` are the lines of the head's rows, `white` is
    the most between lines of one cell, if it is known.
    """
    at = {(cell.row, cell.column): cell for cell in cells}
    limit = NEAR * height if white is None else white
    for number in range(len(rows) - 2, -1, -1):
        upper, lower = (_alone(row) for row in rows[number : number + 2])
        if white is None and all(not piece.spans for line in rows[number] for piece in line.pieces):
            continue
        for column in upper.keys() & lower.keys():
            if _is_one(upper[column], lower[column], edges, limit):
                above, below = at[number, column], at.pop((number + 1, column))
                at[number, column] = _both(above, below)
    return [at[place] for place in sorted(at)]


def with_tall_labels(
    cells: Sequence[Cell],
    rows: Sequence[Sequence[TextLine]],
    edges: Sequence[Edge],
    columns: Sequence[Extent],
) -> list[Cell]:
    """The cells, those of the first column grown over rows that a rule parts only beside them.
    `rows` are the lines of all rows.
    """
    at = {(cell.row, cell.column): cell for cell in cells}
    own = 0
    for number in range(1, len(rows)):
        above, below = rows[number - 1][-1], rows[number][0]
        label = at.get((own, 0))
        if (number, 0) in at or not _is_parted_beside(above, below, edges, columns):
            own = number
        elif label and label.column_span == 1 and not label.is_header:
            at[own, 0] = replace(label, row_span=number + 1 - own)
    return [at[place] for place in sorted(at)]


def _is_parted_beside(
    above: TextLine, below: TextLine, edges: Sequence[Edge], columns: Sequence[Extent]
) -> bool:
    between = [edge for edge in edges if above.middle < edge.at < below.middle]
    middles = [(column.x0 + column.x1) / 2 for column in columns]
    if any(edge.covers(middles[0]) for edge in between):
        return False
    return any(edge.covers(x) for edge in between for x in middles[1:])


def _alone(row: Sequence[TextLine]) -> dict[int, list[Placed]]:
    """The pieces of each column of a row in which none spans more."""
    spanned = {c for line in row for p in line.pieces if p.spans for c in p.columns}
    found: dict[int, list[Placed]] = {}
    for line in row:
        for piece in line.pieces:
            if piece.first not in spanned:
                found.setdefault(piece.first, []).append(piece)
    return found


def _is_one(
    upper: Sequence[Placed], lower: Sequence[Placed], edges: Sequence[Edge], limit: float
) -> bool:
    a, b = upper[-1], lower[0]
    if b.line.box.y0 - max(piece.line.box.y1 for piece in upper) > limit:
        return False
    return not is_between(a, b, edges)


def _both(above: Cell, below: Cell) -> Cell:
    boxes = [cell.box for cell in (above, below) if cell.box]
    return replace(
        above,
        text=joined([above.text, below.text]),
        row_span=below.row + below.row_span - above.row,
        box=around(boxes) if boxes else None,
    )
