"""A table as it is found."""

from dataclasses import dataclass

from pagemill.layout.lines import Line
from pagemill.model.page import Box, Cell


@dataclass(frozen=True, slots=True)
class Table:
    """`inside` are the lines, or pieces of lines, that became its cells."""

    box: Box
    cells: tuple[Cell, ...]
    inside: tuple[Line, ...]
