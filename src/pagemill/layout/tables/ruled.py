"""Ruled tables: a grid of edges, filled with the words that stand in it.

A frame around text, a form's fields and a chart's axes are grids, too: a table has text in most of
its places, two rows and two columns of it, and words that keep between its rules.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pagemill.layout.lines import Line
from pagemill.layout.tables.edges import Edges
from pagemill.layout.tables.grid import Grid, Slot, grid_of
from pagemill.layout.tables.pieces import cut, text_of
from pagemill.model.page import Box, Cell

MIN_FILLED = 0.25  # of all slots: charts and forms are emptier
MAX_CROSSED = 0.15  # of all words: those that stand on a rule
CROSSED = 0.25  # of a word's length on either side of a rule
MAX_PARTS = 5.0  # places that a slot covers on average: the boxes of forms are of all sizes


@dataclass(frozen=True, slots=True)
class Table:
    """`inside` are the pieces of lines that became its cells."""

    box: Box
    cells: tuple[Cell, ...]
    inside: tuple[Line, ...]


@dataclass(slots=True)
class Filled:
    """A grid with the pieces of lines in each slot. `outside` are those that stand in none."""

    grid: Grid
    inside: dict[Slot, list[Line]] = field(default_factory=dict)
    outside: list[Line] = field(default_factory=list)

    @property
    def pieces(self) -> tuple[Line, ...]:
        return tuple(piece for pieces in self.inside.values() for piece in pieces)


def ruled(area: Edges, lines: Sequence[Line]) -> tuple[Table, list[Line]] | None:
    """The table that these edges make, and what is left of the lines."""
    grid = grid_of(area)
    if grid is None:
        return None
    filled = fill(grid, lines)
    if not _is_table(filled):
        return None
    return Table(grid.box, cells_in(filled), filled.pieces), filled.outside


def fill(grid: Grid, lines: Iterable[Line]) -> Filled:
    """Gives each word to the slot that its middle stands in."""
    filled = Filled(grid)
    places = _places(grid)
    for line in lines:
        row = grid.row_at(line.middle)
        if row is None or line.fixed or not grid.meets(line.box):
            filled.outside.append(line)
            continue

        def slot_at(x: float, row: int = row) -> Slot | None:
            return places.get((row, grid.column_at(x)))

        for slot, piece in cut(line, slot_at):
            if slot is None:
                filled.outside.append(piece)
            else:
                filled.inside.setdefault(slot, []).append(piece)
    return filled


def _places(grid: Grid) -> dict[tuple[int, int | None], Slot]:
    return {
        (row, column): slot
        for slot in grid.slots
        for row in range(slot.row, slot.row + slot.row_span)
        for column in range(slot.column, slot.column + slot.column_span)
    }


def _is_table(filled: Filled) -> bool:
    inside, slots = filled.inside, filled.grid.slots
    if len({slot.row for slot in inside}) < 2 or len({slot.column for slot in inside}) < 2:
        return False
    if len(inside) < max(3, MIN_FILLED * len(slots)):
        return False
    if sum(slot.row_span * slot.column_span for slot in slots) > MAX_PARTS * len(slots):
        return False
    return _keeps_between_rules(filled)


def _keeps_between_rules(filled: Filled) -> bool:
    """Whether few words stand on the border of their slot."""
    words = crossed = 0
    for slot, pieces in filled.inside.items():
        left, right = filled.grid.sides(slot)
        for piece in pieces:
            for x0, x1 in piece.words or [(piece.box.x0, piece.box.x1)]:
                over = max(left - x0, x1 - right)
                words += 1
                crossed += over > CROSSED * (x1 - x0)
    return crossed <= MAX_CROSSED * words


def cells_in(filled: Filled) -> tuple[Cell, ...]:
    """A cell for each slot. Rows and columns in which no text begins are left out."""
    rows = sorted({slot.row for slot in filled.inside})
    columns = sorted({slot.column for slot in filled.inside})
    found = []
    for slot in sorted(filled.grid.slots, key=lambda slot: (slot.row, slot.column)):
        row, row_span = _kept(rows, slot.row, slot.row_span)
        column, column_span = _kept(columns, slot.column, slot.column_span)
        if row_span and column_span:
            text = text_of(filled.inside[slot]) if slot in filled.inside else ""
            box = filled.grid.box_of(slot)
            found.append(Cell(row, column, text, row_span, column_span, box=box))
    return tuple(found)


def _kept(numbers: Sequence[int], first: int, span: int) -> tuple[int, int]:
    """The new number of a row or column, and how many of those it spans are left."""
    start = bisect_left(numbers, first)
    return start, bisect_left(numbers, first + span) - start
