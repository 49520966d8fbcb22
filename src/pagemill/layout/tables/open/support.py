"""The rules and shades of a page, by height: which go with an area of it. Lengths in points."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace

from pagemill.layout.lines import sane
from pagemill.layout.tables.ruled.edges import Edge
from pagemill.model.page import Box, Marks, around

NEAR = 1.5  # line heights around a table in which its rules stand
BROAD = 0.6  # of its width: what a rule or a shade that supports it covers
LOW, LOW_BETWEEN = 9.0, 9.0  # line heights: a taller shade is a background, white parts tables
MOST_OPEN = 4  # tables side by side
ALONG = 0.8  # of a table's height: the sides of its frame
NEAR_CAPTION = 3.0  # line heights between a table and its caption
_SLACK = 2.0


class Support:
    """Sorted once, asked for many areas. `captions` are those of tables, a few."""

    def __init__(self, level: Sequence[Edge], marks: Marks, captions: Sequence[Box] = ()) -> None:
        self._captions = captions
        self._level = sorted(level, key=lambda edge: edge.at)
        self._at = [edge.at for edge in self._level]
        self._shades = _bands(list(map(sane, marks.fills)))
        self._tops = [shade.y0 for shade in self._shades]
        self._rules = sorted(map(sane, marks.rules), key=_middle)
        self._middles = [_middle(rule) for rule in self._rules]

    def of(self, box: Box, height: float) -> int:
        """How many level rules, and low shades, stand in the box or close to it and as wide, and
        whether a caption stands above or below. `height` is that of a line.
        """
        first, last = box.y0 - NEAR * height, box.y1 + NEAR * height
        edges = self._level[bisect_left(self._at, first) : bisect_right(self._at, last)]
        shades = self._shades[bisect_left(self._tops, first) : bisect_right(self._tops, last)]
        low = [s for s in shades if s.y1 < last and s.height < LOW * height]
        return (
            sum(_is_broad(edge.first, edge.last, box) for edge in edges)
            + sum(_is_broad(shade.x0, shade.x1, box) for shade in low)
            + self._has_caption(box, NEAR_CAPTION * height)
        )

    def is_framed(self, box: Box) -> bool:
        """Whether upright rules run along both of its sides."""
        high = [r for r in self._rules if r.height > r.width and _covers(r, box)]
        return all(any(abs(r.x0 - x) < 2 * _SLACK for r in high) for x in (box.x0, box.x1))

    def _has_caption(self, box: Box, near: float) -> bool:
        return any(
            caption.x0 < box.x1
            and box.x0 < caption.x1
            and -_SLACK < max(box.y0 - caption.y1, caption.y0 - box.y1) < near
            for caption in self._captions
        )

    def striped(self, height: float) -> list[Box]:
        """What rows shaded in turn take up, one box for each table that may be so."""
        found: list[Box] = []
        for shade in self._shades:
            if shade.height > LOW * height:
                continue
            for index, box in enumerate(found[-MOST_OPEN:], start=max(0, len(found) - MOST_OPEN)):
                is_next = shade.y0 - box.y1 < LOW_BETWEEN * height
                if is_next and abs(box.x0 - shade.x0) + abs(box.x1 - shade.x1) < 2 * _SLACK:
                    found[index] = around([box, shade])
                    break
            else:
                found.append(shade)
        return found

    def borders_in(self, box: Box) -> list[Box]:
        """The rules, level and upright, that have their middle in the box, and upper and lower
        sides of low shades as rules.
        """
        first = bisect_left(self._middles, box.y0 - _SLACK)
        rules = self._rules[first : bisect_right(self._middles, box.y1 + _SLACK)]
        found = [r for r in rules if box.x0 - _SLACK <= (r.x0 + r.x1) / 2 <= box.x1 + _SLACK]
        first = bisect_left(self._tops, box.y0 - _SLACK)
        shades = self._shades[first : bisect_right(self._tops, box.y1 + _SLACK)]
        for shade in shades:
            if _is_broad(shade.x0, shade.x1, box) and shade.height < box.height:
                found += [replace(shade, y1=shade.y0), replace(shade, y0=shade.y1)]
        return found


def _bands(fills: list[Box]) -> list[Box]:
    """Shades from top to bottom, those side by side as one: rows are often shaded cell by cell."""
    fills.sort(key=lambda fill: (round(fill.y0), round(fill.y1), fill.x0))
    found: list[Box] = []
    for fill in fills:
        last = found[-1] if found else None
        if last and _are_beside(last, fill):
            found[-1] = around([last, fill])
        else:
            found.append(fill)
    return sorted(found, key=lambda band: band.y0)


def _are_beside(a: Box, b: Box) -> bool:
    is_level = abs(a.y0 - b.y0) < _SLACK and abs(a.y1 - b.y1) < _SLACK
    return is_level and a.x0 - _SLACK < b.x0 < a.x1 + _SLACK


def _covers(rule: Box, box: Box) -> bool:
    return min(rule.y1, box.y1) - max(rule.y0, box.y0) > ALONG * box.height


def _middle(rule: Box) -> float:
    return (rule.y0 + rule.y1) / 2


def _is_broad(first: float, last: float, box: Box) -> bool:
    shared = min(last, box.x1) - max(first, box.x0)
    return shared > BROAD * max(box.width, last - first)
