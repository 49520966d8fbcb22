"""White lanes between rows: cells of several lines stand at the middle of their row, so that lines
of other cells stand beside, between and below them, but white runs through the table between rows.

It is wider than what parts the lines of one cell. Lengths in points. Cost: n log n.
"""

from collections.abc import Sequence
from itertools import pairwise

from pagemill.layout.tables.unruled.placing import TextLine, is_value

WIDER = 0.15  # line heights: white between rows is wider by so much
CLOSEST = 0.5  # line heights: lines of one cell stand no farther apart
MOST_ROWS = (
    0.25  # of the pairs of lines without white between them: more that are rows of their own
)
TALL = 2.0  # line heights
_OPEN = ("±", "/", ",")


def row_starts(
    lines: Sequence[TextLine], values: frozenset[int], height: float
) -> frozenset[int] | None:
    """The numbers of the lines that white parts from all above; None where white does not tell
    rows apart, and in pictures, where edges of lines are not exact.
    """
    if not all(piece.line.font_size for line in lines for piece in line.pieces):
        return None
    white = _white(lines, height)
    limit = _limit([*white, *_in_columns(lines)], height)
    if limit is None or all(gap <= limit for gap in white):
        return None
    close = [two for two, gap in zip(pairwise(lines), white, strict=True) if gap <= limit]
    if sum(_are_rows(*two, values) for two in close) > MOST_ROWS * len(close):
        return None
    return frozenset(
        number
        for number, (two, gap) in enumerate(zip(pairwise(lines), white, strict=True), start=1)
        if gap > limit or _say_values(*two, values)
    )


def cell_white(lines: Sequence[TextLine], height: float) -> float | None:
    """The most that is left free between two lines of one cell; None where nothing tells."""
    if not all(piece.line.font_size for line in lines for piece in line.pieces):
        return None
    return _limit(_in_columns(lines), height)


def _white(lines: Sequence[TextLine], height: float) -> list[float]:
    """What is left free between each line and all above it, below 0 where they stand beside. Text
    that runs upwards beside the rows is overlooked.
    """
    found = []
    bottom = float("-inf")
    for above, below in pairwise(lines):
        for piece in above.pieces:
            if piece.line.box.height < TALL * height:
                bottom = max(bottom, piece.line.box.y1)
        found.append(min(piece.line.box.y0 for piece in below.pieces) - bottom)
    return found


def _in_columns(lines: Sequence[TextLine]) -> list[float]:
    """What is left free between the pieces of each column."""
    found = []
    bottoms: dict[int, float] = {}
    for line in lines:
        for piece in line.pieces:
            if not piece.spans:
                if piece.first in bottoms:
                    found.append(piece.line.box.y0 - bottoms[piece.first])
                bottoms[piece.first] = piece.line.box.y1
    return found


def _limit(white: Sequence[float], height: float) -> float | None:
    """Where the first step lies from the white inside of cells to that between rows."""
    ordered = sorted(gap for gap in white if gap > -WIDER * height)
    for a, b in pairwise(ordered):
        if a > CLOSEST * height:
            return None
        if b - a > WIDER * height:
            return (a + b) / 2
    return None


def _are_rows(above: TextLine, below: TextLine, values: frozenset[int]) -> bool:
    """Whether each has what a row has: values, or a label and words that begin anew beside it."""
    if _say_values(above, below, values):
        return True
    if not all(0 in line.filled and len(line.filled) > 1 for line in (above, below)):
        return False
    return any(p.first and p.line.text[:1].isupper() for p in below.pieces)


def _say_values(above: TextLine, below: TextLine, values: frozenset[int]) -> bool:
    """Whether both have a value in one column, and the first does not go on in the second."""
    before = {p.first: p.line.text for p in above.pieces if is_value(p.line.text)}
    return any(
        p.first in values
        and is_value(p.line.text)
        and p.first in before
        and not before[p.first].endswith(_OPEN)
        for p in below.pieces
    )
