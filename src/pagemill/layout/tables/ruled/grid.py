"""Edges that touch make a grid, and where an edge is missing between two places they are one slot.

A table may lack its outer frame: then its slots end where its edges do. Level rules drawn column by
column part a row that has no upright edges of its own. No grid has more than `MAX_PLACES` places.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pagemill.layout.tables.ruled.edges import REACH, SNAP, Edge, Edges
from pagemill.model.page import Box

MAX_PLACES = 10_000
FEWEST_EDGES = 4
LEAST_PART = 8.0  # points by which edges must stand out beyond the last one to make a column


@dataclass(frozen=True, slots=True)
class Slot:
    """Where one cell of a ruled table may stand. Rows and columns count from 0."""

    row: int
    column: int
    row_span: int
    column_span: int


@dataclass(frozen=True, slots=True)
class Grid:
    """`xs` and `ys` are the borders of columns and rows: one more than there are of those."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    slots: tuple[Slot, ...]

    @property
    def box(self) -> Box:
        return Box(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])

    def row_at(self, y: float) -> int | None:
        return _between(self.ys, y)

    def column_at(self, x: float) -> int | None:
        return _between(self.xs, x)

    def meets(self, box: Box) -> bool:
        return box.x1 > self.xs[0] and box.x0 < self.xs[-1]

    def sides(self, slot: Slot) -> tuple[float, float]:
        return self.xs[slot.column], self.xs[slot.column + slot.column_span]

    def box_of(self, slot: Slot) -> Box:
        left, right = self.sides(slot)
        return Box(left, self.ys[slot.row], right, self.ys[slot.row + slot.row_span])


def _between(borders: Sequence[float], place: float) -> int | None:
    """The number of the stretch between two borders, None outside of them."""
    index = bisect_right(borders, place) - 1
    return index if 0 <= index < len(borders) - 1 else None


@dataclass(slots=True)
class _Sets:
    """Which places are one, by union and find."""

    above: list[int]

    def root(self, one: int) -> int:
        while self.above[one] != one:
            self.above[one] = self.above[self.above[one]]
            one = self.above[one]
        return one

    def unite(self, one: int, other: int) -> None:
        a, b = self.root(one), self.root(other)
        self.above[max(a, b)] = min(a, b)


def areas(edges: Edges) -> list[Edges]:
    """Edges that cross or touch, in groups; lone edges are in none. The largest first."""
    level, upright = edges.level, edges.upright
    sets = _Sets(list(range(len(level) + len(upright))))
    places = [edge.at for edge in upright]
    touched = set[int]()
    for number, edge in enumerate(level):
        first = bisect_left(places, edge.first - REACH)
        for other in range(first, bisect_right(places, edge.last + REACH)):
            if upright[other].covers(edge.at, REACH):
                sets.unite(number, len(level) + other)
                touched |= {number, len(level) + other}
    found: dict[int, list[int]] = {}
    for number in sorted(touched):
        found.setdefault(sets.root(number), []).append(number)
    parts = [
        Edges(
            tuple(level[n] for n in group if n < len(level)),
            tuple(upright[n - len(level)] for n in group if n >= len(level)),
        )
        for group in found.values()
    ]
    return sorted(parts, key=_extent, reverse=True)


def _extent(area: Edges) -> float:
    """How much of the page the edges enclose: what holds others comes before them."""
    wide = max(edge.last for edge in area.level) - min(edge.first for edge in area.level)
    high = max(edge.last for edge in area.upright) - min(edge.first for edge in area.upright)
    return wide * high


def grid_of(area: Edges) -> Grid | None:
    """None where there are no two rows or no two columns, or far too many, or two axes."""
    if len(area.level) + len(area.upright) < FEWEST_EDGES:
        return None
    xs = _borders(area.upright, area.level)
    ys = _borders(area.level, area.upright)
    xs = _with_breaks(xs, area)
    if min(len(xs), len(ys)) < 3 or len(xs) * len(ys) > MAX_PLACES:
        return None
    walls = _Walls(xs, ys, area)
    return Grid(tuple(xs), tuple(ys), tuple(_slots(walls)))


def _borders(edges: Sequence[Edge], across: Sequence[Edge]) -> list[float]:
    """Where the edges stand, and where those that cross them end, if that is farther out."""
    borders: list[float] = []
    for edge in sorted(edges, key=lambda edge: edge.at):
        if not borders or edge.at - borders[-1] > SNAP:
            borders.append(edge.at)
    if not borders or not across:
        return borders
    first, last = (_agreed(sorted(ends)) for ends in _ends(across))
    if first < borders[0] - LEAST_PART:
        borders.insert(0, first)
    if last > borders[-1] + LEAST_PART:
        borders.append(last)
    return borders


