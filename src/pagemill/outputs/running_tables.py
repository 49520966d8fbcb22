"""Tables that run over columns and pages: the rows of the next part under those of the first."""

from collections.abc import Sequence
from dataclasses import replace

from pagemill.model.page import Cell

_Row = tuple[tuple[int, str], ...]


def appended(cells: Sequence[Cell], more: Sequence[Cell]) -> tuple[tuple[Cell, ...], int]:
    """The cells of both, without the head if `more` repeats it, and the row at which `more` goes
    on. There must be cells in both.
    """
    dropped = frozenset(sorted({cell.row for cell in more})[: _repeated(cells, more)])
    kept = [cell for cell in more if cell.row not in dropped]
    start = max(cell.row + max(1, cell.row_span) for cell in cells)
    shift = start - min((cell.row for cell in kept), default=0)
    moved = (
        replace(cell, row=cell.row + shift, is_header=cell.is_header and cell.column == 0)
        for cell in kept
    )
    return (*cells, *moved), start


def _repeated(cells: Sequence[Cell], more: Sequence[Cell]) -> int:
    """How many rows at the top of `more` say again what the head of `cells` says: all or none."""
    heads = _heads(cells)
    return len(heads) if _top(more, len(heads)) == heads and _has_letters(heads) else 0


def _heads(cells: Sequence[Cell]) -> list[_Row]:
    """The rows of header cells at the top; the first row where none is marked."""
    headed = {cell.row for cell in cells if cell.is_header and cell.text.strip()}
    plain = {cell.row for cell in cells if not cell.is_header and cell.text.strip()}
    rows = sorted({cell.row for cell in cells})
    count = next((n for n, row in enumerate(rows) if row not in headed or row in plain), len(rows))
    return _top(cells, max(1, count))


def _top(cells: Sequence[Cell], count: int) -> list[_Row]:
    rows: dict[int, list[tuple[int, str]]] = {}
    for cell in cells:
        rows.setdefault(cell.row, []).append((cell.column, " ".join(cell.text.split())))
    return [tuple(sorted(rows[row])) for row in sorted(rows)[:count]]


def _has_letters(rows: Sequence[_Row]) -> bool:
    return any(char.isalpha() for row in rows for _, text in row for char in text)
