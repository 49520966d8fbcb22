"""Accents that a PDF draws as signs of their own, put back on their letters."""

import re
import unicodedata
from dataclasses import replace

from pagemill.documents.pdf.text import Characters

MAX_ACCENTS = 5_000
BESIDE = 0.35  # ems between the middles of an accent and its letter at most
DROPPED = "\xad"  # what lines leave out
_SIGNS = {
    "`": "\u0300",
    "\xb4": "\u0301",
    "\u02c6": "\u0302",
    "\u02dc": "\u0303",
    "\xaf": "\u0304",
    "\u02d8": "\u0306",
    "\u02d9": "\u0307",
    "\xa8": "\u0308",
    "\u02da": "\u030a",
    "\u02dd": "\u030b",
    "\u02c7": "\u030c",
    "\xb8": "\u0327",
    "\u02db": "\u0328",
}
_SIGN = re.compile("[" + "".join(_SIGNS) + "]")
_UNDOTTED = {"\u0131": "i", "\u0237": "j"}


def composed(chars: Characters) -> Characters:
    """Old TeX and Type 1 fonts have no accented letters: they draw the letter and over it a sign,
    in either order. Looks at `MAX_ACCENTS` signs, each with the letters next to it in the file.
    """
    places = [found.start() for found in _SIGN.finditer(chars.text)][:MAX_ACCENTS]
    if not places:
        return chars
    text, is_ink = list(chars.text), chars.is_ink.copy()
    for at in places:
        base = _letter_of(chars, at) if is_ink[at] else None
        if base is None:
            continue
        letter = _UNDOTTED.get(text[base], text[base])
        whole = unicodedata.normalize("NFC", letter + _SIGNS[text[at]])
        if len(whole) > 2:
            continue
        first, last = min(at, base), max(at, base)
        text[first : last + 1] = DROPPED * (last + 1 - first)
        if len(whole) == 1:
            text[base] = whole
            is_ink[at] = False
        else:  # as over many letters of formulas
            text[first], text[last] = whole[0], whole[1]
    return replace(chars, text="".join(text), is_ink=is_ink)


def _letter_of(chars: Characters, at: int) -> int | None:
    """The letter under an accent, one place to either side or two, past a blank."""
    near: list[tuple[float, int]] = []
    middle = (chars.boxes[at, 0] + chars.boxes[at, 2]) / 2
    for step in (-1, 1):
        base = at + step
        if 0 <= base < len(chars.text) and chars.text[base] == " ":
            base += step
        if 0 <= base < len(chars.text) and chars.is_ink[base] and _is_letter(chars.text[base]):
            away = abs((chars.boxes[base, 0] + chars.boxes[base, 2]) / 2 - middle)
            em = max(chars.sizes[base], 1.0)
            if away <= BESIDE * em and _overlap(chars, at, base):
                near.append((float(away), base))
    return min(near)[1] if near else None


def _is_letter(char: str) -> bool:
    """Python counts some of the signs among the letters."""
    return char.isalpha() and char not in _SIGNS


def _overlap(chars: Characters, one: int, other: int) -> bool:
    a, b = chars.boxes[one], chars.boxes[other]
    return bool((a[:2] < b[2:]).all() and (b[:2] < a[2:]).all())
