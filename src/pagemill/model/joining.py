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
_ADDRESS = re.compile(r"https?://|www\.", re.IGNORECASE)
_ADDRESS_GOES_ON = frozenset("/-_=&?%#")


def joined(texts: Sequence[str], separator: str = " ", whole_words: Container[str] = ()) -> str:
    """The texts as one, with `separator` between them where no word goes on.

    A hyphen at the end goes when a small letter follows, but not from a word that has another
    hyphen or stands in `whole_words`: those written with a hyphen elsewhere, in small letters.
    """
    if len(texts) == 1:
        return texts[0]
    parts = [texts[0]]
    for text in texts[1:]:
        kept, between = _seam(parts[-1], text, separator, whole_words)
        parts[-1] = kept + between
        parts.append(text)
    return "".join(parts)


def _seam(before: str, after: str, separator: str, whole_words: Container[str]) -> tuple[str, str]:
    """What stays of the first text, and what stands between it and the second."""
    end = before[-1:]
    if end in HYPHENS and before[-2:-1].isalnum() and after:
        return _hyphenated(before, after, separator, whole_words)
    if separator == " " and (_runs_on(before, after) or _is_address(before)):
        return before, ""
    return before.removesuffix(SOFT_HYPHEN), separator


def _hyphenated(
    before: str, after: str, separator: str, whole_words: Container[str]
) -> tuple[str, str]:
    end, first, rest = before[-1], before.rsplit(None, 1)[-1], after.split(None, 1)[0]
    if _ADDRESS.match(first):
        return before, "" if separator == " " else separator
    if after[0].islower():
        if end == SOFT_HYPHEN:
            return before[:-1], ""
        if rest in _SUSPENDED:
            return before, separator
        if before[-2].isalpha():
            is_whole = _is_whole(first[:-1], rest, whole_words)
            return (before, "") if is_whole else (before[:-1], "")
    if separator == " " and end != SOFT_HYPHEN and after[0].isalnum():
        return before, ""  # "Anglo-Saxon", "1990-1995"
    return before.removesuffix(SOFT_HYPHEN), separator


def _is_whole(first: str, rest: str, whole_words: Container[str]) -> bool:
    """Whether a word is written with the hyphen wherever it stands."""
    if any(hyphen in part[1:-1] for part in (first, rest) for hyphen in "-\u2010"):
        return True
    return hyphenated_word(f"{first}-{rest}") in whole_words


def hyphenated_word(word: str) -> str:
    """A word as `whole_words` holds it: small letters, plain hyphens, no signs around it."""
    return word.lower().replace("\u2010", "-").strip("\"'([{<>}]).,;:!?“”‘’„«»…")


def _runs_on(before: str, after: str) -> bool:
    return bool(UNSPACED.match(before[-1:]) and UNSPACED.match(after))


def _is_address(text: str) -> bool:
    """Whether a web address ends the text with a sign after which it goes on."""
    return text[-1:] in _ADDRESS_GOES_ON and bool(_ADDRESS.match(text.rsplit(None, 1)[-1]))
