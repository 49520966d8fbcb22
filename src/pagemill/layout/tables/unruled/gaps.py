"""Columns of a table without upright rules: white gaps that most of its lines respect.

Pieces whose stretches touch make one group. Where lines stand apart inside a group, a few pieces
bridge the gap between them: headers over several columns, notes, two cells read as one. They are
taken out and the group falls apart. Cost: n log n for each cut, at most `MAX_COLUMNS` cuts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pagemill.layout.lines import Line
from pagemill.model.page import Box

MAX_COLUMNS = 60
LEAST_GAP = 0.25  # line heights between pieces that may be two cells
SLACK = 0.12  # of a line's height: engines pad the boxes of lines
AGAINST = 1.5  # so many lines must have a gap for each piece that bridges it
LONE = 0.34  # a piece alone on its line bridges gaps without saying much against them
FEW = 2  # pieces that are no column of their own, if they stand close to one and never beside it
LONG_RULE = 0.5  # of the table's height: an upright rule this long parts columns


@dataclass(frozen=True, slots=True)
class Extent:
    """What the pieces of a column take up from left to right."""

    x0: float
    x1: float


@dataclass(frozen=True, slots=True)
class _Piece:
    x0: float
    x1: float
    row: int
    weight: float  # against a gap that it bridges


_Gap = tuple[float, float]


def extents(lines: Sequence[Sequence[Line]], height: float, rules: Sequence[Box]) -> list[Extent]:
    """The columns from left to right; one where nothing parts the lines. `lines` are pieces by
    line of text, each from left to right.
    """
    pieces = [
        _Piece(*_core(piece, height), row, 1.0 if len(line) > 1 else LONE)
        for row, line in enumerate(lines)
        for piece in line
    ]
    groups = _groups(pieces, _uprights(lines, rules))
    return [Extent(min(p.x0 for p in g), max(p.x1 for p in g)) for g in _mended(groups, height)]


def _core(piece: Line, height: float) -> tuple[float, float]:
    """Text layers know their edges; what an engine saw is a little narrower than it says."""
    slack = 0.0 if piece.font_size else SLACK * height
    box = piece.box
    return (box.x0 + slack, box.x1 - slack) if box.width > 4 * slack else (box.x0, box.x1)


def _uprights(lines: Sequence[Sequence[Line]], rules: Sequence[Box]) -> list[float]:
    boxes = [piece.box for line in lines for piece in line]
    high = max(box.y1 for box in boxes) - min(box.y0 for box in boxes)
    return [
        (rule.x0 + rule.x1) / 2
        for rule in rules
        if rule.height > LONG_RULE * high and rule.height > 4 * rule.width
    ]


def _groups(pieces: list[_Piece], uprights: Sequence[float]) -> list[list[_Piece]]:
    done: list[list[_Piece]] = []
    open_groups = _touching([p for p in pieces if not any(p.x0 < x < p.x1 for x in uprights)])
    while open_groups:
        group = open_groups.pop()
        x = _weakest(group) if len(done) + len(open_groups) < MAX_COLUMNS else None
        if x is None:
            done.append(group)
        else:
            open_groups += _touching([p for p in group if not p.x0 < x < p.x1])
    return sorted(done, key=lambda group: min(p.x0 for p in group)) or [pieces]


def _touching(pieces: Sequence[_Piece]) -> list[list[_Piece]]:
    groups: list[list[_Piece]] = []
    end = float("-inf")
    for piece in sorted(pieces, key=lambda p: p.x0):
        if piece.x0 < end:
            groups[-1].append(piece)
        else:
            groups.append([piece])
        end = max(end, piece.x1)
    return groups


def _weakest(group: Sequence[_Piece]) -> float | None:
    """The x at which most lines of a group have a gap and fewest pieces bridge it; None where the
    pieces outweigh the gaps.
    """
    best, found = 0.0, None
    gaps = _gaps(group)
    if not gaps:
        return None
    steps = [(x0, 1.0, 0.0) for x0, _ in gaps] + [(x1, -1.0, 0.0) for _, x1 in gaps]
    steps += [(p.x0, 0.0, p.weight) for p in group] + [(p.x1, 0.0, -p.weight) for p in group]
    steps.sort()
    white = black = 0.0
    for (x, more_white, more_black), (after, _, _) in pairwise(steps):
        white, black = white + more_white, black + more_black
        gain = white - AGAINST * black
        if after > x and gain > best and white >= 2:
            best, found = gain, (x + after) / 2
    return found


def _gaps(group: Sequence[_Piece]) -> list[_Gap]:
    """Between neighbours on one line."""
    found = []
    for a, b in pairwise(sorted(group, key=lambda p: (p.row, p.x0))):
        if a.row == b.row and b.x0 > a.x1:
            found.append((a.x1, b.x0))
    return found


def _mended(groups: list[list[_Piece]], height: float) -> list[list[_Piece]]:
    """Without groups that are no columns: what only stands alone on its line, and a header beside
    the cells under it.
    """
    with_company = [g for g in groups if any(p.weight == 1.0 for p in g)]
    kept = with_company if len(with_company) > 1 else groups
    return _joined(kept, height)


def _joined(groups: list[list[_Piece]], height: float) -> list[list[_Piece]]:
    """Neighbours of which no line has both, where one is hardly more than a header or both stand
    close.
    """
    found: list[list[_Piece]] = []
    for group in groups:
        if found and _are_one(found[-1], group, height):
            found[-1] = found[-1] + group
        else:
            found.append(group)
    return found


def _are_one(a: Sequence[_Piece], b: Sequence[_Piece], height: float) -> bool:
    rows_a, rows_b = {p.row for p in a}, {p.row for p in b}
    if rows_a & rows_b:
        return False
    gap = min(p.x0 for p in b) - max(p.x1 for p in a)
    if gap < height:
        return min(len(a), len(b)) <= FEW
    return gap < 4 * height and _is_above(rows_a, rows_b)


def _is_above(a: set[int], b: set[int]) -> bool:
    """Whether the rows of one stand over all of the other."""
    return max(a) < min(b) or max(b) < min(a)
