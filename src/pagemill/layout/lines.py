"""The value layout works on: a line of text, or a block that is placed but not touched."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from pagemill.model.page import Block, BlockKind, Box, LinkedText, Region, around

# Hebrew to Arabic Extended-A and their presentation forms (bidirectional classes R and AL).
_RTL_LETTERS = re.compile(r"[\u05d0-\u08c9\ufb1d-\ufdfb\ufe70-\ufefc]")
FAR = 1e6


@dataclass(frozen=True, slots=True)
class Line:
    """`box` is where it stands once the page is straight, `shown` where it stands on the page.

    `fixed` is set for a figure, a table and whatever else an engine has understood already.
    `is_tabular` says that wide gaps part it, as in a row of a receipt. `region` is the region of
    the page that names its kind: a title or a caption. `place` counts the lines of a text layer in
    the order of the file; below 0 where it is not known.
    """

    box: Box
    shown: Box
    text: str
    confidence: float | None = None
    font_size: float = 0.0
    is_bold: bool = False
    is_tabular: bool = False
    fixed: Block | None = None
    region: Region | None = None
    is_italic: bool = False
    is_mono: bool = False
    color: int = 0
    tag: str = ""
    words: tuple[tuple[float, float], ...] = ()
    links: tuple[LinkedText, ...] = ()
    place: int = -1

    @property
    def middle(self) -> float:
        return (self.box.y0 + self.box.y1) / 2

    @property
    def center(self) -> float:
        return (self.box.x0 + self.box.x1) / 2


def lines_of(blocks: Iterable[Block]) -> list[Line]:
    """Those with text, numbered in their order."""
    return [line for at, block in enumerate(blocks) if (line := line_of(block, at))]


def line_of(block: Block, place: int = -1) -> Line | None:
    """None for a line without text."""
    box = sane(block.box)
    if block.kind is not BlockKind.LINE:
        return Line(box, box, block.text, fixed=replace(block, box=box))
    text = " ".join(block.text.split())
    if not text:
        return None
    return Line(
        box,
        box,
        text,
        block.confidence,
        block.font_size,
        block.is_bold,
        is_italic=block.is_italic,
        is_mono=block.is_mono,
        color=block.color,
        tag=block.tag,
        words=_sane_words(block.words),
        links=block.links,
        place=place,
    )


def _sane_words(words: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """None where one has no place."""
    return words if all(-FAR <= x0 <= x1 <= FAR for x0, x1 in words) else ()


def sane(box: Box) -> Box:
    """Finite numbers, left before right, top before bottom."""
    if -FAR <= box.x0 <= box.x1 <= FAR and -FAR <= box.y0 <= box.y1 <= FAR:
        return box  # as nearly every box is; a NaN compares with nothing
    x0, y0, x1, y1 = (_finite(value) for value in (box.x0, box.y0, box.x1, box.y1))
    return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _finite(value: float) -> float:
    return max(-FAR, min(FAR, value)) if math.isfinite(value) else 0.0


def typical_height(lines: Sequence[Line]) -> float:
    """The median height of text, at least one point."""
    return max(1.0, median([line.box.height for line in lines if not line.fixed] or [10.0]))


def height_on_page(line: Line) -> tuple[float, float]:
    """What lines are sorted by from top to bottom; fixed blocks stand where their top edge is."""
    return (line.box.y0 if line.fixed else line.middle, line.box.x0)


def is_rtl(lines: Sequence[Line]) -> bool:
    """Whether most letters run from right to left; the first few thousand are asked."""
    texts = [line.text[:80] for line in lines[:50]]
    leftward = sum([len(_RTL_LETTERS.findall(text)) for text in texts if not text.isascii()])
    return leftward > 0 and 2 * leftward > sum(map(str.isalpha, "".join(texts)))


def merge(parts: Sequence[Line], text: str) -> Line:
    """One line that stands for several, saying `text`."""
    letters = max(len(part.text) for part in parts)
    loudest = next(part for part in parts if len(part.text) == letters)
    return Line(
        around([part.box for part in parts]),
        around([part.shown for part in parts]),
        text,
        mean_confidence(parts),
        loudest.font_size,
        all(part.is_bold for part in parts),
        any(part.is_tabular for part in parts),
        region=loudest.region,
        is_italic=all(part.is_italic for part in parts),
        is_mono=all(part.is_mono for part in parts),
        color=loudest.color,
        tag=loudest.tag,
        words=_words(parts),
        links=tuple(link for part in parts for link in part.links),
        place=min(part.place for part in parts),
    )


def _words(parts: Sequence[Line]) -> tuple[tuple[float, float], ...]:
    """In the order of the parts; none where one part's are unknown."""
    if not all(part.words for part in parts):
        return ()
    return tuple(edges for part in parts for edges in part.words)


def mean_confidence(parts: Sequence[Line]) -> float | None:
    """Weighted by length; None where no part has one."""
    known = [(part.confidence, len(part.text)) for part in parts if part.confidence is not None]
    letters = sum(length for _, length in known)
    return sum(confidence * length for confidence, length in known) / letters if letters else None
