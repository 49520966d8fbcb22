"""What stands in step like a table and is none: lists with leaders, contents, equations, values
with labels, addresses.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from pagemill.layout.lines import Line
from pagemill.layout.tables.unruled.placing import is_value

MOSTLY = 0.6
LED = 0.3  # of the lines of a list with leaders
WITH_ADDRESSES = 0.1  # of the lines
LONG_LIST = 10  # lines of contents after which their pages may fall once: another list begins
LABELS = 0.55  # of the cells of a form
FORMULAS = 0.25  # of the cells of a set of equations
_LEADERS = re.compile(r"(?:\. ?){4,}|…{2,}|_{4,}")
_FORMULA = re.compile(r"[=∈→⇒⇔↦∗∘⊂⊆∪∩∑∏∫√∂∇≡≅⎛⎝⎜⎞⎠⎟{}]")
_ALONE = frozenset("=·⇒→⇔∈≡≅<>")
_EQUATION_NUMBER = re.compile(r"\(\w{1,3}(?:\.\d+)*\)")
_ADDRESS = re.compile(r"\S@\S+\.\w|https?://|www\.")

_Parted = Sequence[Sequence[Line]]


def is_lookalike(parted: _Parted, support: int) -> bool:
    """Whether these lines of pieces are no table, whatever stands in step. `support` says how many
    rules and shades go with them: between rules labels and addresses may be cells.
    """
    texts = [" ".join(piece.text for piece in line) for line in parted]
    if _share(texts, _LEADERS.search) > LED or _are_equations(parted):
        return True
    if _share([piece.text for line in parted for piece in line], _is_label) > LABELS:
        return True
    if support > 1:
        return _are_contents(parted, 1.0)
    if _share(texts, _ADDRESS.search) > WITH_ADDRESSES or _are_contents(parted, MOSTLY):
        return True
    return sum(map(_is_labelled, parted)) > MOSTLY * len(parted)


def _share(texts: Sequence[str], holds: Callable[[str], object]) -> float:
    return sum(bool(holds(text)) for text in texts) / len(texts)


def _are_equations(parted: _Parted) -> bool:
    """Whether numbers of equations end the lines, a sign of operation stands alone, or signs of
    formulas stand in many cells.
    """
    if _share([line[-1].text for line in parted], _EQUATION_NUMBER.fullmatch) > MOSTLY:
        return True
    texts = [piece.text for line in parted for piece in line]
    return any(text in _ALONE for text in texts) or _share(texts, _FORMULA.search) > FORMULAS


def _is_label(text: str) -> bool:
    """Whether something is to be written behind it."""
    return text.endswith((":", "："))


def _is_labelled(line: Sequence[Line]) -> bool:
    return _is_label(line[0].text) or line[1].text.startswith((":", "："))


def _are_contents(parted: _Parted, share: float) -> bool:
    """Whether whole numbers that hardly ever fall end such a share of the lines, and words stand
    before most of them, hardly a number.
    """
    last = [line[-1].text for line in parted]
    pages = [int(text) for text in last if text.isascii() and text.isdigit() and len(text) < 5]
    falls = sum(a > b for a, b in pairwise(pages))
    if len(pages) < share * len(last) or falls > len(pages) // LONG_LIST:
        return False
    between = [piece.text for line in parted for piece in line[1:-1]]
    titles = [line[0].text + line[-2].text for line in parted]
    return _share(titles, _has_letters) > MOSTLY and (
        not between or _share(between, is_value) <= 1 - MOSTLY
    )


def _has_letters(text: str) -> bool:
    return any(map(str.isalpha, text))
