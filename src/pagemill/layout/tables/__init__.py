"""Tables: found on a page with a text layer before its columns are cut.

A table is a grid of rules (`ruled`), or rows of text that stand in step (`open_tables`). Its lines
leave the flow; it comes back as one line with a fixed block, which columns and blocks place.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from pagemill.layout.lines import Line, sane
from pagemill.layout.tables.open.open_tables import open_tables_of
from pagemill.layout.tables.ruled.edges import Edge, Edges, edges_of, sides_of
from pagemill.layout.tables.ruled.grid import areas
from pagemill.layout.tables.ruled.ruled import ruled_table
from pagemill.layout.tables.table import Table
from pagemill.model.page import Box, Marks, common_area

MAX_AREAS = 60
FEWEST_SHADES = 4  # of cells
DRAWN = 0.6  # of a table's area


def with_tables(lines: Sequence[Line], marks: Marks) -> list[Line]:
    """The lines of a straight page, those that stand in tables put together. Each word stands once
    in the answer. Lines that an engine saw in a picture are left as they are.
    """
    if not any(line.font_size for line in lines):
        return list(lines)
    edges = edges_of(marks.rules)
    tables, left = _ruled(lines, edges, marks)
    others = Edges(tuple(edge for edge in edges.level if not _is_in(edge, tables)))
    tables += [
        table
        for table in open_tables_of(left, others, marks)
        if not _is_drawn(table.box, marks.drawings)
    ]
    inside = {id(line) for table in tables for line in table.inside}
    free = {id(line): line for line in left if id(line) not in inside}
    whole = [line for line in lines if free.pop(id(line), None)]
    return [*whole, *free.values(), *map(_line, tables)]


def _ruled(lines: Sequence[Line], edges: Edges, marks: Marks) -> tuple[list[Table], list[Line]]:
    """The tables that rules or shades enclose, and what is left of the lines."""
    found = _Found(sorted(lines, key=_middle), marks.drawings)
    for area in areas(edges)[:MAX_AREAS]:
        found.add(area)
    if len(marks.fills) >= FEWEST_SHADES:
        boxes = [table.box for table in found.tables]
        shades = [fill for fill in map(sane, marks.fills) if not _are_over(boxes, fill)]
        for area in areas(edges_of(sides_of(shades)))[:MAX_AREAS]:
            found.add(area, of_shades=True)
    return found.tables, found.left


@dataclass(slots=True)
class _Found:
    """`left` are the lines, from top to bottom, that stand in no table."""

    left: list[Line]
    drawings: Sequence[Box]
    tables: list[Table] = field(default_factory=list)

    def add(self, area: Edges, *, of_shades: bool = False) -> None:
        top, bottom = area.heights
        first = bisect_left(self.left, top, key=_middle)
        end = bisect_right(self.left, bottom, key=_middle)
        found = ruled_table(area, self.left[first:end], of_shades=of_shades)
        if found and not _is_drawn(found[0].box, self.drawings):
            self.tables.append(found[0])
            self.left[first:end] = sorted(found[1], key=_middle)


def _are_over(boxes: Sequence[Box], fill: Box) -> bool:
    return any(common_area(box, fill) > 0 for box in boxes)


def _middle(line: Line) -> float:
    return line.middle


def _is_drawn(box: Box, drawings: Sequence[Box]) -> bool:
    """Whether it is part of a drawing: a diagram's boxes, a chart's labels."""
    return any(common_area(box, drawing) > DRAWN * box.area for drawing in drawings)


def _is_in(edge: Edge, tables: Sequence[Table]) -> bool:
    middle = (edge.first + edge.last) / 2
    return any(_holds(table.box, middle, edge.at) for table in tables)


def _holds(box: Box, x: float, y: float) -> bool:
    return box.x0 - 2 <= x <= box.x1 + 2 and box.y0 - 2 <= y <= box.y1 + 2


def _line(table: Table) -> Line:
    return Line(table.box, table.box, "", fixed=table.block)
