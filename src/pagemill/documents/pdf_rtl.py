"""Words of Hebrew and Arabic whose letters come as the eye meets them, put as they are read."""

import re
import unicodedata
from dataclasses import replace

import numpy as np

from pagemill.documents.pdf_text import UPRIGHT, Characters

# Hebrew to Arabic Extended-A and their presentation forms.
RTL = r"\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe"
_RUN = re.compile(rf"[{RTL}]+(?:[^\w\s][{RTL}]+)*")


def logical(chars: Characters) -> Characters:
    """PDFium turns most words round that are drawn from left to right; the others are those whose
    letters still go right with the text.
    """
    if chars.text.isascii():
        return chars
    order = np.arange(len(chars.text))
    for run in _RUN.finditer(chars.text):
        start, end = run.span()
        if end - start > 1 and _goes_right(chars, start, end):
            order[start:end] = _turned(chars.text, start, end)
    if (order[1:] > order[:-1]).all():
        return chars
    return replace(
        chars,
        text="".join([chars.text[at] for at in order.tolist()]),
        boxes=chars.boxes[order],
        is_ink=chars.is_ink[order],
    )


def _goes_right(chars: Characters, start: int, end: int) -> bool:
    if (chars.directions[start:end] != UPRIGHT).any():
        return False
    middles = chars.boxes[start:end, 0] + chars.boxes[start:end, 2]
    steps = np.diff(middles)
    return bool((steps > 0).sum() > (steps < 0).sum())


def _turned(text: str, start: int, end: int) -> list[int]:
    """The letters from the last to the first, each with the marks that follow it."""
    groups: list[list[int]] = []
    for at in range(start, end):
        if groups and unicodedata.combining(text[at]):
            groups[-1].append(at)
        else:
            groups.append([at])
    return [at for group in reversed(groups) for at in group]
