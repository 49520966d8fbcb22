"""Blanks that PDFium thought of inside words whose letters stand wide apart, and those that it
missed between words whose letters stand close.
"""

from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import numpy as np

from pagemill.documents.pdf.text import UPRIGHT, Characters, is_space

DROPPED = "\xad"  # what lines leave out
SPACED = 0.08  # ems between the letters of a line, from which on it is spaced out
WORD_GAP = 1.5  # times what is usual between the letters of the line
CLEAR = 0.05  # ems by which the gap between words is wider, too
# In ems, where a blank is missing: the gap, and how much wider than twice the usual.
CLEARLY, TWICE, WIDER = 0.1, 2.0, 0.15
LAST_LETTER = "\u0530"  # Latin, Greek and Cyrillic are below


def closed_up(chars: Characters) -> Characters:
    """Without the blanks that the file does not hold and that are no wider than the gaps between
    the letters of their line. A gap that looks wide in prose may be one of many in spaced text.
    """
    codes = chars.codes()
    is_blank = is_space(codes)
    ink = np.flatnonzero(chars.is_ink & ~is_blank & (chars.directions == UPRIGHT))
    if len(ink) < 2:
        return chars
    blanks = np.cumsum(is_blank)[ink]
    drawn = np.cumsum(is_blank & (chars.sizes > 0))[ink]
    lines = np.cumsum(codes == ord("\n"))[ink]
    same_line = lines[1:] == lines[:-1]
    em = np.maximum(chars.sizes[ink][1:], 1.0)
    gap = (chars.boxes[ink][1:, 0] - chars.boxes[ink][:-1, 2]) / em
    is_letter_gap = same_line & (blanks[1:] == blanks[:-1]) & (np.abs(gap) < 1)
    count = np.bincount(lines[1:][is_letter_gap], minlength=lines[-1] + 1)
    total = np.bincount(lines[1:][is_letter_gap], gap[is_letter_gap], minlength=lines[-1] + 1)
    usual = (total / np.maximum(count, 1))[lines[1:]]
    is_false = same_line & (blanks[1:] != blanks[:-1]) & (drawn[1:] == drawn[:-1])
    is_false &= (usual > SPACED) & (gap < WORD_GAP * usual + CLEAR)
    if not is_false.any():
        return chars
    text = list(chars.text)
    for before, after in zip(ink[:-1][is_false].tolist(), ink[1:][is_false].tolist(), strict=True):
        text[before + 1 : after] = DROPPED * (after - before - 1)
    return replace(chars, text="".join(text))


def parted(chars: Characters) -> Characters:
    """With the blanks between words that neither the file nor PDFium has: large type set tight has
    gaps that look small to PDFium, but not beside those between the letters of its line.
    """
    codes = chars.codes()
    is_blank = is_space(codes)
    ink = np.flatnonzero(chars.is_ink & ~is_blank & (chars.directions == UPRIGHT))
    if len(ink) < 2:
        return chars
    before, after = ink[:-1], ink[1:]
    lines = np.cumsum(codes == ord("\n"))[ink]
    is_pair = (after == before + 1) & (lines[1:] == lines[:-1])
    is_pair &= chars.sizes[after] == chars.sizes[before]
    em = np.maximum(chars.sizes[after], 1.0)
    gap = (chars.boxes[after, 0] - chars.boxes[before, 2]) / em
    is_pair &= np.abs(gap) < 1
    count = np.bincount(lines[1:][is_pair], minlength=lines[-1] + 1)
    total = np.bincount(lines[1:][is_pair], gap[is_pair], minlength=lines[-1] + 1)
    usual = (total / np.maximum(count, 1))[lines[1:]]
    is_word_end = is_pair & (gap > CLEARLY) & (gap > TWICE * usual + WIDER)
    is_word_end &= ~chars.is_mono[before] & ~chars.is_mono[after]
    places = [
        at
        for at in after[is_word_end].tolist()
        if _is_letter(chars.text[at - 1]) and _is_letter(chars.text[at])
    ]
    return _with_blanks(chars, places) if places else chars


def _is_letter(char: str) -> bool:
    """Of an alphabet whose words have blanks between them."""
    return char.isalpha() and char < LAST_LETTER


def _with_blanks(chars: Characters, places: list[int]) -> Characters:
    """With a blank before each of these letters."""
    parts = (chars.text[start:end] for start, end in pairwise([0, *places, len(chars.text)]))
    longer: dict[str, Any] = {"text": " ".join(parts)}
    for field in fields(chars):
        value = getattr(chars, field.name)
        if isinstance(value, np.ndarray):
            longer[field.name] = np.insert(value, places, value[places], axis=0)
    longer["is_ink"][np.array(places) + np.arange(len(places))] = False
    return replace(chars, **longer)
