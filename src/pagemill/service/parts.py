"""A page as a person looks at it: the blocks of its layout, each with the blocks it was made of.

An engine gives lines, which is what somebody puts right; readers see paragraphs and tables. Which
line went into which block is not kept: their boxes tell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pagemill.model.options import KEEP, Options
from pagemill.model.page import Block, Box, PageText, common_area
from pagemill.ports import Arrange, PageMarkdown

_PADDING = 1.0  # points: boxes are rounded


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
    for place, block in enumerate(stored):
        if block.text.strip() and made:
            index, fit = max(enumerate(_fits(block.box, made)), key=lambda one: one[1])
            if fit > 0:
                found[index].append(place)
    return [tuple(places) for places in found]


def _fits(box: Box, made: Sequence[Block]) -> Iterator[float]:
    """How well each block holds `box`: all of it first, then the smaller block."""
    padded = Box(box.x0 - _PADDING, box.y0 - _PADDING, box.x1 + _PADDING, box.y1 + _PADDING)
    for block in made:
        common = common_area(padded, block.box)
        yield common / padded.area + common / (common + block.box.area) if common else 0.0
