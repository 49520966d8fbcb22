"""Text as words to be found: without regard to case, accents and how it is broken into lines.

A word is a run of letters, digits and their marks. Scripts that put no spaces between words give a
word for each sign, so that any run of signs is found as a phrase.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MAX_WORD = 64  # longer runs are no words; their beginning is enough to find them

# Han, kana; Thai, Lao, Myanmar and Khmer.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_UNSPACED += "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
# Signs that sit on letters: accents, Hebrew points, Arabic vowels, vowels of the Indic scripts.
_MARKS = "\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
_MARKS += "\u0900-\u0963\u0966-\u0dff\u1ab0-\u1aff\u1dc0-\u1dff"
_WORD = re.compile(f"[{_UNSPACED}]|(?:[^\\W_{_UNSPACED}]+|[{_MARKS}]+)+")
_DROPPED = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0640\u00ad]")
_WHOLE = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"}
)
_BROKEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]\n(?=[^\W\d_])")


@dataclass(frozen=True, slots=True)
class Place:
    """A word in a text: as it is compared, and from where to where it stands."""

    word: str
    start: int
    end: int


def fold(text: str) -> str:
    """As it is compared: lower case, compatible forms alike, without accents and points."""
    if text.isascii():
        return text.lower()
    plain = _DROPPED.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", plain.casefold()).translate(_WHOLE)


def words_of(text: str) -> list[str]:
    """The words of a text in their order, as they are compared."""
    return [word[:MAX_WORD] for word in _WORD.findall(fold(text))]


def places_of(text: str) -> Iterator[Place]:
    """The same with where they stand. What a letter or two hide (`½`) is left out."""
    for found in _WORD.finditer(text):
        for word in words_of(found[0]):
            yield Place(word, found.start(), found.end())


def plain_text(lines: Iterator[str], most: int) -> str:
    """Lines of a page as one text of at most `most` characters: words that were broken at the end
    of a line are whole again, and no database stumbles over what is in it.
    """
    text = unicodedata.normalize("NFC", "\n".join(line.rstrip() for line in lines if line)[:most])
    whole = _BROKEN.sub(_joined, text)
    return whole.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")


def _joined(broken: re.Match[str]) -> str:
    """A capital behind the hyphen says that it belongs there, as in Jean-Paul."""
    return "-" if broken.string[broken.end()].isupper() else ""
