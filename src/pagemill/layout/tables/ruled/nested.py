"""Tables inside the cells of a table: their edges go, their text stays in the cell.

Without this the inner table's rules would cut the outer table all the way through.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

from pagemill.layout.tables.ruled.edges import SNAP, Edge, Edges

FULL = 0.9  # of the table's width or height: an edge that long runs through it

_Slot = tuple[int, int]


def without_nested(area: Edges) -> Edges:
    """The edges of one table. Those inside one of its cells go if they keep clear of its sides."""
    level, upright = (_full(edges) for edges in (area.level, area.upright))
    if len(level) < 3 or len(upright) < 3:
        return area
    ys, xs = [edge.at for edge in level], [edge.at for edge in upright]
    inner: defaultdict[_Slot, list[Edge]] = defaultdict(list)
    for edge in area.level:
        if edge not in level:
            inner[_slot((edge.first + edge.last) / 2, edge.at, xs, ys)].append(edge)
    nested = {slot for slot, edges in inner.items() if _keep_clear(edges, slot[0], xs)}
    return Edges(
        tuple(
            edge
            for edge in area.level
            if edge in level or _slot((edge.first + edge.last) / 2, edge.at, xs, ys) not in nested
        ),
        tuple(
            edge
            for edge in area.upright
            if edge in upright or _slot(edge.at, (edge.first + edge.last) / 2, xs, ys) not in nested
        ),
    )


def _full(edges: Sequence[Edge]) -> list[Edge]:
    longest = max((edge.length for edge in edges), default=0.0)
    return [edge for edge in edges if edge.length >= FULL * longest]


def _slot(x: float, y: float, xs: Sequence[float], ys: Sequence[float]) -> _Slot:
    return bisect_right(xs, x), bisect_right(ys, y)


def _keep_clear(edges: Sequence[Edge], column: int, xs: Sequence[float]) -> bool:
    """Whether two edges or more end before both sides of their column."""
    if not 0 < column < len(xs) or len(edges) < 2:
        return False
    left, right = xs[column - 1], xs[column]
    return all(edge.first > left + SNAP and edge.last < right - SNAP for edge in edges)
