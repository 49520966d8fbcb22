"""Columns: where a white gutter parts text into two, the left side is read before the right.

A gutter is an x that no line crosses over a run of lines with text on both sides. Lines that do
cross it (titles, wide captions) end the run and are read in their place. Sides are searched
again, so three columns fall out of two cuts. Cost: lines times x positions, both bounded.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from statistics import median

from pagemill.layout.lines import Line, is_rtl, typical_height
from pagemill.model.page import Box

MAX_DEPTH = 4
MAX_LINES = 5_000
POSITIONS = 200
MIN_LINES, MIN_WEAK_LINES = 3, 2
MIN_WIDTH = 6.0  # median width of a column's lines, in line heights: prices are narrower
MIN_GUTTER = 0.0  # in line heights: engines pad their boxes, narrow gutters vanish
SLACK = 0.2  # in line heights: by how much a line may reach into a gutter
BESIDE = 2  # lines of one side that must stand beside the other


_Runs = tuple[tuple[int, int], ...]  # first and end index into the lines sorted by height


@dataclass(frozen=True, slots=True)
class _Gutter:
    x: float
    runs: _Runs


@dataclass(frozen=True, slots=True)
class _Search:
    """Lines sorted by height, and what every position asks of them: `cores` is where no gutter
    may stand. `verdicts` are remembered: neighbouring positions part most runs in the same way.
    """

    lines: Sequence[Line]
    height: float
    cores: list[tuple[float, float]]
    centers: list[float]
    verdicts: dict[tuple[int, int, int], int] = field(default_factory=dict)


def columns(lines: Sequence[Line]) -> list[list[Line]]:
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
    boxes = [line.box for line in lines]
    starts, ends = sorted([box.x0 for box in boxes]), sorted([box.x1 for box in boxes])
    positions = list(_positions(starts, ends, height))
    if not positions:
        return None
    slack = SLACK * height
    cores = [(box.x0 + slack, box.x1 - slack) for box in boxes]
    search = _Search(lines, height, cores, [line.center for line in lines])
    best, equal = MIN_LINES, list[_Gutter]()
    for fewer, xs in _alike(positions, search):
        if fewer < best:
            continue
        score, runs = _parted_at(xs[0], search)
        if score > best:
            best, equal = score, []
        if score == best:
            equal += [_Gutter(x, runs) for x in xs]
    return equal[len(equal) // 2] if equal else None


def _alike(positions: list[float], search: _Search) -> Iterator[tuple[int, list[float]]]:
    """Positions between which no line starts, ends or has its middle: the lines lie alike around
    them. With each group goes the most lines it can part.
    """
    begun, ended = sorted([x0 for x0, _ in search.cores]), sorted([x1 for _, x1 in search.cores])
    middles = sorted(search.centers)

    def passed(x: float) -> tuple[int, int, int]:
        return bisect_left(begun, x), bisect_left(middles, x), bisect_right(ended, x)

    for (starts, _, ends), xs in groupby(positions, passed):
        yield min(ends, len(begun) - starts), list(xs)


def _positions(starts: list[float], ends: list[float], height: float) -> Iterator[float]:
    """Where to look for a gutter: most positions have text on one side only."""
    left, right, slack = starts[0], ends[-1], SLACK * height
    step = max(height / 2, (right - left) / POSITIONS)
    enough_ended, enough_to_come = ends[MIN_LINES - 1], starts[-MIN_LINES]
    x = left + step
    while x < right and x - slack <= enough_to_come:
        if x + slack > enough_ended:
            yield x
        x += step


def _parted_at(x: float, search: _Search) -> tuple[int, _Runs]:
    """How many lines a gutter at `x` parts, and in which runs; 0 when no run proves columns."""
    score, strong = 0, False
    runs: list[tuple[int, int]] = []
    for first, end in _free_runs(x, search.cores):
        on_left = len([center for center in search.centers[first:end] if center < x])
        if min(on_left, end - first - on_left) < MIN_WEAK_LINES:
            continue
        key = (first, end, on_left)
        if key not in search.verdicts:
            search.verdicts[key] = _parts(x, search.lines[first:end], search.height)
        if fewer := search.verdicts[key]:
            runs.append((first, end))
            score += fewer
            strong |= fewer >= MIN_LINES
    return (score if strong else 0), tuple(runs)


def _free_runs(x: float, cores: list[tuple[float, float]]) -> list[tuple[int, int]]:
    crossing = [index for index, (x0, x1) in enumerate(cores) if x0 < x < x1]
    bounds = pairwise([-1, *crossing, len(cores)])
    return [(a + 1, b) for a, b in bounds if b - a > 2 * MIN_WEAK_LINES]


def _parts(x: float, lines: Sequence[Line], height: float) -> int:
    """The number of lines of text on the side that has fewer; 0 when the sides are no columns."""
    text = _sides([line for line in lines if not line.fixed], x)
    left, right = ([line.box for line in side] for side in text)
    fewer = min(len(left), len(right))
    return fewer if fewer >= MIN_WEAK_LINES and _are_columns(left, right, height) else 0


def _sides(lines: Sequence[Line], x: float) -> tuple[list[Line], list[Line]]:
    sides: tuple[list[Line], list[Line]] = [], []
    for line in lines:
        sides[line.center >= x].append(line)
    return sides


def _are_columns(left: list[Box], right: list[Box], height: float) -> bool:
    """Text beside text, not the cells of a table or the prices of a receipt."""
    if _gap(left, right) < MIN_GUTTER * height:
        return False
    widths = [sorted([box.x1 - box.x0 for box in side]) for side in (left, right)]
    if any(median(side) < MIN_WIDTH * height for side in widths):
        return False
    middles = [[(box.y0 + box.y1) / 2 for box in side] for side in (left, right)]
    if not _are_beside(left, right, middles):
        return False
    return all(map(_fills, widths)) or not _in_step(middles, height)


def _gap(left: list[Box], right: list[Box]) -> float:
    """How far the sides stand apart but for one line in ten of each."""
    ends = sorted([box.x1 for box in left])
    starts = sorted([box.x0 for box in right])
    return starts[len(starts) // 10] - ends[-1 - len(ends) // 10]


def _are_beside(left: list[Box], right: list[Box], middles: list[list[float]]) -> bool:
    top = max(min([box.y0 for box in side]) for side in (left, right))
    bottom = min(max([box.y1 for box in side]) for side in (left, right))
    return all(sum([top <= y <= bottom for y in side]) >= BESIDE for side in middles)


def _fills(widths: list[float]) -> bool:
    """Whether lines run on to the edge as in prose; cells of a table are as wide as they are."""
    usual = widths[int(0.9 * (len(widths) - 1))]
    return 2 * sum([width >= 0.75 * usual for width in widths]) >= len(widths)


def _in_step(middles: list[list[float]], height: float) -> bool:
    """Whether the lines of the smaller side stand in the rows of the other, as in a table."""
    few, many = sorted(middles, key=len)
    many = sorted(many)
    level = sum([_near(many, y, 0.25 * height) for y in few])
    return level > 0.8 * len(few)


def _near(middles: Sequence[float], y: float, tolerance: float) -> bool:
    index = bisect_left(middles, y - tolerance)
    return index < len(middles) and middles[index] <= y + tolerance
