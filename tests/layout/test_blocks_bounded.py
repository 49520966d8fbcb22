"""Four times the lines take about four times the work, whatever they are."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import FrameType

import pytest

from layout.sheets import line
from pagemill.layout.body import body_of
from pagemill.layout.document.styles import Styles
from pagemill.layout.endings import Endings
from pagemill.layout.headings import Headings
from pagemill.layout.lines import Line, line_of
from pagemill.layout.text.links import with_links
from pagemill.layout.text.notes import Notes
from pagemill.model.page import Block, BlockKind, Box, Link, Marks, PageText

FEW, MANY, MOST = 250, 1000, 6.0


def calls(work: Callable[[], object]) -> int:
    count = 0

    def seen(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def rows_of(blocks: Sequence[Block]) -> list[Line]:
    return [row for block in blocks if (row := line_of(block))]


def lay(blocks: Sequence[Block]) -> None:
    rules = [Box(50, 0.5 * n, 90, 0.5 * n + 0.3) for n in range(len(blocks))]
    marks = Marks(links=tuple(Link(block.box, "https://a.b") for block in blocks))
    lines = with_links(rows_of(blocks), marks)
    page = PageText(1, 612, 792, tuple(blocks), "test", "1", marks=marks)
    body_of([lines], rules, Styles(), Notes(), None, Headings.of(page, Styles()))


KINDS = {
    "prose": lambda n: line(50, 2.0 * n, f"line {n} of a text that goes on", size=10),
    "bullets": lambda n: line(50 + n % 7, 2.0 * n, f"• item {n}", size=10),
    "labels in doubt": lambda n: line(50, 2.0 * n, f"o item {n}", size=10),
    "numbers": lambda n: line(50, 2.0 * n, f"{n % 999}. item", size=10),
    "code": lambda n: replace(line(50, 2.0 * n, f"x = {n}", size=10), is_mono=True),
    "notes": lambda n: line(50, 2.0 * n, f"{n % 99} a note", size=10 if n % 50 == 0 else 6),
    "on one spot": lambda n: line(50, 50, f"word {n}", size=10),
    "captions": lambda n: line(50, 2.0 * n, f"Figure {n % 99}: said", size=10),
    "hyphens": lambda n: line(50, 2.0 * n, "cut in the mid-", size=10),
}


@pytest.mark.parametrize("kind", KINDS)
def test_work_grows_with_the_lines(kind: str) -> None:
    made = [KINDS[kind](n) for n in range(MANY)]
    few, many = (calls(lambda count=count: lay(made[:count])) for count in (FEW, MANY))
    assert many < MOST * few


def test_the_end_of_a_page_is_found_in_its_lowest_lines_alone() -> None:
    def walk(count: int) -> None:
        blocks = tuple(line(50, 0.4 * n, f"line {n} of a text", size=10) for n in range(count))
        assert {block.kind for block in blocks} == {BlockKind.LINE}
        list(Endings().seen([PageText(1, 612, 792, blocks, "test", "1")]))

    few, many = (calls(lambda count=count: walk(count)) for count in (FEW, MANY))
    assert many < MOST * few
