"""Tables without upright rules: rows of text with gaps in step, between level rules or by
themselves.

Level rules of one width hold the rows of a table between them (`stacked`). Elsewhere rows join as
long as their gaps stand over each other (`in_step`). Whether that is a table is judged apart.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from pagemill.layout.captions import TABLE_WORD, names_caption
from pagemill.layout.lines import Line
from pagemill.layout.tables.edges import Edge
from pagemill.layout.tables.unruled import text_lines
from pagemill.model.page import Box

WIDE, LOOSE = 0.8, 0.4  # line heights: what parts two cells, and what may do so at a lane
SHARED = 0.3  # line heights that two gaps must have in common
LEAP = 2.2  # line heights from one row to the next of its table
MOST_LANES = 8  # rows of the table that show white between its columns
LOOK_BACK = 3  # rows of the table that a new one may be in step with
MOST_ALONE = 2  # lines in one piece between rows of cells
MAX_WIDTHS = 20  # of rules on a page that may hold tables
UNDER = 0.5  # line heights between the lines of one cell
BESIDE = 0.2  # line heights by which a line reaches beside the next one
MOST_HEADS, CLOSE = 3, 0.7  # rows of heads over a run, line heights between them
SAME_END = 6.0  # points by which rules of one table may differ at their ends
SHORTEST = 60.0  # points: a rule that is shorter underlines a word
SPARSE = 3.5  # line heights of room for each row between two rules: a page's have more
LONG_WORDS = 12  # words in one piece that make it prose

_Gap = tuple[float, float]


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

    def gaps(self, height: float) -> list[_Gap]:
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


# ---------------------------------------------------------------- rows in step


def in_step(rows: Sequence[TextRow], height: float) -> Iterator[list[TextRow]]:
    """Runs of rows whose gaps stand over each other, with what stands between them."""
    start = done = 0
    while start < len(rows):
        later = (rows[index] for index in range(start, len(rows)))
        run = going_on([], later, height) if rows[start].gaps(height) else []
        if run:
            heads = _heads(rows[max(done, start - MOST_HEADS) : start], run, height)
            end = start + len(run)
            done = end + _count_under(run, rows[end : end + MOST_ALONE], height)
            yield [*heads, *rows[start:done]]
        start = done if run else start + 1


def _heads(above: Sequence[TextRow], run: Sequence[TextRow], height: float) -> list[TextRow]:
    """Rows close above a run that stand over its columns, but not over the first, and those that
    reach down to it.
    """
    end = run[0].gaps(height)[0][0]
    last = max(piece.box.x1 for row in run for piece in row.pieces)
    found = reaching_down(above, run, height)
    before = found[0] if found else run[0]
    for row in reversed(above[: len(above) - len(found)]):
        first, right = row.pieces[0].box.x0, row.pieces[-1].box.x1
        if (
            _space(row, before, upward=False) > CLOSE * height
            or first < end
            or right > last + height
            or row.is_caption
        ):
            break
        found.insert(0, row)
        before = row
    return found


def reaching_down(above: Sequence[TextRow], run: Sequence[TextRow], height: float) -> list[TextRow]:
    """Rows above a run that reach down to it: a head of two lines, others at its middle."""
    parted = [row for row in run[:MOST_LANES] if row.gaps(height)]
    found: list[TextRow] = []
    before = run[0]
    for row in reversed(above[-MOST_HEADS:]):
        is_beside = row.bottom - before.top > BESIDE * height
        if row.is_caption or not is_beside or not keep_to_lanes([row], parted, height):
            break
        found.insert(0, row)
        before = row
    return found


def going_on(
    run: Sequence[TextRow], rows: Iterable[TextRow], height: float, *, upward: bool = False
) -> list[TextRow]:
    """The rows that come next and are in step with the last ones of a run, or with the first of
    their own. Rows without gaps belong to it if one in step follows.
    """
    parted = [row for row in run if row.gaps(height)]
    gaps = [row.gaps(height) for row in parted]
    found: list[TextRow] = []
    waiting: list[TextRow] = []
    alone = 0
    before = run[-1] if run else None
    for row in rows:
        if (before and _space(before, row, upward=upward) >= LEAP * height) or row.is_caption:
            break
        before = row
        own = row.gaps(height)
        if not own and is_loose(row, parted[-MOST_LANES:], height):
            found += [*waiting, row]
            waiting, alone = [], 0
        elif not own:
            alone += not keep_to_lanes([row], parted[-MOST_LANES:], height)
            if alone > MOST_ALONE or (alone and row.is_prose):
                break
            waiting.append(row)
        elif not gaps or _are_in_step(row, own, gaps, parted, height):
            found += [*waiting, row]
            waiting, alone = [], 0
            gaps.append(own)
            parted.append(row)
        else:
            break
    return found


def _are_in_step(
    row: TextRow,
    own: Sequence[_Gap],
    gaps: Sequence[Sequence[_Gap]],
    parted: Sequence[TextRow],
    height: float,
) -> bool:
    if any(_meet(own, g, height) for g in gaps[-LOOK_BACK:]):
        return True
    return keep_to_lanes([row], parted[-MOST_LANES:], height)


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


def _meets(a: _Gap, b: _Gap) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _lanes(rows: Sequence[TextRow], height: float) -> list[_Gap]:
    found: list[_Gap] = []
    end = float("inf")
    for x0, x1 in sorted((p.box.x0, p.box.x1) for row in rows for p in row.pieces):
        if x0 > end + SHARED * height:
            found.append((end, x0))
        end = x1 if end == float("inf") else max(end, x1)
    return found


def _space(before: TextRow, row: TextRow, *, upward: bool) -> float:
    return before.top - row.bottom if upward else row.top - before.bottom


def _meet(a: Sequence[_Gap], b: Sequence[_Gap], height: float) -> bool:
    """Whether at least half of the gaps of the one that has fewer stand over gaps of the other."""
    few, many = sorted((a, b), key=len)
    met = index = 0
    for first, last in few:
        while index < len(many) and many[index][1] < first + SHARED * height:
            index += 1
        if index < len(many) and min(last, many[index][1]) - max(first, many[index][0]) >= (
            SHARED * height
        ):
            met += 1
    return 2 * met >= len(few)


# ---------------------------------------------------------------- rows between rules


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
    return count + _count_under(rows[:count], rows[count:], height) if count else 0


def _count_under(run: Sequence[TextRow], rows: Iterable[TextRow], height: float) -> int:
    """How many of the rows that follow go on close under a cell of a row. Under its first cell they
    do so only where they reach up to it: a cell of two lines, others at its middle.
    """
    parted = [row for row in run[-MOST_LANES:] if row.gaps(height)]
    if not parted:
        return 0
    gaps = parted[-1].gaps(height)
    count, before = 0, run[-1]
    for row in rows:
        box = row.pieces[0].box
        white = row.top - before.bottom
        if len(row.pieces) > 1 or white > UNDER * height or (white > 0 and box.x0 < gaps[0][0]):
            break
        is_over = any(box.x0 < (a + b) / 2 < box.x1 for a, b in gaps)
        if is_over and not (len(parted) > 1 and keep_to_lanes([row], parted, height)):
            break
        count, before = count + 1, row
    return count
