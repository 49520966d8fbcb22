"""Straightening: an upright box around a slanted line is too tall, and the longer the taller.

Where the engine has measured the slant, that undoes it exactly. Where it has not, the slant follows
from that growth; the right direction is the one in which lines lie less upon each other and fall
into fewer rows.

Lines far taller than wide run down the page, line after line from right to left: a page lying on
its side, or vertical writing. Engines read them in that direction only; a text layer may also run
upward, then its lines follow each other from left to right.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from pagemill.layout.lines import Line
from pagemill.model.page import Box
from pagemill.model.upright import Upright

MIN_SLOPE, MAX_SLOPE = 0.006, 0.2  # a third of a degree to eleven degrees
MIN_LONG_LINES = 6
NEIGHBOURS = 6

Turn = Callable[[Box], Box]


def straighten(lines: list[Line], rotation: int = 0, skew: float = 0.0) -> list[Line]:
    """The lines with `box` as if the page had been scanned straight; `shown` stays.

    `rotation` and `skew` are as in `PageText`: what an engine found out. Where they are 0, the
    lines themselves tell.
    """
    turn = _TURNS.get(rotation % 360) or _turn_told_by(lines)
    if turn is not None:
        lines = [replace(line, box=turn(line.box)) for line in lines]
    if skew:
        level = Upright(0.0, 0.0, skew=skew).level
        return [replace(line, box=level(line.box)) for line in lines]
    return _levelled_by_guess(lines)


def upright(tall: Sequence[Line]) -> list[Line]:
    """Sideways lines with `box` as if the page had been turned to read them; `shown` stays."""
    turn = _from_upward if _run_upward(tall) else _from_downward
    return [replace(line, box=turn(line.box)) for line in tall]


def _levelled_by_guess(lines: list[Line]) -> list[Line]:
    slope = _slope(lines)
    if not MIN_SLOPE <= slope <= MAX_SLOPE:
        return lines
    ways = [[_turned(line, way, slope) for line in lines] for way in (0.0, slope, -slope)]
    best = min(range(len(ways)), key=lambda way: (_collisions(ways[way]), _rows(ways[way])))
    return ways[best] if best else lines


def _turn_told_by(lines: Sequence[Line]) -> Turn | None:
    tall = _tall(lines)
    if not tall:
        return None
    return _from_upward if _run_upward(tall) else _from_downward


def _tall(lines: Sequence[Line]) -> list[Line]:
    """The lines far taller than wide, if most letters stand in such; else none."""
    words = [line for line in lines if len(line.text) > 3 and not line.fixed]
    tall = [line for line in words if line.box.height > 2 * line.box.width]
    if not tall:
        return []
    most = sum(len(line.text) for line in tall) > 0.6 * sum(len(line.text) for line in words)
    return tall if most else []


def _run_upward(tall: Sequence[Line]) -> bool:
    if not any(line.font_size for line in tall):
        return False
    steps = [b.box.x0 - a.box.x0 for a, b in pairwise(tall)]
    return sum(step > 0 for step in steps) > sum(step < 0 for step in steps)


def _from_downward(box: Box) -> Box:
    return Box(box.y0, -box.x1, box.y1, -box.x0)


def _from_upward(box: Box) -> Box:
    return Box(-box.y1, box.x0, -box.y0, box.x1)


def _from_upside_down(box: Box) -> Box:
    return Box(-box.x1, -box.y1, -box.x0, -box.y0)


_TURNS: Mapping[int, Turn] = {90: _from_upward, 180: _from_upside_down, 270: _from_downward}


def _slope(lines: Sequence[Line]) -> float:
    """Points of height per point of length beyond what short lines have; 0 when unknown.

    Short lines are slanted too, so their height is corrected by the slope found: solving
    `tall = h + long*s` and `low = h + short*s` for `s`.
    """
    text = [x for x in lines if not (x.fixed or x.font_size) and x.box.height > 0]
    if len(text) < 3 * MIN_LONG_LINES:
        return 0.0
    text.sort(key=lambda line: line.box.width)
    third = len(text) // 3
    short, long = text[:third], text[-third:]
    run = median(x.box.width for x in long) - median(x.box.width for x in short)
    rise = median(x.box.height for x in long) - median(x.box.height for x in short)
    low = median(x.box.height for x in short)
    return rise / run if run > 5 * low else 0.0


def _turned(line: Line, way: float, slope: float) -> Line:
    if line.fixed:
        return line
    middle = line.middle - way * line.center
    half = max(line.box.height - slope * line.box.width, 0.3 * line.box.height) / 2
    return replace(line, box=Box(line.box.x0, middle - half, line.box.x1, middle + half))


def _collisions(lines: Sequence[Line]) -> int:
    """Pairs of lines that lie upon each other; on a straight page there are none."""
    text = sorted((line for line in lines if not line.fixed), key=lambda line: line.middle)
    return sum(
        _shared(a.box.x0, a.box.x1, b.box.x0, b.box.x1) > 0.3
        and _shared(a.box.y0, a.box.y1, b.box.y0, b.box.y1) > 0.3
        for index, a in enumerate(text)
        for b in text[index + 1 : index + 1 + NEIGHBOURS]
    )


def _shared(a0: float, a1: float, b0: float, b1: float) -> float:
    """The common part of two stretches, as a share of the shorter one."""
    return (min(a1, b1) - max(a0, b0)) / max(0.1, min(a1 - a0, b1 - b0))


def _rows(lines: Sequence[Line]) -> int:
    """How many rows there are if a step of a third of a line begins a new one."""
    text = [line for line in lines if not line.fixed]
    step = median(line.box.height for line in text) / 3
    middles = sorted(line.middle for line in text)
    return sum(b - a > step for a, b in pairwise(middles))
