"""The reading order of a page's text: its columns, then what is written sideways or aslant."""

from collections.abc import Sequence
from dataclasses import dataclass

from pagemill.layout.lines import Line
from pagemill.layout.order.columns import columns
from pagemill.layout.order.dividers import dividers
from pagemill.layout.order.frames import frames
from pagemill.layout.order.margins import aside
from pagemill.model.page import Marks


@dataclass(frozen=True, slots=True)
class Ordered:
    """`columns` are groups of lines, each one column wide, in reading order. `numbers` stand in the
    margin and count the lines of the page.
    """

    columns: list[list[Line]]
    numbers: list[Line]


def ordered(lines: Sequence[Line], marks: Marks, height: float) -> Ordered:
    """Each line stands once in the answer. `height` is that of the page's usual line."""
    parts = aside(lines)
    is_as_shown = all(line.box == line.shown for line in parts.text)
    boxes = frames(marks, height) if is_as_shown else []
    across = dividers(marks.rules, parts.text, height) if is_as_shown else []
    text = columns(parts.text, boxes, across)
    found = [*text, *columns(parts.turned), *columns(parts.slanted)]
    return Ordered(found, parts.numbers)
