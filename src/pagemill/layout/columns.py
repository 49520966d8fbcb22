"""Columns: where a white gutter parts text into two, the left side is read before the right.

A gutter is an x that no line crosses over a run of lines with text on both sides. Lines that do
cross it (titles, wide captions) end the run and are read in their place. Sides are searched
again, so three columns fall out of two cuts. Cost: lines times x positions, both bounded.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from pagemill.layout.lines import Line, is_rtl, typical_height

MAX_DEPTH = 4
MAX_LINES = 5_000
POSITIONS = 200
MIN_LINES, MIN_WEAK_LINES = 3, 2
MIN_WIDTH = 6.0  # median width of a column's lines, in line heights: prices are narrower
MIN_GUTTER = 0.0  # in line heights: engines pad their boxes, narrow gutters vanish
SLACK = 0.2  # in line heights: by how much a line may reach into a gutter
BESIDE = 2  # lines of one side that must stand beside the other


@dataclass(frozen=True, slots=True)
class _Gutter:
    x: float
    runs: tuple[tuple[int, int], ...]  # first and end index into the lines sorted by height


def regions(lines: Sequence[Line]) -> list[list[Line]]:
    """Groups of lines, each one column wide, in reading order. Every line is in one group."""
    if len(lines) > MAX_LINES:
        return [list(lines)]
    return _cut(list(lines), typical_height(lines), MAX_DEPTH, rtl=is_rtl(lines))


def _cut(lines: list[Line], height: float, depth: int, *, rtl: bool) -> list[list[Line]]:
    lines.sort(key=lambda line: line.middle)
    gutter = _best_gutter(lines, height) if depth else None
    if gutter is None:
        return [lines] if lines else []
    found: list[list[Line]] = []
    done = 0
    for first, end in gutter.runs:
        found += _cut(lines[done:first], height, depth - 1, rtl=rtl)
        sides = _sides(lines[first:end], gutter.x)
        for side in reversed(sides) if rtl else sides:
            found += _cut(side, height, depth - 1, rtl=rtl)
        done = end
    return found + _cut(lines[done:], height, depth - 1, rtl=rtl)


def _best_gutter(lines: Sequence[Line], height: float) -> _Gutter | None:
    """The x with the most text beside it; of equal neighbours the one in the middle."""
    if len(lines) < 2 * MIN_LINES:
        return None
    left, right = min(x.box.x0 for x in lines), max(x.box.x1 for x in lines)
    step = max(height / 2, (right - left) / POSITIONS)
    scored: list[tuple[float, _Gutter]] = []
    judged: dict[tuple[int, int, int], bool] = {}
    starts = sorted(line.box.x0 for line in lines)
    ends = sorted(line.box.x1 for line in lines)
    x = left + step
    while x < right:
        # Most positions have text on one side only; two searches tell so at once.
        ended = bisect_left(ends, x + SLACK * height)
        to_come = len(lines) - bisect_left(starts, x - SLACK * height)
        if min(ended, to_come) >= MIN_LINES:
            scored.append(_gutter_at(x, lines, height, judged))
        x += step
    best = max((score for score, _ in scored), default=0.0)
    if not best:
        return None
    equal = [gutter for score, gutter in scored if score == best]
    return equal[len(equal) // 2]


def _gutter_at(
    x: float, lines: Sequence[Line], height: float, judged: dict[tuple[int, int, int], bool]
) -> tuple[float, _Gutter]:
    """Scores `x` by the number of lines it parts; 0 when no run proves that there are columns.

    `judged` remembers verdicts: neighbouring positions part most runs in the same way.
    """
    score, strong = 0, False
    runs: list[tuple[int, int]] = []
    for first, end in _free_runs(x, lines, height):
        sides = _sides(lines[first:end], x)
        fewer = min(sum(not line.fixed for line in side) for side in sides)
        key = (first, end, len(sides[0]))
        if key not in judged:
            judged[key] = fewer >= MIN_WEAK_LINES and _are_columns(*sides, height)
        if judged[key]:
            runs.append((first, end))
            score += fewer
            strong |= fewer >= MIN_LINES
    return (float(score) if strong else 0.0), _Gutter(x, tuple(runs))


def _free_runs(x: float, lines: Sequence[Line], height: float) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    first, slack = 0, SLACK * height
    for index, line in enumerate(lines):
        if line.box.x0 + slack < x < line.box.x1 - slack:
            runs.append((first, index))
            first = index + 1
    runs.append((first, len(lines)))
    return [(a, b) for a, b in runs if b - a >= 2 * MIN_WEAK_LINES]


def _sides(lines: Sequence[Line], x: float) -> tuple[list[Line], list[Line]]:
    return [a for a in lines if a.center < x], [b for b in lines if b.center >= x]


def _are_columns(left: list[Line], right: list[Line], height: float) -> bool:
    """Text beside text, not the cells of a table or the prices of a receipt."""
    left, right = ([x for x in side if not x.fixed] for side in (left, right))
    if _gap(left, right) < MIN_GUTTER * height or not _is_beside(left, right):
        return False
    if any(median(x.box.width for x in side) < MIN_WIDTH * height for side in (left, right)):
        return False
    return (_fills(left) and _fills(right)) or not _in_step(left, right, height)


def _gap(left: Sequence[Line], right: Sequence[Line]) -> float:
    """How far the sides stand apart but for one line in ten of each."""
    ends = sorted(line.box.x1 for line in left)
    starts = sorted(line.box.x0 for line in right)
    return starts[len(starts) // 10] - ends[-1 - len(ends) // 10]


def _is_beside(left: Sequence[Line], right: Sequence[Line]) -> bool:
    top = max(min(x.box.y0 for x in side) for side in (left, right))
    bottom = min(max(x.box.y1 for x in side) for side in (left, right))
    return all(sum(top <= x.middle <= bottom for x in side) >= BESIDE for side in (left, right))


def _fills(side: Sequence[Line]) -> bool:
    """Whether lines run on to the edge as in prose; cells of a table are as wide as they are."""
    widths = sorted(line.box.width for line in side)
    usual = widths[int(0.9 * (len(widths) - 1))]
    return 2 * sum(width >= 0.75 * usual for width in widths) >= len(widths)


def _in_step(left: Sequence[Line], right: Sequence[Line], height: float) -> bool:
    """Whether the lines of the smaller side stand in the rows of the other, as in a table."""
    few, many = sorted((left, right), key=len)
    middles = sorted(line.middle for line in many)
    level = sum(_near(middles, line.middle, 0.25 * height) for line in few)
    return level > 0.8 * len(few)


def _near(middles: Sequence[float], y: float, tolerance: float) -> bool:
    index = bisect_left(middles, y - tolerance)
    return index < len(middles) and middles[index] <= y + tolerance
