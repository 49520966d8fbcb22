"""Joining: lines, or the parts of a paragraph that columns and pages cut, as one text.

What is joined loses nothing but hyphens that parted a word at a line's end.
"""

import re
from collections.abc import Container, Sequence

HYPHENS = (
    "-\u2010\u00ad\u0002\ufffe"  # the last two are PDFium's signs for a hyphen at a line's end
)
SOFT_HYPHEN = "\u00ad"
# Chinese, Japanese, Thai, Lao, Burmese, Khmer
UNSPACED = re.compile(
    "[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"
)
# "Vor- und Nachteile", "pre- and post-war": the hyphen stands for the rest of the word.
_SUSPENDED = frozenset({"and", "or", "und", "oder", "bzw.", "sowie"})
MAX_WORD = 500  # letters that are looked at, for a word may be cut into any number of lines
_ADDRESS = re.compile(r"https?://|www\.", re.IGNORECASE)
_DASHES = frozenset("–—")
_ADDRESS_GOES_ON = frozenset("/-_=&?%#")


def joined(texts: Sequence[str], separator: str = " ", whole_words: Container[str] = ()) -> str:
    """The texts as one, with `separator` between them where no word goes on.

    A hyphen at the end goes when a small letter follows, but not from a word that has another
    hyphen or stands in `whole_words`: those written with a hyphen elsewhere, in small letters.
    """
    if len(texts) == 1:
        return texts[0]
    parts = [texts[0]]
    word = _last_word(texts[0])[-MAX_WORD:]
    for text in texts[1:]:
        kept, between = _seam(word, text, separator, whole_words)
        lost = len(word) - len(kept)
        parts[-1] = parts[-1][: len(parts[-1]) - lost] + between
        parts.append(text)
        is_one = not between and not any(map(str.isspace, text))
        word = (kept + text if is_one else _last_word(text))[-MAX_WORD:]
    return "".join(parts)


def _last_word(text: str) -> str:
    return "" if not text or text[-1].isspace() else text.rsplit(None, 1)[-1]


def _seam(word: str, after: str, separator: str, whole_words: Container[str]) -> tuple[str, str]:
    """What stays of the last word before, and what stands between it and the text after."""
    if not word or not after or after[0].isspace():
        return word.removesuffix(SOFT_HYPHEN), separator
    if word[-1] in HYPHENS and word[-2:-1].isalnum():
        return _hyphenated(word, after, separator, whole_words)
    if separator == " " and (_runs_on(word, after) or _is_cut(word, after)):
        return word, ""
    return word.removesuffix(SOFT_HYPHEN), separator


def _hyphenated(
    word: str, after: str, separator: str, whole_words: Container[str]
) -> tuple[str, str]:
    end, rest = word[-1], after.split(None, 1)[0]
    if _ADDRESS.search(word):
        return word, "" if separator == " " else separator
    if after[0].islower():
        if end == SOFT_HYPHEN:
            return word[:-1], ""
        if rest in _SUSPENDED:
            return word, separator
        if word[-2].isalpha():
            return (word if _is_whole(word[:-1], rest, whole_words) else word[:-1]), ""
    if separator == " " and end != SOFT_HYPHEN and after[0].isalnum():
        return word, ""  # "Anglo-Saxon", "1990-1995"
    return word.removesuffix(SOFT_HYPHEN), separator


def _is_whole(first: str, rest: str, whole_words: Container[str]) -> bool:
    """Whether a word is written with the hyphen wherever it stands."""
    if any(hyphen in part[1:-1] for part in (first, rest) for hyphen in "-\u2010"):
        return True
    return hyphenated_word(f"{first}-{rest}") in whole_words


def hyphenated_word(word: str) -> str:
    """A word as `whole_words` holds it: small letters, plain hyphens, no signs around it."""
    return word.lower().replace("\u2010", "-").strip("\"'([{<>}]).,;:!?“”‘’„«»…")


def _runs_on(before: str, after: str) -> bool:
    """Whether no space belongs between: in scripts without, and behind a dash that has none."""
    if before[-1] in _DASHES:
        return before[-2:-1].isalnum() and after[0].isalnum()
    return bool(UNSPACED.match(before[-1]) and UNSPACED.match(after))


def _is_cut(word: str, after: str) -> bool:
    """Whether a web or mail address ends the text with a sign after which it goes on."""
    if word[-1] in _ADDRESS_GOES_ON and _ADDRESS.search(word):
        return True
    return word[-1] == "@" and len(word) > 1 and "." in after.split(None, 1)[0]
