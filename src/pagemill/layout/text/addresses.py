"""Addresses: a few short rows of names and numbers. Their words are long, so that nearly any row
looks as if the next word had not fitted; each keeps its line all the same.
"""

import re
from collections.abc import Sequence

MANY, MAX_ROWS = 3, 9
LONG = 40  # letters: no row of an address is longer
PLAIN = 0.25  # of all words: more that begin with small letters are prose
CAPITALS = 0.7  # of all letters: in text like this the first letter of a word tells nothing
_STOPS = (".", "!", "?", ":", ";", "-", "\u00ad")
_NUMBER = re.compile(r"\d\d")  # as of a house or a town; no chapter's
_WEB = re.compile(r"\S+@\S+|(?:https?://|www\.)\S+")


def are_address(texts: Sequence[str]) -> bool:
    """Whether rows of text that stand over each other are an address, or names in a list: each
    begins with a capital or a number, as nearly all words do, and no sentence ends. Two rows, or
    rows in capitals, must have numbers in them besides.
    """
    if not 2 <= len(texts) <= MAX_ROWS or any(len(text) > LONG for text in texts):
        return False
    if texts[-1].endswith((*_STOPS, ",")) or sum(text.endswith(_STOPS) for text in texts) > 1:
        return False
    lines = [text for text in texts if not _WEB.fullmatch(text)]
    if not all(text[0].isupper() or text[0].isdigit() for text in lines):
        return False
    whole = " ".join(lines)
    words = whole.split()
    if whole.count(",") > len(texts) or sum(map(_is_plain, words)) > PLAIN * len(words):
        return False
    if len(texts) >= MANY and not _is_in_capitals(whole):
        return True
    told = sum(_NUMBER.search(text) is not None for text in lines) + len(texts) - len(lines)
    return 2 * told >= len(texts)


def are_numbered(texts: Sequence[str]) -> bool:
    """Whether each row has a number as those of houses and towns are: a street over a town."""
    return all(_NUMBER.search(text) for text in texts)


def _is_plain(word: str) -> bool:
    return word[0].islower()


def _is_in_capitals(text: str) -> bool:
    return sum(map(str.isupper, text)) > CAPITALS * sum(map(str.isalpha, text))
