"""Rows of text, and the lanes of white that run between their cells. Lengths in points."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from pagemill.layout.lines import Line
from pagemill.layout.tables.unruled.unruled import text_lines
from pagemill.layout.text.captions import TABLE_WORD, names_caption

WIDE, LOOSE = 0.8, 0.4  # line heights: what parts two cells, and what may do so at a lane
SHARED = 0.3  # line heights that two gaps must have in common
MOST_LANES = 8  # rows of the table that show white between its columns
LONG_WORDS = 12  # words in one piece that make it prose

Gap = tuple[float, float]


@dataclass(frozen=True)
class TextRow:
    pieces: tuple[Line, ...]

    @cached_property
    def top(self) -> float:
        return min(piece.box.y0 for piece in self.pieces)

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @cached_property
    def bottom(self) -> float:
        return max(piece.box.y1 for piece in self.pieces)

    def gaps(self, height: float) -> list[Gap]:
        """Between neighbours that stand clearly apart."""
        return [
            (a.box.x1, b.box.x0)
            for a, b in pairwise(self.pieces)
            if b.box.x0 - a.box.x1 > WIDE * height
        ]

    @cached_property
    def is_caption(self) -> bool:
        text = self.pieces[0].text
        return TABLE_WORD.match(text) is not None and names_caption(text)

    @property
    def is_prose(self) -> bool:
        return any(len(piece.text.split()) > LONG_WORDS for piece in self.pieces)


def text_rows(lines: Sequence[Line], height: float) -> list[TextRow]:
    """From top to bottom."""
    found = [TextRow(tuple(line)) for line in text_lines(lines, height)]
    return sorted(found, key=lambda row: row.middle)


def keep_to_lanes(rows: Sequence[TextRow], parted: Sequence[TextRow], height: float) -> bool:
    """Whether there is white from top to bottom between the cells of some rows that are parted,
    and no piece of the `rows` covers it: they go on with cells.
    """
    lanes = _lanes(parted, height)
    if not lanes:
        return False
    starts = [first for first, _ in lanes]
    for row in rows:
        for piece in row.pieces:
            index = bisect_left(starts, piece.box.x0)
            if index < len(lanes) and piece.box.x1 > lanes[index][1]:
                return False
    return True


def is_loose(row: TextRow, parted: Sequence[TextRow], height: float) -> bool:
    """Whether a row of one piece has wide spaces between words at all lanes that it reaches over,
    which are most of them, and nowhere else: it holds several cells.
    """
    piece = row.pieces[0]
    known = _lanes(parted, height)
    lanes = [(a, b) for a, b in known if piece.box.x0 < a and b < piece.box.x1]
    if 2 * len(lanes) <= len(known) or len(row.pieces) > 1 or row.is_caption:
        return False
    spaces = [(a, b) for (_, a), (b, _) in pairwise(piece.words) if b - a > LOOSE * height]
    return len(spaces) == len(lanes) and all(map(_meets, spaces, lanes))


def _meets(a: Gap, b: Gap) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _lanes(rows: Sequence[TextRow], height: float) -> list[Gap]:
    found: list[Gap] = []
    end = float("inf")
    for x0, x1 in sorted((p.box.x0, p.box.x1) for row in rows for p in row.pieces):
        if x0 > end + SHARED * height:
            found.append((end, x0))
        end = x1 if end == float("inf") else max(end, x1)
    return found
