"""Which rows at the top of a ruled table are its head.

A head says words where the body says numbers, or is bold where the body is not. It goes on while
one of its cells stands over several columns, or a row has no cell of its own.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from pagemill.layout.tables.unruled.placing import is_value, is_year
from pagemill.model.page import Cell

MOST = 4  # rows of a head
Place = tuple[int, int]


def with_headers(cells: Sequence[Cell], bold: Collection[Place]) -> tuple[Cell, ...]:
    """`bold` has row and column of each cell in bold type. A table is never all head."""
    rows = 1 + max(cell.row for cell in cells)
    head = _height(cells, rows)
    if head >= rows or not _stands_out(cells, head, bold):
        return tuple(cells)
    return tuple(replace(cell, is_header=cell.row < head) for cell in cells)


def _height(cells: Sequence[Cell], rows: int) -> int:
    """As many rows as a head would have."""
    columns = max(cell.column + cell.column_span for cell in cells)
    head = 0
    while head < min(MOST, rows):
        row = [cell for cell in cells if cell.row == head and cell.text]
        head = max([head + 1, *(cell.row + cell.row_span for cell in row)])
        spans = [cell.column_span for cell in row]
        if row and max(spans, default=1) == 1 and (len(row) > 1 or columns == 1):
            break
    return head


def _stands_out(cells: Sequence[Cell], head: int, bold: Collection[Place]) -> bool:
    top = [cell for cell in cells if cell.row < head and cell.text]
    body = [cell for cell in cells if cell.row >= head and cell.text]
    if not top or not body or any(_is_number(cell.text) for cell in top):
        return False
    if all((cell.row, cell.column) in bold for cell in top):
        return not all((cell.row, cell.column) in bold for cell in body)
    if any(_is_number(cell.text) for cell in body):
        return True
    return max(cell.column for cell in cells) > 1 and len(top) > max(cell.column for cell in cells)


def _is_number(text: str) -> bool:
    return is_value(text) and not is_year(text)
