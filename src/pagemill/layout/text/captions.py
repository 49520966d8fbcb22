"""Captions: texts that name a figure or a table by a word and a number."""

import re

_LABEL = re.compile(
    r"""
      (?P<word>
          figure | figura | figuur | fig\.? | abb(?:ildung|\.)? | ill(?:ustration|\.) | chart
        | scheme | plate
        | tab(?:le|elle|leau|ela|ell|la|lo|ella|ulka|\.)? | exhibit | box | diagram(?:me)? | graph
        | kuva | taulukko | obr(?:ázek|\.) | rys(?:unek|\.) | şekil | εικόνα | πίνακας | σχήμα
        | рис(?:унок|\.)? | табл(?:ица|\.) | listing | algorithm(?:us)? | photo | map | carte
        | [図圖图表] | 그림 | 표 | شكل | جدول | תרשים | טבלה
      ) (?: [ ]?\d{1,3} | (?-i: [ ][IVX]{1,5}\b | [ ][A-Z](?=[.\d]) ) ) (?: [.\-–] \d{1,3} )* [a-z]?
      (?P<end> [ ]? (?: [.:|—–] (?=\s|$) | [。：] ) | $ )?
    """,
    re.VERBOSE | re.IGNORECASE,
)
TABLE_WORD = re.compile(r"tab|taulukko|πίνακας|табл|表|표|جدول|טבלה", re.IGNORECASE)
_LEADERS = re.compile(r"\.{4}|(?:\. ){4}|\s\d{1,4}$")  # as in a list of figures


def names_caption(text: str) -> bool:
    """Whether a text begins as only captions do: "Figure 3:", "Abb. 1.", "Table 2" and no more."""
    match = _label(text)
    if match is None or match["end"] is None:
        return False
    return not _LEADERS.search(text, match.end())


def may_caption(text: str) -> bool:
    """Whether a text that stands beside a figure or a table may be its caption."""
    match = _label(text)
    if match is None:
        return False
    rest = text[match.end() :].lstrip()
    return match["end"] is not None or not rest[:1].islower()


def _label(text: str) -> re.Match[str] | None:
    """Whoever writes a label begins it with a capital, or in a script that has none."""
    return None if text[:1].islower() else _LABEL.match(text)
