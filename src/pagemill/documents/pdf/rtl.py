"""Words of Hebrew and Arabic whose letters come as the eye meets them, put as they are read."""

import re
import unicodedata
from dataclasses import replace
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

from pagemill.documents.pdf.text import UPRIGHT, Characters

Edges = tuple[float, float]

# Hebrew to Arabic Extended-A and their presentation forms.
RTL = r"\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe"
_RUN = re.compile(rf"[{RTL}]+(?:[^\w\s][{RTL}]+)*")
# Signs that PDFium may have given to the word on the other side of a blank.
_AFTER = re.compile(rf"(?<=\S) (?P<sign>[^\w\s]{{1,3}})(?=[{RTL}])")
_BEFORE = re.compile(rf"(?<=[{RTL}])(?P<sign>[^\w\s]{{1,3}}) (?=\S)")
_LINE = re.compile(rf"[^\n]*[{RTL}][^\n]*")
_NO_PART = re.compile(rf"[{RTL}\n]")
_OTHER_WORD = re.compile(rf"[^{RTL}\s]{{2,}}")
TOUCHING = 0.12  # ems
MAX_REACH = 100  # characters of a part from left to right
_PAIRS = (("(", ")"), ("[", "]"), ("{", "}"))


def logical(chars: Characters) -> Characters:
    """PDFium turns most words round that are drawn from left to right; the others are those whose
    letters still go right with the text. In lines of both directions it misplaces signs.
    """
    if chars.text.isascii() or not _RUN.search(chars.text):
        return chars
    chars = _with_signs(chars)
    order = np.arange(len(chars.text))
    for run in _RUN.finditer(chars.text):
        start, end = run.span()
        if end - start > 1 and _goes_right(chars, start, end):
            order[start:end] = _turned(chars.text, start, end)
    for line in _LINE.finditer(chars.text):
        for word in _OTHER_WORD.finditer(chars.text, *line.span()):
            start, end = word.span()
            if (chars.directions[start:end] == UPRIGHT).all():
                order[start:end] = start + np.argsort(chars.boxes[start:end, 0], kind="stable")
    return _taken(chars, order)


def _taken(chars: Characters, order: NDArray[np.intp]) -> Characters:
    if (order[1:] > order[:-1]).all():
        return chars
    return replace(
        chars,
        text="".join([chars.text[at] for at in order.tolist()]),
        boxes=chars.boxes[order],
        is_ink=chars.is_ink[order],
    )


def _with_signs(chars: Characters) -> Characters:
    """With the blank between signs and the word that they do not touch."""
    order = np.arange(len(chars.text))
    for found in _AFTER.finditer(chars.text):
        start, end = found.span("sign")
        if _touches_part(chars, start, end, _part_before(chars.text, start - 1), end):
            order[start - 1 : end] = np.roll(order[start - 1 : end], -1)
    for found in _BEFORE.finditer(chars.text):
        start, end = found.span("sign")
        if _touches_part(chars, start, end, _part_after(chars.text, end + 1), start - 1):
            order[start : end + 1] = np.roll(order[start : end + 1], 1)
    return _taken(chars, order)


def _part_before(text: str, end: int) -> slice:
    """Of the line, that ends here: a letter from right to left, or all that goes the other way."""
    if _NO_PART.match(text, end - 1):
        return slice(end - 1, end)
    first = max(0, end - MAX_REACH)
    stop = max((found.end() for found in _NO_PART.finditer(text, first, end)), default=first)
    return slice(stop, end)


def _part_after(text: str, start: int) -> slice:
    if _NO_PART.match(text, start):
        return slice(start, start + 1)
    last = min(len(text), start + MAX_REACH)
    found = _NO_PART.search(text, start, last)
    return slice(start, found.start() if found else last)


def _touches_part(chars: Characters, start: int, end: int, part: slice, letter: int) -> bool:
    """Whether the signs touch the part across the blank and not the letter beside them."""
    sign, other = _reach(chars, slice(start, end)), _reach(chars, part)
    word = _reach(chars, slice(letter, letter + 1))
    em = max(float(chars.sizes[start]), 1.0)
    return _gap(sign, other) < TOUCHING * em < _gap(sign, word)


def _gap(a: Edges, b: Edges) -> float:
    return max(a[0] - b[1], b[0] - a[1])


def _reach(chars: Characters, part: slice) -> Edges:
    """From the left edge of the letters to the right one."""
    boxes = chars.boxes[part][chars.is_ink[part]]
    return (float(boxes[:, 0].min()), float(boxes[:, 2].max())) if len(boxes) else (0.0, 0.0)


def paired(text: str) -> str:
    """With brackets that open first and close then. Which way PDFium turns one in a line of both
    directions is a matter of luck; those that have no partner stay as they are.
    """
    for opening, closing in _PAIRS:
        places = [at for at, char in enumerate(text) if char in (opening, closing)]
        if len(places) % 2 or _is_paired(text, opening, closing):
            continue
        letters = list(text)
        for place, char in zip(places, cycle((opening, closing)), strict=False):
            letters[place] = char
        text = "".join(letters)
    return text


def _is_paired(text: str, opening: str, closing: str) -> bool:
    depth = 0
    for char in text:
        depth += (char == opening) - (char == closing)
        if depth < 0:
            return False
    return depth == 0


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
