"""Open tables: those without upright rules, found between level rules, then by their gaps alone."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice, pairwise

from pagemill.layout.columns import columns
from pagemill.layout.lines import Line, typical_height
from pagemill.layout.tables.aligned import Stack, TextRow, going_on, in_step, stacked, text_rows
from pagemill.layout.tables.edges import Edges
from pagemill.layout.tables.gaps import extents
from pagemill.layout.tables.judging import Rows, is_tabular
from pagemill.layout.tables.pieces import cut
from pagemill.layout.tables.support import Support
from pagemill.layout.tables.table import Table
from pagemill.layout.tables.unruled import cells_of
from pagemill.model.page import Box, Marks, around

MAX_LINES = 5_000
SHORT, FEWEST_SHORT = 25, 6  # letters; a page with fewer lines so short has none by gaps alone
MAX_STACKS = 40  # of rules on a page
MOST_HEAD, CLOSE = 2, 1.0  # rows above the first rule of a table, line heights from there
LOOSE = 0.4  # line heights between words that may be two cells


def open_tables_of(lines: Sequence[Line], edges: Edges, marks: Marks) -> Iterator[Table]:
    """`edges` are those of no ruled table. Each line stands in one table at most."""
    free = {id(line): line for line in lines if not line.fixed}
    if not free or len(free) > MAX_LINES:
        return
    height = typical_height(lines)
    support = Support(edges.level, marks)
    for found in islice(stacked(edges.level, list(free.values()), height), MAX_STACKS):
        if all(id(piece) in free for row in found.rows for piece in row.pieces):
            stack = found.without_notes(height)
            rows = _extended(stack, free, height)
            if rows:
                yield _table(rows, stack.box, support, free)
    if sum(len(line.text) <= SHORT for line in free.values()) >= FEWEST_SHORT:
        yield from _by_gaps(free, support, height)


def _by_gaps(free: dict[int, Line], support: Support, height: float) -> Iterator[Table]:
    for zone in columns(list(free.values())):
        for run in in_step(text_rows(zone, height), height):
            box = around([piece.box for row in run for piece in row.pieces])
            if len(run) > 1 and is_tabular(_rows(run, height, support.of(box, height))):
                yield _table(run, box, support, free)


def _extended(stack: Stack, free: dict[int, Line], height: float) -> list[TextRow]:
    """With the rows in step above its first rule and below its last one, as far as that is a
    table; none if it is none by itself.
    """
    count = len(stack.rules)
    if not is_tabular(_rows(stack.rows, height, count)):
        return []
    lines = [line for line in free.values() if stack.first.covers(line.center)]
    above = [line for line in lines if line.middle < stack.first.at]
    below = [line for line in lines if line.middle > stack.bottom]
    head = _head(stack, text_rows(above, height), height)
    foot = going_on(stack.rows, text_rows(below, height), height)
    whole = [*head, *stack.rows, *foot]
    return whole if is_tabular(_rows(whole, height, count)) else stack.rows


def _head(stack: Stack, above: Sequence[TextRow], height: float) -> list[TextRow]:
    """The rows in step that stand close over the first rule, if they have most of its columns."""
    rows = stack.rows
    head = going_on(rows[::-1], above[::-1], height, upward=True)[:MOST_HEAD]
    most = max(len(row.pieces) for row in rows)
    is_close = bool(head) and stack.first.at - head[0].bottom < CLOSE * height
    return head[::-1] if is_close and all(2 * len(r.pieces) > most for r in head) else []


def _rows(rows: Sequence[TextRow], height: float, support: int) -> Rows:
    return Rows([row.pieces for row in rows], height, support)


def _table(rows: Sequence[TextRow], box: Box, support: Support, free: dict[int, Line]) -> Table:
    inside = [piece for row in rows for piece in row.pieces]
    for piece in inside:
        del free[id(piece)]
    whole = around([box, *[piece.box for piece in inside]])
    return Table(whole, cells_of(_cut(rows), support.rules_in(whole)), tuple(inside))


def _cut(rows: Sequence[TextRow]) -> list[Line]:
    """The pieces, those cut that hold the heads of two columns."""
    pieces = [piece for row in rows for piece in row.pieces]
    height = typical_height(pieces)
    columns = extents([row.pieces for row in rows], height, ())
    gaps = [(a.x1, b.x0) for a, b in pairwise(columns)]
    found: list[Line] = []
    for piece in pieces:
        cuts = [
            (left + right) / 2
            for (_, left), (right, _) in pairwise(piece.words)
            if right - left > LOOSE * height and any(a < right and left < b for a, b in gaps)
        ]
        found += [part for _, part in cut(piece, partial(bisect_left, cuts))] if cuts else [piece]
    return found
