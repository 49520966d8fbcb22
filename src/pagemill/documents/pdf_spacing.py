"""Blanks that PDFium thought of inside words whose letters stand wide apart."""

from dataclasses import replace

import numpy as np

from pagemill.documents.pdf_text import UPRIGHT, Characters, is_space

DROPPED = "\xad"  # what lines leave out
SPACED = 0.08  # ems between the letters of a line, from which on it is spaced out
WORD_GAP = 1.5  # times what is usual between the letters of the line
CLEAR = 0.05  # ems by which the gap between words is wider, too


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
