"""Where columns are parted, and what is read as a unit."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

import pytest

from layout.sheets import column, line, page, prose
from layout.steps import steps
from pagemill.layout import arrange
from pagemill.layout.lines import Line, line_of
from pagemill.layout.order.columns import columns
from pagemill.layout.order.dividers import dividers
from pagemill.model.page import Block, BlockKind, Box, Marks, Region, around

BARE = Marks()


def typed(blocks: Sequence[Block], size: float = 10.0) -> list[Block]:
    """As a text layer has them."""
    return [replace(block, font_size=size, confidence=None) for block in blocks]


def heads(blocks: Sequence[Block], marks: Marks = BARE) -> str:
    """The names of the lines in reading order, each run of one name as one letter."""
    raw = replace(page(blocks), marks=marks)
    text = " ".join(block.text for block in arrange(lambda: iter([raw]))(raw).blocks)
    names = [word[0] for word in text.split() if word[1:].isdigit()]
    return "".join(name for name, _ in groupby(names))


def groups(blocks: Sequence[Block]) -> list[list[Line]]:
    return columns([found for block in blocks if (found := line_of(block))])


def shuffled(blocks: Sequence[Block]) -> list[Block]:
    return random.Random(5).sample(list(blocks), len(blocks))


# ---------------------------------------------------------------- gutters


def test_a_gutter_of_four_points_parts_columns() -> None:
    left = column(50, 50, prose("A", 12))
    right = column(max(block.box.x1 for block in left) + 4, 50, prose("B", 12))
    assert heads(shuffled([*left, *right])) == "AB"


def test_four_columns_are_read_from_left_to_right() -> None:
    four = [column(20 + 145 * i, 50, prose(name, 9, 26)) for i, name in enumerate("ABCD")]
    assert heads(shuffled([block for one in four for block in one])) == "ABCD"


@pytest.mark.parametrize(("count", "read"), [(3, "LRLRLR"), (5, "LRLRLRLRLR"), (9, "LR")])
def test_a_few_lines_that_the_file_has_row_by_row_are_rows(count: int, read: str) -> None:
    """Names with formulas beside them; of many lines, an OCR may have put them into this order."""
    rows = [
        line(x, 50 + 14 * n + x % 50 / 10, f"{name}{n} words of the row")
        for n in range(count)
        for name, x in (("L", 50), ("R", 330))
    ]
    assert heads(typed(rows)) == read


def test_a_title_over_two_of_three_columns_does_not_tear_the_third() -> None:
    left = column(40, 50, prose("A", 12, 30))
    title = line(230, 50, "T0 " + "a title over the last two columns of the page")
    middle, right = column(220, 80, prose("B", 9, 30)), column(400, 80, prose("C", 9, 30))
    assert heads(shuffled([*left, title, *middle, *right])) == "ATBC"


def test_a_date_at_the_right_above_two_columns_is_read_first() -> None:
    date = line(450, 20, "D0 in May")
    blocks = [*column(50, 60, prose("A", 9)), *column(320, 60, prose("B", 9)), date]
    assert heads(shuffled(blocks)) == "DAB"


def test_a_table_beside_prose_stands_in_a_column_of_its_own() -> None:
    table = Block(BlockKind.TABLE, Box(50, 86, 290, 180), "T0")
    left = [*column(50, 50, prose("A", 2)), *column(50, 190, prose("C", 2))]
    right = column(320, 50, prose("B", 13))
    assert heads(shuffled([*left, table, *right])) == "ATCB"


def test_an_index_in_step_is_read_as_the_file_has_it() -> None:
    entries = [f"{{}}{row} entry" + "andmore" * (row * row % 5) for row in range(12)]
    left = typed(column(50, 50, [entry.format("A") for entry in entries]))
    right = typed(column(320, 50, [entry.format("B") for entry in entries[::-1]]))
    rows = [block for pair in zip(left, right, strict=True) for block in pair]
    assert [len(group) for group in groups([*left, *right])] == [12, 12]
    assert [len(group) for group in groups(rows)] == [24]


def test_parts_of_entries_stay_together_in_columns_that_the_file_has_apart() -> None:
    def entries(name: str, x: float, y: float) -> list[Block]:
        texts = ["γ", "what a sign of the list means"]
        return [
            line(x + 60 * part, y + 14 * row, f"{name}{row}" if not part else texts[1], size=10)
            for row in range(9)
            for part in (0, 1)
        ]

    assert heads([*entries("A", 40, 50), *entries("B", 320, 55)]) == "AB"


def test_boxes_of_a_chart_are_read_one_by_one_where_they_stand_out_of_step() -> None:
    left = column(50, 50, ["A0 if the", "A1 thing is", "A2 known or", "A3 found", "A4 by luck"])
    right = column(150, 56, ["B0 ask for", "B1 what is", "B2 to be", "B3 done", "B4 with it"])
    assert heads(shuffled(typed([*left, *right]))) == "AB"


def test_prices_in_step_stay_with_their_names() -> None:
    names = column(50, 50, ["A0 bread", "A1 butter", "A2 milk", "A3 cheese", "A4 tea"])
    prices = column(200, 50, ["B0 1.20", "B1 2.40", "B2 0.99", "B3 4.50", "B4 3.10"])
    assert len(groups(shuffled(typed([*names, *prices])))) == 1


# ---------------------------------------------------------------- frames and shaded areas


def sides(box: Box) -> tuple[Box, ...]:
    return (
        Box(box.x0, box.y0, box.x1, box.y0),
        Box(box.x0, box.y1, box.x1, box.y1),
        Box(box.x0, box.y0, box.x0, box.y1),
        Box(box.x1, box.y0, box.x1, box.y1),
    )


@pytest.mark.parametrize("what", ["shaded", "framed"])
def test_columns_inside_a_box_are_read_before_the_text_below_it(what: str) -> None:
    left, right = column(60, 205, prose("Q", 5)), column(320, 205, prose("R", 5))
    box = Box(50, 200, 570, 270)
    marks = Marks(fills=(box,)) if what == "shaded" else Marks(rules=sides(box))
    above = [*column(50, 50, prose("A", 12)), *column(320, 50, prose("B", 12))]
    below = [*column(50, 280, prose("C", 12)), *column(320, 280, prose("D", 12))]
    assert heads(shuffled([*above, *left, *right, *below]), marks) == "ABQRCD"
    assert heads(shuffled([*above, *left, *right, *below])) == "AQCBRD"


def test_a_box_that_a_line_crosses_and_one_around_everything_say_nothing() -> None:
    left, right = column(50, 50, prose("A", 12)), column(320, 50, prose("B", 12))
    through, around = Box(40, 80, 400, 140), Box(20, 20, 600, 300)
    assert heads([*left, *right], Marks(fills=(through, around))) == "AB"


def test_a_shaded_column_of_prices_stays_with_the_names() -> None:
    names = column(50, 50, ["A0 bread", "A1 butter", "A2 milk", "A3 cheese", "A4 tea"])
    prices = column(200, 50, ["B0 1.20", "B1 2.40", "B2 0.99", "B3 4.50", "B4 3.10"])
    assert heads([*names, *prices], Marks(fills=(Box(195, 45, 260, 115),))) == "AB" * 5


def test_a_box_in_a_box_is_a_unit_of_it() -> None:
    inner = [*column(70, 225, prose("R", 4, 40)), *column(320, 225, prose("S", 4, 40))]
    outer = [*column(60, 205, prose("Q", 1, 60)), *column(60, 290, prose("T", 3, 60))]
    text = [*column(50, 50, prose("A", 12)), *column(320, 50, prose("B", 12))]
    marks = Marks(fills=(Box(50, 200, 570, 330), Box(65, 220, 560, 280)))
    assert heads(shuffled([*inner, *outer, *text]), marks) == "ABQRST"


# ---------------------------------------------------------------- bounded work


def lines_anywhere(count: int) -> list[Line]:
    rng = random.Random(3)
    blocks = [line(rng.uniform(0, 500), rng.uniform(0, 700), f"w{n}") for n in range(count)]
    return [found for block in blocks if (found := line_of(block))]


def two_columns(count: int) -> list[Line]:
    half = count // 2
    texts = [f"{n} words that fill a line of this column" for n in range(half)]
    blocks = [*column(50, 50, texts, step=0.1), *column(320, 50, texts, step=0.1)]
    return [found for block in blocks if (found := line_of(block))]


def on_one_spot(count: int) -> list[Line]:
    return [found for n in range(count) if (found := line_of(line(50, 50, f"w{n}")))]


@pytest.mark.parametrize("made", [lines_anywhere, two_columns, on_one_spot])
def test_columns_of_four_times_the_lines_take_about_four_times_the_steps(
    made: Callable[[int], list[Line]],
) -> None:
    few, many = made(1_000), made(4_000)
    assert steps(lambda: columns(many)) < 6 * steps(lambda: columns(few))


def test_twenty_thousand_lines_are_still_read_column_by_column() -> None:
    found = columns(two_columns(20_000))
    assert [len(group) for group in found] == [10_000, 10_000]


# ---------------------------------------------------------------- lines run together


@pytest.mark.parametrize("at", [[4], [4, 5], [4, 6, 8]])
def test_a_line_that_an_engine_ran_together_over_a_gutter_is_parted(at: list[int]) -> None:
    left, right = column(50, 50, prose("A", 12, 40)), column(256, 50, prose("B", 12, 40))
    for row in at:
        text = f"{left[row].text} {right[row].text}"
        left[row] = replace(left[row], text=text, box=around([left[row].box, right[row].box]))
    blocks = [*left, *(block for row, block in enumerate(right) if row not in at)]
    assert heads(shuffled(blocks)) == "AB"


def test_a_line_over_both_columns_with_white_around_it_is_no_such_line() -> None:
    upper = [*column(50, 50, prose("A", 6)), *column(320, 50, prose("B", 6))]
    lower = [*column(50, 152, prose("C", 6)), *column(320, 152, prose("D", 6))]
    title = line(50, 131, "T0 " + "words that go on over both of the columns of a page " * 2)
    assert heads(shuffled([*upper, title, *lower])) == "ABTCD"


def test_columns_that_padded_boxes_let_overlap_are_columns() -> None:
    left, right = column(50, 50, prose("A", 14)), column(267, 53, prose("B", 14))
    assert max(block.box.x1 for block in left) > min(block.box.x0 for block in right)
    assert heads(shuffled([*left, *right])) == "AB"


def test_a_side_of_two_close_columns_runs_on_like_prose() -> None:
    three = [column(x, 50, prose(name, 14, 40)) for x, name in ((40, "A"), (248, "B"), (460, "C"))]
    assert heads(shuffled([block for one in three for block in one])) == "ABC"


def centred(x: float, y: float, texts: Sequence[str]) -> list[Block]:
    return [line(x - 2.5 * len(text), y + 12 * row, text) for row, text in enumerate(texts)]


def test_names_and_addresses_centred_side_by_side_are_read_one_by_one() -> None:
    authors = [
        block
        for x, name in ((110, "A"), (300, "B"), (490, "C"))
        for block in centred(x, 60, [f"{name}0 Ann", f"{name}1 University of Ypsilon", f"{name}2"])
    ]
    title = line(150, 20, "T0 A title over all of the authors", height=16)
    assert [group[0].text[0] for group in groups(shuffled([title, *authors]))] == list("TABC")


def test_sentences_in_step_are_columns_however_long_their_lines_are() -> None:
    texts = [
        "one more of them",
        "is a bullet with words that go on",
        "and",
        "on to the end of it now",
    ]
    left = column(50, 50, [f"A{row} {texts[row * 7 % 4]}" for row in range(16)])
    right = column(320, 50, [f"B{row} {texts[row * 5 % 4]}" for row in range(16)])
    assert heads(shuffled([*left, *right])) == "AB"


def test_the_last_lines_of_columns_on_a_page_are_columns_too() -> None:
    left, right = column(50, 50, prose("A", 3)), column(320, 50, prose("B", 2))
    assert [len(group) for group in groups(typed([*left, *right]))] == [3, 2]


def test_one_row_of_many_pieces_is_no_columns() -> None:
    words = [line(50 + 45 * place, 50, "word") for place in range(10)]
    assert len(groups(typed([*words, *column(50, 74, prose("A", 6, 90))]))) == 1


def test_cards_are_read_row_by_row() -> None:
    blocks, fills = list[Block](), list[Box]()
    for place, name in enumerate("ABCDEF"):
        x, y = 50 + 270 * (place % 2), 50 + 90 * (place // 2)
        blocks += column(x + 5, y + 5, prose(name, 3 + place % 3))
        fills.append(Box(x, y, x + 250, y + 80))
    assert heads(shuffled(blocks), Marks(fills=tuple(fills))) == "ABCDEF"


def test_regions_side_by_side_part_lines_that_run_over_them() -> None:
    rows = [
        f"A{row} lorem ipsum dolor sit amet B{row} consectetur adipiscing elit" for row in range(12)
    ]
    lines = [line(50, 50 + 12 * row, text) for row, text in enumerate(rows)]
    gutter = 50 + 5 * len("A0 lorem ipsum dolor sit amet ")
    regions = (
        Region(BlockKind.PARAGRAPH, Box(48, 45, gutter - 4, 200), 0.9),
        Region(BlockKind.PARAGRAPH, Box(gutter + 2, 45, 400, 200), 0.9),
    )
    raw = replace(page(lines), regions=regions)
    text = " ".join(block.text for block in arrange(lambda: iter([raw]))(raw).blocks)
    names = [word for word in text.split() if word[1:].isdigit()]
    assert names == [f"{name}{row}" for name in "AB" for row in range(12)]


def test_a_heading_under_the_first_column_leads_the_text_below_both() -> None:
    both = [*column(50, 50, prose("A", 10)), *column(330, 50, prose("B", 10))]
    below = column(50, 192, [f"C{row} {'lorem ipsum ' * 8}" for row in range(5)])
    assert heads(shuffled([*both, line(50, 180, "H1 of all"), *below])) == "ABHC"
    assert heads(shuffled([*both, line(50, 170, "A10 to end"), *below])) == "ABC"


# ---------------------------------------------------------------- rules over the whole page


def masthead() -> list[Block]:
    return [*column(420, 50, ["M0 volume", "M1 number", "M2 Thursday"], step=16)]


def three_columns() -> list[Block]:
    three = [column(50 + 185 * place, 120, prose(name, 9, 32)) for place, name in enumerate("ABC")]
    return [block for one in three for block in one]


def test_what_stands_over_a_rule_as_wide_as_the_page_belongs_to_no_column_below_it() -> None:
    whole = Marks(rules=(Box(48, 105, 590, 106),))
    assert heads(typed([*masthead(), *three_columns()]), whole) == "MABC"


def test_a_rule_in_one_column_parts_no_others() -> None:
    part = Marks(rules=(Box(48, 180, 210, 181),))
    assert heads(typed(three_columns()), part) == "ABC"


def test_the_many_rules_of_a_form_part_nothing() -> None:
    rules = tuple(Box(48, 120 + 6 * place, 590, 120.5 + 6 * place) for place in range(60))
    lines = [Line(Box(50, 100, 590, 600), Box(50, 100, 590, 600), "all")]
    assert dividers(rules[:5], lines, 10.0)
    assert not dividers(rules, lines, 10.0)
