"""Rows and columns that no rule parts: a ruled table may part its head from its body only.

A band is a row of the grid. It holds several rows of the table where white runs through all its
slots and each part has a label, or where its lines are cells rather than running text. A slot over
several columns is one for each where its text stands apart at their borders.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from pagemill.layout.lines import Line, typical_height
from pagemill.layout.tables.ruled.filling import Filled
from pagemill.layout.tables.ruled.grid import Grid, Slot
from pagemill.layout.tables.unruled.gaps import extents
from pagemill.layout.tables.unruled.placing import is_value
from pagemill.layout.tables.unruled.unruled import text_lines

WHITE = 0.6  # line heights of white that part two rows
FEWEST_LINES, MANY_LINES = 3, 4
MOST_BANDS = 3  # of a table in which lines without numbers are rows
MOST, FEW, HALF = 0.75, 0.15, 0.5
CENTRED = 0.1  # of a slot's width: by how much a head may be off its middle
APART = 0.8  # line heights between the texts of two cells
_LEADER = re.compile(r"(?:\. ?){2,}$|…$|_{3,}$")

_Level = Sequence[Line]


def with_columns(filled: Filled) -> Grid | None:
    """The grid with the columns that text alone parts; None where there are none."""
    grid = filled.grid
    borders = [x for column in range(len(grid.xs) - 1) for x in _borders(filled, column)]
    return _with_borders(filled, borders) if borders else None


def with_rows(filled: Filled) -> Grid | None:
    """The grid with the rows that text alone parts, and cells where slots over several columns
    hold several; None where it stays as it is.
    """
    grid = filled.grid
    rows = {row: cuts for row in range(len(grid.ys) - 1) if (cuts := _row_cuts(filled, row))}
    columns = {slot: at for slot in grid.slots if (at := _column_cuts(filled, slot))}
    if not rows and not columns:
        return None
    slots = [part for slot in grid.slots for part in _columns_of(slot, columns.get(slot, ()))]
    return _with_rows(replace(grid, slots=tuple(slots)), rows, filled)


# ---------------------------------------------------------------- columns


def _borders(filled: Filled, column: int) -> list[float]:
    """Where the text of a column stands in several, in step over most of its lines."""
    slots = [s for s in filled.inside if s.column == column and s.column_span == 1]
    pieces = [piece for slot in slots for piece in filled.inside[slot]]
    if len(pieces) < 2 * MANY_LINES:
        return []
    height = typical_height(pieces)
    lines = text_lines(pieces, height)
    several = sum(any(_are_apart(a, b, height) for a, b in pairwise(line)) for line in lines)
    if several < max(MANY_LINES, MOST * len(lines)):
        return []
    found = [(a.x1 + b.x0) / 2 for a, b in pairwise(extents(lines, height, ()))]
    return [x for x in found if not any(p.box.x0 < x < p.box.x1 for p in pieces)]


def _are_apart(a: Line, b: Line, height: float) -> bool:
    return b.box.x0 - a.box.x1 > APART * height


def _with_borders(filled: Filled, borders: Sequence[float]) -> Grid:
    """Slots of one column are cut at its new borders; others span one column more for each, and
    so does a head in the middle of its column.
    """
    grid = filled.grid
    xs = sorted([*grid.xs, *borders])
    at = [bisect_left(xs, x) for x in grid.xs]
    slots: list[Slot] = []
    for slot in grid.slots:
        first, end = at[slot.column], at[slot.column + slot.column_span]
        if slot.column_span > 1 or _is_head(slot, filled):
            slots.append(replace(slot, column=first, column_span=end - first))
        else:
            slots += [replace(slot, column=column, column_span=1) for column in range(first, end)]
    return Grid(tuple(xs), grid.ys, tuple(slots))


def _is_head(slot: Slot, filled: Filled) -> bool:
    pieces = filled.inside.get(slot, ())
    left, right = filled.grid.sides(slot)
    off = CENTRED * (right - left)
    return bool(pieces) and all(abs(p.center - (left + right) / 2) < off for p in pieces)


def _column_cuts(filled: Filled, slot: Slot) -> list[int]:
    """The borders of columns at which the text of a slot stands apart."""
    pieces = filled.inside.get(slot, ())
    if slot.column_span == 1 or len(pieces) < 2:
        return []
    height = typical_height(pieces)
    gaps = [
        (a.box.x1, b.box.x0)
        for line in text_lines(pieces, height)
        for a, b in pairwise(line)
        if _are_apart(a, b, height)
    ]
    borders = range(slot.column + 1, slot.column + slot.column_span)
    xs = filled.grid.xs
    return [
        border
        for border in borders
        if any(first - 1 <= xs[border] <= last + 1 for first, last in gaps)
        and not any(p.box.x0 + 1 < xs[border] < p.box.x1 - 1 for p in pieces)
    ]


def _columns_of(slot: Slot, cuts: Iterable[int]) -> Iterator[Slot]:
    for first, end in pairwise([slot.column, *cuts, slot.column + slot.column_span]):
        yield replace(slot, column=first, column_span=end - first)


# ---------------------------------------------------------------- rows


def _with_rows(grid: Grid, cuts: dict[int, list[float]], filled: Filled) -> Grid:
    """Each row with cuts becomes several; slots that stand in more rows than one, or whose text is
    in the middle of its row, span them.
    """
    ys = sorted([*grid.ys, *(y for row in cuts.values() for y in row)])
    before = [0]
    for row in range(len(grid.ys) - 1):
        before.append(before[-1] + 1 + len(cuts.get(row, ())))
    slots: list[Slot] = []
    for slot in grid.slots:
        first, end = before[slot.row], before[slot.row + slot.row_span]
        if slot.row_span > 1 or _is_centred(filled.inside.get(slot, ()), cuts.get(slot.row, [])):
            slots.append(replace(slot, row=first, row_span=end - first))
        else:
            slots += [replace(slot, row=row, row_span=1) for row in range(first, end)]
    return Grid(grid.xs, tuple(ys), tuple(slots))


def _is_centred(pieces: Sequence[Line], cuts: Sequence[float]) -> bool:
    """Whether all text stands below the first of the cuts, and in one row."""
    if not pieces or not cuts or min(piece.middle for piece in pieces) < cuts[0]:
        return False
    return len({sum(piece.middle > cut for cut in cuts) for piece in pieces}) == 1


def _row_cuts(filled: Filled, row: int) -> list[float]:
    """Where in a band new rows begin, in points from the page's top."""
    slots = [s for s in filled.grid.slots if s.row == row and s.row_span == 1]
    home = {id(piece): slot for slot in slots for piece in filled.inside.get(slot, ())}
    pieces = [piece for slot in slots for piece in filled.inside.get(slot, ())]
    if len({slot.column for slot in home.values()}) < 2:
        return []
    height = typical_height(pieces)
    levels = text_lines(pieces, height)
    starts = _after_white(levels, home, height) or _by_line(levels, home, filled.grid, height)
    return [(_middle(levels[start - 1]) + _middle(levels[start])) / 2 for start in starts]


