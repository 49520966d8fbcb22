"""Titles no taller than text, on pages read by OCR, of which a network finds some and misses
others: what stands as they do is a title, too, on a page where it found several.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from pagemill.layout.lines import Line
from pagemill.model.page import BlockKind, PageText

SMALL, FEW = 1.3, 2  # usual lines: so low is a small title; so many there must be
MAX_LETTERS = 60
SHORT, LONG = 0.75, 0.6  # of the column's width: a title at most, the first row of a text at least
APART, NEARER = 1.4, 1.2  # pitches above a title, and times the step to what is below
_STOPS = (".", "!", "?", "。", "！", "？")
_CLOSING = ")]\"'”’»"


def has_small_titles(page: PageText, height: float) -> bool:
    """Whether a network took several lines for titles that are no taller than the usual line."""
    titles = [one.box for one in page.regions if one.kind is BlockKind.HEADING]
    return sum(min(box.width, box.height) < SMALL * height for box in titles) >= FEW


def usual_step(rows: Sequence[Line]) -> float:
    """From the middle of a row to that of the next, in points; 0 where there are no two."""
    return median([b.middle - a.middle for a, b in pairwise(rows)] or [0.0])


def stands_as_title(rows: Sequence[Line], index: int, width: float, step: float) -> bool:
    """Whether a row stands alone and closer to the text below it than to the sentence that ends
    above. `width` is the column's, `step` as `usual_step` has it.
    """
    if not 0 < index < len(rows) - 1:
        return False
    above, row, below = rows[index - 1 : index + 2]
    if above.fixed or below.fixed or below.region or not row.text[0].isupper():
        return False
    if len(row.text) > MAX_LETTERS or not above.text.rstrip(_CLOSING).endswith(_STOPS):
        return False
    if row.box.width > SHORT * width or below.box.width < LONG * width:
        return False
    before, after = row.middle - above.middle, below.middle - row.middle
    return before > APART * step > 0 and before > NEARER * after
