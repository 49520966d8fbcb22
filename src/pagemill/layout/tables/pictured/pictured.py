"""Tables on pages that were read as pictures: grids of rules, regions that are named tables, rows
in step, or the page as a whole.

The network of regions knows papers best and takes other things for tables, too: one of which the
structure is doubtful stays text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from pagemill.layout.lines import Line, mean_confidence, typical_height
from pagemill.layout.order.gutters import are_columns_of_prose
from pagemill.layout.tables.open.open_tables import open_tables_of
from pagemill.layout.tables.pictured.fitting import fits
from pagemill.layout.tables.pictured.levelled import Levelled
from pagemill.layout.tables.pictured.reaching import Sheet, is_one_table, reached
from pagemill.layout.tables.ruled.edges import Edges, edges_of
from pagemill.layout.tables.ruled.grid import areas
from pagemill.layout.tables.ruled.ruled import ruled_table
from pagemill.layout.tables.table import Table
from pagemill.layout.tables.unruled.placing import is_value
from pagemill.layout.tables.unruled.unruled import cells_of, text_lines
from pagemill.model.page import (
    Block,
    BlockKind,
    Box,
    Cell,
    Marks,
    PageText,
    around,
    common_area,
)
from pagemill.model.upright import Upright

MAX_LINES = 3_000  # of a page that is looked at
MAX_AREAS = 50
FEWEST_ROWS, FEWEST_COLUMNS = 2, 2
WITH_CELLS = 0.5  # of the rows have cells side by side
LONG_CELL, MOST_PROSE = 120, 0.5  # letters; of a table's letters in cells longer than that
PROSE_WORDS = 6  # in a line
RULE_NEAR = 1.5  # line heights from the table to a rule that belongs to it
BROAD, FEWEST_RULES = 0.6, 2  # of its width, and how many rules show rows in step to be a table
NEARLY_ALL, PROSE_LETTERS = 0.8, 40  # of the lines of a page; in the usual one around a table
FEWEST_VALUES, FEWEST_LONG_ROWS, MOSTLY_LONG = 3, 5, 0.7  # in a row; rows, and share of all
CUT_OUT = 1.3  # line heights left of and above a table that was cut out, half of those below it
SAME = 0.3  # of the smaller area: two that share more are one table


def with_pictured_tables(page: PageText, lines: Sequence[Line]) -> list[Line]:
    """The lines, with those of each table that a picture shows held by one fixed line. Every line
    stands once in the answer, by itself or in a table. A text layer's lines are left as they are.
    """
    if not _is_picture(lines):
        return list(lines)
    upright = Upright(page.width, page.height, page.rotation, page.skew)
    levelled = Levelled([line for line in lines if not line.fixed], upright)
    tables, rest = _tables(page, levelled, upright)
    return [
        *(line for line in lines if line.fixed),
        *map(levelled.given, rest),
        *(_line(table, list(map(levelled.given, table.inside))) for table in tables),
    ]


def _is_picture(lines: Sequence[Line]) -> bool:
    """Whether an engine read the lines, not a text layer, and they are few enough to look at."""
    text = [line for line in lines if not line.fixed]
    return len(text) > 1 and len(lines) <= MAX_LINES and not any(line.font_size for line in text)


def _line(table: Table, lines: Sequence[Line]) -> Line:
    shown = around([line.shown for line in lines])
    confidence = mean_confidence(lines)
    block = Block(BlockKind.TABLE, shown, confidence=confidence, cells=table.cells)
    return Line(around([line.box for line in lines]), shown, "", fixed=block)


# ---------------------------------------------------------------- which tables


def _tables(page: PageText, levelled: Levelled, upright: Upright) -> tuple[list[Table], list[Line]]:
    """The tables, and the lines that are left. Grids first: they show all there is to know."""
    rules = [upright.level(rule) for rule in page.marks.rules]
    edges = edges_of(rules)
    height = typical_height(levelled.lines)
    tables, places, lines = _grids(levelled, edges, height)
    tables = [_as_it_lies(table, upright) for table in tables]
    places += _places(page, lines, edges, rules, upright)
    if not (tables or places) and lines:
        box = around([line.box for line in lines])
        margin = max(box.x0, box.y0, (upright.size[1] - box.y1) / 2)
        if margin <= CUT_OUT * height and is_one_table(Sheet(lines, edges.level, height)):
            places = [box]
    for place in _as_one(places):
        inside = reached(place, Sheet(lines, edges.level, height))
        if table := _table(inside, rules, height):
            tables.append(table)
            lines = _without(lines, table)
    return tables, lines


def _grids(
    levelled: Levelled, edges: Edges, height: float
) -> tuple[list[Table], list[Box], list[Line]]:
    """Tables that are grids of rules, the places of grids from which rules are missing, and the
    lines that are in no grid.
    """
    tables: list[Table] = []
    places: list[Box] = []
    lines = levelled.lines
    for area in areas(edges)[:MAX_AREAS]:
        pieces = [piece for one in lines for piece in levelled.cut(one, area.upright, height)]
        found = ruled_table(area, pieces)
        if found and fits(found[0], height):
            tables.append(found[0])
            lines = found[1]
        elif found:
            places.append(found[0].box)
            lines = pieces
    return tables, places, lines


def _as_it_lies(table: Table, upright: Upright) -> Table:
    """With the boxes of its cells on the page as it lies: a grid's are where its rules run."""
    cells = [replace(c, box=upright.as_it_lies(c.box) if c.box else None) for c in table.cells]
    return replace(table, cells=tuple(cells))


