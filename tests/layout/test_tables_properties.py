"""What holds for tables on any page at all: no word is lost or told twice, and work is bounded."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layout.table_sheets import grid, ruled_page, text
from pagemill.layout import arrange
from pagemill.layout.lines import line_of
from pagemill.layout.tables import with_tables
from pagemill.model.joining import HYPHENS
from pagemill.model.page import Block, BlockKind, Box, Marks, PageText

steps_of_grid = st.sampled_from(range(40, 600, 20))
loose = st.floats(-50, 900) | st.floats(allow_nan=True, width=32)
sides = steps_of_grid | loose
boxes = st.builds(Box, sides, sides, sides, sides)
rules = st.builds(lambda x, y, end: Box(x, y, end, y + 0.5), *[steps_of_grid] * 3) | st.builds(
    lambda x, y, end: Box(x, y, x + 0.5, end), *[steps_of_grid] * 3
)
words = st.sampled_from(
    ["12", "3.50", "-", "one", "two words", "hy-", "phen", "a b c d", "عرب", "• x"]
)
lines = st.builds(
    lambda x, y, said, bold, keeps: replace(
        text(x + 4, y + 4, said, bold=bold), **({} if keeps else {"words": ()})
    ),
    steps_of_grid,
    steps_of_grid,
    words,
    st.booleans(),
    st.booleans(),
)
grids = st.builds(
    lambda xs, ys: grid(sorted(xs), sorted(ys)),
    st.sets(steps_of_grid, min_size=2, max_size=6),
    st.sets(steps_of_grid, min_size=2, max_size=6),
)
pages = st.builds(
    ruled_page,
    st.lists(lines, max_size=40),
    st.builds(
        lambda a, b, c: a + b + c, st.lists(rules, max_size=10), grids, st.lists(boxes, max_size=3)
    ),
    st.lists(boxes, max_size=4),
)


def told(blocks: tuple[Block, ...]) -> Counter[str]:
    """Everything that shows, in blocks and in cells, hyphens apart."""
    texts = [block.text + "".join(cell.text for cell in block.cells) for block in blocks]
    return Counter(c for c in "".join(texts) if not c.isspace() and c not in HYPHENS)


@given(pages)
def test_every_character_is_told_exactly_once(raw: PageText) -> None:
    done = arrange(lambda: iter([raw]))(raw)
    assert told(done.blocks) == told(raw.blocks)


@given(pages)
def test_cells_fill_a_grid_without_lying_over_each_other(raw: PageText) -> None:
    for block in arrange(lambda: iter([raw]))(raw).blocks:
        places = [
            (row, column)
            for cell in block.cells
            for row in range(cell.row, cell.row + cell.row_span)
            for column in range(cell.column, cell.column + cell.column_span)
        ]
        assert len(places) == len(set(places))
        if block.kind is BlockKind.TABLE:
            assert any(cell.text for cell in block.cells)
            assert not all(cell.is_header for cell in block.cells)


@given(pages)
def test_a_table_is_found_whatever_the_order_of_rules_and_lines(raw: PageText) -> None:
    turned = replace(
        raw,
        blocks=raw.blocks[::-1],
        marks=Marks(rules=raw.marks.rules[::-1], fills=raw.marks.fills[::-1]),
    )
    lay_out = arrange(lambda: iter([raw]))
    assert told(lay_out(turned).blocks) == told(lay_out(raw).blocks)


# ---------------------------------------------------------------- bounded work


@dataclass
class Steps:
    lines: int = 0


@contextmanager
def counted() -> Iterator[Steps]:
    """How many lines of Python run."""
    steps, before = Steps(), sys.gettrace()

    def trace(frame, event, arg):
        steps.lines += event == "line"
        return trace

    sys.settrace(trace)
    try:
        yield steps
    finally:
        sys.settrace(before)


def crossing(count: int) -> PageText:
    """`count` rules each way, all crossing, and a word in every place of their diagonal."""
    step = 590 / count
    level = [Box(10, 10 + step * n, 600, 10 + step * n) for n in range(count)]
    upright = [Box(10 + step * n, 10, 10 + step * n, 600) for n in range(count)]
    return ruled_page(
        [text(10 + step * n, 10 + step * n, str(n)) for n in range(count)], level + upright
    )


def scattered(count: int) -> PageText:
    """Short rules everywhere, of which few touch."""
    level = [Box(n * 37 % 590, n * 61 % 780, n * 37 % 590 + 9, n * 61 % 780) for n in range(count)]
    upright = [
        Box(n * 53 % 600, n * 29 % 770, n * 53 % 600, n * 29 % 770 + 9) for n in range(count)
    ]
    return ruled_page(
        [text(n * 41 % 590, n * 17 % 780, "7.5") for n in range(count)], level + upright
    )


def stacked(count: int) -> PageText:
    """A rule under each of `count` rows of numbers."""
    step = 780 / count
    blocks = [text(x, step * n, str(n)) for n in range(count) for x in (60, 200, 340)]
    return ruled_page(
        blocks, [Box(60, step * n + step / 2, 400, step * n + step / 2) for n in range(count)]
    )


def on_one_spot(count: int) -> PageText:
    blocks = [text(100, 100, "1.5 2.5") for _ in range(count)]
    return ruled_page(blocks, [Box(90, 100, 200, 100.5), Box(100, 90, 100.5, 200)] * count)


def boxed(count: int) -> PageText:
    """Many small tables."""
    rules, blocks = [], []
    for n in range(count):
        x, y = 10 + 60 * (n % 10), 10 + 40 * (n // 10)
        rules += grid((x, x + 25, x + 50), (y, y + 15, y + 30))
        blocks += [text(x + 2 + dx, y + 2 + dy, "12") for dx in (0, 25) for dy in (0, 15)]
    return ruled_page(blocks, rules)


def in_rows(count: int) -> PageText:
    """Rows of two pieces, no two of which are in step."""
    blocks = [
        text(x, 12 * n, "12.5") for n in range(count) for x in (n * 37 % 200, 250 + n * 53 % 300)
    ]
    return ruled_page(blocks)


def signs(count: int) -> PageText:
    """Letters and small signs close above each other."""
    blocks = [text(60 + n % 3 * 150, 10 + n // 3 * 1.5, "12.5") for n in range(count)]
    small = [replace(b, box=replace(b.box, y1=b.box.y0 + 4)) for b in blocks[::2]]
    return ruled_page([*blocks[1::2], *small])


WORST = [
    (crossing, 2_500),
    (scattered, 2_500),
    (on_one_spot, 2_500),
    (stacked, 1_600),
    (in_rows, 2_500),
    (boxed, 500),
    (signs, 2_500),
]


@pytest.mark.parametrize(("made", "count"), WORST)
def test_the_worst_page_takes_bounded_work(made, count) -> None:
    assert _steps(made(count)) < 3_500_000


@pytest.mark.parametrize("made", [made for made, _ in WORST])
def test_twice_the_page_is_hardly_more_than_twice_the_work(made) -> None:
    small, large = (_steps(made(count)) for count in (150, 300))
    assert large < 2.6 * small + 20_000


def _steps(page: PageText) -> int:
    lines = [line for block in page.blocks if (line := line_of(block))]
    with counted() as steps:
        with_tables(lines, page.marks)
    return steps.lines
