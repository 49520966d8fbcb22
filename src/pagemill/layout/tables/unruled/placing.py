"""The values that tables without full ruling are made with: lines of pieces in their columns."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from pagemill.layout.lines import Line
from pagemill.layout.tables.unruled.gaps import Extent

_PART = 0.35  # of the narrower of a piece and a column: what they share where it stands in it
MOSTLY = 0.6  # of a column's cells: more that are values make it a column of values
_ABSENT = frozenset(
    {"-", "–", "—", "−", "n/a", "na", "n.a.", "nd", "n.d.", "ns", "n.s.", "..", "…"}
)
_HEADER = re.compile(r"=|^\(.*[^\W\d]")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece, with the first and the last column that it stands in."""

    line: Line
    first: int
    last: int

    @property
    def spans(self) -> bool:
        return self.last > self.first

    @property
    def columns(self) -> range:
        return range(self.first, self.last + 1)


@dataclass(frozen=True)
class TextLine:
    """Pieces on one line of text, from left to right; at least one."""

    pieces: tuple[Placed, ...]

    @cached_property
    def middle(self) -> float:
        return sum(piece.line.middle for piece in self.pieces) / len(self.pieces)

    @cached_property
    def filled(self) -> frozenset[int]:
        return frozenset(column for piece in self.pieces for column in piece.columns)

    @property
    def is_label(self) -> bool:
        """Whether nothing stands on it but one piece at the left edge."""
        return len(self.pieces) == 1 and self.pieces[0].first == 0

    def over(self, first: int, last: int) -> list[Placed]:
        """The pieces in any of these columns."""
        return [p for p in self.pieces if p.first <= last and p.last >= first]


def is_value(text: str) -> bool:
    """Whether a cell says a number, with its unit or error, or that there is none."""
    if text.strip().casefold() in _ABSENT:
        return True
    known = [c for c in text if c.isalnum()]
    digits = sum(c.isdigit() for c in known)
    least = 2 if _HEADER.search(text) else 1  # "(n = 42)", "(95 % CI)"
    return digits > 0 and digits >= least * (len(known) - digits)


def is_year(text: str) -> bool:
    return _YEAR.fullmatch(text.strip()) is not None


def value_columns(lines: Iterable[TextLine]) -> frozenset[int]:
    """Columns whose cells mostly are values."""
    cells, values = Counter[int](), Counter[int]()
    for line in lines:
        for piece in line.pieces:
            if not piece.spans:
                cells[piece.first] += 1
                values[piece.first] += is_value(piece.line.text)
    return frozenset(c for c, count in cells.items() if values[c] >= MOSTLY * count)


def place(piece: Line, columns: Sequence[Extent]) -> Placed:
    """In the columns that it covers a good part of, or fills a good part of itself."""
    x0, x1 = piece.box.x0, piece.box.x1
    met = [
        index
        for index, column in enumerate(columns)
        if min(x1, column.x1) - max(x0, column.x0) > _PART * min(x1 - x0, column.x1 - column.x0)
    ]
    if met:
        return Placed(piece, met[0], met[-1])
    nearest = min(range(len(columns)), key=lambda i: _distance(piece, columns[i]))
    return Placed(piece, nearest, nearest)


def _distance(piece: Line, column: Extent) -> float:
    return max(column.x0 - piece.box.x1, piece.box.x0 - column.x1)
