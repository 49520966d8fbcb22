"""In which order a page is read."""

import math
import random
import re
from dataclasses import replace

import pytest

from layout.sheets import column, laid_out, line, page, prose, texts
from pagemill.layout import arrange
from pagemill.model.page import Block, BlockKind, Box, around


def heads(blocks: list[Block]) -> str:
    """The first letters of the words that name a line (`A0`, `B7`), in the order they are read."""
    words = " ".join(texts(blocks)).split()
    return "".join(word[0] for word in words if word[1:].isdigit())


def in_order(blocks: list[Block]) -> list[str]:
    return [word for word in " ".join(texts(blocks)).split() if word[1:].isdigit()]


def shuffled(blocks: list[Block]) -> list[Block]:
    return random.Random(7).sample(blocks, len(blocks))


def test_one_column_is_read_from_top_to_bottom_whatever_the_engine_s_order() -> None:
    lines = column(50, 50, prose("A", 12))
    assert in_order(shuffled(lines)) == [f"A{row}" for row in range(12)]


def test_two_columns_are_read_one_after_the_other() -> None:
    left, right = column(50, 50, prose("A", 10)), column(320, 50, prose("B", 10))
    assert heads(shuffled(left + right)) == "A" * 10 + "B" * 10


def test_columns_whose_rows_are_not_level_are_columns_too() -> None:
    left, right = column(50, 50, prose("A", 10)), column(320, 57, prose("B", 8))
    assert heads(shuffled(left + right)) == "A" * 10 + "B" * 8


def test_three_columns_fall_out_of_two_cuts() -> None:
    lines = [b for i, n in enumerate("ABC") for b in column(40 + 180 * i, 50, prose(n, 9, 30))]
    assert heads(shuffled(lines)) == "A" * 9 + "B" * 9 + "C" * 9


def test_a_spanning_title_comes_first_and_a_spanning_line_parts_the_columns() -> None:
    title = line(150, 20, "T0 A title over both of the columns of the page", height=16)
    upper = column(50, 60, prose("A", 6)) + column(320, 60, prose("B", 6))
    middle = line(50, 150, "M0 " + "a caption that runs over the whole width of the page " * 2)
    lower = column(50, 180, prose("C", 6)) + column(320, 180, prose("D", 6))
    footer = line(290, 270, "F0")
    order = heads(shuffled([title, *upper, middle, *lower, footer]))
    assert order == "T" + "A" * 6 + "B" * 6 + "M" + "C" * 6 + "D" * 6 + "F"


def test_two_columns_above_three() -> None:
    upper = column(40, 50, prose("A", 8, 46)) + column(320, 50, prose("B", 8, 46))
    rule = line(40, 160, "M0 " + "one line that runs over everything there is on the page " * 2)
    lower = [b for i, n in enumerate("CDE") for b in column(40 + 180 * i, 190, prose(n, 8, 30))]
    order = heads(shuffled([*upper, rule, *lower]))
    assert order == "A" * 8 + "B" * 8 + "M" + "C" * 8 + "D" * 8 + "E" * 8


def test_rows_of_a_receipt_stay_rows() -> None:
    items = [("NASI LEMAK", "1", "4.50"), ("TEH TARIK", "2", "3.00"), ("ROTI CANAI", "1", "1.20")]
    blocks = [
        line(x, 50 + 14 * row, text)
        for row, item in enumerate(items)
        for x, text in zip((20, 120, 180), item, strict=True)
    ]
    blocks += [line(20, 22, "KEDAI KOPI"), line(20, 36, "NO. 7, JALAN IPOH"), line(20, 92, "TOTAL")]
    blocks += [line(180, 92, "8.70"), line(20, 106, "THANK YOU, COME AGAIN")]
    rows = "\n".join(texts(shuffled(blocks))).split("\n")
    assert rows[2:6] == ["NASI LEMAK 1 4.50", "TEH TARIK 2 3.00", "ROTI CANAI 1 1.20", "TOTAL 8.70"]


def test_a_table_of_words_is_read_by_rows() -> None:
    cells = [["Country", "Capital"], ["Austria", "Vienna on the Danube"], ["Peru", "Lima"]]
    cells += [["Bosnia and Herzegovina", "Sarajevo"], ["Chad", "N'Djamena"]]
    blocks = [
        line(50 + 220 * column, 50 + 14 * row, text)
        for row, texts_ in enumerate(cells)
        for column, text in enumerate(texts_)
    ]
    assert texts(shuffled(blocks))[0].split("\n") == [" ".join(row) for row in cells]


def test_arabic_rows_and_columns_are_read_from_the_right() -> None:
    word = "كتاب"
    row = [line(300, 50, f"{word} واحد"), line(100, 50, "مدرسة")]
    assert texts(row) == [f"{word} واحد مدرسة"]
    left = column(50, 50, [f"B{n} " + "كلمة اخرى هنا " * 3 for n in range(6)])
    right = column(330, 50, [f"A{n} " + "كلمة اخرى هنا " * 3 for n in range(6)])
    assert heads(left + right) == "A" * 6 + "B" * 6


def test_a_skewed_receipt_keeps_its_rows() -> None:
    names = [f"ITEM NUMBER {n} OF MANY" for n in range(20)]
    blocks = [b for n, name in enumerate(names) for b in _row(20, 50 + 14 * n, name, f"{n}.00")]
    for degrees in (2.5, -2.5):
        rows = "\n".join(texts(shuffled([_turned(block, degrees) for block in blocks])))
        assert rows.split("\n") == [f"{name} {n}.00" for n, name in enumerate(names)]


