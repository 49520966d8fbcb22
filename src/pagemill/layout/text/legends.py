"""Legends: the notes and sources under a table or figure, each of which begins a text of its own.

A note begins with the letter that the table has raised beside a word. Engines that read pictures
give it as a letter like any other; only that no sentence begins with it tells it.
"""

import re
from collections.abc import Sequence

FEW = 2  # notes
_LETTER = re.compile(r"([a-z])\s(?=[^\W\d_a-zß-öø-ÿ]|[\"“(])")
_NAME = re.compile(
    r"(?:sources?|notes?|legend|key|quellen?|anmerkung(?:en)?|fuentes?|notas?|fonti?|bronn?en?)\s?:",
    re.IGNORECASE,
)


def names_legend(text: str) -> bool:
    """Whether a text says that it is a note or a source: "Source: …"."""
    return text[:1].isupper() and _NAME.match(text) is not None


def noted(texts: Sequence[str]) -> frozenset[int]:
    """Which rows of a text begin a note, by index: at least two of them, their letters in order."""
    found: list[int] = []
    for index, text in enumerate(texts):
        match = _LETTER.match(text)
        is_first = not index or texts[index - 1].endswith((".", "!", "?", ":"))
        if match and is_first and (not found or match[1] > texts[found[-1]][0]):
            found.append(index)
    return frozenset(found if len(found) >= FEW else ())
