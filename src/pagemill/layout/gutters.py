"""Gutters: white stripes with text on both sides.

A gutter is an x that no line crosses over a run of lines. Lines that do cross it (titles, wide
captions) end the run. Gutters are looked for where a line ends and the next one to the right
begins, for there the fewest cross. Cost: lines times stripes, and no more than `MAX_STRIPES` are
looked at.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import pairwise
from statistics import median

from pagemill.layout.lines import Line
from pagemill.model.page import Box

MAX_STRIPES = 40
MIN_LINES, MIN_WEAK_LINES = 3, 2
MIN_WIDTH = 6.0  # median width of a column's lines, in line heights: prices are narrower
# The same for lines of a text layer out of step, and the white between; so many there must be.
NARROW, CLEAR, MIN_NARROW = 2.0, 0.8, 4
LEVEL, TYPED_LEVEL = 0.25, 0.1  # line heights: no farther apart in height are lines of one row
TABLE, LOOSE = 0.8, 0.34  # share of lines in step: more makes a table, less cannot be one
# In line heights: how far lines may reach into a gutter, padded ones farther; and how far the
# boxes of both sides may overlap that an engine has padded.
SLACK, PADDED, OVERLAP = 0.2, 0.3, 0.4
# Line heights between the pieces of one typed line, and between the parts of one entry, at most.
PIECES, ENTRIES = 1.2, 6.0
BESIDE = 2  # lines of one side that must stand beside the other
MOST, PROSE_WORDS = 0.6, 4  # of all lines; in a line
WORDY, MOST_WORDY = 5, 0.4  # words in a line; so many lines
MANY_LINES = 6  # on each side: from there on the order of the file is worth something
STRAY_BAND, MAX_STRAYS = 1.5, 3  # white in line heights, lines beyond it
LONG = 12.0  # line heights: a line that fills a column of prose
MAX_FIXED = 50  # lines that a figure or table counts for, at most

Runs = tuple[tuple[int, int], ...]  # first and end index into the lines sorted by height


@dataclass(frozen=True, slots=True)
class Gutter:
    x: float
    runs: Runs


@dataclass(frozen=True, slots=True)
class _Stripe:
    """`parts` is the most lines that can stand on the side that has fewer, `crossed` by how many
    lines the stripe is crossed.
    """

    x: float
    width: float
    parts: int
    crossed: int


@dataclass(frozen=True, slots=True)
class _Search:
    """Lines sorted by height, and what every stripe asks of them: `cores` is where no gutter may
    stand, `weights` how many lines each counts for. `verdicts` are remembered: neighbouring stripes
    part most runs in the same way.
    """

    lines: Sequence[Line]
    height: float
    order: dict[int, int]
    cores: list[tuple[float, float]]
    centers: list[float]
    middles: list[float]
    weights: list[int]
    verdicts: dict[tuple[int, int, int], int] = field(default_factory=dict)


def best_gutter(lines: Sequence[Line], height: float, order: dict[int, int]) -> Gutter | None:
    """The gutter with the most text beside it, None where there is none. `lines` are sorted by
    `middle`, `order` has the place of each (by id) in the file.
    """
    if len(lines) < MIN_LINES:
        return None
    search = _search(lines, height, order)
    best, found = (0, 0.0), None
    for stripe in _stripes(search):
        if stripe.parts < best[0]:
            continue
        score, runs = _parted_at(stripe.x, search)
        if score < MIN_LINES:
            continue
        worth = (score - _torn(stripe.x, search), stripe.width)
        if found is None or worth > best:
            best, found = worth, Gutter(stripe.x, runs)
    return found


def _search(lines: Sequence[Line], height: float, order: dict[int, int]) -> _Search:
    return _Search(
        lines,
        height,
        order,
        [_core(line, height) for line in lines],
        [line.center for line in lines],
        [line.middle for line in lines],
        [_weight(line, height) for line in lines],
    )


def crosses(line: Line, x: float, height: float) -> bool:
    """Whether a line reaches over a gutter."""
    left, right = _core(line, height)
    return left < x < right


def _core(line: Line, height: float) -> tuple[float, float]:
    box, slack = line.box, (SLACK if line.font_size or line.fixed else PADDED) * height
    return box.x0 + slack, max(box.x0 + slack, box.x1 - slack)


def _weight(line: Line, height: float) -> int:
    return max(1, min(MAX_FIXED, round(line.box.height / height))) if line.fixed else 1


def _stripes(search: _Search) -> list[_Stripe]:
    """Where a line has ended and the next to the right begins, the most promising first."""
    starts = [(x0, 0, index) for index, (x0, _) in enumerate(search.cores)]
    ends = [(x1, 1, index) for index, (_, x1) in enumerate(search.cores)]
    whole, begun, ended, crossed = sum(search.weights), 0, 0, 0
    found: list[_Stripe] = []
    for (x, is_end, index), (other, is_next_end, _) in pairwise(sorted(starts + ends)):
        if not is_end:
            begun += search.weights[index]
            crossed += 1
            continue
        ended += search.weights[index]
        crossed -= 1
        parts = min(ended, whole - begun)
        if not is_next_end and parts >= MIN_WEAK_LINES:
            found.append(_Stripe((x + other) / 2, other - x, parts, crossed))
    return nsmallest(MAX_STRIPES, found, key=lambda one: (one.crossed - one.parts, -one.width))


def _parted_at(x: float, search: _Search) -> tuple[int, Runs]:
    """How many lines a gutter at `x` parts, and in which runs; 0 when no run proves columns."""
    score, strong = 0, False
    runs: list[tuple[int, int]] = []
    for run in _free_runs(x, search.cores):
        first, end = _without_strays(*run, x, search)
        beside = zip(search.centers[first:end], search.weights[first:end], strict=True)
        on_left = sum([weight for center, weight in beside if center < x])
        on_right = sum(search.weights[first:end]) - on_left
        if min(on_left, on_right) < MIN_WEAK_LINES:
            continue
        key = (first, end, on_left)
        if key not in search.verdicts:
            search.verdicts[key] = _parts(x, search.lines[first:end], search)
        if fewer := search.verdicts[key]:
            runs.append((first, end))
            score += fewer
            strong |= fewer >= MIN_LINES
    return (score if strong else 0), tuple(runs)


def _free_runs(x: float, cores: list[tuple[float, float]]) -> list[tuple[int, int]]:
    crossing = [index for index, (x0, x1) in enumerate(cores) if x0 < x < x1]
    bounds = pairwise([-1, *crossing, len(cores)])
    return [(a + 1, b) for a, b in bounds if b - a > MIN_WEAK_LINES]


def _without_strays(first: int, end: int, x: float, search: _Search) -> tuple[int, int]:
    """Leaves out a date at the right above both columns, and a last line at the left under both,
    where white parts them from all the rest.
    """
    lines, band = search.lines, STRAY_BAND * search.height
    for index in range(first, min(first + MAX_STRAYS, end - 1)):
        if search.centers[index] < x:
            break
        if lines[index + 1].box.y0 - lines[index].box.y1 > band:
            first = index + 1
            break
    for index in range(end - 1, max(end - 1 - MAX_STRAYS, first), -1):
        if search.centers[index] >= x:
            break
        if lines[index].box.y0 - lines[index - 1].box.y1 > band:
            end = index
            break
    return first, end


def _torn(x: float, search: _Search) -> int:
    """How many lines stand beside one that crosses: they would be read apart from their column."""
    torn, done = 0, 0
    for line, (x0, x1) in zip(search.lines, search.cores, strict=True):
        if x0 < x < x1:
            first = max(done, bisect_right(search.middles, line.box.y0))
            done = max(done, bisect_left(search.middles, line.box.y1))
            torn += max(0, done - first - 1)
    return torn


def sides(lines: Sequence[Line], x: float) -> tuple[list[Line], list[Line]]:
    parted: tuple[list[Line], list[Line]] = [], []
    for line in lines:
        parted[line.center >= x].append(line)
    return parted


# ---------------------------------------------------------------- are they columns?


def _parts(x: float, lines: Sequence[Line], search: _Search) -> int:
    """The number of rows on the side that has fewer; 0 when the sides are no columns."""
    left, right = sides(lines, x)
    boxes = [_boxes(side, search.height) for side in (left, right)]
    fewer = min(_levels(side, search.height) for side in boxes)
    if fewer < MIN_WEAK_LINES or not any(not line.fixed for line in lines):
        return 0
    gutter = 0.0 if any(line.font_size for line in lines) else -OVERLAP * search.height
    if not _stand_apart(boxes[0], boxes[1], gutter):
        return 0
    are_columns = _are_columns(lines, boxes, search.height) or (
        _are_entries(boxes, search.height)
        and (_is_filed_apart(left, right, search.order) or _are_wordy(left, right))
    )
    if not are_columns:
        return 0
    if fewer < MIN_LINES and _are_short_columns(left, right, search):
        return MIN_LINES
    return fewer


def _are_columns(lines: Sequence[Line], boxes: list[list[Box]], height: float) -> bool:
    widths = [row_widths(side, height, PIECES) for side in boxes]
    if _are_wide(widths, MIN_WIDTH * height):
        return _are_filled(boxes, height) or _in_step(boxes, LEVEL * height) <= TABLE
    is_narrow = min(map(len, boxes)) >= MIN_NARROW and _are_wide(widths, NARROW * height)
    return is_narrow and _are_loose(lines, boxes, height)


def _are_filled(boxes: list[list[Box]], height: float) -> bool:
    """By whole lines, or by their pieces: a side may be two columns that stand close."""
    return all(
        _fills(row_widths(side, height, PIECES)) or _fills(row_widths(side, height, 0.0))
        for side in boxes
    )


def _are_wordy(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether many lines of both sides are parts of sentences, as cells of a table are not."""
    return min(len(left), len(right)) >= MANY_LINES and all(
        sum(line.text.count(" ") >= WORDY - 1 for line in side) >= MOST_WORDY * len(side)
        for side in (left, right)
    )


