"""Code: rows of fixed pitch, with their line ends and the spaces they begin with."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from pagemill.layout.lines import Line
from pagemill.layout.text.chunks import SENTENCE_ENDS, Column, wraps
from pagemill.layout.text.notes import Notes
from pagemill.model.markers import split_marker

BLANK = 1.7  # pitches: an empty line between two rows
MAX_SPACES, MAX_EMPTY = 120, 3
INDENT = 0.7  # line heights
NEARBY = 4  # rows before and after that tell how far text reaches
_SIGNS = frozenset("{}[]()<>=;$#|/\\_")


def code_rows(rows: Sequence[Line], column: Column, notes: Notes) -> list[bool]:
    """Which rows are code."""
    if not notes.is_mono_rare or not any(row.is_mono for row in rows):
        return [False] * len(rows)
    return [_is_code(rows, index, column) for index in range(len(rows))]


def _is_code(rows: Sequence[Line], index: int, column: Column) -> bool:
    """A row alone is code where it stands apart from what is around it or plainly looks so."""
    row = rows[index]
    if not row.is_mono or row.fixed or row.region:
        return False
    before = rows[index - 1] if index else None
    after = rows[index + 1] if index + 1 < len(rows) else None
    if before and not before.is_mono and _is_prose(rows, index - 1, column):
        return False
    if after and not after.is_mono and _is_prose(rows, index, column):
        return False
    near = [
        other
        for other in (before, after)
        if other and not other.fixed and abs(other.middle - row.middle) < 1.5 * column.pitch
    ]
    if not near or any(other.is_mono for other in near):
        return True
    if all(row.box.x0 > other.box.x0 + INDENT * column.height for other in near):
        return True
    return not _SIGNS.isdisjoint(row.text)


def _is_prose(rows: Sequence[Line], index: int, column: Column) -> bool:
    """Whether a sentence runs on from a row to the next, of which one is no code: words of code
    may fill a line of it.
    """
    row, after = rows[index], rows[index + 1]
    if row.fixed or after.fixed or row.text[-1:] in SENTENCE_ENDS:
        return False
    if after.middle - row.middle > 1.5 * column.pitch:
        return False
    hangs = split_marker(row.text, is_item=True) is not None
    if after.box.x0 > row.box.x0 + INDENT * column.height and not hangs:
        return False
    nearby = [other.box for other in rows[max(0, index + 1 - NEARBY) : index + 1 + NEARBY]]
    edges = min([box.x0 for box in nearby]), max([box.x1 for box in nearby])
    return wraps(row, after, edges, column)


def code_text(rows: Sequence[Line], pitch: float) -> str:
    """The rows as they stand, counted in letters from the leftmost."""
    width, left = _letter_width(rows), min(row.box.x0 for row in rows)
    steps = sorted([b.middle - a.middle for a, b in pairwise(rows)])
    pitch = min(pitch, steps[len(steps) // 4]) if len(steps) > 1 else pitch
    lines = [_spaced(rows[0], left, width)]
    for before, row in pairwise(rows):
        if (step := row.middle - before.middle) > BLANK * pitch:
            lines += [""] * min(MAX_EMPTY, round(step / max(pitch, 1.0)) - 1)
        lines.append(_spaced(row, left, width))
    return "\n".join(lines)


def _letter_width(rows: Sequence[Line]) -> float:
    """In points: from one word's first letter to the next one's, where words are known."""
    steps = [
        (b[0] - a[0]) / (len(word) + 1)
        for row in rows
        if row.words
        for word, (a, b) in zip(row.text.split(" "), pairwise(row.words), strict=False)
    ]
    whole = [row.box.width / len(row.text) for row in rows]
    return max(1e-3, median(steps or whole))


def _spaced(row: Line, left: float, width: float) -> str:
    words = row.text.split(" ")
    if len(words) != len(row.words):
        return " " * _columns(row.box.x0 - left, width) + row.text
    line = ""
    for word, (start, _) in zip(words, row.words, strict=True):
        spaces = _columns(start - left, width) - len(line)
        line += " " * max(spaces, 1 if line else 0) + word
    return line


def _columns(distance: float, width: float) -> int:
    return round(max(0.0, min(float(MAX_SPACES), distance / width)))
