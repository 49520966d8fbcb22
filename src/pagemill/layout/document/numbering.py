"""Section numbers: how the first words of a heading tell how deep it stands."""

import re
from dataclasses import dataclass

_WORDS = (
    "chapter|section|part|article|appendix|annex|schedule|book|unit|lesson|module|exhibit"
    "|kapitel|abschnitt|teil|artikel|anhang|chapitre|partie|annexe|cap[ií]tulo|secci[oó]n|parte"
    "|anexo|ap[eé]ndice|capitolo|sezione|appendice|hoofdstuk|rozdzia[lł]|глава|раздел|часть"
)
_COUNT = r"(?:\d{1,3}|[IVXLC]{1,7}|[A-Z])"
_NUMBER = re.compile(
    rf"""
      (?P<parts> (?: \d{{1,3}} | [A-Z] | [IVX]{{1,5}} ) (?: \.\d{{1,3}} ){{1,5}} ) [.)]? (?:\s+|$)
    | (?P<word> (?i:{_WORDS}) \s+ {_COUNT} (?:\.\d{{1,3}}){{0,4}} ) (?: [.:)—–-]+ | \s | $ ) \s*
    | (?P<sign> §§? \s? \d{{1,4}}[a-z]? (?:\.\d{{1,3}}){{0,4}} ) [.:)]? (?:\s+|$)
    | (?P<cjk> 第 [〇零一二三四五六七八九十百千\d]{{1,6}} [章节節条條部編编篇回] ) \s*
    | (?P<roman> [IVX]{{1,5}} | [IVXLC]{{2,7}} ) \.? \s+
    | (?P<letter> [A-Z] ) \. \s+
    | (?P<plain> \d{{1,3}} ) \.? \s+
    """,
    re.VERBOSE,
)
_PLAIN = frozenset({"roman", "letter", "plain"})
_DEEPER = {"节": 2, "節": 2, "条": 3, "條": 3}
_ROMAN_WORD = re.compile(r"I\s")  # the English word, unless a full stop follows


@dataclass(frozen=True, slots=True)
class SectionNumber:
    """`depth` is 1 for `3` and `Chapter 3`, 2 for `3.1`. `is_plain` says that a list's item may
    begin like this, too. `title` is the rest; it may be empty.
    """

    depth: int
    title: str
    is_plain: bool = False


def section_number(text: str) -> SectionNumber | None:
    """None where the text begins with no number of a section."""
    match = _NUMBER.match(text)
    if match is None or _ROMAN_WORD.match(text):
        return None
    title = text[match.end() :]
    kind = match.lastgroup or ""
    if kind not in {"word", "sign", "cjk"} and not _begins_title(title):
        return None
    if kind == "cjk":
        return SectionNumber(_DEEPER.get(match["cjk"][-1], 1), title)
    depth = 1 + match[kind].count(".")
    return SectionNumber(depth, title, is_plain=kind in _PLAIN)


def _begins_title(title: str) -> bool:
    """A capital or a letter of a script without them: `1.5 litres` and `3 eggs` are no titles."""
    first = title.lstrip("\"'“‘«([¿¡")[:1]
    return first.isalpha() and not first.islower()
