"""Frames: what a page shades or draws a frame around belongs together and is read as a unit.

A frame counts where at least two rows of text stand in it and no line crosses its sides. Those of
which a page has only one, around everything, say nothing.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from statistics import median

from pagemill.layout.lines import Line, sane
from pagemill.layout.order.sides import ENTRIES, row_widths
from pagemill.model.page import Block, BlockKind, Box, Marks

MAX_FRAMES = 100
MIN_HEIGHT = 2.2  # in line heights: two rows
MIN_WIDTH = 6.0  # in line heights: narrower lines beside others may be a shaded column of prices
MOST = 0.8  # of the lines: a frame around more is the page's
REACH = 2.0  # points by which a line may stick out


@dataclass(frozen=True, slots=True)
class Unit:
    """The lines in one frame and the frames in it."""

    lines: list[Line]
    frames: list[Box]


@dataclass(frozen=True, slots=True)
class Framed:
    """`outside` has a fixed line in the place of each unit; `inside` has the units by its id."""

    outside: list[Line]
    inside: dict[int, Unit] = field(default_factory=dict)


def frames(marks: Marks, height: float) -> list[Box]:
    """Shaded areas and closed frames that may hold rows of this height, the largest first; at most
    `MAX_FRAMES`.
    """
    tall = [
        box
        for box in {*map(sane, marks.fills), *_closed(marks.rules)}
        if box.height >= MIN_HEIGHT * height
    ]
    tall.sort(key=lambda box: (-box.area, box.y0, box.x0))
    return tall[:MAX_FRAMES]


def _closed(rules: Sequence[Box]) -> Iterator[Box]:
    """Frames: level rules of one length over each other with upright ones at their ends."""
    level: dict[tuple[int, int], list[Box]] = defaultdict(list)
    posts: set[tuple[int, int, int]] = set()
    for rule in map(sane, rules):
        if rule.width >= rule.height:
            level[round(rule.x0), round(rule.x1)].append(rule)
        else:
            posts.add((round(rule.x0), round(rule.y0), round(rule.y1)))
    if not posts:
        return
    for stack in level.values():
        stack.sort(key=lambda rule: rule.y0)
        for top, bottom in dict.fromkeys([*pairwise(stack), (stack[0], stack[-1])]):
            y0, y1 = round(top.y0), round(bottom.y1)
            if y1 > y0 and all(_has(posts, round(x), y0, y1) for x in (top.x0, top.x1)):
                yield Box(top.x0, top.y0, top.x1, bottom.y1)


def _has(posts: set[tuple[int, int, int]], x: int, y0: int, y1: int) -> bool:
    near = product((x, x - 1, x + 1), (y0, y0 - 1, y0 + 1), (y1, y1 - 1, y1 + 1))
    return any(post in posts for post in near)


def framed(lines: Sequence[Line], frames: Sequence[Box]) -> Framed:
    """Takes the lines of the outermost frames out; each line stands in the answer once."""
    if not frames:
        return Framed(list(lines))
    by_middle = sorted(lines, key=lambda line: line.middle)
    middles = [line.middle for line in by_middle]
    homes: dict[int, Line] = {}
    inside: dict[int, Unit] = {}
    for frame in frames:
        first, end = bisect_left(middles, frame.y0), bisect_right(middles, frame.y1)
        held = _held(by_middle[first:end], frame)
        if not _is_unit(held, by_middle[first:end]) or len(held) > MOST * len(lines):
            continue
        if any(id(line) in homes for line in held):
            continue
        whole = Line(frame, frame, "", fixed=Block(BlockKind.FIGURE, frame))
        kept = {id(line) for line in held}
        inner = [one for one in frames if one is not frame and _holds(frame, one)]
        inside[id(whole)] = Unit([line for line in lines if id(line) in kept], inner)
        homes |= dict.fromkeys(kept, whole)
    outside = {id(place): place for line in lines for place in [homes.get(id(line), line)]}
    return Framed(list(outside.values()), inside)


def _held(lines: Sequence[Line], frame: Box) -> list[Line]:
    """The lines between its sides; none where one crosses a side."""
    held = []
    for line in lines:
        box = line.box
        if frame.x0 - REACH <= box.x0 and box.x1 <= frame.x1 + REACH:
            held.append(line)
        elif min(box.x1, frame.x1) - max(box.x0, frame.x0) > REACH:
            return []
    return held


def _is_unit(held: Sequence[Line], level: Sequence[Line]) -> bool:
    """At least two rows of text, and no column of short entries beside others. `level` are all
    lines of the same height on the page.
    """
    text = [line for line in held if not line.fixed]
    if len(text) < 2:
        return False
    height = median([line.box.height for line in text])
    if text[-1].middle - text[0].middle < height / 2:
        return False
    if len(held) == len(level):
        return True
    return median(row_widths([line.box for line in text], height, ENTRIES)) >= MIN_WIDTH * height


def _holds(outer: Box, inner: Box) -> bool:
    return (
        outer.x0 - REACH <= inner.x0
        and inner.x1 <= outer.x1 + REACH
        and outer.y0 - REACH <= inner.y0
        and inner.y1 <= outer.y1 + REACH
        and inner.area < outer.area
    )
