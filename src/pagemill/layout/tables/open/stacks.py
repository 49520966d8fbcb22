"""Stacks: rows of text between some level rules of one width."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pagemill.layout.lines import Line
from pagemill.layout.tables.open.aligned import LEAP, MOST_ALONE, count_under
from pagemill.layout.tables.open.lanes import TextRow, keep_to_lanes, text_rows
from pagemill.layout.tables.ruled.edges import Edge
from pagemill.model.page import Box

MAX_WIDTHS = 20  # of rules on a page that may hold tables
SAME_END = 6.0  # points by which rules of one table may differ at their ends
SHORTEST = 60.0  # points: a rule that is shorter underlines a word
SPARSE = 3.5  # line heights of room for each row between two rules: a page's have more


@dataclass(frozen=True, slots=True)
class Stack:
    """Rows between some level rules of one width, from top to bottom."""

    rules: tuple[Edge, ...]
    rows: list[TextRow]

    @property
    def first(self) -> Edge:
        return self.rules[0]

    @property
    def last(self) -> Edge:
        return self.rules[-1]

    @property
    def box(self) -> Box:
        return Box(self.first.first, self.first.at, self.first.last, self.bottom)

    @property
    def bottom(self) -> float:
        return max([self.last.at, *(row.bottom for row in self.rows[-1:])])

    def without_notes(self, height: float) -> "Stack":
        """The same, lines at its end that belong to no cell left out."""
        count = _count_without_notes(self.rows, height)
        if count == len(self.rows):
            return self
        end = self.rows[count - 1].bottom if count else self.first.at
        rules = tuple(rule for rule in self.rules if rule.at < end)
        return Stack(rules or self.rules[:1], self.rows[:count])


def stacked(edges: Sequence[Edge], lines: Sequence[Line], height: float) -> Iterator[Stack]:
    """`edges` are sorted from top to bottom."""
    for group in _of_one_width(edges)[:MAX_WIDTHS]:
        rows = text_rows([line for line in lines if _is_between(line, group)], height)
        middles = [row.middle for row in rows]
        rules: list[Edge] = []
        held: list[TextRow] = []
        for above, below in pairwise(group):
            between = rows[bisect_right(middles, above.at) : bisect_left(middles, below.at)]
            if _may_belong(between, below.at - above.at, height):
                rules = [*(rules or [above]), below]
                held += between
                continue
            if held:
                yield Stack(tuple(rules), held)
            rules, held = [], []
        if held:
            yield Stack(tuple(rules), held)


def _of_one_width(edges: Sequence[Edge]) -> list[list[Edge]]:
    groups: list[list[Edge]] = []
    for edge in edges:
        if edge.length < SHORTEST:
            continue
        for group in groups:
            last = group[-1]
            if abs(last.first - edge.first) + abs(last.last - edge.last) < 2 * SAME_END:
                group.append(edge)
                break
        else:
            groups.append([edge])
    return [group for group in groups if len(group) > 1]


def _is_between(line: Line, group: Sequence[Edge]) -> bool:
    first, last = group[0], group[-1]
    return not line.fixed and first.at < line.middle < last.at and first.covers(line.center)


def _may_belong(rows: Sequence[TextRow], room: float, height: float) -> bool:
    """Rows of cells, or a line or two that stand close to their rules."""
    if not rows:
        return room < LEAP * height
    if any(row.is_prose for row in rows) or room > SPARSE * height * (len(rows) + 1):
        return False
    parted = [row for row in rows if row.gaps(height)]
    if not parted:
        return len(rows) <= MOST_ALONE and room < 1.8 * height * (len(rows) + 1)
    if 3 * len(parted) >= len(rows) or _goes_on(rows, height):
        return True
    return keep_to_lanes(rows, parted, height)


def _goes_on(rows: Sequence[TextRow], height: float) -> bool:
    """Whether a row of cells comes first, and what follows stands under one of them."""
    gaps = rows[0].gaps(height)
    return bool(gaps) and not any(
        piece.box.x0 < middle < piece.box.x1
        for row in rows[1:]
        for piece in row.pieces
        for middle in ((first + last) / 2 for first, last in gaps)
    )


def _count_without_notes(rows: Sequence[TextRow], height: float) -> int:
    """Up to the last row of cells and the lines that go on under one of them, not the first."""
    count = max((n for n, row in enumerate(rows, start=1) if row.gaps(height)), default=0)
    return count + count_under(rows[:count], rows[count:], height) if count else 0
