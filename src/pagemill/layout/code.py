"""Code: rows of fixed pitch, with their line ends and the spaces they begin with."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from statistics import median

from pagemill.layout.chunks import SENTENCE_ENDS, Column
from pagemill.layout.lines import Line
from pagemill.layout.notes import Notes

BLANK, MAX_BLANK = 1.7, 4.0  # pitches: an empty line between two rows, and no longer one block
MAX_SPACES = 120
INDENT = 0.7  # line heights
_SIGNS = frozenset("{}[]()<>=;$#|/\\_")


def parts_of(
    rows: Sequence[Line], column: Column, notes: Notes
) -> Iterator[tuple[Sequence[Line], bool]]:
    """The rows in their order, in stretches of which each is code or is not."""
    if not notes.is_mono_rare or not any(row.is_mono for row in rows):
        yield rows, False
        return
    is_code = [_may_be_code(rows, index, column) for index in range(len(rows))]
    for said, run in groupby(range(len(rows)), key=is_code.__getitem__):
        some = [rows[index] for index in run]
        if said:
            yield from ((part, True) for part in _by_distance(some, column))
        else:
            yield some, False


def _may_be_code(rows: Sequence[Line], index: int, column: Column) -> bool:
    """A row alone is code where it stands apart from what is around it or plainly looks so."""
    row = rows[index]
    if not row.is_mono or row.fixed or row.region:
        return False
    before = rows[index - 1] if index else None
    near = [
        other
        for other in (before, *rows[index + 1 : index + 2])
        if other and not other.fixed and abs(other.middle - row.middle) < 1.5 * column.pitch
    ]
    if not near or any(other.is_mono for other in near):
        return True
    if all(row.box.x0 > other.box.x0 + INDENT * column.height for other in near):
        return True
    is_cut = before is not None and before in near and before.text[-1:] not in SENTENCE_ENDS
    return not is_cut and not _SIGNS.isdisjoint(row.text)


def _by_distance(rows: Sequence[Line], column: Column) -> Iterator[list[Line]]:
    part = [rows[0]]
    for before, row in pairwise(rows):
        if row.middle - before.middle > MAX_BLANK * column.pitch:
            yield part
            part = []
        part.append(row)
    yield part


def code_text(rows: Sequence[Line], pitch: float) -> str:
    """The rows as they stand, counted in letters from the leftmost."""
    width, left = _letter_width(rows), min(row.box.x0 for row in rows)
    lines = [_spaced(rows[0], left, width)]
    for before, row in pairwise(rows):
        if row.middle - before.middle > BLANK * pitch:
            lines.append("")
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
    return max(0, min(MAX_SPACES, round(distance / width)))
