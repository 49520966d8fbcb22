"""Whether rows of text that stand in step are a table. In doubt they are not: text turned into a
false table harms more than a table left as text.

Numbers in step are a table. Words in step may be two columns, names under a title, a list with
labels: they are one only under a bold head, or where rules or shades of their width support it.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from pagemill.layout.lines import Line
from pagemill.layout.tables.open.lookalikes import is_lookalike
from pagemill.layout.tables.unruled.gaps import Extent, extents
from pagemill.layout.tables.unruled.placing import is_value

MOST_WORDS, MOST_SUPPORTED_WORDS = 4.0, 9.0  # in the mean cell
FEWEST_FILLED = 0.45  # of all places
MOSTLY = 0.6
VALUES, ONLY_VALUES, SUPPORTED_VALUES = 0.5, 0.75, 0.25  # of the cells behind the first column
RULED_ROUND = 2  # rules that go with a table: above and below
CLEAR = 0.8  # of all places filled, and of all cells in step, where there are no numbers
HEADED = 0.75  # of all cells in step, where heads in several lines may be set otherwise
PLAIN = 0.9  # the same where nothing but repeated words says so
REPEATED, MANY_ROWS = 0.6, 6  # of a column's cells that differ
FEWEST_ROWS, MANY = 3, 4
FEWEST_PARTED = 0.33  # of all lines between rules: cells stand side by side on them
FILLING, SEVERAL = 0.75, 3  # of a column's width, spaces in a line: both make prose
IN_STEP = 0.65  # of all cells
OFF = 0.5  # line heights by which edges in step may be off


@dataclass(frozen=True, slots=True)
class Rows:
    """Lines of text, or rows of cells that may take several, each as pieces from left to right.
    `height` is that of their type, in points. `support` says how many rules and shades go with
    them. `pieces` are all lines of text in the cells, where cells take several.
    """

    lines: Sequence[Sequence[Line]]
    height: float
    support: int = 0
    pieces: Sequence[Line] = ()

    @property
    def parted(self) -> list[Sequence[Line]]:
        """Those in which pieces stand side by side."""
        return [line for line in self.lines if len(line) > 1]


def is_tabular(rows: Rows) -> bool:
    """Cheap questions first: most rows that are asked about are none."""
    parted = rows.parted
    if not _may_be_cells(parted, rows) or is_lookalike(parted, rows.support):
        return False
    columns = extents(rows.lines, rows.height, ())
    is_small = len(columns) == 2 and rows.support <= RULED_ROUND
    if len(columns) < 2 or (is_small and len(parted) < FEWEST_ROWS):
        return False
    return _stand_in_step(parted, columns, rows)


def _may_be_cells(parted: Sequence[Sequence[Line]], rows: Rows) -> bool:
    """Enough rows of short texts that say something."""
    if len(parted) < (2 if rows.support > 1 else FEWEST_ROWS):
        return False
    least = MOSTLY if rows.pieces else FEWEST_PARTED if rows.support else 0.5
    if len(parted) < least * len(rows.lines):
        return False
    cells = rows.pieces or [piece for line in parted for piece in line]
    most = MOST_SUPPORTED_WORDS if rows.support else MOST_WORDS
    if sum(len(cell.text.split()) for cell in cells) > most * len(cells):
        return False
    return 2 * sum(map(says_something, cells)) >= len(cells)


def _stand_in_step(parted: Sequence[Sequence[Line]], columns: Sequence[Extent], rows: Rows) -> bool:
    """Cells that fill their places and are in step, more so the fewer numbers they say."""
    cells = [piece for line in parted for piece in line]
    by_column = _by_column(cells, columns)
    lines = _by_column(rows.pieces, columns) if rows.pieces else by_column
    if sum(_is_prose(lines[n], column) for n, column in enumerate(columns)) > 1:
        return False
    full = len(cells) / (len(columns) * len(parted))
    in_step = _in_step(by_column, rows.height) / len(cells)
    clear = full >= CLEAR and in_step >= (HEADED if rows.pieces else CLEAR)
    if full < FEWEST_FILLED or in_step < IN_STEP or (len(parted) < FEWEST_ROWS and not clear):
        return False
    if rows.pieces and not clear:
        return False
    if _are_values(parted, len(columns), rows.support):
        return True
    return clear and (
        _are_words(parted, len(columns), rows.support)
        or (min(full, in_step) >= PLAIN and _are_records(parted, by_column))
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
    if (support == 0 or columns == 2) and _is_code(parted):
        return False
    if columns == 2:
        is_headed = support > 0 and len(parted) > MANY and _has_bold_head(parted)
        return support > RULED_ROUND or is_headed
    if support >= RULED_ROUND:
        return len(parted) >= FEWEST_ROWS
    return len(parted) > FEWEST_ROWS and (support > 0 or _has_bold_head(parted))


def _are_records(parted: Sequence[Sequence[Line]], by_column: Sequence[Sequence[Line]]) -> bool:
    """Whether many rows of several words each say the same again and again in one column, as
    records do. Lists of names, an index and prose hardly do.
    """
    if len(by_column) < FEWEST_ROWS or len(parted) < MANY_ROWS or _is_code(parted):
        return False
    kinds = [len({cell.text for cell in column}) / max(1, len(column)) for column in by_column[1:]]
    return min(kinds) <= REPEATED


def _is_code(parted: Sequence[Sequence[Line]]) -> bool:
    mono = sum(piece.is_mono for line in parted for piece in line)
    return 2 * mono > sum(map(len, parted))


def _by_column(cells: Sequence[Line], columns: Sequence[Extent]) -> list[list[Line]]:
    """The cells that have their middle in a column, column by column."""
    found: list[list[Line]] = [[] for _ in columns]
    starts = [column.x0 for column in columns]
    for cell in cells:
        index = bisect_right(starts, cell.center) - 1
        if index >= 0 and cell.center <= columns[index].x1:
            found[index].append(cell)
    return found


def _is_prose(cells: Sequence[Line], column: Extent) -> bool:
    """Whether most lines of a column are several words that run on to its edge."""
    wide = FILLING * (column.x1 - column.x0)
    running = [c for c in cells if c.box.width >= wide and c.text.count(" ") >= SEVERAL]
    return len(running) > MOSTLY * len(cells)


def _in_step(by_column: Sequence[Sequence[Line]], height: float) -> int:
    """How many cells share the left edge, the right edge or the middle of their column."""
    return sum(
        max(
            _most_alike([cell.box.x0 for cell in column], OFF * height),
            _most_alike([cell.box.x1 for cell in column], OFF * height),
            _most_alike([cell.center for cell in column], OFF * height),
        )
        for column in by_column
        if column
    )


def _most_alike(places: Sequence[float], tolerance: float) -> int:
    ordered = sorted(places)
    return max(bisect_right(ordered, x + tolerance) - i for i, x in enumerate(ordered))


def _has_bold_head(parted: Sequence[Sequence[Line]]) -> bool:
    head, body = parted[0], parted[1:]
    if not all(piece.is_bold for piece in head):
        return False
    return not any(piece.is_bold for line in body for piece in line[1:])


def says_something(cell: Line) -> bool:
    return any(map(str.isalnum, cell.text)) or is_value(cell.text)
