"""A page as a person looks at it: the blocks of its layout, each with the blocks it was made of.

An engine gives lines, which is what somebody puts right; readers see paragraphs and tables. Which
line went into which block is not kept: their boxes tell.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite

from pagemill.model.options import KEEP, Options
from pagemill.model.page import Block, Box, PageText, common_area
from pagemill.ports import Arrange, PageMarkdown

MOST_SOURCES = 10_000  # nobody corrects more lines of a page than that
_PADDING, _BAND, _MOST_BANDS = 1.0, 24.0, 1000  # points; boxes are rounded


@dataclass(frozen=True, slots=True)
class Part:
    """A block of the layout. `sources` are places in the blocks of the page text, from 0."""

    block: Block
    markdown: str
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PageParts:
    """`text` as it is stored, `parts` in reading order: those without words, too."""

    text: PageText
    parts: tuple[Part, ...]


def parts_of(text: PageText, arrange: Arrange, mark: PageMarkdown) -> PageParts:
    """Laid out with nothing known but the page itself; running headers and footers are there."""
    laid_out = arrange(lambda: iter((text,)))(text)
    options = Options(headers_footers=KEEP)
    sources = _sources(text.blocks, laid_out.blocks)
    return PageParts(
        text,
        tuple(
            Part(block, mark(laid_out.with_blocks((_alone(block),)), options), found)
            for block, found in zip(laid_out.blocks, sources, strict=True)
        ),
    )


def _alone(block: Block) -> Block:
    return replace(block, continues=False)


def _sources(stored: Sequence[Block], made: Sequence[Block]) -> list[tuple[int, ...]]:
    """For each block made, the stored ones that stand in it; each stands in one at most."""
    found: list[list[int]] = [[] for _ in made]
    bands = _bands(made)
    for place, block in enumerate(stored[:MOST_SOURCES]):
        if not (block.text.strip() or block.cells) or not _is_sane(block.box):
            continue
        near = bands.get(_band((block.box.y0 + block.box.y1) / 2), ())
        fit, index = max(((_fit(block.box, made[one].box), -one) for one in near), default=(0, 0))
        if fit > 0:
            found[-index].append(place)
    return [tuple(places) for places in found]


def _bands(made: Sequence[Block]) -> dict[int, list[int]]:
    """The blocks by the bands of the page that they reach into: a line looks only at those near."""
    bands: dict[int, list[int]] = defaultdict(list)
    for index, block in enumerate(made):
        if _is_sane(block.box):
            for band in range(_band(block.box.y0 - _PADDING), _band(block.box.y1 + _PADDING) + 1):
                bands[band].append(index)
    return bands


def _band(y: float) -> int:
    return min(_MOST_BANDS, max(0, int(y // _BAND)))


def _is_sane(box: Box) -> bool:
    return all(map(isfinite, (box.x0, box.y0, box.x1, box.y1)))


def _fit(box: Box, made: Box) -> float:
    """How well a block holds `box`: all of it first, then the smaller block."""
    padded = Box(box.x0 - _PADDING, box.y0 - _PADDING, box.x1 + _PADDING, box.y1 + _PADDING)
    common = common_area(padded, made)
    return common / padded.area + common / (common + made.area) if common else 0.0
