"""The head of a table without full ruling: which lines it takes, and what headers stand over."""

from collections.abc import Sequence
from dataclasses import replace

from pagemill.layout.tables.ruled.edges import Edge
from pagemill.layout.tables.unruled.gaps import Extent
from pagemill.layout.tables.unruled.placing import (
    Placed,
    TextLine,
    is_value,
    is_year,
    value_columns,
)
from pagemill.layout.tables.unruled.white import cell_white

FULL = 0.8  # of the table's width: a rule that long runs through
MOST_LINES = 10
BELOW = 1.5  # line heights: a rule farther below a header does not belong to it
CENTRED = 0.25  # of a span's width: how far its header may be off its middle
BETTER = 0.5  # line heights that a wider span must bring a header nearer to the middle


def head_of(lines: Sequence[TextLine], edges: Sequence[Edge], columns: Sequence[Extent]) -> int:
    """The number of lines of text in the table's head, fewer than all."""
    if len(lines) < 2:
        return 0
    by_rules = _above_first_rule(lines, edges, columns)
    by_values = _above_values(lines)
    bold = _bold(lines)
    head = by_rules or bold or by_values
    if by_rules and by_values > by_rules and by_values in _ruled_off(lines, edges, columns):
        head = by_values
    while head > max(1, bold) and lines[head - 1].is_label and not lines[head - 1].pieces[0].spans:
        head -= 1
    while 0 < head < min(MOST_LINES, len(lines) - 1) and _is_told_apart(lines[head - 1 : head + 1]):
        head += 1
    return head


def _bold(lines: Sequence[TextLine]) -> int:
    """How many lines at the top are bold, if hardly any below is."""
    bold = [all(piece.line.is_bold for piece in line.pieces) for line in lines]
    count = bold.index(False) if False in bold else 0
    is_head = 0 < count <= MOST_LINES and 5 * sum(bold[count:]) <= len(lines)
    return count if is_head and max(len(line.filled) for line in lines[:count]) > 1 else 0


def _is_told_apart(two: Sequence[TextLine]) -> bool:
    """Whether the second line only names the columns under headers of several in the first."""
    above, below = two
    return 0 not in below.filled and any(
        piece.spans and len(below.over(piece.first, piece.last)) > 1 for piece in above.pieces
    )


