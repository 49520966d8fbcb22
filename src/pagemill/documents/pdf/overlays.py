"""Signs that a PDF draws as two, one over the other: a stroke through a relation, a bar or a hook
at the foot of an arrow, a circle around a letter.
"""

import re
from dataclasses import replace
from unicodedata import normalize

from pagemill.documents.pdf.tex import BAR, HOOK, NEGATION
from pagemill.documents.pdf.text import Characters

MAX_SIGNS = 5_000
NEAR = 0.3  # ems between a part and its sign at most
CIRCLE = "\u25ef"
DROPPED = "\xad"  # what lines leave out
_PART = re.compile(f"[{NEGATION}{BAR}{HOOK}{CIRCLE}]")
_WHOLE = {BAR: {"→": "↦", "⟶": "⟼"}, HOOK: {"→": "↪"}}
_WHOLE[CIRCLE] = {"c": "©", "C": "©", "R": "®"}
_ALONE = {NEGATION: "/", BAR: "|", HOOK: DROPPED, CIRCLE: CIRCLE}


def overlaid(chars: Characters) -> Characters:
    """With one sign for both parts. TeX draws the stroke first, Unicode wants it last."""
    places = [found.start() for found in _PART.finditer(chars.text)][:MAX_SIGNS]
    if not places:
        return chars
    text, is_ink = list(chars.text), chars.is_ink.copy()
    for at in places:
        base = _sign_after(chars, at)
        whole = _whole(text[at], text[base]) if base is not None else None
        if base is None or whole is None:
            text[at] = _ALONE[text[at]]
            continue
        text[base] = whole
        is_ink[at] = False
        text[at:base] = DROPPED * (base - at)
    return replace(chars, text="".join(text), is_ink=is_ink)


def _sign_after(chars: Characters, at: int) -> int | None:
    """The sign that is drawn next and where the part is, past a blank."""
    base = at + 1 + (chars.text[at + 1 : at + 2] == " ")
    if base >= len(chars.text) or not chars.is_ink[base]:
        return None
    gap = chars.boxes[base, 0] - chars.boxes[at, 2]
    most = 0.0 if chars.text[at] == CIRCLE else NEAR * max(float(chars.sizes[base]), 1.0)
    return base if gap <= most else None


def _whole(part: str, sign: str) -> str | None:
    """None where the two make no sign."""
    if part != NEGATION:
        return _WHOLE[part].get(sign)
    whole = normalize("NFC", sign + part)
    return whole if len(whole) == 1 else None
