"""Plots of figures over time as shapes of SVG: a step is 10 wide, a plot 100 high, 0 at the bottom.

Every value holds for its whole step; where there is none, nothing is drawn.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

STEP, HEIGHT = 10, 100
_NICE = (1, 2, 3, 4, 5, 6, 8, 10)
Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Line:
    """`look` is a class of the style sheet."""

    name: str
    look: str
    path: str


@dataclass(frozen=True, slots=True)
class Spot:
    """One step, and what a pointer over it is told."""

    x: int
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`ticks` are the values at the top, in the middle and at the bottom."""

    name: str
    title: str
    width: int
    ticks: tuple[str, str, str]
    lines: tuple[Line, ...]
    spots: tuple[Spot, ...]
    is_empty: bool


def lines_chart(
    name: str,
    title: str,
    given: Sequence[tuple[str, str, Values]],
    say: Callable[[float], str],
    spots: Sequence[str],
    least: float = 1,
) -> Chart:
    """`given`: name, look and values of each line; the look `bars` or `area` fills what lies below.
    `spots` are told of each step. The scale ends at `least` or above.
    """
    every = [value for *_, values in given for value in values if value is not None]
    top = nice(max([least, *every]))
    return Chart(
        name=name,
        title=title,
        width=STEP * len(spots),
        ticks=(say(top), say(top / 2), say(0)),
        lines=tuple(Line(called, look, _path(look, values, top)) for called, look, values in given),
        spots=tuple(Spot(STEP * nth, text) for nth, text in enumerate(spots)),
        is_empty=not any(every),
    )


def nice(value: float) -> float:
    """The nearest number above that people like on a scale."""
    if value <= 0:
        return 1
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (*_NICE, 20) if step * power >= value * 0.9999)


def _path(look: str, values: Values, top: float) -> str:
    if look == "bars":
        return " ".join(_bars(values, top))
    return " ".join(_runs(values, top, is_filled=look == "area"))


def _bars(values: Values, top: float) -> Iterator[str]:
    for nth, value in enumerate(values):
        if value:
            y = _y(value, top)
            yield f"M{STEP * nth + 1} {HEIGHT}V{y:g}h{STEP - 2}V{HEIGHT}z"


def _runs(values: Values, top: float, *, is_filled: bool) -> Iterator[str]:
    begun: int | None = None
    for nth, value in enumerate([*values, None]):
        if value is None:
            if begun is not None and is_filled:
                yield f"V{HEIGHT}H{STEP * begun}z"
            begun = None
            continue
        y = _y(value, top)
        if begun is None:
            begun = nth
            yield f"M{STEP * nth} {HEIGHT}V{y:g}" if is_filled else f"M{STEP * nth} {y:g}"
        else:
            yield f"V{y:g}"
        yield f"H{STEP * (nth + 1)}"


def _y(value: float, top: float) -> float:
    return round(HEIGHT - HEIGHT * value / top, 2)
