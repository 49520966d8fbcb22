"""List markers: how a line of text says that it begins an item of a list."""

import re
from dataclasses import dataclass

_MARKER = re.compile(
    r"""
      (?![–—-]\s*[\d.,$€£¥])             # a dash before an amount is a minus
      (?: (?P<bullet> [•◦▪▫■□●○∙‣⁃➢➤❖✓✔] | [·*–—-](?=\s) ) \s*
        | (?P<number> \d{1,3} ) [.)] \s+
        | (?: \((?:\d{1,3}|[a-zA-Z]|[ivx]{2,5})\) | (?:[a-zA-Z]|[ivx]{2,5})\) ) \s+
      ) (?=\S)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Marker:
    """`text` as printed, `rest` what the item says. `number` is set for `3.` and `3)` only."""

    text: str
    rest: str
    is_bullet: bool
    number: int | None = None


def split_marker(text: str) -> Marker | None:
    """The marker at the start of `text`, or None."""
    match = _MARKER.match(text)
    if match is None:
        return None
    bullet, number = match["bullet"], match["number"]
    return Marker(
        match[0].strip(), text[match.end() :], bullet is not None, int(number) if number else None
    )
