"""Whether a page's text layer may be believed. Pure.

A text layer is the best reading there is, unless it lies: letters mapped to nothing or to the
wrong ones, a scan's old OCR, outlines instead of letters, a few words beside a picture that holds
the rest. The limits below leave room on both sides of what real documents show: pages of formulas
have up to 4 % unmapped characters and down to 24 % vowels; glyph numbers taken for letters, the
commonest wrong mapping, have over 15 % and about 15 %.
"""

import re
from dataclasses import dataclass

from pagemill.model.page import NativeText, PageFlag

MAX_UNMAPPED = 0.10
MIN_LETTERS = 0.60
MAX_INVISIBLE = 0.50
MIN_ALPHANUMERIC = 0.40  # once rows of equal marks (dot leaders, rules) count as one
MIN_VOWELS, ENOUGH_FOR_VOWELS = 0.20, 200  # of the letters a to z
LARGE_PICTURE = 0.30
CHARACTERS_PER_PICTURE = 1000  # fewer per full page of picture, and the picture is what matters
FEW_CHARACTERS = 100  # beside many drawn paths
FOREIGN_LETTERS, HALF_MAPPED = 0.30, 0.50

_SPACE = re.compile(r"\s+")
_REPEATED_MARK = re.compile(r"([^\w\s])\1+")
_NOT_ASCII_LETTER = re.compile(r"[^a-z]+")
_OCR_LETTER = re.compile(
    "[A-Za-z\u00c0-\u024f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
)
_VOWEL = re.compile(r"[aeiouy]")


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a text layer is not used, in words for a person."""

    reason: str
    flags: tuple[str, ...] = ()


def is_blank(native: NativeText) -> bool:
    """Whether there is nothing on the page to read, neither as text nor to look at."""
    return not native.characters and not native.picture_share and not native.is_vector_heavy


def doubt_about(native: NativeText) -> Doubt | None:
    """What speaks against the text layer; None if nothing does."""
    if not native.characters:
        return Doubt(_nothing_but(native))
    if _is_garbage(native):
        return Doubt("the text layer makes no sense", (PageFlag.GARBAGE_TEXT_LAYER,))
    if native.invisible_share > MAX_INVISIBLE:
        return Doubt("the text layer is invisible: left there by an earlier OCR")
    if _is_mostly_picture(native):
        return Doubt("the page is mostly a picture")
    if native.is_vector_heavy and native.characters < FEW_CHARACTERS:
        return Doubt("the page is mostly drawn as paths")
    return None


def is_beyond_ocr(native: NativeText) -> bool:
    """Whether the layer is mapped well enough to tell that its script is neither Latin nor Chinese
    nor Japanese, which is what OCR reads unless a language is named.
    """
    if native.unmapped_share > HALF_MAPPED or native.letter_share < MIN_LETTERS:
        return False
    letters = [c for line in native.lines for c in line.text if c.isalpha()]
    known = len(_OCR_LETTER.findall("".join(letters)))
    return len(letters) - known > FOREIGN_LETTERS * len(letters)


def _nothing_but(native: NativeText) -> str:
    return "the page is a picture" if native.picture_share else "the page is drawn as paths"


def _is_mostly_picture(native: NativeText) -> bool:
    return (
        native.picture_share >= LARGE_PICTURE
        and native.characters < CHARACTERS_PER_PICTURE * native.picture_share
    )


def _is_garbage(native: NativeText) -> bool:
    if native.unmapped_share > MAX_UNMAPPED or native.letter_share < MIN_LETTERS:
        return True
    text = _SPACE.sub("", "".join(line.text for line in native.lines))
    return _has_few_letters(text) or _has_few_vowels(text)


def _has_few_letters(text: str) -> bool:
    """A subset font without a map gives marks instead of letters: `Phone` becomes `"7+%-`."""
    thinned = _REPEATED_MARK.sub(r"\1", text)
    return sum(map(str.isalnum, thinned)) < MIN_ALPHANUMERIC * len(thinned)


def _has_few_vowels(text: str) -> bool:
    """Letters mapped to other letters keep their number but lose their vowels: `WKH TXLFN`."""
    letters = _NOT_ASCII_LETTER.sub("", text.lower())
    return len(letters) >= ENOUGH_FOR_VOWELS and len(_VOWEL.findall(letters)) < MIN_VOWELS * len(
        letters
    )