def _middle(level: _Level) -> float:
    return sum(piece.middle for piece in level) / len(level)


def _after_white(levels: Sequence[_Level], home: dict[int, Slot], height: float) -> list[int]:
    """The lines before which white runs through all slots, if each part begins with a label."""
    starts = []
    bottom = max(piece.box.y1 for piece in levels[0])
    for index, level in enumerate(levels[1:], start=1):
        if min(piece.box.y0 for piece in level) - bottom > WHITE * height:
            starts.append(index)
        bottom = max(bottom, *(piece.box.y1 for piece in level))
    label = min(slot.column for slot in home.values())
    parts = [levels[a:b] for a, b in pairwise([0, *starts, len(levels)])]
    filled = [{home[id(p)].column for level in part for p in level} for part in parts]
    if not all(label in columns for columns in filled):
        return []
    full = sum(len(columns) > 1 for columns in filled)
    return starts if 2 * full >= len(filled) and full > 1 else []


def _by_line(
    levels: Sequence[_Level], home: dict[int, Slot], grid: Grid, height: float
) -> list[int]:
    """Every line, if most have a label and cells beside it and hardly any text runs on."""
    if len(levels) < FEWEST_LINES:
        return []
    label = min(slot.column for slot in home.values())
    columns = [{home[id(piece)].column for piece in level} for level in levels]
    running = [_runs_on(a, b, home, grid, height) for a, b in pairwise(levels)]
    cells = [p for level in levels for p in level if home[id(p)].column != label]
    values = sum(is_value(cell.text) for cell in cells)
    numbered = values >= HALF * len(cells)
    full = sum(label in line and len(line) > 1 for line in columns)
    if full < MOST * len(levels) or sum(map(len, running)) > FEW * len(cells):
        return _full_lines(columns, running) if numbered else []
    if not numbered and (len(levels) < MANY_LINES or len(grid.ys) > MOST_BANDS + 1):
        return []
    return [
        index
        for index, (line, on) in enumerate(zip(columns[1:], running, strict=True), start=1)
        if not (line == {label} and label in on)
    ]


def _full_lines(columns: Sequence[set[int]], running: Sequence[set[int]]) -> list[int]:
    """The lines with text in all columns, if no text runs on to them; between them, cells wrap."""
    every = set().union(*columns)
    starts = [n for n, line in enumerate(columns) if line == every]
    if len(every) < FEWEST_LINES or len(starts) < 2 or starts[0]:
        return []
    return [] if any(running[start - 1] for start in starts[1:]) else starts[1:]


def _runs_on(
    above: _Level, below: _Level, home: dict[int, Slot], grid: Grid, height: float
) -> set[int]:
    """The columns in which the first word of the line below had no room in the line above;
    numbers and leaders never run on, nor do lines that both have a number in one column.
    """
    before = {home[id(piece)]: piece for piece in above}
    if any(is_value(p.text) and _says_value(before.get(home[id(p)])) for p in below):
        return set()
    found = set()
    for piece in below:
        slot = home[id(piece)]
        a = before.get(slot)
        if a is None or is_value(piece.text) or _LEADER.search(a.text):
            continue
        first = piece.text.split(" ", 1)[0]
        needed = piece.box.width * (len(first) + 1) / max(1, len(piece.text))
        left, right = grid.sides(slot)
        if right - left - a.box.width - height / 2 < needed:
            found.add(slot.column)
    return found


def _says_value(piece: Line | None) -> bool:
    """Whether it is a number that does not go on below, as "1.5 ±" does."""
    return piece is not None and is_value(piece.text) and not piece.text.endswith("±")
