"""Whether words are those of a language at all: by the commonest words of some forty languages,
and by which letter follows which in them.

Prose consists of such words by 30 to 60 %; forms, invoices and lists of names by few, but their
letters still follow each other as in any language. Those of a wrongly mapped font do not.
The words come with the package `stopwordsiso`: 6 ms and 1.4 MB at the first use, and 10 ms more for
the letters once a page has few common words.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache

# Languages whose words stand apart. Those in Latin letters tell which letters follow each other.
_LATIN = (
    *("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "no", "fi", "cs", "sk", "hu"),
    *("ro", "hr", "sl", "tr", "id", "ms", "tl", "vi", "ca", "gl", "eu", "lt", "lv", "et", "la"),
    *("af", "br", "eo", "ga", "ha", "so", "st", "sw", "yo", "zu"),
)
_OTHERS = ("ru", "uk", "bg", "el", "hy", "he", "ar", "fa", "ur")
_UNHEARD = 9.0  # the surprise of a letter that never follows the one before it
_ACCENTS = re.compile("[\u0300-\u036f]+")


def is_language(words: Mapping[str, int], share: float) -> bool:
    """Whether `share` of the words (in lower case, each with its number) are among the commonest of
    one language. Words of one letter are none.
    """
    enough = share * sum(number for word, number in words.items() if len(word) > 1)
    return enough > 0 and any(
        sum(words[word] for word in common & words.keys()) >= enough for common in _common()
    )


def surprise(words: Mapping[str, int]) -> float:
    """How little the letters of words in lower Latin letters follow each other as in any language:
    the mean of -log of the chance of each, given the one before it, accents aside; 0 for no words.

    2.5 to 3.2 in whole pages of many kinds and languages; 4 and more where letters are mapped to
    others, 3.3 and more where vowels stay vowels.
    """
    known = _surprises()
    pairs = Counter(_pairs(" ".join(word for word in words for _ in range(words[word]))))
    total = sum(number * known.get(pair, _UNHEARD) for pair, number in pairs.items())
    return total / pairs.total() if words else 0.0


@cache
def _common() -> tuple[frozenset[str], ...]:
    return tuple(_words(language) for language in (*_LATIN, *_OTHERS))


@cache
def _surprises() -> dict[tuple[str, str], float]:
    """Every language counts the same, however long its list."""
    shares: dict[tuple[str, str], float] = {}
    firsts: dict[str, float] = {}
    for language in _LATIN:
        counted = Counter(_pairs(" ".join(sorted(_words(language)))))
        total = counted.total()
        for pair, number in counted.items():
            shares[pair] = shares.get(pair, 0.0) + number / total
            firsts[pair[0]] = firsts.get(pair[0], 0.0) + number / total
    return {pair: -math.log(share / firsts[pair[0]]) for pair, share in shares.items()}


def _words(language: str) -> frozenset[str]:
    """Without those of one letter."""
    from stopwordsiso import stopwords  # noqa: PLC0415  reads its file when imported

    return frozenset(word.lower() for word in stopwords(language) if len(word) > 1)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Each letter with the one before it, a space around every word."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFD", text))
    return zip(f" {plain}", f"{plain} ", strict=True)
