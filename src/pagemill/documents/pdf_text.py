"""The text layer of a PDF page as line segments with boxes, sizes and the signals whether to
believe it.

PDFium gives characters in the order of the file, with spaces and line ends it thought of itself.
Everything per character is numpy over whole pages: a dense page has 10,000 of them.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise, repeat

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import NDArray

from pagemill.documents import pdfium
from pagemill.documents.pdf_space import Floats, Space
from pagemill.errors import PagemillError

MAX_CHARACTERS = 100_000
BOLD_WEIGHT = 600
FORCE_BOLD = 1 << 18  # font descriptor flag, PDF 32000-1 table 123
_BOLD_NAME = re.compile(r"bold|black|heavy|semibold|demi|cmbx|cmb\d|-bd\b", re.IGNORECASE)
_HIDDEN_MODES = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
UPRIGHT, DOWN, UPSIDE_DOWN, UP, SLANTED = range(5)

# PDFium marks a hyphen at a line's end with U+0002; Symbol and Wingdings bullets have no Unicode.
_CHARACTERS = {0x02: "-", 0xFFFE: "-", 0xF0B7: "•", 0xF0A7: "▪", 0xF0D8: "➢", 0xF0FC: "✓"}
_CONTROLS = frozenset((*range(9), *range(14, 32), 0x7F)) - {0x02}
_CHARACTERS |= dict.fromkeys((*_CONTROLS, 0x09, 0x0B, 0x0C), " ") | {0x0D: "\n"}
_PUNCTUATION = frozenset(".,;:!?'\"()[]{}<>-–—‘’“”«»…%&@#$€£§/\\+=*_|°•▪➢✓©®™~^`·")


@dataclass(frozen=True, slots=True)
class Style:
    """What the characters of one text object have in common. `size` is in points as seen."""

    size: float
    is_bold: bool
    is_hidden: bool
    direction: int


@dataclass(frozen=True, slots=True)
class Characters:
    """All characters of a page, one row each. `boxes` are x0, y0, x1, y1 as seen; `is_ink` is false
    for white space and for what PDFium made up.
    """

    text: str
    boxes: Floats
    is_ink: NDArray[np.bool_]
    sizes: Floats
    is_bold: NDArray[np.bool_]
    is_hidden: NDArray[np.bool_]
    directions: NDArray[np.int8]
    unmapped: int


def characters_of(page: object, space: Space, covered: frozenset[int]) -> Characters:
    """Reads the text layer. Text objects in `covered` count as hidden. At most `MAX_CHARACTERS`.

    Raises `page_unrenderable`.
    """
    handle = raw.FPDFText_LoadPage(page)
    if not handle:
        raise PagemillError("page_unrenderable", "The page's text cannot be read")
    text = pdfium.address(handle)
    try:
        count = max(0, min(pdfium.count_chars(text), MAX_CHARACTERS))
        return _read(text, count, space, covered)
    finally:
        pdfium.close_text(text)


def letter_share(text: str) -> float:
    """Of the characters that are no white space; 0 where there are none."""
    inked = Counter(text)
    for space in [char for char in inked if char.isspace()]:
        del inked[space]
    good = sum(n for char, n in inked.items() if char.isalnum() or char in _PUNCTUATION)
    return good / total if (total := inked.total()) else 0.0


def _read(text: int, count: int, space: Space, covered: frozenset[int]) -> Characters:
    codes = _codes(text, count)
    boxes = np.zeros((count, 4), np.float32)
    start = boxes.ctypes.data
    for _ in map(pdfium.char_box, repeat(text), range(count), range(start, start + 16 * count, 16)):
        pass
    objects = np.fromiter(
        (found or 0 for found in map(pdfium.char_object, repeat(text), range(count))),
        np.uint64,
        count,
    )
    styles, runs = _styles(text, objects, space, covered)
    clean = codes.translate(_CHARACTERS)
    white = np.fromiter(map(str.isspace, clean), np.bool_, count)
    # PDFium's order is left, top, right, bottom.
    seen = space.seen(np.nan_to_num(boxes[:, [0, 3, 2, 1]].astype(np.float64)))
    return Characters(
        text=clean,
        boxes=seen,
        is_ink=~white & (objects != 0),
        sizes=np.repeat(np.array([style.size for style in styles], np.float64), runs),
        is_bold=np.repeat(np.array([style.is_bold for style in styles], np.bool_), runs),
        is_hidden=np.repeat(np.array([style.is_hidden for style in styles], np.bool_), runs),
        directions=np.repeat(np.array([style.direction for style in styles], np.int8), runs),
        unmapped=_unmapped(text, codes, objects),
    )


def _codes(text: int, count: int) -> str:
    """One code per character. PDFium's whole-page call is a hundred times faster than asking for
    each, but leaves some out; then the others would shift.
    """
    units = np.zeros(count + 1, np.uint16)
    if pdfium.get_text(text, 0, count, units.ctypes.data) == count + 1:
        return "".join(map(chr, units[:-1].tolist()))
    codes = map(pdfium.char_code, repeat(text), range(count))
    return "".join(chr(code) if code < 0x110000 else "\ufffd" for code in codes)


def _styles(
    text: int, objects: NDArray[np.uint64], space: Space, covered: frozenset[int]
) -> tuple[list[Style], NDArray[np.int64]]:
    """A style for each run of characters of one text object, and the runs' lengths."""
    starts = _run_starts(objects)
    lengths = np.diff(np.append(starts, len(objects)))
    known: dict[int, Style] = {0: Style(0.0, is_bold=False, is_hidden=False, direction=UPRIGHT)}
    fonts: dict[int, bool] = {}
    styles = []
    for start, found in zip(starts.tolist(), objects[starts].tolist(), strict=True):
        if found not in known:
            known[found] = _style(text, start, found, space, fonts, is_covered=found in covered)
        styles.append(known[found])
    return styles, lengths


