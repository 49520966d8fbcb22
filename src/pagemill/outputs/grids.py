"""Tables as grids: rows and columns nobody stands in are left out, every place is taken once.

Row and column numbers come from engines and may be wild; work and size are bounded by the number
of cells, of which a row shows `MAX_COLUMNS` at most.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from pagemill.model.page import Box, Cell

MAX_COLUMNS = 200


@dataclass(slots=True)
class Placed:
    """A cell of a grid, from its upper left place; `text` of several cells in one place has a line
    for each. `cell_row` is the number that the row had in the table.
    """

    row: int
    column: int
    text: str = ""
    row_span: int = 1
    column_span: int = 1
    is_header: bool = False
    box: Box | None = None
    cell_row: int = 0

    def add(self, text: str) -> None:
        self.text = "\n".join(part for part in (self.text, text) if part)


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells from left to right; with their spans they fill the rectangle exactly.
    `head_rows` is how many rows at the top are its head.
    """

    rows: tuple[tuple[Placed, ...], ...]
    columns: int
    head_rows: int

    @property
    def has_spans(self) -> bool:
        return any(cell.row_span > 1 or cell.column_span > 1 for row in self.rows for cell in row)


def grid(cells: Sequence[Cell]) -> Grid:
    """The cells as a grid; a place that several claim goes to the first of them."""
    row_numbers = sorted({cell.row for cell in cells})
    column_numbers = sorted({cell.column for cell in cells})[:MAX_COLUMNS]
    taken: list[dict[int, Placed]] = [{} for _ in row_numbers]
    for cell in sorted(cells, key=lambda cell: (cell.row, cell.column)):
        row = bisect_left(row_numbers, cell.row)
        column = min(bisect_left(column_numbers, cell.column), len(column_numbers) - 1)
        if column in taken[row]:
            taken[row][column].add(cell.text)
            continue
        placed = Placed(row, column, cell.text, 1, 1, cell.is_header, cell.box, cell.row)
        right = bisect_left(column_numbers, cell.column + max(1, cell.column_span))
        low = bisect_left(row_numbers, cell.row + max(1, cell.row_span))
        _take(placed, taken, max(column + 1, right), max(row + 1, low))
    return _filled(taken, len(column_numbers), row_numbers)


def texts_of(cells: Sequence[Cell]) -> list[list[str]]:
    """Rows of texts, each as wide as the table; a cell over several places stands in its first."""
    made = grid(cells)
    found = [[""] * made.columns for _ in made.rows]
    for row in made.rows:
        for cell in row:
            found[cell.row][cell.column] = cell.text
    return found


def _take(placed: Placed, taken: list[dict[int, Placed]], right: int, low: int) -> None:
    """Spreads a cell over the free places up to `right` and `low`."""
    row, column = placed.row, placed.column
    while column < right and column not in taken[row]:
        taken[row][column] = placed
        column += 1
    placed.column_span = column - placed.column
    across = range(placed.column, column)
    row += 1
    while row < low and not any(place in taken[row] for place in across):
        taken[row].update(dict.fromkeys(across, placed))
        row += 1
    placed.row_span = row - placed.row


def _filled(taken: list[dict[int, Placed]], columns: int, row_numbers: Sequence[int]) -> Grid:
    rows: list[tuple[Placed, ...]] = []
    for index, places in enumerate(taken):
        for column in range(columns):
            if column not in places:
                places[column] = Placed(index, column, cell_row=row_numbers[index])
        begun = [
            cell for column, cell in places.items() if (cell.row, cell.column) == (index, column)
        ]
        rows.append(tuple(sorted(begun, key=lambda cell: cell.column)))
    return Grid(tuple(rows), columns, _head_rows(rows))


def _head_rows(rows: Sequence[Sequence[Placed]]) -> int:
    """Rows at the top that hold header cells alone, as far as none of them reaches lower."""
    heads = sum(1 for _ in takewhile(_is_head, rows))
    reach = max((cell.row + cell.row_span for row in rows[:heads] for cell in row), default=0)
    return heads if reach <= heads else 0


def _is_head(row: Sequence[Placed]) -> bool:
    return any(cell.text for cell in row) and all(cell.is_header for cell in row if cell.text)
