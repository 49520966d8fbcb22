"""Lines of page text, in reading order, each with the place and direction in which it runs.

Engines give upright boxes. Where a page was turned to be read (`PageText.rotation`) or leans
(`PageText.skew`), a line runs slanted through its box, from edge to edge.
"""

import math
import re
import textwrap
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median_low

from pagemill.model.page import Block, BlockKind, Box, PageText
from pagemill.outputs.searchable_pdf.reading_order import in_order

MAX_SKEW = 30.0  # degrees; beyond it, an upright box says too little of the line in it
_TALL = 2.0  # times as high as wide: such a line is read downward
_LEAST = 0.5  # of the usual height, for a slanted line
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_NEIGHBOURS, _ROW = 20, 0.4  # lines looked at below one; of a height: less is the same row
_LETTER, _PITCH = 0.5, 1.2  # of the type size: the width of a letter, from line to line


@dataclass(frozen=True, slots=True)
class Placed:
    """A line of text in a rectangle, in points of the page as seen, y downward: its middle, its
    length along the text, its height, and by how many degrees, clockwise, the text is turned.
    """

    text: str
    x: float
    y: float
    length: float
    height: float
    degrees: float

    @property
    def depth(self) -> float:
        """How far down its middle is, as the text is read."""
        angle = math.radians(self.degrees)
        return self.y * math.cos(angle) - self.x * math.sin(angle)

    def is_over(self, other: "Placed") -> bool:
        """Whether the two share some of their length, as this one runs."""
        angle = math.radians(self.degrees)
        across, down = other.x - self.x, other.y - self.y
        along = across * math.cos(angle) + down * math.sin(angle)
        return 2 * abs(along) < self.length + other.length


def placed_lines(raw: PageText, laid_out: PageText) -> list[Placed]:
    """What the engine read, in the order of the laid-out page."""
    lines = [line for block in raw.blocks for line in _lines_of(block)]
    skew = raw.skew if abs(raw.skew) <= MAX_SKEW else 0.0
    placed = [_placed(line, raw, skew) for line in in_order(lines, laid_out.blocks)]
    if skew and placed:
        least = _LEAST * median_low([line.height for line in placed])
        placed = [replace(line, height=max(line.height, least)) for line in placed]
    return _apart(placed)


def _apart(placed: list[Placed]) -> list[Placed]:
    """Lines no higher than it is to the next one: engines give room around letters, and readers
    take lines that overlap for columns.
    """
    heights = [line.height for line in placed]
    order = sorted(range(len(placed)), key=lambda index: placed[index].depth)
    for at, index in enumerate(order):
        line = placed[index]
        for other in order[at + 1 : at + 1 + _NEIGHBOURS]:
            pitch = placed[other].depth - line.depth
            if pitch > line.height:
                break
            if pitch > _ROW * min(line.height, placed[other].height) and line.is_over(
                placed[other]
            ):
                heights[index] = min(heights[index], pitch)
                heights[other] = min(heights[other], pitch)
                break
    return [replace(line, height=height) for line, height in zip(placed, heights, strict=True)]


# ---------------------------------------------------------------- lines


def _lines_of(block: Block) -> Iterator[Block]:
    """Lines as they are; what an engine gives as a paragraph or a table is cut into lines."""
    if block.cells and all(cell.box is not None for cell in block.cells):
        inner = [replace(block, box=c.box or block.box, text=c.text, cells=()) for c in block.cells]
        yield from (line for cell in inner for line in _lines_of(cell))
        return
    texts = _texts_of(block)
    pitch = block.box.height / max(1, len(texts))
    for index, text in enumerate(texts):
        top = block.box.y0 + index * pitch
        box = Box(block.box.x0, top, block.box.x1, top + pitch)
        yield replace(block, text=text, box=box)


def _texts_of(block: Block) -> list[str]:
    if block.kind is BlockKind.LINE:
        texts = [block.text]
    elif block.cells:
        texts = ["\t".join(cell.text for cell in block.cells)]
    else:
        texts = block.text.splitlines()
    clean = [text for text in map(_clean, texts) if text]
    if len(clean) == 1 and block.kind is not BlockKind.LINE:
        return textwrap.wrap(clean[0], _letters_per_line(clean[0], block.box)) or clean
    return clean


def _clean(text: str) -> str:
    """Letters with their marks as one character, where there is one."""
    return unicodedata.normalize("NFC", _UNSEEN.sub(" ", text)).strip()


def _letters_per_line(text: str, box: Box) -> int:
    """As many as make the type fill the box: `rows²` is about `letters * height / width`."""
    rows = math.sqrt(_LETTER * len(text) * max(box.height, 1.0) / (_PITCH * max(box.width, 1.0)))
    return max(8, math.ceil(len(text) / max(1, round(rows))) + 2)


# ---------------------------------------------------------------- place


def _placed(line: Block, page: PageText, skew: float) -> Placed:
    box = _on_page(line.box, page)
    sides = (box.width, box.height)
    across, down = sides[::-1] if page.rotation % 180 else sides
    degrees = skew - page.rotation
    if down > _TALL * across and len(line.text) > 1:
        across, down, degrees = down, across, degrees + 90
    length, height = _straightened(max(across, 0.5), max(down, 0.5), skew)
    middle = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return Placed(line.text, *middle, length, height, degrees % 360)


def _on_page(box: Box, page: PageText) -> Box:
    x0, x1 = sorted(max(0.0, min(page.width, x)) for x in (box.x0, box.x1))
    y0, y1 = sorted(max(0.0, min(page.height, y)) for y in (box.y0, box.y1))
    return Box(x0, y0, x1, y1)


def _straightened(across: float, down: float, skew: float) -> tuple[float, float]:
    """Length and height of the slanted rectangle that an upright box of these sides is around:
    `across = length * cos + height * sin`, `down = length * sin + height * cos`.
    """
    sine, cosine = abs(math.sin(math.radians(skew))), math.cos(math.radians(skew))
    spread = cosine * cosine - sine * sine
    length = (across * cosine - down * sine) / spread
    height = (down * cosine - across * sine) / spread
    return max(length, 0.3 * across), max(height, 0.1 * down)