def _run_starts(objects: NDArray[np.uint64]) -> NDArray[np.intp]:
    is_start = np.ones(len(objects), np.bool_)
    is_start[1:] = objects[1:] != objects[:-1]
    return np.flatnonzero(is_start)


def _style(
    text: int, index: int, found: int, space: Space, fonts: dict[int, bool], *, is_covered: bool
) -> Style:
    a, b, c, d, _, _ = pdfium.matrix_at(text, index)
    font = pdfium.text_font(found) or 0
    if font not in fonts:
        fonts[font] = font != 0 and _is_bold(font)
    mode = pdfium.text_mode(found)
    return Style(
        # The size alone lies: many files write size 1 and put the true one into the matrix.
        size=min(pdfium.size_in_text_space(found) * math.hypot(c, d), 5000.0),
        is_bold=fonts[font] or mode == raw.FPDF_TEXTRENDERMODE_FILL_STROKE,
        is_hidden=is_covered or mode in _HIDDEN_MODES or pdfium.is_clear(found),
        direction=_direction(*space.seen_direction(a, b)),
    )


def _is_bold(font: int) -> bool:
    return (
        pdfium.font_weight(font) >= BOLD_WEIGHT
        or bool(pdfium.font_flags(font) & FORCE_BOLD)
        or bool(_BOLD_NAME.search(pdfium.base_font_name(font)))
    )


def _direction(dx: float, dy: float) -> int:
    """Which way the text runs on the page as seen, within 10 degrees."""
    degrees = math.degrees(math.atan2(dy, dx)) % 360
    quarter = round(degrees / 90)
    return quarter % 4 if abs(degrees - 90 * quarter) <= 10 else SLANTED


def _unmapped(text: int, codes: str, objects: NDArray[np.uint64]) -> int:
    """Characters that stand for nothing: no Unicode, private use, control characters."""
    strange = sum(n for code, n in Counter(codes).items() if _is_strange(code))
    # Mapping fails by font, so one look at each text object's first character tells enough.
    starts = [*_run_starts(objects).tolist(), len(objects)]
    for start, end in pairwise(starts):
        if objects[start] and pdfium.char_is_unmapped(text, start):
            strange += sum(not _is_strange(code) for code in codes[start:end])
    return strange


def _is_strange(char: str) -> bool:
    code = ord(char)
    if 0xE000 <= code <= 0xF8FF:
        return code not in _CHARACTERS
    return code in _CONTROLS or code == 0xFFFD
