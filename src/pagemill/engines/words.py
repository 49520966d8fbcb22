"""Words that one engine read, against boxes that another found: which to believe. Pure.

Boxes are left, top, right, bottom in pixels of one picture; confidences are 0 to 1. The limits
are where the text of receipts, papers and scans stops getting better: believing less costs time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

COVERED = 0.7  # of a box's width: less, and part of the line was not read
SURE = 0.85  # the least sure word of a line must be as sure as this
_CLEAR, _FEWEST = 0.8, 4  # confidence of a line, and letters in it, that may bear witness
_REACH = 3.0  # pixels beside a box that still belong to it

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Word:
    """A word as read, and where."""

    bounds: Bounds
    text: str
    confidence: float


def shared_out(words: Sequence[Word], boxes: Sequence[Bounds]) -> list[list[Word]]:
    """The words of each box, from left to right. A word belongs to the box that holds its middle;
    of several, to the lowest one. Words outside all boxes are left out: strokes and specks.
    """
    by_box: list[list[Word]] = [[] for _ in boxes]
    for word in words:
        x0, y0, x1, y1 = word.bounds
        home = _home((x0 + x1) / 2, (y0 + y1) / 2, boxes)
        if home is not None:
            by_box[home].append(word)
    for inside in by_box:
        inside.sort(key=lambda word: word.bounds[0])
    return by_box


def line_of(words: Sequence[Word], box: Bounds) -> tuple[str, float] | None:
    """What the words of a box say, and how sure they are; None where something is missing or
    doubtful.
    """
    covered = sum(word.bounds[2] - word.bounds[0] for word in words)
    if not words or covered < COVERED * (box[2] - box[0]):
        return None
    if min(word.confidence for word in words) < SURE:
        return None
    return " ".join(word.text for word in words), fmean(word.confidence for word in words)


def foreign_letters(lines: Iterable[tuple[str, float]]) -> int:
    """How many letters are none of English, in lines (text and confidence) that are more than a
    speck. Tesseract, told English, reads `ü` as one of those with confidence.
    """
    return sum(
        len(letters) - sum(map(str.isascii, letters))
        for text, confidence in lines
        if confidence >= _CLEAR and len(letters := list(filter(str.isalpha, text))) >= _FEWEST
    )


def _home(x: float, y: float, boxes: Sequence[Bounds]) -> int | None:
    found = None
    for index, (x0, y0, x1, y1) in enumerate(boxes):
        if x0 - _REACH <= x <= x1 + _REACH and y0 <= y <= y1:
            found = index
    return found