def _without(lines: Sequence[Line], table: Table) -> list[Line]:
    taken = {id(piece) for piece in table.inside}
    return [line for line in lines if id(line) not in taken]


def _places(
    page: PageText,
    lines: Sequence[Line],
    edges: Edges,
    rules: Sequence[Box],
    upright: Upright,
) -> list[Box]:
    """Where tables may stand: regions, and rows in step."""
    found = [upright.level(r.box) for r in page.regions if r.kind is BlockKind.TABLE]
    near = RULE_NEAR * typical_height(lines)
    in_step = open_tables_of(lines, edges, Marks(rules=tuple(rules)))
    return found + [
        table.box
        for table in in_step
        if (_is_no_receipt(table, lines) and _is_ruled_off(table.box, edges, near))
        or _is_of_numbers(table, typical_height(lines))
    ]


def _as_one(places: Sequence[Box]) -> list[Box]:
    """Those upon each other are one place."""
    found: list[Box] = []
    for box in places[:MAX_AREAS]:
        same = [other for other in found if _is_same(box, other)]
        found = [other for other in found if other not in same] + [around([box, *same])]
    return found


def _is_no_receipt(table: Table, lines: Sequence[Line]) -> bool:
    """Whether it is nearly all of the page, or stands among prose: a receipt has rows in step and
    rules, too, but also other short lines.
    """
    inside = set(map(id, table.inside))
    others = [len(line.text) for line in lines if id(line) not in inside]
    is_all = len(table.inside) >= NEARLY_ALL * len(lines)
    return is_all or median(others) >= PROSE_LETTERS


def _is_ruled_off(box: Box, edges: Edges, near: float) -> bool:
    """Whether rules of its width go with it: the rows of a receipt stand in step, too."""
    wide = [
        edge
        for edge in edges.level
        if min(edge.last, box.x1) - max(edge.first, box.x0) > BROAD * max(box.width, edge.length)
    ]
    return sum(box.y0 - near < edge.at < box.y1 + near for edge in wide) >= FEWEST_RULES


def _is_of_numbers(table: Table, height: float) -> bool:
    """Whether it has many rows of several values: no receipt has as many beside each other."""
    rows = text_lines(table.inside, height)
    long = [row for row in rows if sum(is_value(p.text) for p in row) >= FEWEST_VALUES]
    return len(long) >= max(FEWEST_LONG_ROWS, MOSTLY_LONG * len(rows))


def _is_same(a: Box, b: Box) -> bool:
    return common_area(a, b) > SAME * min(a.area, b.area)


# ---------------------------------------------------------------- one table


def _table(lines: Sequence[Line], rules: Sequence[Box], height: float) -> Table | None:
    """None where the lines make no sound table."""
    if len(lines) < FEWEST_ROWS * FEWEST_COLUMNS:
        return None
    box = around([line.box for line in lines])
    near = list(_near(rules, box, RULE_NEAR * height))
    if len(near) < FEWEST_RULES and _is_prose(lines):
        return None
    if are_columns_of_prose(lines, height):
        return None
    cells = cells_of(lines, near)
    return Table(box, cells, tuple(lines)) if _is_sound(cells) else None


def _is_prose(lines: Sequence[Line]) -> bool:
    wordy = sum(len(line.text.split()) >= PROSE_WORDS for line in lines)
    return wordy > MOST_PROSE * len(lines)


def _near(rules: Sequence[Box], box: Box, more: float) -> Iterator[Box]:
    for rule in rules:
        x, y = (rule.x0 + rule.x1) / 2, (rule.y0 + rule.y1) / 2
        if box.x0 - more < x < box.x1 + more and box.y0 - more < y < box.y1 + more:
            yield rule


def _is_sound(cells: Sequence[Cell]) -> bool:
    """Rows and columns, and cells that are no paragraphs."""
    rows: dict[int, int] = {}
    for cell in cells:
        rows[cell.row] = rows.get(cell.row, 0) + 1
    columns = max((cell.column + cell.column_span for cell in cells), default=0)
    if len(rows) < FEWEST_ROWS or columns < FEWEST_COLUMNS:
        return False
    if sum(count > 1 for count in rows.values()) < WITH_CELLS * len(rows):
        return False
    letters = sum(len(cell.text) for cell in cells)
    prose = sum(len(cell.text) for cell in cells if len(cell.text) > LONG_CELL)
    return prose <= MOST_PROSE * letters
