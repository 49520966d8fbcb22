"""List markers: how a line of text says that it begins an item of a list."""

import re
from dataclasses import dataclass

_BULLET = re.compile(r"(?:[•◦▪▫■□●○∙‣⁃➢➤❖✓✔]|[·*–—-](?=\s))\s*(?=\S)")
_NUMBER = re.compile(r"(\d{1,3})([.)])\s+(?=\S)")
_LETTER = re.compile(r"(?:\((?:\d{1,3}|[a-zA-Z]|[ivx]{2,5})\)|(?:[a-zA-Z]|[ivx]{2,5})\))\s+(?=\S)")
_DASH_BEFORE_AMOUNT = re.compile(r"[–—-]\s*[\d.,$€£¥]")


@dataclass(frozen=True, slots=True)
class Marker:
    """`text` as printed, `rest` what the item says. `number` is set for `3.` and `3)` only."""

    text: str
    rest: str
    is_bullet: bool
    number: int | None = None


def split_marker(text: str) -> Marker | None:
    """The marker at the start of `text`, or None. A dash before an amount is a minus."""
    if _DASH_BEFORE_AMOUNT.match(text):
        return None
    if match := _BULLET.match(text):
        return Marker(match[0].strip(), text[match.end() :], is_bullet=True)
    if match := _NUMBER.match(text):
        return Marker(match[0].strip(), text[match.end() :], is_bullet=False, number=int(match[1]))
    if match := _LETTER.match(text):
        return Marker(match[0].strip(), text[match.end() :], is_bullet=False)
    return None