def _are_short_columns(left: Sequence[Line], right: Sequence[Line], search: _Search) -> bool:
    """Whether a few long lines of a text layer go on from the left side to the right."""
    places = [[search.order[id(line)] for line in side] for side in (left, right)]
    is_long = all(line.box.width > LONG * search.height for line in (*left[:-1], *right[:-1]))
    is_typed = all(line.font_size for line in (*left, *right))
    return is_typed and is_long and max(places[0]) < min(places[1])


def _are_entries(boxes: list[list[Box]], height: float) -> bool:
    """Whether each line is wide enough with all its parts, as in an index or a list of signs."""
    return _are_wide([row_widths(side, height, ENTRIES) for side in boxes], MIN_WIDTH * height)


def _are_loose(lines: Sequence[Line], boxes: list[list[Box]], height: float) -> bool:
    """Whether two sides of a text layer's lines stand clear of each other and out of step."""
    if not all(line.font_size or line.fixed for line in lines):
        return False
    white = min(box.x0 for box in boxes[1]) - max(box.x1 for box in boxes[0])
    return white > CLEAR * height and _in_step(boxes, TYPED_LEVEL * height) <= LOOSE


def _boxes(side: Sequence[Line], height: float) -> list[Box]:
    """Of the lines; a figure or table counts as lines of its width."""
    found: list[Box] = []
    for line in side:
        found += _slices(line.box, _weight(line, height)) if line.fixed else [line.box]
    return found


