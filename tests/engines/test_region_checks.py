"""Which regions the lines of a page bear out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagemill.engines.region_checks import Line, Sheet, fold, held, sensible
from pagemill.model.page import BlockKind, Box, Region

WIDTH, HEIGHT = 600.0, 800.0
LETTERS_A_POINT = 0.2
CELLS = (50, 150, 250, 330, 450, 550, 650)


def line(x: float, y: float, width: float, height: float = 12.0) -> Line:
    return Line(Box(x, y, x + width, y + height), round(LETTERS_A_POINT * width))


def column(x: float, y: float, width: float, rows: int, step: float = 15.0) -> list[Line]:
    return [line(x, y + step * row, width) for row in range(rows)]


def sheet(*lines: Line, width: float = WIDTH, height: float = HEIGHT) -> Sheet:
    return Sheet(width, height, lines)


def region(kind: str, x0: float, y0: float, x1: float, y1: float, confidence=0.9) -> Region:
    return Region(BlockKind(kind), Box(x0, y0, x1, y1), confidence)


PROSE = column(50, 100, 500, 40)
TWO_COLUMNS = [*column(50, 100, 235, 40), *column(315, 100, 235, 40)]
RECEIPT = [
    piece
    for row in range(40)
    for piece in (line(100, 100 + 15 * row, 150), line(400, 100 + 15 * row, 60))
]
TABLE = [line(50 + 130 * n, 500 + 20 * row, 60) for row in range(8) for n in range(4)]


@pytest.mark.parametrize(
    ("what", "found", "lines"),
    [
        ("a figure without text", region("figure", 100, 710, 500, 790), PROSE),
        ("a chart with its labels", region("figure", 50, 300, 550, 700), [*PROSE[:10], *TABLE[:9]]),
        ("a paragraph", region("paragraph", 45, 95, 555, 705), PROSE),
        ("a column", region("paragraph", 45, 95, 290, 705), TWO_COLUMNS),
        ("a table", region("table", 45, 495, 555, 665), [*PROSE[:20], *TABLE]),
        ("a table that is all of a page", region("table", 45, 495, 555, 665), TABLE),
        ("a title", region("heading", 45, 58, 305, 74), [line(50, 60, 250), *PROSE]),
        ("a header", region("header", 45, 22, 305, 30), [line(50, 20, 250), *PROSE]),
        ("a footer", region("footer", 290, 770, 310, 780), [line(292, 768, 16), *PROSE]),
        ("a caption", region("caption", 100, 758, 400, 774), [line(105, 760, 290), *PROSE]),
    ],
)
def test_what_the_lines_bear_out_stays(what: str, found: Region, lines: list[Line]):
    assert sensible([found], sheet(*lines)) == [found]


@pytest.mark.parametrize(
    ("what", "found", "lines"),
    [
        ("a receipt taken for a figure", region("figure", 90, 90, 480, 710), RECEIPT),
        ("a receipt taken for a formula", region("formula", 90, 90, 480, 710), RECEIPT),
        ("prose taken for a figure", region("figure", 40, 90, 560, 300), PROSE),
        ("a table of many cells taken for a figure", region("figure", 0, 480, 600, 700), TABLE),
        ("the whole page", region("figure", 5, 5, 595, 795), [line(50, 60, 250)]),
        ("a speck", region("figure", 100, 710, 120, 725), PROSE),
        ("a hair", region("paragraph", 45, 100, 555, 102), PROSE),
        ("a column taken for a table", region("table", 45, 95, 290, 705), TWO_COLUMNS),
        ("columns taken for a table", region("table", 45, 95, 555, 705), TWO_COLUMNS),
        ("text where nobody has read any", region("paragraph", 45, 710, 555, 790), PROSE),
        ("a title without text", region("heading", 45, 20, 305, 36), PROSE),
        ("lines of prose as a title", region("heading", 45, 98, 555, 142), PROSE),
        ("prose taken for a title", region("heading", 45, 98, 555, 400), PROSE),
        ("the text taken for a caption", region("caption", 45, 95, 555, 705), PROSE),
        ("a header in the middle", region("header", 45, 398, 555, 412), PROSE),
        ("a footer in the middle", region("footer", 45, 398, 555, 412), PROSE),
        ("a header below text", region("header", 45, 98, 555, 114), [*PROSE, line(50, 20, 400)]),
        (
            "a footer above text",
            region("footer", 45, 718, 555, 734),
            [*PROSE, line(50, 720, 400), line(50, 760, 400)],
        ),
    ],
)
def test_what_the_lines_contradict_is_dropped(what: str, found: Region, lines: list[Line]):
    assert sensible([found], sheet(*lines)) == []


def test_of_regions_upon_each_other_the_surest_stays():
    sure, other = region("paragraph", 45, 95, 555, 400, 0.9), region("paragraph", 45, 95, 555, 390)
    beside = region("paragraph", 45, 390, 555, 705, 0.6)
    lesser = Region(other.kind, other.box, 0.7)
    assert sensible([lesser, beside, sure], sheet(*PROSE)) == [sure, beside]


def test_a_caption_may_lie_in_its_figure():
    figure = region("figure", 100, 40, 500, 90, 0.6)
    caption = region("caption", 150, 72, 450, 86, 0.9)
    assert sensible([figure, caption], sheet(line(160, 74, 280), *PROSE)) == [caption, figure]


def test_a_header_in_large_type_is_a_title():
    lines = [line(50, 20, 250, height=24.0), *PROSE]
    (title,) = sensible([region("header", 45, 18, 305, 46)], sheet(*lines))
    assert title.kind is BlockKind.HEADING


def test_several_titles_stay_but_not_a_page_of_them():
    lines = column(50, 100, 200, 10, step=60)
    titles = [region("heading", 45, row.box.y0 - 2, 255, row.box.y1, 0.9) for row in lines]
    assert len(sensible(titles, sheet(*lines))) == 3


@pytest.mark.parametrize(
    ("what", "lines", "size", "x"),
    [
        ("a spread", [*column(50, 80, 300, 20), *column(450, 80, 300, 20)], (800, 500), 400),
        (
            "a fold off the middle",
            [*column(50, 80, 370, 9), *column(450, 80, 300, 9)],
            (800, 500),
            420,
        ),
        ("a page on its own", TWO_COLUMNS, (600, 800), None),
        ("a line across", [*column(50, 80, 300, 20), line(100, 20, 600)], (800, 500), None),
        ("text on one side", column(50, 80, 300, 20), (800, 500), None),
        ("no text", [], (800, 500), None),
        ("a table", [line(x, y, 40) for x in CELLS for y in range(50, 450, 15)], (800, 500), None),
    ],
)
def test_a_spread_is_known_by_its_empty_fold(what: str, lines, size, x: float | None):
    assert fold(sheet(*lines, width=size[0], height=size[1])) == x


anywhere = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    st.floats(-50, 650),
    st.floats(-50, 850),
    st.floats(0, 700),
    st.floats(0, 900),
)
lines_anywhere = st.lists(st.builds(Line, anywhere, st.integers(1, 80)), max_size=30)
regions_anywhere = st.lists(
    st.builds(Region, st.sampled_from(list(BlockKind)), anywhere, st.floats(0.5, 1)), max_size=12
)


@given(regions_anywhere, lines_anywhere)
def test_nothing_is_made_up_and_the_surest_come_first(found, lines):
    kept = sensible(found, sheet(*lines))
    assert {one.box for one in kept} <= {one.box for one in found}
    assert [one.confidence for one in kept] == sorted(
        (one.confidence for one in kept), reverse=True
    )


@given(regions_anywhere, lines_anywhere)
def test_what_made_sense_makes_sense_again(found, lines):
    kept = sensible(found, sheet(*lines))
    assert sensible(kept, sheet(*lines)) == kept


@given(lines_anywhere)
def test_no_line_lies_across_a_fold(lines):
    x = fold(sheet(*lines, width=1000.0, height=600.0))
    assert x is None or not any(one.box.x0 < x < one.box.x1 for one in lines)


def test_a_line_belongs_to_the_region_that_holds_its_middle_and_most_of_its_length():
    text = line(100, 100, 200)
    assert held(Box(95, 104, 305, 108), [text]) == [text]
    assert held(Box(95, 90, 305, 105), [text]) == []
    assert held(Box(200, 90, 500, 120), [text]) == []
