"""Rules become edges: straight, level or upright, pieces that lie in one line joined.

Files draw a rule as one line, as a double line, or cell by cell. Where the pieces of level rules
end and the next ones begin is remembered as a break: there stands the border of a column, though
no rule is drawn. Lengths in points. Sorting is all the work: n log n, and no more than `MAX_EDGES`
of each direction go on, the longest ones.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pagemill.layout.lines import sane
from pagemill.model.page import Box

SNAP = 3.0  # edges closer than this are one
REACH = 3.0  # by how much an edge may miss the one it ends at
MAX_EDGES = 400


@dataclass(frozen=True, slots=True)
class Edge:
    """`at` is its y when level, its x when upright; `first` to `last` is how far it runs. `breaks`
    are where its pieces part.
    """

    at: float
    first: float
    last: float
    breaks: tuple[float, ...] = ()

    @property
    def length(self) -> float:
        return self.last - self.first

    def covers(self, place: float, slack: float = 0.0) -> bool:
        return self.first - slack <= place <= self.last + slack


@dataclass(frozen=True, slots=True)
class Edges:
    level: tuple[Edge, ...] = ()
    upright: tuple[Edge, ...] = ()

    @property
    def heights(self) -> tuple[float, float]:
        """Top and bottom of all of them; there must be one."""
        tops = [edge.at for edge in self.level] + [edge.first for edge in self.upright]
        return min(tops), max([edge.at for edge in self.level] + [e.last for e in self.upright])


def edges_of(rules: Iterable[Box]) -> Edges:
    """Both sorted by where they stand."""
    level: list[Edge] = []
    upright: list[Edge] = []
    for rule in map(sane, rules):
        if rule.width >= rule.height:
            level.append(Edge((rule.y0 + rule.y1) / 2, rule.x0, rule.x1))
        else:
            upright.append(Edge((rule.x0 + rule.x1) / 2, rule.y0, rule.y1))
    return Edges(_longest(_joined(level)), _longest(_joined(upright)))


def sides_of(fills: Iterable[Box]) -> Iterator[Box]:
    """The four sides of each shaded area, as rules without thickness."""
    for box in map(sane, fills):
        yield Box(box.x0, box.y0, box.x1, box.y0)
        yield Box(box.x0, box.y1, box.x1, box.y1)
        yield Box(box.x0, box.y0, box.x0, box.y1)
        yield Box(box.x1, box.y0, box.x1, box.y1)


def _longest(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    longest = sorted(edges, key=lambda edge: -edge.length)[:MAX_EDGES]
    return tuple(sorted(longest, key=lambda edge: (edge.at, edge.first)))


def _joined(edges: list[Edge]) -> Iterator[Edge]:
    for group in groups(sorted(edges, key=lambda edge: edge.at)):
        yield from _in_one_line(group)


def groups(edges: Sequence[Edge]) -> Iterator[list[Edge]]:
    """Edges sorted by where they stand, those in a group closer than `SNAP` to its first."""
    group: list[Edge] = []
    for edge in edges:
        if group and edge.at - group[0].at > SNAP:
            yield group
            group = []
        group.append(edge)
    if group:
        yield group


def _in_one_line(group: list[Edge]) -> Iterator[Edge]:
    """What touches or overlaps is one edge, which stands where its longest piece does."""
    group.sort(key=lambda edge: edge.first)
    pieces: list[Edge] = []
    last = 0.0
    for edge in group:
        if pieces and edge.first > last + REACH:
            yield _whole(pieces)
            pieces = []
        last = max(last, edge.last) if pieces else edge.last
        pieces.append(edge)
    if pieces:
        yield _whole(pieces)


def _whole(pieces: list[Edge]) -> Edge:
    at = max(pieces, key=lambda edge: edge.length).at
    first, last = pieces[0].first, max(edge.last for edge in pieces)
    return Edge(at, first, last, tuple(_breaks(pieces, last)))


def _breaks(pieces: list[Edge], end: float) -> Iterator[float]:
    """Where one piece ends and another begins; the pieces are sorted by where they begin."""
    ends = sorted(edge.last for edge in pieces)
    index, before = 0, float("-inf")
    for edge in pieces[1:]:
        while index < len(ends) - 1 and ends[index] < edge.first - REACH:
            index += 1
        met = abs(ends[index] - edge.first) <= REACH
        place = (ends[index] + edge.first) / 2
        if met and place - before > SNAP and end - place > SNAP:
            yield place
            before = place
