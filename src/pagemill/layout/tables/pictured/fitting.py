"""Whether the cells of a grid fit the text in them. Of the rules in a picture some are not found:
then texts that stand apart share a cell.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from pagemill.layout.tables.table import Table
from pagemill.layout.tables.unruled.unruled import text_lines
from pagemill.model.page import Cell

APART = 0.5  # line heights between pieces on one line that are two cells
MOST_SHARED = 0.4  # of such pairs may share a cell


def fits(table: Table, height: float) -> bool:
    """Whether few texts that stand apart side by side stand in one cell."""
    places = _Places(table.cells)
    apart = shared = 0
    for line in text_lines(table.inside, height):
        for a, b in pairwise(line):
            if b.box.x0 - a.box.x1 > APART * height:
                apart += 1
                shared += places.at(a.center, a.middle) is places.at(b.center, b.middle)
    return shared <= MOST_SHARED * apart


class _Places:
    """Finds the cell that holds a point."""

    def __init__(self, cells: Iterable[Cell]) -> None:
        rows: dict[int, list[Cell]] = {}
        for cell in cells:
            for row in range(cell.row, cell.row + cell.row_span):
                rows.setdefault(row, []).append(cell)
        self._rows = [sorted(rows[row], key=_left) for row in sorted(rows)]
        self._tops = [max(map(_top, row)) for row in self._rows]

    def at(self, x: float, y: float) -> Cell | None:
        if not self._rows:
            return None
        row = self._rows[max(0, bisect_right(self._tops, y) - 1)]
        return row[max(0, bisect_right(_lefts(row), x) - 1)]


def _left(cell: Cell) -> float:
    return cell.box.x0 if cell.box else 0.0


def _lefts(row: Sequence[Cell]) -> list[float]:
    return [_left(cell) for cell in row]


def _top(cell: Cell) -> float:
    return cell.box.y0 if cell.box else 0.0
