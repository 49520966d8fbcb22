"""Columns: where a gutter parts text into two, the left side is read before the right.

Lines that cross the gutter are read in their place. Sides are searched again, so three columns
fall out of two cuts. What a frame or a shaded area holds is read as a unit, in its place.
"""

from collections.abc import Sequence
from itertools import takewhile

from pagemill.layout.lines import Line, height_on_page, is_rtl, typical_height
from pagemill.layout.order.frames import Framed, framed
from pagemill.layout.order.gutters import Gutter, best_gutter, crosses, leads_on
from pagemill.layout.order.run_together import parted_lines
from pagemill.layout.order.sides import sides
from pagemill.model.page import Box

MAX_DEPTH = 6
NEARBY = 20  # lines above and below that tell whether those between are in step
CHAIN = 3  # lines on end that were run together, at most


def columns(
    lines: Sequence[Line], frames: Sequence[Box] = (), dividers: Sequence[Line] = ()
) -> list[list[Line]]:
    """Groups of lines, each one column wide, in reading order. Every line is in one group.

    `frames` are boxes around what belongs together, as `frames.frames` finds them, `dividers` what
    parts all columns, as `dividers.dividers` does.
    """
    units = framed(lines, frames)
    outside = [*units.outside, *dividers]
    order = {id(line): place for place, line in enumerate(outside)}
    groups = _cut(outside, typical_height(lines), order, MAX_DEPTH, rtl=is_rtl(lines))
    if dividers:
        groups = _without(groups, dividers)
    if not units.inside:
        return groups
    return [part for group in groups for part in _unfolded(group, units)]


def _without(groups: Sequence[Sequence[Line]], dividers: Sequence[Line]) -> list[list[Line]]:
    drawn = {id(line) for line in dividers}
    found = [[line for line in group if id(line) not in drawn] for group in groups]
    return [group for group in found if group]


def _cut(
    lines: list[Line], height: float, order: dict[int, int], depth: int, *, rtl: bool
) -> list[list[Line]]:
    lines.sort(key=lambda line: line.middle)
    gutter = best_gutter(lines, height, order) if depth else None
    if gutter is None:
        return [lines] if lines else []
    found: list[list[Line]] = []
    done = 0
    for first, end, run in _runs(lines, gutter, height, order):
        found += _cut(lines[done:first], height, order, depth - 1, rtl=rtl)
        both = sides(run, gutter.x)
        for side in reversed(both) if rtl else both:
            found += _cut(side, height, order, depth - 1, rtl=rtl)
        done = end
    return found + _cut(lines[done:], height, order, depth - 1, rtl=rtl)


def _runs(
    lines: Sequence[Line], gutter: Gutter, height: float, order: dict[int, int]
) -> list[tuple[int, int, list[Line]]]:
    """First and end index of each run and its lines. A run goes on over lines that an engine has
    run together, and may reach the next one.
    """
    found: list[tuple[int, int, list[Line]]] = []
    starts = [first for first, _ in gutter.runs] + [len(lines)]
    for (first, end), stop in zip(gutter.runs, starts[1:], strict=True):
        start, run, done = first, list(lines[first:end]), end
        if found and found[-1][1] == first:
            start, _, above = found.pop()
            run = above + run
        while done < stop and (more := _going_on(lines, done, run, gutter.x, height)):
            count, parts = more
            order |= {id(part): order[id(lines[done])] for part in parts}
            run += parts
            done += count
        found.append((start, done, run))
    return found


def _going_on(
    lines: Sequence[Line], at: int, run: Sequence[Line], x: float, height: float
) -> tuple[int, Sequence[Line]] | None:
    """How many lines from `at` on belong to the run above them, and what they become: the parts of
    those that were run together.
    """
    if not crosses(lines[at], x, height):
        is_near = lines[at].box.y0 < run[-1].box.y1 + height
        return (1, [lines[at]]) if is_near and not leads_on(lines, at, x, height) else None
    near = lines[at : at + NEARBY]
    chain = list(takewhile(lambda line: crosses(line, x, height), near))
    below = [line for line in near if not crosses(line, x, height)]
    parts = parted_lines(chain, x, run[-NEARBY:], below, height) if len(chain) <= CHAIN else []
    return (len(chain), parts) if parts else None


def _unfolded(group: Sequence[Line], units: Framed) -> list[list[Line]]:
    """The group with each unit's own columns where the unit stands."""
    found: list[list[Line]] = [[]]
    for line in sorted(group, key=height_on_page):
        inside = units.inside.get(id(line))
        if inside is None:
            found[-1].append(line)
        else:
            found += [*columns(inside.lines, inside.frames), []]
    return [part for part in found if part]
