"""Tables without full ruling: lines and white gaps become rows and columns of cells.

The flow: pieces fall into lines of text, lines into columns (`gaps`), pieces that hold two cells
are cut (`halves`), headers get the columns they stand over (`heads`), lines that go on with a row
above join it (`wrapped`). Every word of the pieces stands in exactly one cell. Cost: n log n for
each column.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from pagemill.layout.lines import Line, is_rtl, merge, typical_height
from pagemill.layout.tables.ruled.edges import Edge, edges_of
from pagemill.layout.tables.unruled.gaps import Extent, extents
from pagemill.layout.tables.unruled.halves import cut_at, letter_width
from pagemill.layout.tables.unruled.heads import head_of, with_spans
from pagemill.layout.tables.unruled.placing import Placed, TextLine, place
from pagemill.layout.tables.unruled.tall import with_tall_headers, with_tall_labels
from pagemill.layout.tables.unruled.white import cell_white
from pagemill.layout.tables.unruled.wrapped import rows_of
from pagemill.model.joining import joined
from pagemill.model.page import Box, Cell, around

SAME_LINE = 0.45  # line heights between the middles of pieces on one line
SMALL = 0.7  # of the usual height: a sign above or below the line
STRETCHED = 1.3  # times the usual width of letters: a gap is among them
REACH = 1.0  # line heights beside a column's border where a piece may be cut


def cells_of(pieces: Sequence[Line], rules: Sequence[Box]) -> tuple[Cell, ...]:
    """Cells of the table that all `pieces` make up, row by row; empty where there are none.
    `rules` are those inside it, on the same straight page as the boxes of the pieces.
    """
    if not pieces:
        return ()
    body = _laid(pieces, rules)
    found = [
        cell
        for number, row in enumerate(body.rows)
        for cell in _cells(row, number, len(body.columns), is_header=number < body.heads)
    ]
    white = cell_white([line for row in body.rows for line in row], body.height)
    found = with_tall_headers(found, body.rows[: body.heads], body.edges, body.height, white)
    found = with_tall_labels(found, body.rows, body.edges, body.columns)
    return tuple(_mirrored(found, len(body.columns)) if is_rtl(pieces) else found)


def whole_rows(pieces: Sequence[Line], rules: Sequence[Box]) -> list[list[Line]]:
    """The rows of the table that the pieces would make up: one line for each cell."""
    found = []
    for row in _laid(pieces, rules).rows:
        inside = [piece for line in row for piece in line.pieces]
        found.append(
            [
                merge(cell, " ".join(piece.text for piece in cell))
                for first, last in _stretches(inside)
                for cell in [[p.line for p in inside if first <= p.first <= last]]
            ]
        )
    return found


@dataclass(frozen=True, slots=True)
class _Laid:
    """Lines of text by row, the first `heads` rows are the head."""

    rows: list[list[TextLine]]
    heads: int
    columns: Sequence[Extent]
    edges: Sequence[Edge]
    height: float


def _laid(pieces: Sequence[Line], rules: Sequence[Box]) -> _Laid:
    height = typical_height(pieces)
    lines = text_lines(pieces, height)
    edges = edges_of(rules).level
    columns = extents(lines, height, rules)
    placed = [TextLine(tuple(place(piece, columns) for piece in line)) for line in lines]
    head = head_of(placed, edges, columns)
    sizes = height, median(map(letter_width, pieces))
    placed = [_parted(placed, index, head, columns, sizes) for index in range(len(placed))]
    placed = with_spans(placed, head, edges, columns, height)
    rows = rows_of(placed, head, edges, columns, height)
    heads = sum(row[0] < head for row in rows)
    return _Laid([[placed[i] for i in row] for row in rows], heads, columns, edges, height)


# ---------------------------------------------------------------- lines


def text_lines(pieces: Sequence[Line], height: float) -> list[list[Line]]:
    """Pieces by line of text, top to bottom, each from left to right. A small sign, as of a note,
    belongs to the line that holds its middle.
    """
    usual = [piece for piece in pieces if piece.box.height >= SMALL * height]
    small = [piece for piece in pieces if piece.box.height < SMALL * height]
    lines: list[list[Line]] = []
    middle = 0.0
    for piece in sorted(usual, key=lambda piece: piece.middle):
        if lines and piece.middle - middle < SAME_LINE * height:
            lines[-1].append(piece)
            middle += (piece.middle - middle) / len(lines[-1])
        else:
            lines.append([piece])
            middle = piece.middle
    return [sorted(line, key=lambda piece: piece.box.x0) for line in _with_signs(lines, small)]


def _with_signs(lines: list[list[Line]], small: Sequence[Line]) -> list[list[Line]]:
    """Each small piece joins the line whose text it touches, or is a line of its own."""
    if not small:
        return lines
    lines.sort(key=_top)
    tops = [_top(line) for line in lines]
    bottoms = [max(p.box.y1 for p in line) for line in lines]
    highest = max((y1 - y0 for y0, y1 in zip(tops, bottoms, strict=True)), default=0.0)
    alone = []
    for piece in small:
        near = [
            (abs(tops[i] + bottoms[i] - 2 * piece.middle), i)
            for i in range(
                bisect_left(tops, piece.middle - highest), bisect_right(tops, piece.middle)
            )
            if piece.middle <= bottoms[i]
        ]
        if near:
            lines[min(near)[1]].append(piece)
        else:
            alone.append([piece])
    return sorted(lines + alone, key=lambda line: line[0].middle)


def _top(line: Sequence[Line]) -> float:
    return min(piece.box.y0 for piece in line)


# ---------------------------------------------------------------- pieces of two cells


def _parted(
    lines: Sequence[TextLine],
    index: int,
    head: int,
    columns: Sequence[Extent],
    sizes: tuple[float, float],
) -> TextLine:
    """The line, with pieces cut that reach over several columns without heading them. `sizes` are
    the usual height of a line and width of a letter.
    """
    line = lines[index]
    if len(columns) < 2 or not any(piece.spans for piece in line.pieces):
        return line
    height, letter = sizes
    found: list[Placed] = []
    for piece in line.pieces:
        is_stretched = letter_width(piece.line) > STRETCHED * letter
        if piece.spans and (is_stretched or not _may_span(piece, lines, index, head)):
            borders = [(columns[i].x1, columns[i + 1].x0) for i in range(piece.first, piece.last)]
            found += [place(part, columns) for part in cut_at(piece.line, borders, REACH * height)]
        else:
            found.append(piece)
    return TextLine(tuple(found))


def _may_span(piece: Placed, lines: Sequence[TextLine], index: int, head: int) -> bool:
    """A heading over the columns below it that has none for each above, or a line for them all."""
    if len(lines[index].pieces) == 1:
        return True
    if index and len(lines[index - 1].over(piece.first, piece.last)) > 1:
        return False
    below = lines[index + 1 : head]
    return any(len(line.over(piece.first, piece.last)) > 1 for line in below)


# ---------------------------------------------------------------- cells


def _cells(lines: Sequence[TextLine], row: int, columns: int, *, is_header: bool) -> Iterator[Cell]:
    pieces = [piece for line in lines for piece in line.pieces]
    if not is_header and columns > 1 and all(piece.columns == range(1) for piece in pieces):
        pieces = [replace(piece, last=columns - 1) for piece in pieces]
    for first, last in _stretches(pieces):
        inside = [piece.line for piece in pieces if first <= piece.first <= last]
        yield Cell(
            row,
            first,
            joined([piece.text for piece in inside]),
            column_span=last - first + 1,
            is_header=is_header,
            box=around([piece.shown for piece in inside]),
        )


def _stretches(pieces: Sequence[Placed]) -> list[tuple[int, int]]:
    """Columns that one piece or several that overlap stand in."""
    found: list[tuple[int, int]] = []
    for first, last in sorted({(piece.first, piece.last) for piece in pieces}):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def _mirrored(cells: Iterable[Cell], columns: int) -> list[Cell]:
    """As columns are counted where text runs from right to left."""
    turned = [replace(c, column=columns - c.column - c.column_span) for c in cells]
    return sorted(turned, key=lambda cell: (cell.row, cell.column))
