"""Page text: what an engine says a page holds.

Engines give blocks of kind `line`; layout turns them into paragraphs, headings, lists and tables
in reading order. Both speak in the same `PageText`, so a page can be shown at any stage.
Boxes are in points, origin top left, of the page as a person sees it (its /Rotate applied).
"""

from dataclasses import dataclass, replace
from enum import StrEnum


class BlockKind(StrEnum):
    LINE = "line"
    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST_ITEM = "list_item"
    TABLE = "table"
    FIGURE = "figure"
    CAPTION = "caption"
    CODE = "code"
    FORMULA = "formula"
    FOOTNOTE = "footnote"
    HEADER = "header"
    FOOTER = "footer"


@dataclass(frozen=True, slots=True)
class Box:
    """Left, top, right, bottom in points."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        return max(0.0, self.width) * max(0.0, self.height)


def common_area(a: Box, b: Box) -> float:
    """The area that both cover."""
    wide = min(a.x1, b.x1) - max(a.x0, b.x0)
    high = min(a.y1, b.y1) - max(a.y0, b.y0)
    return max(0.0, wide) * max(0.0, high)


def around(boxes: list[Box]) -> Box:
    """The smallest box that holds all of them; there must be at least one."""
    first = boxes[0]
    x0, y0, x1, y1 = first.x0, first.y0, first.x1, first.y1
    for box in boxes:
        x0 = box.x0 if box.x0 < x0 else x0
        y0 = box.y0 if box.y0 < y0 else y0
        x1 = box.x1 if box.x1 > x1 else x1
        y1 = box.y1 if box.y1 > y1 else y1
    return Box(x0, y0, x1, y1)


@dataclass(frozen=True, slots=True)
class Cell:
    """One table cell; `row` and `column` count from 0."""

    row: int
    column: int
    text: str
    row_span: int = 1
    column_span: int = 1
    is_header: bool = False
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class LinkedText:
    """A stretch of a block's text that leads to `url`."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page. `confidence` is 0 to 1, None where the engine is certain (a text layer).

    `level` is a heading's (1 to 6) or list item's (1 is outermost); a paragraph, code or formula
    with a level belongs to the item before it. `font_size` is in points and 0 where unknown; OCR
    gives none. The style is that of most letters, `color` 0xRRGGBB. `tag` is
    the type that a tagged PDF gives to it (`H1`, `P`, `LI`; PDF 32000-1 §14.8.4).

    `words` are left and right edge of each word of a line, one for each part of `text.split()`;
    empty where unknown. `links` stand in `text` in their order. `continues` says that the text,
    or the rows of the table, go on from the last block of this kind before, over columns or pages.
    `turn` is by how many quarters, clockwise, the text of a line is turned; 4 means aslant.
    """

    kind: BlockKind
    box: Box
    text: str = ""
    confidence: float | None = None
    level: int | None = None
    cells: tuple[Cell, ...] = ()
    font_size: float = 0.0
    is_bold: bool = False
    is_italic: bool = False
    is_mono: bool = False
    color: int = 0
    tag: str = ""
    words: tuple[tuple[float, float], ...] = ()
    links: tuple[LinkedText, ...] = ()
    continues: bool = False
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Region:
    """An area of a page that a layout model took for one thing. `kind` is what it would become:
    a paragraph, heading, table, figure, caption, header, footer, formula. `confidence` is 0 to 1.
    """

    kind: BlockKind
    box: Box
    confidence: float


INSIDE = 0.6  # of a line's length


def holds_line(region: Box, line: Box) -> bool:
    """Whether a line belongs to a region that holds its middle and most of its length: engines pad
    the boxes of lines, the network cuts its regions close.
    """
    if not region.y0 < (line.y0 + line.y1) / 2 < region.y1:
        return False
    return min(region.x1, line.x1) - max(region.x0, line.x0) > INSIDE * line.width


@dataclass(frozen=True, slots=True)
class Link:
    """An area of a page that leads to `url`: http, https or mailto."""

    box: Box
    url: str


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A bookmark that leads to a page. `level` 1 is outermost; `y` is in points from the page's
    top, None where the bookmark leads to the page alone.
    """

    level: int
    title: str
    y: float | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """What a page holds beside its words. `rules` are thin straight lines, level or upright, the
    sides of frames included; `fills` are shaded rectangles, `pictures` what may become figures,
    `drawings` the same drawn as curves and lines. `is_scan` says that one picture fills the page
    and its text is what an earlier OCR has laid under it.
    """

    rules: tuple[Box, ...] = ()
    fills: tuple[Box, ...] = ()
    pictures: tuple[Box, ...] = ()
    drawings: tuple[Box, ...] = ()
    links: tuple[Link, ...] = ()
    outline: tuple[OutlineEntry, ...] = ()
    is_scan: bool = False