def _above_first_rule(
    lines: Sequence[TextLine], edges: Sequence[Edge], columns: Sequence[Extent]
) -> int:
    few = max(1, len(lines) // 2)
    for count in _ruled_off(lines, edges, columns):
        if count <= MOST_LINES and (count <= few or _has_no_values(lines, count)):
            return count
    return 0


def _has_no_values(lines: Sequence[TextLine], count: int) -> bool:
    """Whether the first `count` lines have hardly any values where those below have them."""
    values = value_columns(lines[count:])
    above = [p for line in lines[:count] for p in line.pieces if p.first in values and not p.spans]
    return bool(values) and 3 * sum(is_value(p.line.text) for p in above) <= len(above)


def _ruled_off(
    lines: Sequence[TextLine], edges: Sequence[Edge], columns: Sequence[Extent]
) -> list[int]:
    """How many lines stand above each rule that runs through the table between two lines."""
    counts = []
    for edge in edges:
        if runs_through(edge, columns):
            above = sum(line.middle < edge.at for line in lines)
            if 0 < above < len(lines):
                counts.append(above)
    return sorted(set(counts))


def runs_through(edge: Edge, columns: Sequence[Extent], share: float = FULL) -> bool:
    x0, x1 = columns[0].x0, columns[-1].x1
    return min(edge.last, x1) - max(edge.first, x0) > share * (x1 - x0)


def _above_values(lines: Sequence[TextLine]) -> int:
    """The lines before the first that has values where the columns below have them."""
    values = value_columns(lines[1:])
    for index, line in enumerate(lines[: MOST_LINES + 1]):
        in_values = [p for p in line.pieces if p.first in values and not p.spans]
        given = [p for p in in_values if is_value(p.line.text)]
        years = [p for p in given if is_year(p.line.text)]
        if 2 * len(given) > len(in_values) and (index or len(years) < len(given)):
            return index
    return 1 if not values else 0


def with_spans(
    lines: Sequence[TextLine],
    head: int,
    edges: Sequence[Edge],
    columns: Sequence[Extent],
    height: float,
) -> list[TextLine]:
    """The lines, with the headers of the first `head` grown over the columns they stand over. One
    that goes on in the next line of its column has that column alone.
    """
    found = list(lines)
    columns = _bodies(lines, head, columns)
    limit = cell_white(lines, height)
    for index in range(head):
        below = frozenset(c for line in lines[index + 1 : head] for c in line.filled)
        below -= _begun(lines[: index + 1], lines[index + 1 : head], limit)
        grown = _grown(lines[index], below, edges, columns, height)
        pairs = zip(lines[index].pieces, grown.pieces, strict=True)
        rest = lines[index + 1 : head]
        pieces = [old if _continues(old, rest, limit) else new for old, new in pairs]
        found[index] = TextLine(tuple(pieces))
    return found


def _begun(
    above: Sequence[TextLine], below: Sequence[TextLine], limit: float | None
) -> frozenset[int]:
    """The columns in which a header goes on below: it began above."""
    if limit is None:
        return frozenset()
    last = {piece.first: piece for line in above for piece in line.pieces if not piece.spans}
    return frozenset(column for column, p in last.items() if _continues(p, below, limit))


def _continues(piece: Placed, below: Sequence[TextLine], limit: float | None) -> bool:
    """Whether the next piece in the column of a header is the rest of it."""
    if limit is None or piece.spans:
        return False
    after = [p for line in below for p in line.over(piece.first, piece.first)][:1]
    return any(p.first == p.last and p.line.box.y0 - piece.line.box.y1 <= limit for p in after)


def _bodies(lines: Sequence[TextLine], head: int, columns: Sequence[Extent]) -> list[Extent]:
    """What columns take up below the head, where they have anything there: headers are wider."""
    inside: list[list[Placed]] = [[] for _ in columns]
    for line in lines[max(0, head - 1) :]:
        for piece in line.pieces:
            if not piece.spans:
                inside[piece.first].append(piece)
    return [
        Extent(min(p.line.box.x0 for p in pieces), max(p.line.box.x1 for p in pieces))
        if pieces
        else column
        for pieces, column in zip(inside, columns, strict=True)
    ]


def _grown(
    line: TextLine,
    below: frozenset[int],
    edges: Sequence[Edge],
    columns: Sequence[Extent],
    height: float,
) -> TextLine:
    pieces = list(line.pieces)
    for place, piece in enumerate(pieces):
        least = pieces[place - 1].last + 1 if place else 0
        most = pieces[place + 1].first - 1 if place + 1 < len(pieces) else len(columns) - 1
        if least > piece.first or most < piece.last:
            continue
        is_last = not below and not piece.spans
        ruled = [] if is_last else _over_rule(piece, edges, columns, height)
        if ruled:
            first, last = max(least, ruled[0]), min(most, ruled[-1])
        else:
            room = frozenset(range(least, most + 1))
            free = room if piece.spans else room & below
            first, last = _centred(piece, free, columns, height)
        pieces[place] = replace(piece, first=min(first, piece.first), last=max(last, piece.last))
    return TextLine(tuple(pieces))


def _over_rule(
    piece: Placed, edges: Sequence[Edge], columns: Sequence[Extent], height: float
) -> list[int]:
    """The columns along the rule that underlines a header of several of them, or that has one which
    reaches over several below it.
    """
    box, centre = piece.line.box, piece.line.center
    for edge in edges:
        under = -height / 2 < edge.at - box.y1 < BELOW * height
        over = piece.spans and -height / 2 < box.y0 - edge.at < BELOW * height
        if (under or over) and edge.covers(centre):
            x0, x1 = _stretch(edge, centre)
            if x1 - x0 < FULL * (columns[-1].x1 - columns[0].x0):
                return [i for i, c in enumerate(columns) if x0 <= (c.x0 + c.x1) / 2 <= x1]
    return []


def _stretch(edge: Edge, x: float) -> tuple[float, float]:
    """The piece of a rule that lies under `x`."""
    before = [at for at in edge.breaks if at <= x]
    after = [at for at in edge.breaks if at > x]
    return max([edge.first, *before]), min([edge.last, *after])


def _centred(
    piece: Placed, free: frozenset[int], columns: Sequence[Extent], height: float
) -> tuple[int, int]:
    """The free columns around a header that has its middle over theirs."""
    first, last = piece.first, piece.last
    best = first, last
    miss = _off(piece, first, last, columns)
    while True:
        left, right = first - 1 in free, last + 1 in free
        if not (left or right):
            return best
        to_left = _off(piece, first - 1, last, columns) if left else float("inf")
        to_right = _off(piece, first, last + 1, columns) if right else float("inf")
        first, last = (first - 1, last) if to_left <= to_right else (first, last + 1)
        off = _off(piece, first, last, columns)
        if off < miss - BETTER * height:
            best, miss = (first, last), off


def _off(piece: Placed, first: int, last: int, columns: Sequence[Extent]) -> float:
    return abs(piece.line.center - (columns[first].x0 + columns[last].x1) / 2)