def _row(x: float, y: float, name: str, price: str) -> list[Block]:
    return [line(x, y, name), line(x + 250, y, price)]


def _turned(block: Block, degrees: float) -> Block:
    """The upright box around a line that was turned about the page's corner."""
    box, angle = block.box, math.radians(degrees)
    corners = [
        (x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle))
        for x in (box.x0, box.x1)
        for y in (box.y0, box.y1)
    ]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return replace(block, box=Box(min(xs), min(ys), max(xs), max(ys)))


def test_a_page_on_its_side_is_read_from_right_to_left() -> None:
    upright = column(50, 50, prose("A", 8))
    on_its_side = [
        replace(b, box=Box(600 - b.box.y1, b.box.x0, 600 - b.box.y0, b.box.x1)) for b in upright
    ]
    assert in_order(shuffled(on_its_side)) == [f"A{row}" for row in range(8)]
    boxes = [block.box for block in laid_out(on_its_side)]
    assert boxes[0].height > boxes[0].width  # boxes are shown as on the page


def test_a_text_layer_may_lie_on_either_side() -> None:
    upright = [replace(b, font_size=10) for b in column(50, 50, prose("A", 8))]
    down = [
        replace(b, box=Box(600 - b.box.y1, b.box.x0, 600 - b.box.y0, b.box.x1)) for b in upright
    ]
    up = [replace(b, box=Box(b.box.y0, 700 - b.box.x1, b.box.y1, 700 - b.box.x0)) for b in upright]
    assert in_order(down) == in_order(up) == [f"A{row}" for row in range(8)]


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_page_that_was_turned_to_be_read_is_ordered_as_it_was_read(rotation: int) -> None:
    left, right = column(50, 50, prose("A", 10)), column(320, 50, prose("B", 10))
    as_it_lies = [
        replace(block, box=turned(block.box, 360 - rotation)) for block in shuffled(left + right)
    ]
    raw = replace(page(as_it_lies), rotation=rotation)
    found = arrange(lambda: iter([raw]))(raw).blocks
    assert re.findall(r"[AB]\d", " ".join(block.text for block in found)) == [
        f"{name}{row}" for name in "AB" for row in range(10)
    ]
    assert around([block.box for block in found]) == around([block.box for block in as_it_lies])


def test_what_the_engine_says_of_a_page_s_rotation_outdoes_its_lines() -> None:
    columns_of_words = [
        Block(BlockKind.LINE, Box(30 * row, 0, 30 * row + 10, 200), f"A{row} words that run down")
        for row in range(5)
    ]
    assert in_order(columns_of_words) == ["A4", "A3", "A2", "A1", "A0"]
    raw = replace(page(columns_of_words), rotation=90)
    words = " ".join(block.text for block in arrange(lambda: iter([raw]))(raw).blocks)
    assert re.findall(r"A\d", words) == ["A0", "A1", "A2", "A3", "A4"]


def turned(box: Box, rotation: int) -> Box:
    """Clockwise on a page of 612 x 612."""
    for _ in range(rotation // 90):
        box = Box(612 - box.y1, box.x0, 612 - box.y0, box.x1)
    return box


def test_figures_and_tables_keep_their_place_and_their_content() -> None:
    above, below = column(50, 50, prose("A", 3)), column(50, 300, prose("B", 3))
    figure = Block(BlockKind.FIGURE, Box(60, 100, 400, 280))
    found = laid_out([*below, figure, *above])
    assert [block.kind for block in found] == ["paragraph", "figure", "paragraph"]
    assert found[1] == figure


def test_a_figure_over_both_columns_parts_them() -> None:
    upper = column(50, 50, prose("A", 6)) + column(320, 50, prose("B", 6))
    figure = Block(BlockKind.FIGURE, Box(50, 150, 560, 300), "F0")
    lower = column(50, 320, prose("C", 6)) + column(320, 320, prose("D", 6))
    order = heads(shuffled([*upper, figure, *lower]))
    assert order == "A" * 6 + "B" * 6 + "F" + "C" * 6 + "D" * 6


def test_many_thousands_of_lines_are_laid_out() -> None:
    rng = random.Random(3)
    blocks = [line(rng.uniform(0, 500), rng.uniform(0, 700), f"w{n}") for n in range(12_000)]
    words = sorted(" ".join(texts(blocks)).split())
    assert words == sorted(f"w{n}" for n in range(12_000))


def test_nonsense_boxes_lose_no_text() -> None:
    nan, far = math.nan, math.inf
    boxes = [Box(0, 0, 0, 0), Box(nan, nan, nan, nan), Box(-far, 5, far, 9), Box(90, 90, 10, 10)]
    blocks = [Block(BlockKind.LINE, box, f"w{n}") for n, box in enumerate(boxes)]
    found = laid_out(blocks)
    assert sorted(" ".join(block.text for block in found).split()) == ["w0", "w1", "w2", "w3"]
    assert all(math.isfinite(side) for b in found for side in (b.box.x0, b.box.y0, b.box.x1))


def test_an_empty_page_stays_empty() -> None:
    assert texts([]) == []
    assert texts([line(5, 5, "   ")]) == []


def test_all_else_about_the_page_stays() -> None:
    raw = replace(page(column(50, 50, prose("A", 3)), number=7), flags=("rotated",), read_ms=5)
    done = arrange(lambda: iter([raw]))(raw)
    assert replace(done, blocks=()) == replace(raw, blocks=())
