"""Columns: where a gutter parts text into two, the left side is read before the right.

Lines that cross the gutter are read in their place. Sides are searched again, so three columns
fall out of two cuts. What a frame or a shaded area holds is read as a unit, in its place.
"""

from collections.abc import Sequence

from pagemill.layout.frames import Framed, framed
from pagemill.layout.gutters import best_gutter, sides
from pagemill.layout.lines import Line, height_on_page, is_rtl, typical_height
from pagemill.model.page import Box

MAX_DEPTH = 6


def columns(lines: Sequence[Line], frames: Sequence[Box] = ()) -> list[list[Line]]:
    """Groups of lines, each one column wide, in reading order. Every line is in one group.

    `frames` are boxes around what belongs together, as `frames.frames` finds them.
    """
    units = framed(lines, frames)
    order = {id(line): place for place, line in enumerate(units.outside)}
    groups = _cut(list(units.outside), typical_height(lines), order, MAX_DEPTH, rtl=is_rtl(lines))
    if not units.inside:
        return groups
    return [part for group in groups for part in _unfolded(group, units)]


def _cut(
    lines: list[Line], height: float, order: dict[int, int], depth: int, *, rtl: bool
) -> list[list[Line]]:
    lines.sort(key=lambda line: line.middle)
    gutter = best_gutter(lines, height, order) if depth else None
    if gutter is None:
        return [lines] if lines else []
    found: list[list[Line]] = []
    done = 0
    for first, end in gutter.runs:
        found += _cut(lines[done:first], height, order, depth - 1, rtl=rtl)
        both = sides(lines[first:end], gutter.x)
        for side in reversed(both) if rtl else both:
            found += _cut(side, height, order, depth - 1, rtl=rtl)
        done = end
    return found + _cut(lines[done:], height, order, depth - 1, rtl=rtl)


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
