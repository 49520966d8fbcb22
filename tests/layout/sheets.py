"""Raw pages written down as tables: one line of text per row, boxes in points."""

from collections.abc import Sequence

from pagemill.layout import arrange
from pagemill.model.page import Block, BlockKind, Box, PageText

LETTER_WIDTH = 5.0  # points per letter of ten-point type


def line(
    x: float, y: float, text: str, *, size: float = 0.0, bold: bool = False, height: float = 10.0
) -> Block:
    width = LETTER_WIDTH * len(text) * (size / 10 if size else height / 10)
    box = Box(x, y, x + width, y + (size or height))
    return Block(BlockKind.LINE, box, text, None if size else 0.9, font_size=size, is_bold=bold)


def column(x: float, y: float, texts: Sequence[str], *, step: float = 12.0) -> list[Block]:
    return [line(x, y + step * index, text) for index, text in enumerate(texts)]


def page(blocks: Sequence[Block], number: int = 1) -> PageText:
    return PageText(number, 612, 792, tuple(blocks), "test", "1")


def laid_out(blocks: Sequence[Block]) -> tuple[Block, ...]:
    raw = page(blocks)
    return arrange(lambda: iter([raw]))(raw).blocks


def texts(blocks: Sequence[Block]) -> list[str]:
    return [block.text for block in laid_out(blocks)]


def prose(name: str, rows: int, letters: int = 44) -> list[str]:
    """Lines of nearly the same length that say where they belong."""
    return [
        f"{name}{row} {'lorem ipsum dolor sit amet consectetur elit'}"[:letters]
        for row in range(rows)
    ]
