"""Open tables: those without upright rules, found between level rules, then by their gaps alone."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice, pairwise

from pagemill.layout.lines import Line, typical_height
from pagemill.layout.order.columns import columns
from pagemill.layout.tables.open.aligned import UNDER, going_on, in_step, reaching_down
from pagemill.layout.tables.open.judging import Rows, is_tabular
from pagemill.layout.tables.open.lanes import LOOSE, MOST_LANES, TextRow, is_loose, text_rows
from pagemill.layout.tables.open.stacks import Stack, stacked
from pagemill.layout.tables.open.support import NEAR_CAPTION, Support
from pagemill.layout.tables.pieces import cut
from pagemill.layout.tables.ruled.edges import Edges
from pagemill.layout.tables.table import Table
from pagemill.layout.tables.unruled.gaps import extents
from pagemill.layout.tables.unruled.placing import place
from pagemill.layout.tables.unruled.unruled import cells_of, whole_rows
from pagemill.layout.tables.unruled.white import WIDER
from pagemill.layout.text.captions import TABLE_WORD, names_caption
from pagemill.model.page import Box, Marks, around

MAX_LINES = 5_000
SHORT, FEWEST_SHORT = 25, 6  # letters; a page with fewer lines so short has none by gaps alone
MAX_STACKS, MAX_STRIPED, MAX_CAPTIONS = 40, 20, 10  # of rules, shades, captions on a page
MANY_FRAMED = 10  # lines: a frame says more the more it holds
BESIDE = 9.0  # line heights above shaded rows: heads
MOST_HEAD, CLOSE = 8, 1.0  # lines above the first rule of a table, line heights from there


def open_tables_of(lines: Sequence[Line], edges: Edges, marks: Marks) -> Iterator[Table]:
    """`edges` are those of no ruled table. Each line stands in one table at most."""
    free = {id(line): line for line in lines if not line.fixed}
    if not free or len(free) > MAX_LINES:
        return
    height = typical_height(lines)
    named = [line for line in free.values() if TABLE_WORD.match(line.text)]
    captions = [line.box for line in named if names_caption(line.text)][:MAX_CAPTIONS]
    support = Support(edges.level, marks, captions)
    yield from _between_rules(edges, free, support, height)
    for area in islice(support.striped(height), MAX_STRIPED):
        yield from _by_gaps(_around(area, free, height), free, support, height, area.y1)
    for caption in captions:
        yield from _by_gaps(_below(caption, free, height), free, support, height)
    if sum(len(line.text) <= SHORT for line in free.values()) >= FEWEST_SHORT:
        for zone in columns(list(free.values())):
            yield from _by_gaps(zone, free, support, height)


def _between_rules(
    edges: Edges, free: dict[int, Line], support: Support, height: float
) -> Iterator[Table]:
    for found in islice(stacked(edges.level, list(free.values()), height), MAX_STACKS):
        if all(id(piece) in free for row in found.rows for piece in row.pieces):
            stack = found.without_notes(height)
            rows = _extended(stack, free, support, height)
            if rows:
                yield _table(rows, stack.box, support, free)


def _around(area: Box, free: dict[int, Line], height: float) -> list[Line]:
    """The lines on rows shaded in turn, some above, and all below."""
    top = area.y0 - BESIDE * height
    return [
        line for line in free.values() if line.middle > top and area.x0 <= line.center <= area.x1
    ]


def _below(caption: Box, free: dict[int, Line], height: float) -> list[Line]:
    """The first rows in step under a caption that stands alone across the page."""
    middle = (caption.y0 + caption.y1) / 2
    beside = [line for line in free.values() if line.box.y0 < middle < line.box.y1]
    if len(beside) > 1:
        return []
    rows = text_rows([line for line in free.values() if line.box.y0 >= middle], height)
    run = next(in_step(rows, height), [])
    is_near = bool(run) and run[0].top - caption.y1 < NEAR_CAPTION * height
    return [piece for row in run for piece in row.pieces] if is_near else []


def _by_gaps(
    lines: Sequence[Line],
    free: dict[int, Line],
    support: Support,
    height: float,
    bottom: float = float("inf"),
) -> Iterator[Table]:
    """Tables that begin above `bottom`."""
    for run in in_step(text_rows(lines, height), height):
        if run[0].top > bottom:
            return
        box = around([piece.box for row in run for piece in row.pieces])
        if len(run) > 1 and _is_table(run, box, support.of(box, height), support, height):
            yield _table(run, box, support, free)


def _extended(
    stack: Stack, free: dict[int, Line], support: Support, height: float
) -> list[TextRow]:
    """With the rows in step above its first rule, and with those below its last one if that is a
    table; none if it is none by itself.
    """
    count = len(stack.rules)
    if len(stack.rows) >= MANY_FRAMED and support.is_framed(stack.box):
        count += 1
    if not _is_table(stack.rows, stack.box, count, support, height):
        return []
    lines = [line for line in free.values() if stack.first.covers(line.center)]
    above = [line for line in lines if line.middle < stack.first.at]
    below = [line for line in lines if line.middle > stack.bottom]
    head = _head(stack, text_rows(above, height), height)
    foot = going_on(stack.rows, text_rows(below, height), height)
    whole = [*head, *stack.rows, *foot]
    is_whole = _is_table(whole, stack.box, count, support, height)
    return whole if is_whole else [*head, *stack.rows]


def _head(stack: Stack, above: Sequence[TextRow], height: float) -> list[TextRow]:
    """The rows in step that stand close over the first rule, if they stand over most columns."""
    head = going_on(stack.rows[::-1], above[::-1], height, upward=True)[:MOST_HEAD]
    if not head and above and is_loose(above[-1], stack.rows[:MOST_LANES], height):
        return list(above[-1:]) if stack.first.at - above[-1].bottom < UNDER * height else []
    if not head or stack.first.at - head[0].bottom >= CLOSE * height:
        return []
    spaces = [above.bottom - below.top for below, above in pairwise(head)]
    far = next((n for n, space in enumerate(spaces, start=1) if -space > CLOSE * height), len(head))
    columns = extents([row.pieces for row in stack.rows], height, ())
    over = {c for row in head[:far] for p in row.pieces for c in place(p, columns).columns}
    if 2 * len(over) <= len(columns):
        return []
    head = head[:far][::-1]
    return [*reaching_down(above[: -len(head)], [*head, *stack.rows], height), *head]


def _is_table(
    rows: Sequence[TextRow], box: Box, count: int, support: Support, height: float
) -> bool:
    """Whether these lines of text, or the rows that they make up where cells take several, are a
    table. `count` says how many rules and shades go with them.
    """
    if is_tabular(Rows([row.pieces for row in rows], height, count)):
        return True
    if not _differ(rows, height):
        return False
    pieces = [piece for row in rows for piece in row.pieces]
    whole = whole_rows(pieces, support.borders_in(box))
    return len(whole) < len(rows) and is_tabular(Rows(whole, height, count, pieces))


def _differ(rows: Sequence[TextRow], height: float) -> bool:
    """Whether some lines stand closer than others, as those of one cell do."""
    white = [below.top - above.bottom for above, below in pairwise(rows)]
    return len(white) > 1 and max(white) - min(white) > WIDER * height


def _table(rows: Sequence[TextRow], box: Box, support: Support, free: dict[int, Line]) -> Table:
    inside = [piece for row in rows for piece in row.pieces]
    for piece in inside:
        del free[id(piece)]
    whole = around([box, *[piece.box for piece in inside]])
    return Table(whole, cells_of(_cut(rows), support.borders_in(whole)), tuple(inside))


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
