"""What holds for tables in pictures on any page at all: no word is lost, and work is bounded."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layout.sheets import line, page
from layout.test_tables_properties import counted, told
from pagemill.layout import arrange
from pagemill.layout.lines import line_of
from pagemill.layout.tables.pictured.pictured import with_pictured_tables
from pagemill.layout.tables.unruled.unruled import cells_of
from pagemill.model.page import Block, BlockKind, Box, Marks, PageText, Region

places = st.sampled_from(range(40, 600, 20))
sides = places | st.floats(-50, 900) | st.floats(allow_nan=True, allow_infinity=True, width=32)
boxes = st.builds(Box, sides, sides, sides, sides)
levels = st.builds(lambda x, y, end: Box(x, y, end, y + 0.5), places, places, places)
uprights = st.builds(lambda x, y, end: Box(x, y, x + 0.5, end), places, places, places)
words = st.sampled_from(
    ["12", "3.50 ± 1", "-", "Name", "two words", "hy-", "phen", "(5 %)", "عرب", "a b c d e f g"]
)
lines = st.builds(line, places, places, words, height=st.sampled_from([4.0, 10.0, 10.0, 14.0]))
pages = st.builds(
    lambda blocks, regions, rules, rotation, skew: replace(
        page(blocks),
        regions=tuple(Region(BlockKind.TABLE, box, 0.9) for box in regions),
        marks=Marks(rules=tuple(rules)),
        rotation=rotation,
        skew=skew,
    ),
    st.lists(lines, max_size=40),
    st.lists(boxes, max_size=3),
    st.lists(levels | uprights | boxes, max_size=20),
    st.sampled_from([0, 0, 90, 180, 270]),
    st.sampled_from([0.0, 0.0, 3.0]),
)


@given(pages)
def test_every_character_is_told_exactly_once(raw: PageText) -> None:
    done = arrange(lambda: iter([raw]))(raw)
    assert told(done.blocks) == told(raw.blocks)


@given(st.lists(lines, max_size=40), st.lists(levels | uprights | boxes, max_size=12))
def test_cells_hold_every_word_and_none_lies_over_another(blocks, rules) -> None:
    pieces = [one for block in blocks if (one := line_of(block))]
    cells = cells_of(pieces, rules)
    words = Counter(word for piece in pieces for word in piece.text.replace("-", "").split())
    said = Counter(word for cell in cells for word in cell.text.replace("-", "").split())
    assert "".join(sorted("".join(said.elements()))) == "".join(sorted("".join(words.elements())))
    taken = [
        (row, column)
        for cell in cells
        for row in range(cell.row, cell.row + cell.row_span)
        for column in range(cell.column, cell.column + cell.column_span)
    ]
    assert len(taken) == len(set(taken))
    assert all(cell.text for cell in cells)


# ---------------------------------------------------------------- bounded work


def table(rows: int, columns: int) -> list[Block]:
    width, step = 560 / columns, 700 / rows
    return [
        line(20 + width * column, 20 + step * row, "1.5", height=min(10.0, step))
        for row in range(rows)
        for column in range(columns)
    ]


def ragged(count: int) -> list[Block]:
    """No two lines of text begin or end at one place."""
    return [
        line(20 + n * 37 % 500, 20 + n // 3 * 2.1, "Some words 12"[: n % 13 + 1], height=2.0)
        for n in range(count)
    ]


def on_one_spot(count: int) -> list[Block]:
    return [line(100, 100, "12.5")] * count


def seen(blocks: Sequence[Block], rules: Sequence[Box] = ()) -> PageText:
    everywhere = (Region(BlockKind.TABLE, Box(0, 0, 612, 792), 0.9),)
    return replace(page(blocks), regions=everywhere, marks=Marks(rules=tuple(rules)))


WORST = [
    seen(table(100, 29)),
    seen(table(1450, 2)),
    seen(ragged(2_900)),
    seen(on_one_spot(2_900)),
    seen(table(90, 30), [Box(10, 790 * n / 3000, 600, 790 * n / 3000) for n in range(3000)]),
    seen(table(40, 20), [Box(600 * n / 3000, 10, 600 * n / 3000, 780) for n in range(3000)]),
    replace(seen(table(60, 20)), regions=seen([]).regions * 2000),
]


@pytest.mark.parametrize("raw", WORST)
def test_the_worst_picture_takes_bounded_work(raw: PageText) -> None:
    given_lines = [one for block in raw.blocks if (one := line_of(block))]
    with counted() as steps:
        with_pictured_tables(raw, given_lines)
    assert steps.lines < 10_000_000


def test_pages_of_more_lines_than_any_table_has_are_not_looked_at() -> None:
    raw = seen(table(100, 60))
    given_lines = [one for block in raw.blocks if (one := line_of(block))]
    with counted() as steps:
        assert with_pictured_tables(raw, given_lines) == given_lines
    assert steps.lines < 100_000
