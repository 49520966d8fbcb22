"""Pages with tables, written down: where rules run, and what stands between them."""

from collections.abc import Sequence
from dataclasses import replace

from layout.sheets import LETTER_WIDTH, line, page
from pagemill.layout import arrange
from pagemill.model.page import Block, BlockKind, Box, Marks, PageText


def text(x: float, y: float, words: str, *, size: float = 10.0, bold: bool = False) -> Block:
    """A line of a text layer, which knows where its words stand."""
    block = line(x, y, words, size=size, bold=bold)
    step = LETTER_WIDTH * size / 10
    edges, at = [], x
    for word in words.split():
        edges.append((at, at + step * len(word)))
        at += step * (len(word) + 1)
    return replace(block, words=tuple(edges))


def row(y: float, xs: Sequence[float], words: Sequence[str], *, bold: bool = False) -> list[Block]:
    """One row of a table; an empty text leaves its place empty."""
    return [text(x, y, word, bold=bold) for x, word in zip(xs, words, strict=True) if word]


def level(y: float, x0: float, x1: float) -> Box:
    return Box(x0, y, x1, y + 0.5)


def upright(x: float, y0: float, y1: float) -> Box:
    return Box(x, y0, x + 0.5, y1)


def grid(xs: Sequence[float], ys: Sequence[float]) -> list[Box]:
    """All the rules of a table, frame included."""
    return [level(y, xs[0], xs[-1]) for y in ys] + [upright(x, ys[0], ys[-1]) for x in xs]


def ruled_page(
    blocks: Sequence[Block], rules: Sequence[Box] = (), fills: Sequence[Box] = ()
) -> PageText:
    return replace(page(blocks), marks=Marks(rules=tuple(rules), fills=tuple(fills)))


def laid_out(
    blocks: Sequence[Block], rules: Sequence[Box] = (), fills: Sequence[Box] = ()
) -> tuple[Block, ...]:
    raw = ruled_page(blocks, rules, fills)
    return arrange(lambda: iter([raw]))(raw).blocks


def tables(
    blocks: Sequence[Block], rules: Sequence[Box] = (), fills: Sequence[Box] = ()
) -> list[list[list[str]]]:
    """The texts of each table that is found, row by row; the places under a span are empty."""
    return [written(b) for b in laid_out(blocks, rules, fills) if b.kind is BlockKind.TABLE]


def written(table: Block) -> list[list[str]]:
    rows = max(cell.row + cell.row_span for cell in table.cells)
    columns = max(cell.column + cell.column_span for cell in table.cells)
    grid = [[""] * columns for _ in range(rows)]
    for cell in table.cells:
        grid[cell.row][cell.column] = cell.text
    return grid


def spans(table: Block) -> dict[str, tuple[int, int]]:
    """How many rows and columns each cell spans that spans more than one."""
    return {
        cell.text: (cell.row_span, cell.column_span)
        for cell in table.cells
        if (cell.row_span, cell.column_span) != (1, 1)
    }
