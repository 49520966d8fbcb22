"""Whether rows of text that stand in step are a table. In doubt they are not: text turned into a
false table harms more than a table left as text.

Numbers in step are a table. Words in step may be two columns, names under a title, a list with
labels: they are one only under a bold head, or where rules or shades of their width support it.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pagemill.layout.lines import Line
from pagemill.layout.tables.gaps import Extent, extents
from pagemill.layout.tables.placing import is_value

MOST_WORDS, MOST_SUPPORTED_WORDS = 4.0, 9.0  # in the mean cell
FEWEST_FILLED = 0.45  # of all places
MOSTLY = 0.6
VALUES, ONLY_VALUES, SUPPORTED_VALUES = 0.5, 0.75, 0.25  # of the cells behind the first column
RULED_ROUND = 2  # rules that go with a table: above and below
CLEAR = 0.8  # of all places filled, and of all cells in step, where there are no numbers
FEWEST_ROWS = 3
IN_STEP = 0.65  # of all cells
OFF = 0.5  # line heights by which edges in step may be off
LEADERS = re.compile(r"(?:\. ?){4,}|…{2,}|_{4,}")
FORMULAS = 0.25  # of the cells of a set of equations
_FORMULA = re.compile(r"[=∈→⇒⇔↦∗∘⊂⊆∪∩∑∏∫√∂∇≡≅⎛⎝⎜⎞⎠⎟{}]")
_ALONE = frozenset("=·⇒→⇔∈≡≅<>")
_EQUATION_NUMBER = re.compile(r"\(\w{1,3}(?:\.\d+)*\)")
_ADDRESS = re.compile(r"\S@\S+\.\w|https?://|www\.")


@dataclass(frozen=True, slots=True)
class Rows:
    """Lines of text, each as pieces from left to right. `height` is that of their type, in points.
    `support` says how many rules and shades go with them.
    """

    lines: Sequence[Sequence[Line]]
    height: float
    support: int = 0

    @property
    def parted(self) -> list[Sequence[Line]]:
        """Those in which pieces stand side by side."""
        return [line for line in self.lines if len(line) > 1]


def is_tabular(rows: Rows) -> bool:
    parted = rows.parted
    if len(parted) < (2 if rows.support > 1 else FEWEST_ROWS):
        return False
    if 2 * len(parted) < len(rows.lines) and not rows.support:
        return False
    cells = [piece for line in parted for piece in line]
    most = MOST_SUPPORTED_WORDS if rows.support else MOST_WORDS
    if sum(len(cell.text.split()) for cell in cells) > most * len(cells):
        return False
    if 2 * sum(map(says_something, cells)) < len(cells):
        return False
    if _is_something_else(parted, rows):
        return False
    columns = extents(rows.lines, rows.height, ())
    if len(columns) < 2 or len(parted) < FEWEST_ROWS - (len(columns) > 2):
        return False
    full = len(cells) / (len(columns) * len(parted))
    in_step = _in_step(cells, columns, rows.height) / len(cells)
    clear = min(full, in_step) >= CLEAR
    if full < FEWEST_FILLED or in_step < IN_STEP or (len(parted) < FEWEST_ROWS and not clear):
        return False
    return _are_values(parted, len(columns), rows.support) or (
        clear and _are_words(parted, len(columns), rows.support)
    )


def _are_values(parted: Sequence[Sequence[Line]], columns: int, support: int) -> bool:
    """Whether enough of the cells behind the first column say numbers."""
    behind = [piece for line in parted for piece in line[1:]]
    values = sum(is_value(piece.text) for piece in behind) / len(behind)
    if support:
        return values >= SUPPORTED_VALUES
    if columns == 2:
        return values >= ONLY_VALUES and len(parted) > FEWEST_ROWS
    return values >= VALUES


def _are_words(parted: Sequence[Sequence[Line]], columns: int, support: int) -> bool:
    """Whether rules, or a bold head, are enough for a table without numbers."""
    if columns == 2:
        return support > RULED_ROUND
    if support >= RULED_ROUND:
        return len(parted) >= FEWEST_ROWS
    return len(parted) > FEWEST_ROWS and (support > 0 or _has_bold_head(parted))


def _in_step(cells: Sequence[Line], columns: Sequence[Extent], height: float) -> int:
    """How many cells share the left edge, the right edge or the middle of their column."""
    by_column: dict[int, list[Line]] = {}
    for cell in cells:
        near = [i for i, column in enumerate(columns) if column.x0 <= cell.center <= column.x1]
        if near:
            by_column.setdefault(near[0], []).append(cell)
    return sum(
        max(
            _most_alike([cell.box.x0 for cell in column], OFF * height),
            _most_alike([cell.box.x1 for cell in column], OFF * height),
            _most_alike([cell.center for cell in column], OFF * height),
        )
        for column in by_column.values()
    )


def _most_alike(places: Sequence[float], tolerance: float) -> int:
    ordered = sorted(places)
    return max(bisect_right(ordered, x + tolerance) - i for i, x in enumerate(ordered))


def _is_convincing(parted: Sequence[Sequence[Line]], columns: int, rows: Rows) -> bool:
    behind = [piece for line in parted for piece in line[1:]]
    values = sum(is_value(piece.text) for piece in behind) / len(behind)
    if rows.support > 1:
        return True
    if columns == 2:
        return len(parted) > FEWEST_ROWS and values >= ONLY_VALUES
    if values >= VALUES:
        return True
    is_supported = rows.support > 0 or _has_bold_head(parted)
    return is_supported and len(parted) > FEWEST_ROWS


def _has_bold_head(parted: Sequence[Sequence[Line]]) -> bool:
    head, body = parted[0], parted[1:]
    if not all(piece.is_bold for piece in head):
        return False
    return not any(piece.is_bold for line in body for piece in line[1:])


def _is_something_else(parted: Sequence[Sequence[Line]], rows: Rows) -> bool:
    last = [line[-1].text for line in parted]
    most = MOSTLY * len(parted)
    texts = [" ".join(piece.text for piece in line) for line in parted]
    if sum(bool(LEADERS.search(text)) for text in texts) > 0.3 * len(texts):
        return True
    if sum(bool(_EQUATION_NUMBER.fullmatch(text)) for text in last) > most:
        return True
    if _is_formula([piece.text for line in parted for piece in line]):
        return True
    if rows.support > 1:
        return False
    if sum(bool(_ADDRESS.search(text)) for text in texts) > 0.1 * len(texts):
        return True
    if _are_page_numbers(last) and _are_titles(parted):
        return True
    if sum(line[0].text.endswith((":", "：")) for line in parted) > most:
        return True
    mono = sum(piece.is_mono for line in parted for piece in line)
    return 2 * mono > sum(map(len, parted)) and not rows.support


def _is_formula(texts: Sequence[str]) -> bool:
    """Whether a sign of operation stands alone, or signs of formulas stand in many cells."""
    if any(text.strip() in _ALONE for text in texts):
        return True
    return sum(bool(_FORMULA.search(text)) for text in texts) > FORMULAS * len(texts)


def says_something(cell: Line) -> bool:
    return any(map(str.isalnum, cell.text)) or is_value(cell.text)


def has_letters(text: str) -> bool:
    return any(map(str.isalpha, text))


def _are_page_numbers(texts: Sequence[str]) -> bool:
    """Whole numbers that never fall, as in a table of contents."""
    numbers = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 5]
    if len(numbers) < MOSTLY * len(texts):
        return False
    return all(a <= b for a, b in pairwise(numbers))


def _are_titles(parted: Sequence[Sequence[Line]]) -> bool:
    """Whether words stand before the last cell of most rows, and hardly a number."""
    between = [piece.text for line in parted for piece in line[1:-1]]
    titled = sum(has_letters(line[0].text + line[-2].text) for line in parted)
    return titled > MOSTLY * len(parted) and 2 * sum(map(is_value, between)) <= len(between)
