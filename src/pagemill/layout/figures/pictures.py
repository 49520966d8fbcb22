"""Figures of a page with a text layer: its pictures and drawings, with the words that belong to
them.

The words in a chart are its own. Those around a drawing, too, where they are short and stand apart
from the text: the numbers along an axis are written outside of what is drawn. A picture that prose
runs over is a background, and a frame with prose in it is a box of text.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import islice

from pagemill.layout.lines import Line, sane
from pagemill.model.page import Box, Marks, around, common_area, holds_line

MAX_FIGURES, MAX_LABELS = 100, 200
NEIGHBOURS = 50  # lines above and below that tell whether one is part of a paragraph
MIN_SIDE = 3.0  # in line heights: smaller things are signs and ornaments
# Prose: rows of so many words over so much of the figure's width, or so many letters of such rows.
WIDE, WORDS, PROSE_ROWS, MUCH = 0.4, 5, 3, 400
LABEL_WORDS, LABEL_LETTERS = 6, 25
REACH = 1.2  # line heights from a drawing to its labels
PITCH = 1.6  # line heights from a row of text to the next
ROUNDS = 2  # the numbers along an axis, then its title
_CAPTION = re.compile(
    r"\(?[a-z]\)|(fig|abb|tab|chart|exhibit|plate|scheme|graph|map|photo|image|picture|"
    r"illustration|diagram|bild|grafik|fot|source|quelle|note)[a-z]*[ .:]",
    re.IGNORECASE,
)


def figures_of(marks: Marks, lines: Sequence[Line], height: float) -> list[Box]:
    """Boxes of what becomes a figure on this page. `height` is that of its usual line."""
    if not marks.pictures and not marks.drawings:
        return []
    by_middle = sorted((line for line in lines if not line.fixed), key=lambda line: line.middle)
    nearby = _Nearby(by_middle)
    found = []
    for box in _joined(map(sane, (*marks.pictures, *marks.drawings))):
        if min(box.width, box.height) < MIN_SIDE * height:
            continue
        if _is_of_text(box, [line for line in nearby.at(box) if holds_line(box, line.shown)]):
            continue
        is_drawn = any(common_area(box, drawn) > 0 for drawn in marks.drawings)
        found.append(_with_labels(box, nearby, height) if is_drawn else box)
    return _joined(found)


class _Nearby:
    """Lines by their height on the page."""

    def __init__(self, by_middle: Sequence[Line]) -> None:
        self._lines = by_middle
        self._middles = [line.middle for line in by_middle]

    def at(self, box: Box, reach: float = 0.0) -> Sequence[Line]:
        first = bisect_left(self._middles, box.y0 - reach)
        return self._lines[first : bisect_right(self._middles, box.y1 + reach)]

    def around(self, line: Line, reach: float) -> Sequence[Line]:
        """Those no further up or down, at most `NEIGHBOURS` on either side."""
        first = bisect_left(self._middles, line.middle - reach)
        place = bisect_left(self._middles, line.middle)
        end = bisect_right(self._middles, line.middle + reach)
        return self._lines[max(first, place - NEIGHBOURS) : min(end, place + NEIGHBOURS)]


def _joined(boxes: Iterable[Box]) -> list[Box]:
    """Those that overlap as one; the largest so many."""
    joined: list[Box] = []
    for one in sorted(boxes, key=lambda box: -box.area)[:MAX_FIGURES]:
        box = one
        while over := [other for other in joined if common_area(box, other) > 0]:
            box = around([box, *over])
            joined = [other for other in joined if other not in over]
        joined.append(box)
    return joined


def _is_of_text(box: Box, held: Sequence[Line]) -> bool:
    """Whether sentences stand in it, rather than labels."""
    long = [line for line in held if line.text.count(" ") >= WORDS - 1]
    wide = sum(line.box.width > WIDE * box.width for line in long)
    return wide >= PROSE_ROWS or sum(len(line.text) for line in long) >= MUCH


def _with_labels(figure: Box, nearby: _Nearby, height: float) -> Box:
    for _ in range(ROUNDS):
        reach = REACH * height
        around_it = Box(figure.x0 - reach, figure.y0 - reach, figure.x1 + reach, figure.y1 + reach)
        near = (
            line
            for line in nearby.at(around_it)
            if common_area(around_it, line.box) > 0
            and _is_label(line)
            and not _holds(figure, line.box)
        )
        labels = [
            line
            for line in islice(near, MAX_LABELS)
            if not _is_of_paragraph(line, figure, nearby.around(line, PITCH * height))
        ]
        grown = around([figure, *(line.box for line in labels)])
        if grown == figure:
            break
        figure = grown
    return figure


def _holds(outer: Box, inner: Box) -> bool:
    return (
        outer.x0 <= inner.x0
        and inner.x1 <= outer.x1
        and outer.y0 <= inner.y0
        and inner.y1 <= outer.y1
    )


def _is_label(line: Line) -> bool:
    text = line.text
    if len(text) > LABEL_LETTERS or text.count(" ") >= LABEL_WORDS:
        return False
    return not _CAPTION.match(text)


def _is_of_paragraph(line: Line, figure: Box, near: Sequence[Line]) -> bool:
    """Whether a row of text runs next to it, outside of the figure."""
    box = line.box
    return any(
        other is not line
        and not _is_label(other)
        and not holds_line(figure, other.box)
        and abs(other.middle - line.middle) < PITCH * max(box.height, other.box.height)
        and min(other.box.x1, box.x1) > max(other.box.x0, box.x0) - 2 * box.height
        for other in near
    )
