"""The text layer of a PDF page as line segments with boxes, sizes and the signals whether to
believe it.

PDFium gives characters in the order of the file, with spaces and line ends it thought of itself.
Everything per character is numpy over whole pages: a dense page has 10,000 of them.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import NDArray

from pagemill.documents.pdf import pdfium
from pagemill.documents.pdf.objects import Drawing
from pagemill.documents.pdf.space import Floats, Space
from pagemill.documents.pdf.tags import ARTIFACT, Tags, tag_of
from pagemill.documents.pdf.tex import font_of, signs_of
from pagemill.errors import PagemillError

MAX_CHARACTERS = 100_000
BOLD_WEIGHT = 600
WHITE = 250
MAX_SIZE = 5000.0
SMALLEST = 4000  # letters that fit so often along a page can no longer be seen
MAX_UNICODE = 0x10FFFF
SLANT = (0.1, 0.5)
FORCE_BOLD = 1 << 18  # font descriptor flag, PDF 32000-1 table 123
FIXED_PITCH, ITALIC = 1 << 0, 1 << 6
_BOLD_NAME = re.compile(r"bold|black|heavy|semibold|demi|cmbx|cmb\d|-bd\b", re.IGNORECASE)
_ITALIC_NAME = re.compile(r"ital|obliq|slant|cmti|cmsl|cmmi|-it\b", re.IGNORECASE)
_MONO_NAME = re.compile(r"mono|courier|consol|typewriter|menlo|cmtt|sftt|\bcode", re.IGNORECASE)
_HIDDEN_MODES = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
UPRIGHT, DOWN, UPSIDE_DOWN, UP, SLANTED = range(5)

# PDFium marks a hyphen at a line's end with U+0002; Symbol and Wingdings bullets have no Unicode.
_CHARACTERS = {0x02: "-", 0xFFFE: "-", 0xF0B7: "•", 0xF0A7: "▪", 0xF0D8: "➢", 0xF0FC: "✓"}
# Windows' signs where Unicode has controls; the parts of large brackets in Adobe's Symbol.
_CHARACTERS |= {code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0)}
_CHARACTERS |= dict(zip(range(0xF8E6, 0xF8FF), "⏐⎯®©™⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪⎮⎞⎟⎠⎤⎥⎦⎫⎬⎭", strict=True))
_CONTROLS = frozenset((*range(9), *range(14, 32), 0x7F)) - {0x02}
_CHARACTERS |= dict.fromkeys((*_CONTROLS, 0x09, 0x0B, 0x0C), " ") | {0x0D: "\n"}
_PRIVATE = frozenset(range(0xE000, 0xF900)) - set(_CHARACTERS)
_PUNCTUATION = frozenset(".,;:!?'\"()[]{}<>-–—‘’“”«»…%&@#$€£§/\\+=*_|°•▪➢✓©®™~^`·")


def _table(codes: Iterable[int]) -> NDArray[np.bool_]:
    """Which characters are meant, by code. (np.isin would do, but its first use imports 60 ms.)"""
    table = np.zeros(0x10000, np.bool_)
    table[list(codes)] = True
    return table


_IS_SPACE = _table(code for code in range(0x3001) if chr(code).isspace())
_IS_STRANGE = _table((*_CONTROLS, *_PRIVATE, 0xFFFD))


@dataclass(frozen=True, slots=True)
class Face:
    """What its font makes of a text."""

    is_bold: bool = False
    is_italic: bool = False
    is_mono: bool = False


@dataclass(frozen=True, slots=True)
class Font:
    """`signs` is TeX's font of signs that it is, as `pdf_tex` numbers them."""

    face: Face = Face()
    signs: int = 0


@dataclass(frozen=True, slots=True)
class Style:
    """What the characters of one text object have in common. `size` is in points as seen, `color`
    is 0xRRGGBB.
    Hidden text may be an earlier OCR's and so worth reading; white text on bare paper never is.
    """

    size: float
    face: Face = Face()
    signs: int = 0
    color: int = 0
    is_hidden: bool = False
    is_white_on_paper: bool = False
    direction: int = UPRIGHT
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Characters:
    """All characters of a page, one row each. `boxes` are x0, y0, x1, y1 as seen; `is_ink` is false
    for white space, for what PDFium made up and for white text on bare paper.
    """

    text: str
    boxes: Floats
    is_ink: NDArray[np.bool_]
    sizes: Floats
    is_bold: NDArray[np.bool_]
    is_italic: NDArray[np.bool_]
    is_mono: NDArray[np.bool_]
    colors: NDArray[np.int32]
    is_hidden: NDArray[np.bool_]
    directions: NDArray[np.int8]
    tags: NDArray[np.object_]
    unmapped: int

    def codes(self) -> NDArray[np.uint32]:
        return np.frombuffer(self.text.encode("utf-32-le", "surrogatepass"), np.uint32)