@dataclass(frozen=True, slots=True)
class PageText:
    """Everything known of one page that was read. Stored as JSON on the shelf.

    `rotation` is what the engine turned the picture by to read it, clockwise degrees: 0, 90, 180
    or 270. `skew` is by how many degrees, clockwise, its lines still leaned then. Boxes, those of
    `regions` too, fit the unturned page. `flags` come from `PageFlag`. `reason` says why this
    engine read the page, and then what the engine itself has to say of it. `render_ms`, `read_ms`
    and `layout_ms` are what drawing it, reading it and finding its regions took. `corrected` are
    the places among `blocks`, from 0, of those that somebody put right by hand.
    """

    number: int
    width: float
    height: float
    blocks: tuple[Block, ...]
    engine: str
    engine_version: str
    reason: str = ""
    language: str = ""
    rotation: int = 0
    skew: float = 0.0
    dpi: int = 0
    flags: tuple[str, ...] = ()
    render_ms: int = 0
    read_ms: int = 0
    layout_ms: int = 0
    regions: tuple[Region, ...] = ()
    marks: Marks = Marks()
    corrected: tuple[int, ...] = ()

    @property
    def confidence(self) -> float | None:
        """Mean over the blocks that have one, weighted by their length; None where none has."""
        weighed = [(b.confidence, len(b.text)) for b in self.blocks if b.confidence is not None]
        letters = sum(length for _, length in weighed)
        if not letters:
            return None
        return sum(confidence * length for confidence, length in weighed) / letters

    def with_blocks(self, blocks: tuple[Block, ...]) -> "PageText":
        return replace(self, blocks=blocks)


class PageFlag(StrEnum):
    BLANK = "blank"
    GARBAGE_TEXT_LAYER = "garbage_text_layer"
    DEGRADED = "degraded"
    ROTATED = "rotated"
    SKEWED = "skewed"
    SCALED_DOWN = "scaled_down"
    LOW_COVERAGE = "low_coverage"  # less than half of what looks like text was read
    OTHER_SCRIPT = "other_script"  # its letters are plainly not those of the languages named


DOUBTS = frozenset(
    {
        PageFlag.BLANK,
        PageFlag.DEGRADED,
        PageFlag.GARBAGE_TEXT_LAYER,
        PageFlag.LOW_COVERAGE,
        PageFlag.OTHER_SCRIPT,
        PageFlag.ROTATED,
    }
)
"""The flags of a page that somebody should look at."""


@dataclass(frozen=True, slots=True)
class NativeText:
    """What a page's own text layer holds, with the signals that tell whether to believe it.

    `lines` are blocks of kind `line` in the order of the file. Shares are 0 to 1 of all
    characters: `letter_share` letters, digits and common punctuation; `unmapped_share` U+FFFD,
    private use and control characters; `invisible_share` drawn in rendering mode 3 or clear.
    `picture_share` is the part of the page covered by its largest picture. `is_vector_heavy`
    means much is drawn as paths (text as outlines looks like that). The pictures of `marks` are
    those that cover 2 to 80 % of the page.
    """

    lines: tuple[Block, ...]
    characters: int
    letter_share: float
    unmapped_share: float
    invisible_share: float
    picture_share: float
    is_vector_heavy: bool = False
    marks: Marks = Marks()


def page_key(job_id: str, page_no: int, token: str) -> str:
    """Where a page text lies. The token in the name keeps a late attempt from replacing it."""
    return f"jobs/{job_id}/pages/{page_no:04d}.{token}.json"
