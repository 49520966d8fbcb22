"""Open tables: those without upright rules, found between level rules, then by their gaps alone."""

from collections.abc import Iterator, Sequence

from pagemill.layout.columns import columns
from pagemill.layout.lines import Line, typical_height
from pagemill.layout.tables.aligned import Stack, TextRow, going_on, in_step, stacked, text_rows
from pagemill.layout.tables.edges import Edge, Edges
from pagemill.layout.tables.judging import Rows, is_tabular
from pagemill.layout.tables.table import Table
from pagemill.layout.tables.unruled import cells_of
from pagemill.model.page import Box, Marks, around

MAX_LINES = 5_000
SHORT, FEWEST_SHORT = 25, 6  # letters; a page with fewer lines so short has no such table
NEAR = 1.5  # line heights around a table in which its rules stand
BROAD = 0.6  # of its width: what a rule or a shade that supports it covers
MOST_HEAD, CLOSE = 2, 1.0  # rows above the first rule of a table, line heights from there
LOW = 4.0  # line heights: a taller shade is a background


def open_tables_of(lines: Sequence[Line], edges: Edges, marks: Marks) -> Iterator[Table]:
    """`edges` are those of no ruled table. Each line stands in one table at most."""
    free = {id(line): line for line in lines if not line.fixed}
    if len(free) > MAX_LINES or sum(len(line.text) <= SHORT for line in lines) < FEWEST_SHORT:
        return
    height = typical_height(lines)
    for stack in stacked(edges.level, list(free.values()), height):
        support = len(stack.rules)
        if not _are_free(stack.rows, free) or not is_tabular(_rows(stack.rows, height, support)):
            continue
        rows = _extended(stack, free, height)
        yield _table(rows, stack.box, marks, free)
    for zone in columns(list(free.values())):
        for run in in_step(text_rows(zone, height), height):
            box = around([piece.box for row in run for piece in row.pieces])
            support = _support(box, edges.level, marks.fills, height)
            if is_tabular(_rows(run, height, support)):
                yield _table(run, box, marks, free)


def _extended(stack: Stack, free: dict[int, Line], height: float) -> list[TextRow]:
    """With the rows in step above its first rule and below its last one, if that is a table."""
    lines = [line for line in free.values() if stack.first.covers(line.center)]
    above = [line for line in lines if line.middle < stack.first.at]
    below = [line for line in lines if line.middle > stack.last.at]
    head = _head(stack, text_rows(above, height), height)
    foot = going_on(stack.rows, text_rows(below, height), height)
    whole = [*head, *stack.rows, *foot]
    return whole if is_tabular(_rows(whole, height, len(stack.rules))) else stack.rows


def _head(stack: Stack, above: Sequence[TextRow], height: float) -> list[TextRow]:
    """The rows in step that stand close over the first rule, if they have most of its columns."""
    rows = stack.rows
    head = going_on(rows[::-1], above[::-1], height, upward=True)[:MOST_HEAD]
    most = max(len(row.pieces) for row in rows)
    is_close = bool(head) and stack.first.at - head[0].bottom < CLOSE * height
    return head[::-1] if is_close and all(2 * len(r.pieces) > most for r in head) else []


def _rows(rows: Sequence[TextRow], height: float, support: int) -> Rows:
    return Rows([row.pieces for row in rows], height, support)


def _are_free(rows: Sequence[TextRow], free: dict[int, Line]) -> bool:
    return all(id(piece) in free for row in rows for piece in row.pieces)


def _support(box: Box, level: Sequence[Edge], fills: Sequence[Box], height: float) -> int:
    """How many level rules, and low shades, stand in the box or close to it and as wide."""
    near = NEAR * height
    rules = sum(
        box.y0 - near < edge.at < box.y1 + near and _is_broad(edge.first, edge.last, box)
        for edge in level
    )
    shades = sum(
        box.y0 - near < fill.y0
        and fill.y1 < box.y1 + near
        and fill.height < LOW * height
        and _is_broad(fill.x0, fill.x1, box)
        for fill in fills
    )
    return rules + shades


def _is_broad(first: float, last: float, box: Box) -> bool:
    shared = min(last, box.x1) - max(first, box.x0)
    return shared > BROAD * max(box.width, last - first)


def _table(rows: Sequence[TextRow], box: Box, marks: Marks, free: dict[int, Line]) -> Table:
    pieces = [piece for row in rows for piece in row.pieces]
    for piece in pieces:
        del free[id(piece)]
    whole = around([box, *[piece.box for piece in pieces]])
    rules = [rule for rule in marks.rules if _is_inside(rule, whole)]
    return Table(whole, cells_of(pieces, rules), tuple(pieces))


def _is_inside(rule: Box, box: Box) -> bool:
    x, y = (rule.x0 + rule.x1) / 2, (rule.y0 + rule.y1) / 2
    return box.x0 - 2 <= x <= box.x1 + 2 and box.y0 - 2 <= y <= box.y1 + 2