def _ends(edges: Sequence[Edge]) -> tuple[list[float], list[float]]:
    return [edge.first for edge in edges], [edge.last for edge in edges]


def _agreed(ends: list[float]) -> float:
    """The end that most of the edges have."""
    best, most = ends[0], 0
    for index, end in enumerate(ends):
        count = bisect_right(ends, end + SNAP) - index
        if count > most:
            best, most = end, count
    return best


def _with_breaks(xs: list[float], area: Edges) -> list[float]:
    """Adds the places where two level edges or more are broken."""
    if not xs:
        return xs
    places = sorted(place for edge in area.level for place in edge.breaks)
    found = list(xs)
    index = 0
    while index < len(places):
        end = bisect_right(places, places[index] + SNAP)
        middle = places[(index + end - 1) // 2]
        if end - index > 1 and all(abs(middle - x) > 2 * SNAP for x in _near(xs, middle)):
            found.append(middle)
        index = end
    return sorted(found)


def _near(xs: Sequence[float], place: float) -> Sequence[float]:
    index = bisect_left(xs, place)
    return xs[max(0, index - 1) : index + 1]


@dataclass(slots=True)
class _Walls:
    """`right` has the columns, by row, that end at a wall; `below` those, by row, that end at a
    floor.
    """

    xs: Sequence[float]
    ys: Sequence[float]
    area: Edges
    right: list[set[int]] = field(default_factory=list)
    below: list[set[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        across, along = len(self.xs) - 1, len(self.ys) - 1
        self.right = [set[int]() for _ in range(along)]
        self.below = [set[int]() for _ in range(along)]
        for edge in self.area.upright:
            for row in _covered(edge, self.ys):
                self.right[row].add(_place(self.xs, edge.at) - 1)
        for edge in self.area.level:
            row = _place(self.ys, edge.at) - 1
            if row >= 0:
                self.below[row].update(_covered(edge, self.xs))
        self._break()
        for row in range(along):
            self.right[row].add(across - 1)
        self.below[-1].update(range(across))

    def _break(self) -> None:
        """Rows without walls inside get theirs from the breaks of the edges above and below."""
        broken: list[set[int]] = [set() for _ in self.ys]
        for edge in self.area.level:
            columns = {_place(self.xs, place) - 1 for place in edge.breaks}
            broken[_place(self.ys, edge.at)] |= columns
        inner = set(range(len(self.xs) - 2))
        for row, (above, below) in enumerate(pairwise(broken)):
            if not self.right[row] & inner:
                both = above & below if above and below else above | below
                self.right[row] |= both & inner


def _covered(edge: Edge, borders: Sequence[float]) -> Iterable[int]:
    """The rows or columns whose middle an edge passes."""
    return [
        index
        for index in range(
            max(0, bisect_left(borders, edge.first) - 1),
            min(len(borders) - 1, bisect_right(borders, edge.last)),
        )
        if edge.covers((borders[index] + borders[index + 1]) / 2)
    ]


def _place(borders: Sequence[float], at: float) -> int:
    """The border that stands closest."""
    index = bisect_left(borders, at)
    near = [n for n in (index - 1, index) if 0 <= n < len(borders)]
    return min(near, key=lambda n: abs(borders[n] - at))


def _slots(walls: _Walls) -> Iterator[Slot]:
    """Places that no edge parts are one slot if they make a rectangle, else one for each row."""
    across, along = len(walls.xs) - 1, len(walls.ys) - 1
    sets = _Sets(list(range(across * along)))
    for row in range(along):
        for column in range(across):
            place = row * across + column
            if column not in walls.right[row] and column + 1 < across:
                sets.unite(place, place + 1)
            if column not in walls.below[row] and row + 1 < along:
                sets.unite(place, place + across)
    groups: dict[int, list[int]] = {}
    for place in range(across * along):
        groups.setdefault(sets.root(place), []).append(place)
    for group in groups.values():
        yield from _rectangles(group, across)


def _rectangles(places: list[int], across: int) -> Iterator[Slot]:
    rows = [place // across for place in places]
    columns = [place % across for place in places]
    top, left = min(rows), min(columns)
    high, wide = max(rows) - top + 1, max(columns) - left + 1
    if high * wide == len(places):
        yield Slot(top, left, high, wide)
        return
    for row in sorted(set(rows)):
        inside = sorted(c for r, c in zip(rows, columns, strict=True) if r == row)
        starts = [c for n, c in enumerate(inside) if not n or inside[n - 1] != c - 1]
        for start in starts:
            end = start
            while end + 1 in inside:
                end += 1
            yield Slot(row, start, 1, end - start + 1)
