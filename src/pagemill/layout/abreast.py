"""Abreast: labelled texts side by side, as the captions "(a)" and "(b)" of two figures in one row.

Two or three short lines each are too few to show a gutter; their labels tell that one is read after
the other.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from pagemill.layout.lines import Line

MAX_ROWS = 8  # of one text
CLOSE = 1.8  # line heights: from one row of a text to the next
_LABEL = re.compile(r"\(?([a-z]|\d{1,2})\)\s")

Row = list[Line]


def abreast(rows: Sequence[Row]) -> list[Row]:
    """The rows, with those of labelled texts side by side text by text, left to right. Each piece
    of a row stands once in the answer.
    """
    found: list[Row] = []
    index = 0
    while index < len(rows):
        first = sorted(rows[index], key=lambda line: line.box.x0)
        if len(first) < 2 or not _are_labelled(first):
            found.append(rows[index])
            index += 1
            continue
        texts = [[[line]] for line in first]
        bounds = [(a.box.x1 + b.box.x0) / 2 for a, b in pairwise(first)]
        end = min(index + MAX_ROWS, len(rows))
        index += 1
        while index < end and _goes_on(rows[index], texts, bounds):
            for line in rows[index]:
                _join(texts[_place(line, bounds)], line)
            index += 1
        found += [row for text in texts for row in text]
    return found


def _join(text: list[Row], line: Line) -> None:
    """Another row of a text, or a piece of its last one."""
    last = text[-1]
    if len(text) > 1 and min(last[0].box.y1, line.box.y1) - max(last[0].box.y0, line.box.y0) > 0:
        last.append(line)
    else:
        text.append([line])


def _are_labelled(pieces: Sequence[Line]) -> bool:
    """Whether each begins with a label, that of the next being the next: (a) and (b), 1) and 2)."""
    labels = [match[1] for piece in pieces if (match := _LABEL.match(piece.text))]
    if len(labels) < len(pieces) or any(piece.fixed for piece in pieces):
        return False
    return all(_number(b) == _number(a) + 1 for a, b in pairwise(labels))


def _number(label: str) -> int:
    return int(label) if label.isdigit() else ord(label)


def _goes_on(row: Row, texts: Sequence[Sequence[Row]], bounds: Sequence[float]) -> bool:
    """Whether a row holds the next lines of the texts: of two at least, or of one in the middle of
    a sentence.
    """
    places = {_place(line, bounds) for line in row}
    for line in row:
        above = texts[_place(line, bounds)][-1][-1]
        is_close = line.middle - above.middle < CLOSE * max(line.box.height, above.box.height)
        is_within = not any(line.box.x0 < bound < line.box.x1 for bound in bounds)
        if line.fixed or not is_close or not is_within or _LABEL.match(line.text):
            return False
        if len(places) == 1 and not line.text[0].islower():
            return False
    return True


def _place(line: Line, bounds: Sequence[float]) -> int:
    return sum(bound <= line.center for bound in bounds)