def characters_of(
    page: object, space: Space, drawing: Drawing, tags: Tags | None = None
) -> Characters:
    """Reads the text layer, at most `MAX_CHARACTERS`.

    Raises `page_unrenderable`.
    """
    handle = raw.FPDFText_LoadPage(page)
    if not handle:
        raise PagemillError("page_unrenderable", "The page's text cannot be read")
    text = pdfium.address(handle)
    try:
        count = max(0, min(pdfium.count_chars(text), MAX_CHARACTERS))
        return _read(text, count, space, drawing, tags)
    finally:
        pdfium.close_text(text)


def is_space(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    return _IS_SPACE[np.minimum(codes, 0xFFFF)]


def letter_share(text: str) -> float:
    """Of the characters that are no white space; 0 where there are none."""
    inked = Counter(text)
    for space in [char for char in inked if char.isspace()]:
        del inked[space]
    good = sum(n for char, n in inked.items() if char.isalnum() or char in _PUNCTUATION)
    return good / total if (total := inked.total()) else 0.0


def _read(text: int, count: int, space: Space, drawing: Drawing, tags: Tags | None) -> Characters:
    codes = _codes(text, count)
    boxes = np.zeros((count, 4), np.float32)
    start = boxes.ctypes.data
    for _ in map(pdfium.char_box, repeat(text), range(count), range(start, start + 16 * count, 16)):
        pass
    objects = np.fromiter(map(pdfium.char_object, repeat(text), range(count)), np.uint64, count)
    failed = np.fromiter(map(pdfium.char_is_unmapped, repeat(text), range(count)), np.int32, count)
    styles, runs = _styles(text, objects, space, drawing, tags)

    def spread(name: str, kind: type[np.generic]) -> NDArray[Any]:
        return np.repeat(np.array([getattr(style, name) for style in styles], kind), runs)

    unmapped = failed > 0
    known = signs_of(codes, spread("signs", np.int8), unmapped)
    unmapped &= known == codes
    codes = known

    def faced(name: str) -> NDArray[np.bool_]:
        return np.repeat(np.array([getattr(style.face, name) for style in styles], np.bool_), runs)

    basic = np.minimum(codes, 0xFFFF)
    sizes = spread("size", np.float64)
    is_ink = ~_IS_SPACE[basic] & (objects != 0) & ~spread("is_white_on_paper", np.bool_)
    is_ink &= sizes * SMALLEST > max(space.width, space.height)
    return Characters(
        text="".join(map(chr, codes.tolist())).translate(_CHARACTERS),
        # PDFium's order is left, top, right, bottom.
        boxes=space.seen(np.nan_to_num(boxes[:, [0, 3, 2, 1]].astype(np.float64))),
        is_ink=is_ink,
        sizes=sizes,
        is_bold=faced("is_bold"),
        is_italic=faced("is_italic"),
        is_mono=faced("is_mono"),
        colors=spread("color", np.int32),
        is_hidden=spread("is_hidden", np.bool_),
        directions=spread("direction", np.int8),
        tags=_believable(spread("tag", np.object_), is_ink, is_tagged=tags is not None),
        unmapped=int((is_ink & (_IS_STRANGE[basic] | unmapped)).sum()),
    )


def _believable(
    tags: NDArray[np.object_], is_ink: NDArray[np.bool_], *, is_tagged: bool
) -> NDArray[np.object_]:
    """Without artifacts where nearly all would be and nothing else is tagged: then a program knew
    no better.
    """
    is_artifact = tags == ARTIFACT
    if not is_tagged and 2 * int(is_artifact[is_ink].sum()) > int(is_ink.sum()):
        tags[is_artifact] = ""
    return tags


def _codes(text: int, count: int) -> NDArray[np.uint32]:
    """One code per character. PDFium's whole-page call is a hundred times faster than asking for
    each, but leaves some out; then the others would shift.
    """
    units = np.zeros(count + 1, np.uint16)
    if pdfium.get_text(text, 0, count, units.ctypes.data) == count + 1:
        return units[:-1].astype(np.uint32)
    codes = np.fromiter(map(pdfium.char_code, repeat(text), range(count)), np.uint32, count)
    codes[codes > MAX_UNICODE] = 0xFFFD
    return codes


def _styles(
    text: int, objects: NDArray[np.uint64], space: Space, drawing: Drawing, tags: Tags | None
) -> tuple[list[Style], NDArray[np.int64]]:
    """A style for each run of characters of one text object, and the runs' lengths."""
    starts = _run_starts(objects)
    lengths = np.diff(np.append(starts, len(objects)))
    known: dict[int, Style] = {0: Style(0.0)}
    fonts: dict[int, Font] = {}
    styles = []
    for start, found in zip(starts.tolist(), objects[starts].tolist(), strict=True):
        if found not in known:
            tag = ARTIFACT if found in drawing.artifacts else tag_of(found, tags)
            known[found] = _style(text, start, found, tag, space, drawing, fonts)
        styles.append(known[found])
    return styles, lengths


def _run_starts(objects: NDArray[np.uint64]) -> NDArray[np.intp]:
    is_start = np.ones(len(objects), np.bool_)
    is_start[1:] = objects[1:] != objects[:-1]
    return np.flatnonzero(is_start)


def _style(
    text: int,
    index: int,
    found: int,
    tag: str,
    space: Space,
    drawing: Drawing,
    fonts: dict[int, Font],
) -> Style:
    a, b, c, d, _, _ = pdfium.matrix_at(text, index)
    size = pdfium.size_in_text_space(found)
    font = pdfium.text_font(found) or 0
    if font not in fonts:
        fonts[font] = _font(font) if font else Font()
    mode = pdfium.text_mode(found)
    red, green, blue, alpha = pdfium.fill_of(found)
    is_hidden = found in drawing.covered or mode in _HIDDEN_MODES or alpha == 0
    face = fonts[font].face
    if mode == raw.FPDF_TEXTRENDERMODE_FILL_STROKE:
        face = replace(face, is_bold=True)
    if b == 0 and d and SLANT[0] < c / d < SLANT[1]:
        face = replace(face, is_italic=True)  # upright letters drawn aslant
    is_white = min(red, green, blue) >= WHITE and not is_hidden
    return Style(
        # The size alone lies: many files write size 1 and put the true one into the matrix.
        size=min(abs(size) * math.hypot(c, d), MAX_SIZE),
        face=face,
        signs=fonts[font].signs,
        color=red << 16 | green << 8 | blue,
        is_hidden=is_hidden,
        is_white_on_paper=is_white and drawing.is_bare_paper(*_middle(text, index)),
        direction=_direction(*space.seen_direction(*((-a, -b) if size < 0 else (a, b)))),
        tag=tag,
    )


def _middle(text: int, index: int) -> tuple[float, float]:
    box = np.zeros(4, np.float32)
    pdfium.char_box(text, index, box.ctypes.data)
    left, top, right, bottom = box.tolist()
    return (left + right) / 2, (top + bottom) / 2


def _font(font: int) -> Font:
    name = pdfium.base_font_name(font)
    return Font(_face(font, name), font_of(name))


def _face(font: int, name: str) -> Face:
    """Fonts say it by weight, by flags or by name alone; the standard fonts have names only."""
    flags = pdfium.font_flags(font)
    return Face(
        is_bold=pdfium.font_weight(font) >= BOLD_WEIGHT
        or bool(flags & FORCE_BOLD)
        or bool(_BOLD_NAME.search(name)),
        is_italic=bool(flags & ITALIC) or bool(_ITALIC_NAME.search(name)),
        is_mono=bool(flags & FIXED_PITCH) or bool(_MONO_NAME.search(name)),
    )


def _direction(dx: float, dy: float) -> int:
    """Which way the text runs on the page as seen, within 10 degrees."""
    degrees = math.degrees(math.atan2(dy, dx)) % 360
    quarter = round(degrees / 90)
    return quarter % 4 if abs(degrees - 90 * quarter) <= 10 else SLANTED
