"""Rows of a formula over each other: fractions, limits and matrices, read in the file's order.

By place alone, a fraction comes apart into three rows. A text layer tells better: between two
pieces of a row the file has what stands between them on the page, however high or low.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from pagemill.layout.lines import Line

MAX_LETTERS = 24  # of a piece over or under a row
NEIGHBOURS = 4  # rows above and below
HIGH, ROOM = 1.6, 0.3  # type sizes: how far above or below, how much may lie on a piece of the row


@dataclass(frozen=True, slots=True)
class Stack:
    """A row with the pieces that stand over and under it, if any."""

    row: list[Line]
    held: list[Line]


def stacks(rows: Sequence[list[Line]]) -> list[Stack]:
    """Each piece stands once in the answer. `rows` are from top to bottom."""
    found = [Stack(row, []) for row in rows]
    longest = sorted(range(len(found)), key=lambda at: -sum(len(p.text) for p in found[at].row))
    for at in longest:
        row = _Row.of(found[at].row)
        if row is not None:
            for near in (
                *found[max(0, at - NEIGHBOURS) : at],
                *found[at + 1 : at + 1 + NEIGHBOURS],
            ):
                if not near.held:
                    _take(found[at], row, near)
    return [stack for stack in found if stack.row]


def _take(home: Stack, row: "_Row", near: Stack) -> None:
    """Moves the pieces between those of a row from their own row to it."""
    taken = [piece for piece in near.row if row.has_between(piece)]
    if taken:
        gone = set(map(id, taken))
        home.held.extend(taken)
        near.row[:] = [piece for piece in near.row if id(piece) not in gone]


@dataclass(frozen=True, slots=True)
class _Row:
    """Pieces from left to right and their places in the file, which go up."""

    pieces: list[Line]
    places: list[int]

    @classmethod
    def of(cls, row: Sequence[Line]) -> "_Row | None":
        """None where the file has them in another order."""
        if len(row) < 2 or not all(_is_drawn(piece) for piece in row):
            return None
        pieces = sorted(row, key=lambda piece: piece.place)
        edges = [piece.box.x0 for piece in pieces]
        return cls(pieces, [piece.place for piece in pieces]) if edges == sorted(edges) else None

    def has_between(self, piece: Line) -> bool:
        """Whether it comes between the same two pieces in the file and on the page."""
        if not _is_drawn(piece) or len(piece.text) > MAX_LETTERS:
            return False
        at = bisect_left(self.places, piece.place)
        if not 0 < at < len(self.places):
            return False
        before, after = self.pieces[at - 1], self.pieces[at]
        size = max(before.font_size, after.font_size)
        gaps = piece.box.x0 - before.box.x1, after.box.x0 - piece.box.x1
        return abs(piece.middle - before.middle) <= HIGH * size and min(gaps) >= -ROOM * size


def _is_drawn(piece: Line) -> bool:
    """Whether it is of a text layer, so that its place in the file says something."""
    return not piece.fixed and piece.font_size > 0 and piece.place >= 0
