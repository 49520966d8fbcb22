"""Abreast: labelled texts side by side, as the captions "(a)" and "(b)" of two figures in one row,
or addresses under "Bill to:" and "Ship to:".

A few short lines each are too few to show a gutter; their labels tell that one is read after the
other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pagemill.layout.lines import Line

MAX_TEXTS, MAX_ROWS = 12, 8  # side by side, and of one text
CLOSE = 1.8  # line heights: from one row of a text to the next
EVEN = 1.0  # line heights: what stands under a title begins no farther from where that does
LONG_TITLE, MAX_LISTED = 30, 5  # letters; rows under titles, more are a table
_LABEL = re.compile(r"\(?([a-z]|\d{1,2})\)\s|(\d{1,2})\.\s")
_VALUE = re.compile(r"[-+$€£¥]?\s?\d")

Row = list[Line]


@dataclass(frozen=True, slots=True)
class _Abreast:
    """Texts side by side, each as its rows; `bounds` are the x between them. Each has a title that
    ends in a colon, where `is_titled`, or else begins with a label.
    """

    texts: tuple[list[Row], ...]
    bounds: tuple[float, ...]
    is_titled: bool

    def place(self, line: Line) -> int:
        return sum(bound <= line.center for bound in self.bounds)

    def goes_on(self, row: Row) -> bool:
        """Whether a row holds the next lines of the texts: of two at least, or of one in the middle
        of a sentence or under its title.
        """
        is_alone = len({self.place(line) for line in row}) == 1
        return all(self._is_next(line, is_alone=is_alone) for line in row)

    def _is_next(self, line: Line, *, is_alone: bool) -> bool:
        text = self.texts[self.place(line)]
        above, height = text[-1][-1], max(line.box.height, text[-1][-1].box.height)
        if line.fixed or line.middle - above.middle >= CLOSE * height or _LABEL.match(line.text):
            return False
        if any(line.box.x0 < bound < line.box.x1 for bound in self.bounds):
            return False
        if self.is_titled:
            is_even = abs(line.box.x0 - text[0][0].box.x0) <= EVEN * height
            return is_even and (len(text) > 1 or not is_alone)
        return not is_alone or line.text[0].islower()

    def add(self, row: Row) -> None:
        for line in row:
            text = self.texts[self.place(line)]
            if len(text) > 1 and _are_level(text[-1][0], line):
                text[-1].append(line)
            else:
                text.append([line])

    def is_table(self) -> bool:
        """Whether titles are the heads of a table: over many rows, or a column of numbers."""
        if not self.is_titled:
            return False
        listed = [[row[0].text for row in text[1:]] for text in self.texts]
        longest = max(map(len, listed))
        numbers = any(rows and all(map(_VALUE.match, rows)) for rows in listed)
        return not longest or longest > MAX_LISTED or (longest > 1 and numbers)


def abreast(rows: Sequence[Row]) -> list[Row]:
    """The rows, with those of labelled texts side by side text by text, left to right. Each piece
    of a row stands once in the answer.
    """
    found: list[Row] = []
    index = 0
    while index < len(rows):
        group, end = _begun(rows[index]), index + 1
        if group:
            while end < min(index + MAX_ROWS, len(rows)) and group.goes_on(rows[end]):
                group.add(rows[end])
                end += 1
        if group and not group.is_table():
            found += [row for text in group.texts for row in text]
        else:
            found += rows[index:end]
        index = end
    return found


def _begun(row: Row) -> _Abreast | None:
    """The texts that begin in a row, None where there are no two, or too many."""
    if not 2 <= len(row) <= MAX_TEXTS or any(line.fixed for line in row):
        return None
    pieces = sorted(row, key=lambda line: line.box.x0)
    is_titled = all(line.text.endswith(":") and len(line.text) <= LONG_TITLE for line in pieces)
    if not is_titled and not _are_labelled(pieces):
        return None
    bounds = [line.box.x0 - 1.0 for line in pieces[1:]]
    if not is_titled:
        bounds = [(a.box.x1 + b.box.x0) / 2 for a, b in pairwise(pieces)]
    return _Abreast(tuple([[line]] for line in pieces), tuple(bounds), is_titled)


def _are_labelled(pieces: Sequence[Line]) -> bool:
    """Whether each begins with a label, that of the next being the next: (a) and (b), 1. and 2."""
    labels = [match[1] or match[2] for piece in pieces if (match := _LABEL.match(piece.text))]
    if len(labels) < len(pieces):
        return False
    return all(_number(b) == _number(a) + 1 for a, b in pairwise(labels))


def _number(label: str) -> int:
    return int(label) if label.isdigit() else ord(label)


def _are_level(a: Line, b: Line) -> bool:
    return min(a.box.y1, b.box.y1) - max(a.box.y0, b.box.y0) > 0