def _levels(side: Sequence[Box], height: float) -> int:
    """How many rows there are: one may come in many pieces."""
    count, last = 0, -math.inf
    for middle in sorted([(box.y0 + box.y1) / 2 for box in side]):
        if middle - last > height / 2:
            count, last = count + 1, middle
    return count


def _slices(box: Box, count: int) -> Iterator[Box]:
    step = box.height / count
    for index in range(count):
        yield Box(box.x0, box.y0 + index * step, box.x1, box.y0 + (index + 1) * step)


def _stand_apart(left: list[Box], right: list[Box], gutter: float) -> bool:
    """Side by side, at least `gutter` points apart."""
    if _gap(left, right) < gutter:
        return False
    top = max(min([box.y0 for box in side]) for side in (left, right))
    bottom = min(max([box.y1 for box in side]) for side in (left, right))
    return all(
        sum([top <= (box.y0 + box.y1) / 2 <= bottom for box in side]) >= BESIDE
        for side in (left, right)
    )


def _gap(left: list[Box], right: list[Box]) -> float:
    """How far the sides stand apart but for one line in ten of each."""
    ends = sorted([box.x1 for box in left])
    starts = sorted([box.x0 for box in right])
    return starts[len(starts) // 10] - ends[-1 - len(ends) // 10]


def _are_wide(widths: list[list[float]], least: float) -> bool:
    return all(median(side) >= least for side in widths)


def row_widths(side: Sequence[Box], height: float, reach: float) -> list[float]:
    """Of the lines from the narrowest on; pieces of one line count as one where no more white than
    `reach` line heights parts them.
    """
    found: list[float] = []
    x0 = x1 = 0.0
    level = -math.inf
    for box in sorted(side, key=lambda box: (round((box.y0 + box.y1) / height), box.x0)):
        middle = (box.y0 + box.y1) / 2
        if abs(middle - level) < height / 2 and -height < box.x0 - x1 < reach * height:
            x1 = max(x1, box.x1)
            found[-1] = x1 - x0
        else:
            x0, x1, level = box.x0, box.x1, middle
            found.append(x1 - x0)
    return sorted(found)


def _fills(widths: list[float]) -> bool:
    """Whether lines run on to the edge as in prose; cells of a table are as wide as they are."""
    usual = widths[int(0.9 * (len(widths) - 1))]
    return 2 * sum([width >= 0.75 * usual for width in widths]) >= len(widths)


def _in_step(boxes: list[list[Box]], tolerance: float) -> float:
    """The share of the smaller side's lines that stand in rows of the other, as in a table."""
    few, many = (sorted([(box.y0 + box.y1) / 2 for box in side]) for side in sorted(boxes, key=len))
    level = sum([_near(many, y, tolerance) for y in few])
    return level / len(few)


def _near(middles: Sequence[float], y: float, tolerance: float) -> bool:
    index = bisect_left(middles, y - tolerance)
    return index < len(middles) and middles[index] <= y + tolerance


def _is_filed_apart(left: Sequence[Line], right: Sequence[Line], order: dict[int, int]) -> bool:
    """Whether the file has one side after the other: a table is mostly written row by row."""
    if min(len(left), len(right)) < MANY_LINES:
        return False
    places = [
        (order[id(line)], is_right) for is_right, side in enumerate((left, right)) for line in side
    ]
    changes = sum(a != b for (_, a), (_, b) in pairwise(sorted(places)))
    return changes <= 1 + len(places) // 20


# ---------------------------------------------------------------- is it prose?


def are_columns_of_prose(lines: Sequence[Line], height: float) -> bool:
    """Whether most of these lines are sentences that run on in columns, and no cells of a table."""
    by_middle = sorted(lines, key=lambda line: line.middle)
    order = {id(line): place for place, line in enumerate(lines)}
    gutter = best_gutter(by_middle, height, order)
    if gutter is None:
        return False
    runs = [line for first, end in gutter.runs for line in by_middle[first:end]]
    both = sides(runs, gutter.x)
    return len(runs) > MOST * len(lines) and all(_is_prose(side, height) for side in both)


def _is_prose(side: Sequence[Line], height: float) -> bool:
    wordy = sum(line.text.count(" ") >= PROSE_WORDS - 1 for line in side)
    if len(side) < MANY_LINES or wordy < len(side) / 2:
        return False
    return _are_filled([[line.box for line in side]], height)
