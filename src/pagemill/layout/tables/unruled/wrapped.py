"""Which lines of text are one row of a table without full ruling: cells may take several lines.

Lines of one row stand closer than rows do, where rows are set apart. Where they are not, a line
goes on with the row above if it begins no row of its own and every piece on it follows one that was
too full for another word. A rule between two lines always parts them.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from pagemill.layout.tables.ruled.edges import Edge
from pagemill.layout.tables.unruled.gaps import Extent
from pagemill.layout.tables.unruled.heads import runs_through
from pagemill.layout.tables.unruled.placing import Placed, TextLine, is_value, value_columns
from pagemill.layout.tables.unruled.white import cell_white, row_starts

SET_APART = 1.2  # times as far: rows from each other as lines of one row
FAR = 2.2  # line heights: lines farther apart are never one cell
VERY_CLOSE = 0.75  # of the usual distance: less, and pieces stand between two lines of a cell
MOST_RECORDS = 0.25  # of the lines that stand close: more complete ones, and groups are set apart
PARTS_ROWS = 0.5  # of the table's width: a rule as long ends a row
FEWEST_RULES = 3
OUT = 0.3  # line heights: what begins farther out than the line above does not go on with it
_MARKER = re.compile(r"\(?\w{1,3}[).:]")
_OPEN = re.compile(
    r"(?:[-–,/(&+]|\b(?:and|or|of|the|in|for|with|to|by|per|at|on|a|an|than))$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Body:
    """What holds for all lines below the head. Lengths in points."""

    lines: Sequence[TextLine]
    columns: Sequence[Extent]
    values: frozenset[int]
    widest: Sequence[float]  # of the pieces of each column
    close: float  # distance of lines that are one row, if they may be
    usual: float
    height: float
    is_ruled: bool


def rows_of(
    lines: Sequence[TextLine],
    head: int,
    edges: Sequence[Edge],
    columns: Sequence[Extent],
    height: float,
) -> list[list[int]]:
    """The lines of each row by number, top to bottom; rows of the head first."""
    rules = sorted(edge.at for edge in edges if runs_through(edge, columns, PARTS_ROWS))
    rows = _head_rows(lines[:head], edges, height, cell_white(lines, height))
    return rows + _body_rows(lines, head, rules, columns, height)


# ---------------------------------------------------------------- the head


def _head_rows(
    lines: Sequence[TextLine], edges: Sequence[Edge], height: float, limit: float | None
) -> list[list[int]]:
    """`limit` is the most white between lines of one cell, if it is known."""
    rows: list[list[int]] = []
    for index, line in enumerate(lines):
        if rows and not _is_next_head_row(lines, rows[-1], line, edges, height, limit):
            rows[-1].append(index)
        else:
            rows.append([index])
    return rows


def _is_next_head_row(
    lines: Sequence[TextLine],
    row: Sequence[int],
    line: TextLine,
    edges: Sequence[Edge],
    height: float,
    limit: float | None,
) -> bool:
    above = [piece for index in row for piece in lines[index].pieces]
    if line.middle - lines[row[-1]].middle > FAR * height:
        return True
    if limit is not None and _are_parted(above, line, limit):
        return True
    return any(
        _subdivides(a, b) or _subdivides(b, a) or is_between(a, b, edges)
        for a in above
        for b in line.pieces
        if a.first <= b.last and b.first <= a.last
    )


def _are_parted(above: Sequence[Placed], line: TextLine, limit: float) -> bool:
    """Whether a piece of a line stands farther below what is above it than in a cell; beside it,
    a header as high as two rows may go on.
    """
    white = []
    for piece in line.pieces:
        over = [a.line.box.y1 for a in above if a.first <= piece.last and piece.first <= a.last]
        if over:
            white.append(piece.line.box.y0 - max(over))
    return max(white, default=0.0) > limit


def _subdivides(a: Placed, b: Placed) -> bool:
    """Whether `b` stands in a part of the columns that `a` stands over."""
    return a.spans and (b.first > a.first or b.last < a.last)


def is_between(a: Placed, b: Placed, edges: Sequence[Edge]) -> bool:
    """Whether a rule parts two pieces that stand over each other."""
    return any(
        a.line.middle < edge.at < b.line.middle
        and edge.covers(a.line.center)
        and edge.covers(b.line.center)
        for edge in edges
    )


# ---------------------------------------------------------------- the body


def _body_rows(
    lines: Sequence[TextLine],
    head: int,
    rules: Sequence[float],
    columns: Sequence[Extent],
    height: float,
) -> list[list[int]]:
    body = _body(lines, head, rules, columns, height)
    starts = row_starts(lines[head:], body.values, height)
    rows: list[list[int]] = []
    for index in range(head, len(lines)):
        is_new = not rows or _is_parted(lines[index - 1], lines[index], rules)
        goes_on = _goes_on(rows[-1], index, body) if starts is None and rows else False
        if starts is not None:
            goes_on = index - head not in starts
        if is_new or not goes_on:
            rows.append([index])
        else:
            rows[-1].append(index)
    return rows


def _body(
    lines: Sequence[TextLine],
    head: int,
    rules: Sequence[float],
    columns: Sequence[Extent],
    height: float,
) -> _Body:
    below = lines[head:]
    steps = [b.middle - a.middle for a, b in pairwise(below)]
    usual = median(steps or [height])
    widest = [0.0] * len(columns)
    for line in below:
        for piece in line.pieces:
            if not piece.spans:
                widest[piece.first] = max(widest[piece.first], piece.line.box.width)
    inside = [y for y in rules if below and below[0].middle < y < below[-1].middle]
    is_ruled = len(inside) >= FEWEST_RULES and 3 * len(inside) >= len(below)
    values = value_columns(below) - {0}
    close = _close(below, values, steps, usual, height)
    return _Body(lines, columns, values, widest, close, usual, height, is_ruled)


def _close(
    lines: Sequence[TextLine],
    values: frozenset[int],
    steps: Sequence[float],
    usual: float,
    height: float,
) -> float:
    """Lines closer than this are one row, if one of them is incomplete."""
    least = VERY_CLOSE * usual
    distances = sorted(step for step in steps if step > 0)
    jumps = [(b / a, (a + b) / 2) for a, b in pairwise(distances) if a < FAR * height]
    jump, limit = max(jumps, default=(1.0, least))
    if jump < SET_APART:
        return least
    joined = [
        _is_record(a, values) and _is_record(b, values)
        for (a, b), step in zip(pairwise(lines), steps, strict=True)
        if step < limit
    ]
    return limit if sum(joined) <= MOST_RECORDS * len(joined) else least


def _is_record(line: TextLine, values: frozenset[int]) -> bool:
    """Whether it has what a row has: a label, and a value where the table has values."""
    others = line.filled - {0}
    return 0 in line.filled and bool(others & values if values else others)


def _is_parted(above: TextLine, below: TextLine, rules: Sequence[float]) -> bool:
    index = bisect_left(rules, above.middle)
    return index < len(rules) and rules[index] < below.middle


def _goes_on(row: Sequence[int], index: int, body: _Body) -> bool:
    """Whether a line belongs to the row above it."""
    last, line = body.lines[row[-1]], body.lines[index]
    step = line.middle - last.middle
    if step > FAR * body.height:
        return False
    filled = frozenset(c for i in row for c in body.lines[i].filled)
    if _is_record(line, body.values) and 0 in filled and len(filled) > 1:
        return False
    if _are_totals(last, line, body):
        return False
    if step < body.close:
        return True
    if line.filled == {0}:
        return _label_goes_on(row, index, body)
    if filled == {0} and 0 in line.filled:
        return _label_went_on(last, line, body)
    return line.filled <= filled and _cells_go_on(row, line, body)


def _are_totals(above: TextLine, below: TextLine, body: _Body) -> bool:
    """Whether both lines have a value in one column and more beside it, words in one of them, but
    no label in the first column.
    """
    lines = (above, below)
    if any(0 in line.filled or len(line.pieces) < 2 for line in lines):
        return False
    at = [[p.first for p in line.pieces if is_value(p.line.text)] for line in lines]
    has_words = any(len(a) < len(line.pieces) for a, line in zip(at, lines, strict=True))
    return has_words and bool(set(at[0]) & set(at[1]) & body.values)


def _cells_go_on(row: Sequence[int], line: TextLine, body: _Body) -> bool:
    if 0 not in line.filled and len(line.filled) == len(body.columns) - 1 > 1:
        return False
    pairs = [(_over(row, piece, body), piece) for piece in line.pieces]
    if any(p.first in body.values and is_value(p.line.text) for p in line.pieces):
        return False
    if 0 in line.filled:
        return all(above and _reads_on(above, piece) for above, piece in pairs)
    return body.is_ruled or all(_runs_on(above, piece, body) for above, piece in pairs)


def _over(row: Sequence[int], piece: Placed, body: _Body) -> Placed | None:
    """The last piece above it in the same row and column."""
    for index in reversed(row):
        for other in body.lines[index].over(piece.first, piece.last):
            return other
    return None


def _runs_on(above: Placed | None, below: Placed, body: _Body) -> bool:
    """Whether the first word below would not have fitted behind what stands above."""
    if above is None:
        return False
    text, box = below.line.text, below.line.box
    word = box.width * (len(text.split(" ", 1)[0]) + 1) / len(text)
    room = body.widest[above.last] - above.line.box.width
    return room < word + 0.2 * body.height


def _label_goes_on(row: Sequence[int], index: int, body: _Body) -> bool:
    """A lone label under a row: the rest of its label, or a heading for the rows below?"""
    label = body.lines[index].pieces[0]
    above = _over(row, label, body)
    if above is None or not (body.is_ruled or _runs_on(above, label, body)):
        return False
    return _reads_on(above, label) or _hangs(above, label, index, body)


def _hangs(above: Placed, label: Placed, index: int, body: _Body) -> bool:
    """Farther in than the line above, while the next row stands out again."""
    indent = label.line.box.x0 - above.line.box.x0
    if indent < 0.5 * body.height or index + 1 >= len(body.lines):
        return False
    after = body.lines[index + 1].over(0, 0)
    return bool(after) and after[0].line.box.x0 < label.line.box.x0 - 0.5 * body.height


def _label_went_on(last: TextLine, line: TextLine, body: _Body) -> bool:
    """A row under a lone label: does the label go on in it, or is it a heading?"""
    first, label = last.pieces[-1], line.pieces[0]
    if not (body.is_ruled or _runs_on(first, label, body)):
        return False
    return _reads_on(first, label)


def _reads_on(above: Placed, below: Placed) -> bool:
    """Whether the words, and where they stand, say that a label goes on."""
    text, height = below.line.text, below.line.box.height
    if below.line.box.x0 < above.line.box.x0 - OUT * height or _MARKER.fullmatch(text):
        return False
    return text[:1].islower() or text[:1] == "(" or bool(_OPEN.search(above.line.text))
