"""Formulas: rows of a text layer that hold signs of mathematics and hardly a word."""

import re
from collections.abc import Sequence

from pagemill.layout.lines import Line

MAX_ROWS, MAX_LETTERS = 4, 200
MAX_WORDS = 0.25  # of what shows: so much may be words
_RELATION = re.compile(r"[=≤≥≠≈≡≅∼∈∉⊂⊆⊃⊇∪∩∑∏∫∂∇√∞∀∃→←↔⇒⇐⇔↦±×⊕⊗∅<>]")
_WORD = re.compile(r"(?=\w*[aeiouyäöüáéíóú])[^\W\d_²³¹]{3,}")
_NAMES = re.compile(
    "sin|cos|tan|cot|sinh|cosh|tanh|arcsin|arccos|arctan|log|exp|lim|inf|sup|max|min|det|dim|ker"
    "|deg|gcd|mod|arg|rank|diag|const"
)


def is_formula(rows: Sequence[Line]) -> bool:
    """A few rows that compare, map or add up, with few words beside names of functions."""
    if len(rows) > MAX_ROWS or not rows[0].font_size:
        return False
    text = " ".join(row.text for row in rows)
    if len(text) > MAX_LETTERS or len(text) < 3 or not _RELATION.search(text):
        return False
    words = sum(len(word) for word in _WORD.findall(text) if not _NAMES.fullmatch(word))
    return words <= MAX_WORDS * len(text.replace(" ", ""))
