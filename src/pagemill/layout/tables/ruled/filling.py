"""A grid filled with the words that stand in it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pagemill.layout.lines import Line
from pagemill.layout.tables.pieces import cut
from pagemill.layout.tables.ruled.grid import Grid, Slot


@dataclass(slots=True)
class Filled:
    """A grid with the pieces of lines in each slot. `outside` are those that stand in none."""

    grid: Grid
    inside: dict[Slot, list[Line]] = field(default_factory=dict)
    outside: list[Line] = field(default_factory=list)

    @property
    def pieces(self) -> tuple[Line, ...]:
        return tuple(piece for pieces in self.inside.values() for piece in pieces)


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
