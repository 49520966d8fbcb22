"""Pages that were scanned askew are laid out as if they had been straight."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from layout.sheets import column, line, page, prose, texts
from pagemill.layout import arrange
from pagemill.layout.lines import line_of
from pagemill.layout.skew import straighten
from pagemill.model.page import Block, Box

MIDDLE = (306.0, 396.0)
ANGLES = [-10.0, -5.0, -2.0, 0.3, 2.0, 5.0, 10.0, 15.0]
PAPER = [
    line(60, 40, "A title that runs over both of the columns of this page and ends here"),
    *column(40, 80, prose("left", 40)),
    *column(290, 84, prose("right", 40)),
]
RECEIPT = [
    *column(40, 80, [f"article {row}" for row in range(12)]),
    *column(480, 80, [f"{row}.50" for row in range(12)]),
]


def leaning(blocks: Sequence[Block], degrees: float) -> list[Block]:
    """Blocks with the upright boxes around them once the page is turned clockwise."""
    return [replace(block, box=around_turned(block.box, degrees)) for block in blocks]


def around_turned(box: Box, degrees: float) -> Box:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    corners = [(x - MIDDLE[0], y - MIDDLE[1]) for x in (box.x0, box.x1) for y in (box.y0, box.y1)]
    xs = [MIDDLE[0] + cos * x - sin * y for x, y in corners]
    ys = [MIDDLE[1] + sin * x + cos * y for x, y in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))


def laid_out(blocks: Sequence[Block], skew: float) -> list[str]:
    raw = replace(page(blocks), skew=skew)
    return [block.text for block in arrange(lambda: iter([raw]))(raw).blocks]


@pytest.mark.parametrize("degrees", ANGLES)
@pytest.mark.parametrize("blocks", [PAPER, RECEIPT])
def test_a_page_whose_skew_is_known_is_laid_out_as_if_it_were_straight(blocks, degrees):
    assert laid_out(leaning(blocks, degrees), degrees) == texts(blocks)


@pytest.mark.parametrize("degrees", ANGLES)
def test_every_line_gets_back_its_size_and_its_distance_to_the_others(degrees):
    lines = [line_of(block) for block in leaning(PAPER, degrees)]
    boxes = [straight.box for straight in straighten(lines, skew=degrees)]
    right, down = boxes[0].x0 - PAPER[0].box.x0, boxes[0].y0 - PAPER[0].box.y0
    for box, block in zip(boxes, PAPER, strict=True):
        assert box.x0 - right == pytest.approx(block.box.x0, abs=1e-6)
        assert box.x1 - right == pytest.approx(block.box.x1, abs=1e-6)
        assert box.y0 - down == pytest.approx(block.box.y0, abs=1e-6)
        assert box.y1 - down == pytest.approx(block.box.y1, abs=1e-6)


def test_a_page_that_was_turned_and_still_leans_is_straightened_in_that_order():
    askew = leaning(PAPER, 5.0)
    on_side = [
        replace(block, box=Box(792 - b.y1, b.x0, 792 - b.y0, b.x1))
        for block in askew
        if (b := block.box)
    ]
    raw = replace(page(on_side), width=792, height=612, rotation=270, skew=5.0)
    found = [block.text for block in arrange(lambda: iter([raw]))(raw).blocks]
    assert found == texts(PAPER)


def test_where_no_engine_measured_the_skew_the_heights_of_lines_tell():
    askew = leaning(PAPER[1:41], 3.0)
    assert laid_out(askew, 0.0) == texts(PAPER[1:41])
