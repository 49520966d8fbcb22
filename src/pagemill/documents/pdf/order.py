"""Letters that a PDF draws in no order, put into lines by where they stand."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pagemill.documents.pdf.text import UPRIGHT, Characters

FEWEST = 20  # letters: of fewer one cannot tell
# Letters per line end up to which a page may be out of order at all.
SHORT_LINES = 8
# In ems: letters on one line, letters of one word.
SAME_LINE, SAME_WORD = 0.3, 0.15
TWINS = 0.2  # of all letters: so many on the spot of another mean text drawn twice
OUT_OF_ORDER = 0.3  # of the pairs of letters that touch, how many do not follow each other


def in_order(chars: Characters) -> Characters:
    """The page line by line where the file has its upright letters all mixed up, else as it is.
    Takes n log n steps.
    """
    upright = np.flatnonzero(chars.is_ink & (chars.directions == UPRIGHT))
    if len(upright) < FEWEST or len(upright) > SHORT_LINES * _lines(chars, upright):
        return chars
    boxes, ems = chars.boxes[upright], np.maximum(chars.sizes[upright], 1.0)
    rows = _rows((boxes[:, 1] + boxes[:, 3]) / 2, ems)
    order = np.lexsort((boxes[:, 0], rows))
    em = np.maximum(ems[order][1:], ems[order][:-1])
    gap = boxes[order][1:, 0] - boxes[order][:-1, 2]
    is_same_row = rows[order][1:] == rows[order][:-1]
    is_twin = is_same_row & (np.diff(boxes[order][:, 0]) < SAME_WORD * em)
    touching = is_same_row & (np.abs(gap) < SAME_WORD * em)
    apart = np.abs(np.diff(order)) != 1
    if is_twin.mean() > TWINS or not touching.any() or apart[touching].mean() < OUT_OF_ORDER:
        return chars
    marks = np.where(is_same_row, np.where(gap > SAME_WORD * em, " ", ""), "\n")
    return _taken(chars, upright[order], ["", *marks.tolist()])


def _lines(chars: Characters, letters: NDArray[np.intp]) -> int:
    ends = np.cumsum(chars.codes() == ord("\n"))[letters]
    return 1 + int(np.count_nonzero(np.diff(ends)))


def _rows(middles: NDArray[np.float64], ems: NDArray[np.float64]) -> NDArray[np.int64]:
    """A number for each letter, the same for those of one line."""
    order = np.argsort(middles, kind="stable")
    begins = np.diff(middles[order]) > SAME_LINE * ems[order][1:]
    rows = np.zeros(len(middles), np.int64)
    rows[order[1:]] = np.cumsum(begins)
    return rows


def _taken(chars: Characters, letters: NDArray[np.intp], before: list[str]) -> Characters:
    """The letters in their new order, each with the white space that stands before it; then all
    the rest as it was.
    """
    copies = np.array([1 + len(mark) for mark in before])
    index = np.repeat(letters, copies)
    is_mark = np.ones(len(index), np.bool_)
    is_mark[np.cumsum(copies) - 1] = False
    rest = np.setdiff1d(np.arange(len(chars.text)), letters, assume_unique=True)
    text = "".join(mark + chars.text[at] for mark, at in zip(before, letters.tolist(), strict=True))
    everything = np.concatenate((index, rest[:1], rest))
    is_ink = chars.is_ink[everything]
    is_ink[: len(index)] &= ~is_mark
    is_ink[len(index) : len(index) + 1] = False
    ended = "\n" if len(rest) else ""
    return replace(
        chars,
        text=text + ended + "".join(chars.text[at] for at in rest.tolist()),
        boxes=chars.boxes[everything],
        is_ink=is_ink,
        sizes=chars.sizes[everything],
        is_bold=chars.is_bold[everything],
        is_italic=chars.is_italic[everything],
        is_mono=chars.is_mono[everything],
        colors=chars.colors[everything],
        is_hidden=chars.is_hidden[everything],
        directions=chars.directions[everything],
        tags=chars.tags[everything],
    )
