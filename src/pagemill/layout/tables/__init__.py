"""Tables: found on a page with a text layer before its columns are cut.

A table is a grid of rules (`ruled`), or rows of text that stand in step (later files). Its lines
leave the flow; it comes back as one line with a fixed block, which columns and blocks place.
"""

from collections.abc import Sequence

from pagemill.layout.lines import Line
from pagemill.layout.tables.edges import edges_of
from pagemill.layout.tables.grid import areas
from pagemill.layout.tables.ruled import Table, ruled
from pagemill.model.page import Block, BlockKind, Marks

MAX_AREAS = 60


def with_tables(lines: Sequence[Line], marks: Marks) -> list[Line]:
    """The lines of a straight page, those that stand in tables put together. Each word stands once
    in the answer.
    """
    left = list(lines)
    tables: list[Table] = []
    for area in areas(edges_of(marks.rules))[:MAX_AREAS]:
        found = ruled(area, left)
        if found:
            table, left = found
            tables.append(table)
    return left + [_line(table) for table in tables]


def _line(table: Table) -> Line:
    block = Block(BlockKind.TABLE, table.box, cells=table.cells)
    return Line(table.box, table.box, "", fixed=block)
