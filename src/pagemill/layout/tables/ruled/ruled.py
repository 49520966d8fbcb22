"""Ruled tables: a grid of edges, filled with the words that stand in it.

A frame around text, a form's fields and a chart's axes are grids, too: a table has text in most of
its places, two rows and two columns of it, and words that keep between its rules.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from pagemill.layout.lines import Line, is_rtl
from pagemill.layout.tables.open.judging import says_something
from pagemill.layout.tables.pieces import text_of
from pagemill.layout.tables.ruled.bands import with_columns, with_rows
from pagemill.layout.tables.ruled.edges import Edges
from pagemill.layout.tables.ruled.filling import Filled, fill
from pagemill.layout.tables.ruled.grid import grid_of
from pagemill.layout.tables.ruled.headers import with_headers
from pagemill.layout.tables.ruled.nested import without_nested
from pagemill.layout.tables.table import Table
from pagemill.model.page import Cell

MIN_FILLED = 0.25  # of all slots: charts and forms are emptier
MAX_CROSSED = 0.15  # of all words: those that stand on a rule
CROSSED = 0.25  # of a word's length on either side of a rule
REGULAR, REGULAR_FEW, FEW = 0.55, 0.75, 4  # of the cells, of so few cells
REGULAR_SHADES = 0.8  # of cells that shades make
MAX_PARTS = 5.0  # places that a slot covers on average: the boxes of forms are of all sizes


def ruled_table(
    area: Edges, lines: Sequence[Line], *, of_shades: bool = False
) -> tuple[Table, list[Line]] | None:
    """The table that these edges make, and what is left of the lines. Those `of_shades` may be
    marked words, or lines of code: only a regular grid is a table.
    """
    grid = grid_of(without_nested(area))
    if grid is None:
        return None
    filled = fill(grid, lines)
    if not _is_table(filled):
        return None
    for finer in (with_columns, with_rows):
        if cut := finer(filled):
            filled = fill(cut, lines)
    cells = cells_in(filled)
    if not _is_regular(cells, REGULAR_SHADES if of_shades else 0.0):
        return None
    if of_shades and 2 * sum(piece.is_mono for piece in filled.pieces) > len(filled.pieces):
        return None
    return Table(grid.box, cells, filled.pieces), filled.outside


def _is_table(filled: Filled) -> bool:
    inside, slots = filled.inside, filled.grid.slots
    if len({slot.row for slot in inside}) < 2 or len({slot.column for slot in inside}) < 2:
        return False
    if len(inside) < max(3, MIN_FILLED * len(slots)):
        return False
    if 2 * sum(map(says_something, filled.pieces)) < len(filled.pieces):
        return False
    if sum(slot.row_span * slot.column_span for slot in slots) > MAX_PARTS * len(slots):
        return False
    return _keeps_between_rules(filled)


def _is_regular(cells: Sequence[Cell], least: float) -> bool:
    """Whether most cells stand in one row and one column: boxes of a diagram are of all sizes."""
    sizes = [cell.row_span * cell.column_span for cell in cells if cell.text]
    share = REGULAR if len(sizes) > FEW else REGULAR_FEW
    return sizes.count(1) >= max(least, share) * len(sizes)


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
    bold = set()
    for slot in sorted(filled.grid.slots, key=lambda slot: (slot.row, slot.column)):
        row, row_span = _kept(rows, slot.row, slot.row_span)
        column, column_span = _kept(columns, slot.column, slot.column_span)
        if row_span and column_span:
            pieces = filled.inside.get(slot, ())
            text = text_of(pieces) if pieces else ""
            box = filled.grid.box_of(slot)
            if pieces and all(piece.is_bold for piece in pieces):
                bold.add((row, column))
            found.append(Cell(row, column, text, row_span, column_span, box=box))
    cells = with_headers(found, bold)
    return mirrored(cells) if is_rtl(filled.pieces) else cells


def mirrored(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """As columns are counted where text runs from right to left."""
    count = max(cell.column + cell.column_span for cell in cells)
    turned = [replace(c, column=count - c.column - c.column_span) for c in cells]
    return tuple(sorted(turned, key=lambda cell: (cell.row, cell.column)))


def _kept(numbers: Sequence[int], first: int, span: int) -> tuple[int, int]:
    """The new number of a row or column, and how many of those it spans are left."""
    start = bisect_left(numbers, first)
    return start, bisect_left(numbers, first + span) - start
