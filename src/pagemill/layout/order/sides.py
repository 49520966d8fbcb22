"""Are the two sides of a gutter columns, or the cells of a table and the prices of a receipt?

Columns are prose, whose lines run on to the edge or are parts of sentences; or stand out of step;
or the file has one side after the other. All lengths are in line heights.
"""

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from pagemill.layout.lines import Line
from pagemill.model.page import Box

FEW = 2  # rows that each side must have
MIN_WIDTH = 6.0  # median width of a column's lines: prices are narrower
# The same for lines of a text layer out of step, and the white between; so many there must be.
NARROW, CLEAR, MIN_NARROW = 2.0, 0.8, 4
LEVEL, TYPED_LEVEL = 0.25, 0.1  # no farther apart in height are lines of one row
SAME_ROW = 0.5  # the same where the file has one after the other
TABLE, LOOSE = 0.8, 0.34  # share of lines in step: more makes a table, less cannot be one
OVERLAP = 0.4  # of the boxes of both sides, which engines pad
# Between the pieces of one typed line, and between the parts of one entry, at most.
PIECES, ENTRIES = 1.2, 6.0
BESIDE = 2  # lines of one side that must stand beside the other
WORDY, MOST_WORDY = 5, 0.4  # words in a line; so many lines
MANY_LINES = 6  # on each side: from there on the order of the file is worth something
LONG = 12.0  # a line that fills a column of prose
STACK = 3  # centred lines over each other
MAX_FIXED = 50  # lines that a figure or table counts for, at most


def sides(lines: Sequence[Line], x: float) -> tuple[list[Line], list[Line]]:
    parted: tuple[list[Line], list[Line]] = [], []
    for line in lines:
        parted[line.center >= x].append(line)
    return parted


def weight(line: Line, height: float) -> int:
    """How many lines it counts for: a figure or table for those that it is as high as."""
    return max(1, min(MAX_FIXED, round(line.box.height / height))) if line.fixed else 1


def rows_of_columns(
    left: Sequence[Line], right: Sequence[Line], height: float, order: dict[int, int]
) -> int:
    """The number of rows on the side that has fewer; 0 when the sides are no columns. `order` has
    the place of each line (by id) in the file.
    """
    lines = [*left, *right]
    boxes = [_boxes(side, height) for side in (left, right)]
    fewer = min(_levels(side, height) for side in boxes)
    if fewer < FEW or all(line.fixed for line in lines):
        return 0
    gutter = 0.0 if any(line.font_size for line in lines) else -OVERLAP * height
    if not _stand_apart(boxes[0], boxes[1], gutter):
        return 0
    if fewer == FEW and _are_short_columns(left, right, height, order):
        return fewer + 1
    if _is_filed_by_row(left, right, order) and _in_step(boxes, SAME_ROW * height) == 1:
        return 0
    are_columns = _are_columns(lines, boxes, height) or (
        _are_entries(boxes, height)
        and (_is_filed_apart(left, right, order) or _are_wordy(left, right))
    )
    return fewer if are_columns or _are_centred(boxes, height) else 0


def _are_columns(lines: Sequence[Line], boxes: list[list[Box]], height: float) -> bool:
    widths = [row_widths(side, height, PIECES) for side in boxes]
    if _are_wide(widths, MIN_WIDTH * height):
        return are_filled(boxes, height) or _in_step(boxes, LEVEL * height) <= TABLE
    is_narrow = min(map(len, boxes)) >= MIN_NARROW and _are_wide(widths, NARROW * height)
    return is_narrow and _are_loose(lines, boxes, height)


def are_filled(boxes: list[list[Box]], height: float) -> bool:
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


def _are_short_columns(
    left: Sequence[Line], right: Sequence[Line], height: float, order: dict[int, int]
) -> bool:
    """Whether a few long lines of a text layer go on from the left side to the right."""
    places = [[order[id(line)] for line in side] for side in (left, right)]
    is_long = all(line.box.width > LONG * height for line in (*left[:-1], *right[:-1]))
    is_typed = all(line.font_size for line in (*left, *right))
    return is_typed and is_long and max(places[0]) < min(places[1])


def _are_centred(boxes: list[list[Box]], height: float) -> bool:
    """Whether each side is one or more stacks of centred lines, as the names and addresses of
    authors are.
    """
    return all(_is_centred(side, height) for side in boxes)


def _is_centred(side: Sequence[Box], height: float) -> bool:
    stacks: list[list[Box]] = []
    for box in sorted(side, key=lambda box: box.x0 + box.x1):
        if stacks and box.x0 + box.x1 - stacks[-1][0].x0 - stacks[-1][0].x1 < height:
            stacks[-1].append(box)
        else:
            stacks.append([box])
    return all(
        len(stack) >= STACK and max(b.x0 for b in stack) - min(b.x0 for b in stack) > height
        for stack in stacks
    )


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
        found += _slices(line.box, weight(line, height)) if line.fixed else [line.box]
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


def _is_filed_by_row(left: Sequence[Line], right: Sequence[Line], order: dict[int, int]) -> bool:
    """Whether a text layer has a few lines of both sides in turn, as signs and what they mean."""
    if len(left) != len(right) or len(left) >= MANY_LINES:
        return False
    if not all(line.font_size for line in (*left, *right)):
        return False
    places = sorted((order[id(line)], side is right) for side in (left, right) for line in side)
    return all(is_right == bool(at % 2) for at, (_, is_right) in enumerate(places))


def _is_filed_apart(left: Sequence[Line], right: Sequence[Line], order: dict[int, int]) -> bool:
    """Whether the file has one side after the other: a table is mostly written row by row."""
    if min(len(left), len(right)) < MANY_LINES:
        return False
    places = [
        (order[id(line)], is_right) for is_right, side in enumerate((left, right)) for line in side
    ]
    changes = sum(a != b for (_, a), (_, b) in pairwise(sorted(places)))
    return changes <= 1 + len(places) // 20
