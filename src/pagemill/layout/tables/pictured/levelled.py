"""Lines of a page that may lie askew, moved to the upright page, where rules are level, and back.

Pieces cut from lines remember what they are of.
"""

from collections.abc import Sequence
from dataclasses import replace

from pagemill.layout.lines import Line
from pagemill.layout.tables.ruled.edges import Edge
from pagemill.layout.tables.unruled.halves import cut_at
from pagemill.model.page import Box
from pagemill.model.upright import Upright

REACH = 1.0  # line heights beside a rule where a line that runs across it may be cut
ACROSS = 0.3  # line heights that a line reaches beyond a rule on both sides


class Levelled:
    """`lines` are the given ones with their `box` on the upright page."""

    def __init__(self, given: Sequence[Line], upright: Upright) -> None:
        self.lines = [replace(line, box=upright.level(line.shown)) for line in given]
        both = zip(self.lines, given, strict=True)
        # The pieces are held too: what is gone may leave its id to another.
        self._origins = {id(level): (level, level, line) for level, line in both}

    def cut(self, line: Line, uprights: Sequence[Edge], height: float) -> list[Line]:
        """The line in pieces where it runs across upright rules; a space is found for each."""
        across = ACROSS * height
        xs = [
            (edge.at, edge.at)
            for edge in uprights
            if edge.covers(line.middle) and line.box.x0 + across < edge.at < line.box.x1 - across
        ]
        pieces = cut_at(line, xs, REACH * height) if xs else []
        if len(pieces) < 2:
            return [line]
        _, level, given = self._origins[id(line)]
        self._origins |= {id(piece): (piece, level, given) for piece in pieces}
        return pieces

    def given(self, piece: Line) -> Line:
        """The line as it was given, or the part of it that a piece is."""
        _, level, line = self._origins[id(piece)]
        if piece is level:
            return line
        share = line.box.width / max(1e-6, level.box.width)
        left = line.box.x0 + share * (piece.box.x0 - level.box.x0)
        right = left + share * piece.box.width
        return replace(piece, box=Box(left, line.box.y0, right, line.box.y1))
