"""The rules and shades of a page, by height: which go with an area of it. Lengths in points."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from pagemill.layout.lines import sane
from pagemill.layout.tables.edges import Edge
from pagemill.model.page import Box, Marks

NEAR = 1.5  # line heights around a table in which its rules stand
BROAD = 0.6  # of its width: what a rule or a shade that supports it covers
LOW = 4.0  # line heights: a taller shade is a background
_SLACK = 2.0


class Support:
    """Sorted once, asked for many areas."""

    def __init__(self, level: Sequence[Edge], marks: Marks) -> None:
        self._level = sorted(level, key=lambda edge: edge.at)
        self._at = [edge.at for edge in self._level]
        self._shades = sorted(map(sane, marks.fills), key=lambda shade: shade.y0)
        self._tops = [shade.y0 for shade in self._shades]
        self._rules = sorted(map(sane, marks.rules), key=_middle)
        self._middles = [_middle(rule) for rule in self._rules]

    def of(self, box: Box, height: float) -> int:
        """How many level rules, and low shades, stand in the box or close to it and as wide.
        `height` is that of a line.
        """
        first, last = box.y0 - NEAR * height, box.y1 + NEAR * height
        edges = self._level[bisect_left(self._at, first) : bisect_right(self._at, last)]
        shades = self._shades[bisect_left(self._tops, first) : bisect_right(self._tops, last)]
        low = [s for s in shades if s.y1 < last and s.height < LOW * height]
        return sum(_is_broad(edge.first, edge.last, box) for edge in edges) + sum(
            _is_broad(shade.x0, shade.x1, box) for shade in low
        )

    def rules_in(self, box: Box) -> list[Box]:
        """Those, level and upright, that have their middle in the box."""
        first = bisect_left(self._middles, box.y0 - _SLACK)
        rules = self._rules[first : bisect_right(self._middles, box.y1 + _SLACK)]
        return [r for r in rules if box.x0 - _SLACK <= (r.x0 + r.x1) / 2 <= box.x1 + _SLACK]


def _middle(rule: Box) -> float:
    return (rule.y0 + rule.y1) / 2


def _is_broad(first: float, last: float, box: Box) -> bool:
    shared = min(last, box.x1) - max(first, box.x0)
    return shared > BROAD * max(box.width, last - first)
