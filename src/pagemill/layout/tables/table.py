"""A table as it is found, and the block that it becomes."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from pagemill.layout.lines import Line, mean_confidence
from pagemill.model.page import Block, BlockKind, Box, Cell, LinkedText

_Order = tuple[int, float, float]


@dataclass(frozen=True, slots=True)
class Table:
    """`inside` are the lines, or pieces of lines, that became its cells."""

    box: Box
    cells: tuple[Cell, ...]
    inside: tuple[Line, ...]

    @property
    def block(self) -> Block:
        """Its text stands in its cells alone; links are in the order of the cells."""
        return Block(
            BlockKind.TABLE,
            self.box,
            confidence=mean_confidence(self.inside),
            cells=self.cells,
            links=_links(self.cells, self.inside),
        )


def _links(cells: Sequence[Cell], pieces: Sequence[Line]) -> tuple[LinkedText, ...]:
    linked = [piece for piece in pieces if piece.links]
    if not linked:
        return ()
    rows: dict[int, list[tuple[int, Box]]] = {}
    for number, cell in enumerate(cells):
        if cell.box:
            rows.setdefault(cell.row, []).append((number, cell.box))
    tops = sorted((min(box.y0 for _, box in row), number) for number, row in rows.items())
    placed: list[tuple[_Order, Line]] = []
    for piece in linked:
        index = max(0, bisect_right(tops, (piece.middle, len(cells))) - 1)
        row = rows[tops[index][1]] if tops else []
        at = [number for number, box in row if box.x0 <= piece.center <= box.x1]
        placed.append(((at[0] if at else len(cells), piece.middle, piece.box.x0), piece))
    placed.sort(key=lambda one: one[0])
    return tuple(link for _, piece in placed for link in piece.links)
