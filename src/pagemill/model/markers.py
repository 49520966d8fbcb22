"""List markers: how a line of text says that it begins an item of a list."""

import re
from dataclasses import dataclass

_MARKER = re.compile(
    r"""
      (?![–—-]\s*[\d.,$€£¥])             # a dash before an amount is a minus
      (?: (?P<bullet> [•◦▪▫■□●○∙‣⁃➢➤➔➜❖✓✔✗✘►▶▸▹◼◻◾◽❑❒⦿⦾☐☑☒\uf020-\uf0ff]
                    | [·*–—◆◇★☆-](?=\s)(?!\s[·*–—-](?:\s|$)) | \[[ xX]\](?=\s) ) \s*
        | (?P<number> \d{1,3} ) [.)] \s+
        | [.)] (?P<leftward> \d{1,3} ) \s+ (?=[\u05d0-\u08c9])  # from right to left
        | (?: \((?:\d{1,3}|[a-zA-Z]|[ivx]{2,5})\) | (?:[a-zA-Z]|[ivx]{2,5})\) ) \s+
        | [①-⑳] \s*
        | (?P<unsure>
              (?P<sign> [oe«»¢©®°¤+>§](?=\s)          # as engines read bullets
            | [\x80-\x9f\ue000-\uf01f\uf100-\uf8ff\ufffd](?=\s) )  # and fonts without Unicode
            | (?: [A-Za-z] | [ivxIVX]{2,5} ) \.(?=\s) # or a name's initial
            | (?P<section> \d{1,3}(?:\.\d{1,3}){1,3}\.?(?=\s)  # or a heading's number, or a measure
                         | \d{1,2}(?:\.\d{1,2}){0,3}\.?\s?(?=[A-ZÀ-ÞΑ-ΩА-Я]) )
            | (?: [一二三四五六七八九十]{1,3} | \d{1,2} ) [、．]
          ) \s*
      ) (?=\S)
    """,
    re.VERBOSE,
)
_CHECKED = {"☐": False, "☑": True, "☒": True, "[ ]": False, "[x]": True, "[X]": True}


@dataclass(frozen=True, slots=True)
class Marker:
    """`text` as printed, `rest` what the item says. `number` is set for `3.` and `3)` only,
    `is_checked` for boxes to be ticked. `is_unsure` says that only a text which is known to be an
    item begins one with it: it may as well be a word, an initial or, where `is_section`, the number
    of a heading.
    """

    text: str
    rest: str
    is_bullet: bool
    number: int | None = None
    is_checked: bool | None = None
    is_unsure: bool = False
    is_section: bool = False


def split_marker(text: str, *, is_item: bool = False) -> Marker | None:
    """The marker at the start of `text`, or None. Unsure ones count only where `is_item` says that
    the text is an item of a list.
    """
    match = _MARKER.match(text)
    if match is None or (match["unsure"] and not is_item):
        return None
    number, shown = match["number"] or match["leftward"], match[0].strip()
    return Marker(
        shown,
        text[match.end() :],
        match["bullet"] is not None or match["sign"] is not None,
        int(number) if number else None,
        _CHECKED.get(shown),
        match["unsure"] is not None,
        match["section"] is not None,
    )
