"""Gutters: white stripes with text on both sides.

A gutter is an x that no line crosses over a run of lines. Lines that do cross it (titles, wide
captions) end the run. Gutters are looked for where a line ends and the next one to the right
begins, for there the fewest cross. Cost: lines times stripes, and no more than `MAX_STRIPES` are
looked at.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import pairwise

from pagemill.layout.lines import Line
from pagemill.layout.order.sides import FEW, are_filled, rows_of_columns, sides, weight

MAX_STRIPES = 40
MIN_LINES = 3  # rows that at least one run must have on each side
# In line heights: how far lines may reach into a gutter; engines pad the boxes of theirs.
SLACK, PADDED = 0.2, 0.3
STRAY_BAND, MAX_STRAYS = 1.5, 3  # white in line heights, lines beyond it
CLOSER = 0.4  # line heights: a heading stands so much closer to its text than to others
MOST, PROSE_WORDS, MANY_LINES = 0.6, 4, 6  # of all lines; in a line; on each side

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
        [weight(line, height) for line in lines],
    )


def crosses(line: Line, x: float, height: float) -> bool:
    """Whether a line reaches over a gutter."""
    left, right = _core(line, height)
    return left < x < right


def _core(line: Line, height: float) -> tuple[float, float]:
    box, slack = line.box, (SLACK if line.font_size or line.fixed else PADDED) * height
    return box.x0 + slack, max(box.x0 + slack, box.x1 - slack)


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
        if not is_next_end and parts >= FEW:
            found.append(_Stripe((x + other) / 2, other - x, parts, crossed))
    return nsmallest(MAX_STRIPES, found, key=lambda one: (one.crossed - one.parts, -one.width))


def _parted_at(x: float, search: _Search) -> tuple[int, Runs]:
    """How many lines a gutter at `x` parts, and in which runs; 0 when no run proves columns."""
    score, strong = 0, False
    runs: list[tuple[int, int]] = []
    for run in _free_runs(x, search):
        first, end = _without_strays(*run, x, search)
        beside = zip(search.centers[first:end], search.weights[first:end], strict=True)
        on_left = sum([weight for center, weight in beside if center < x])
        on_right = sum(search.weights[first:end]) - on_left
        if min(on_left, on_right) < FEW:
            continue
        key = (first, end, on_left)
        if key not in search.verdicts:
            search.verdicts[key] = _parts(x, search.lines[first:end], search)
        if fewer := search.verdicts[key]:
            runs.append((first, end))
            score += fewer
            strong |= fewer >= MIN_LINES
    return (score if strong else 0), tuple(runs)


def _free_runs(x: float, search: _Search) -> Iterator[tuple[int, int]]:
    """Runs of lines that do not cross; what stands beside one that does belongs to its row."""
    crossing = [index for index, (x0, x1) in enumerate(search.cores) if x0 < x < x1]
    for before, after in pairwise([-1, *crossing, len(search.lines)]):
        first, end = before + 1, after
        if before >= 0:
            first = bisect_left(search.middles, search.lines[before].box.y1, first, end)
        if after < len(search.lines):
            end = bisect_right(search.middles, search.lines[after].box.y0, first, end)
        if end - first >= FEW:
            yield first, end


def _without_strays(first: int, end: int, x: float, search: _Search) -> tuple[int, int]:
    """Leaves out a date at the right above both columns, and a last line at the left under both,
    where white parts them from all the rest, or where it leads what stands below the columns.
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
        is_far = lines[index].box.y0 - lines[index - 1].box.y1 > band
        if is_far or leads_on(lines, index, x, search.height):
            end = index
            break
    return first, end


def leads_on(lines: Sequence[Line], index: int, x: float, height: float) -> bool:
    """Whether the line at the left begins what runs across both columns below them, as a heading
    does: it stands closer to that than to the text above.
    """
    near = range(index, min(index + MAX_STRAYS + 1, len(lines)))
    end = next((place for place in near if crosses(lines[place], x, height)), index)
    if not 0 < index < end or any(line.center >= x for line in lines[index:end]):
        return False
    boxes = [line.box for line in lines[index : end + 1]]
    below = max([b.y0 - a.y1 for a, b in pairwise(boxes)])
    above = boxes[0].y0 - max([line.box.y1 for line in lines[max(0, index - MAX_STRAYS) : index]])
    return above > below + CLOSER * height


def _torn(x: float, search: _Search) -> int:
    """How many lines stand beside one that crosses: they would be read apart from their column."""
    torn, done = 0, 0
    for line, (x0, x1) in zip(search.lines, search.cores, strict=True):
        if x0 < x < x1:
            first = max(done, bisect_right(search.middles, line.box.y0))
            done = max(done, bisect_left(search.middles, line.box.y1))
            torn += max(0, done - first - 1)
    return torn


def _parts(x: float, lines: Sequence[Line], search: _Search) -> int:
    return rows_of_columns(*sides(lines, x), search.height, search.order)


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
    return are_filled([[line.box for line in side]], height)
