"""Tables without upright rules, and text that only looks like one."""

import pytest

from layout.sheets import prose
from layout.table_sheets import laid_out, level, row, tables, text
from pagemill.model.page import Block, BlockKind, Box

XS = (72, 200, 300, 400)
COUNTRIES = [
    ("Country", "Area", "People", "Roads"),
    ("Austria", "83,879", "8.9", "124.5"),
    ("Belgium", "30,689", "11.5", "155.2"),
    ("Denmark", "42,951", "5.8", "74.5"),
    ("Finland", "338,424", "5.5", "78.1"),
]


def rows(texts: list[tuple[str, ...]], y: float = 100, step: float = 14, xs=XS) -> list[Block]:
    return [
        block
        for n, words in enumerate(texts)
        for block in row(y + step * n, xs[: len(words)], words)
    ]


def test_numbers_in_step_are_a_table() -> None:
    assert tables(rows(COUNTRIES)) == [[list(words) for words in COUNTRIES]]


def test_growing_numbers_are_a_table() -> None:
    grown = [("Year", "Cars", "Bikes"), ("North", "120", "140"), ("South", "240", "260")]
    grown += [("West", "360", "380"), ("East", "480", "500")]
    assert tables(rows(grown)) == [[list(words) for words in grown]]


def test_words_between_rules_are_a_table() -> None:
    words = [("Name", "City", "Trade"), ("Ada", "London", "Sums"), ("Karl", "Jena", "Glass")]
    rules = [level(y, 72, 360) for y in (97, 111, 141)]
    assert tables(rows(words), rules) == [[list(line) for line in words]]


def test_words_in_step_without_rules_stay_text() -> None:
    words = [("Ada", "London", "Sums"), ("Karl", "Jena", "Glass"), ("Emmy", "Bonn", "Rings")]
    words += [("Max", "Kiel", "Quanta"), ("Lise", "Wien", "Atoms"), ("Otto", "Köln", "Salts")]
    assert tables(rows(words)) == []


def test_many_records_that_repeat_words_are_a_table() -> None:
    names = ["Ada", "Karl", "Emmy", "Max", "Lise", "Otto", "Marie", "Erwin"]
    records = [
        (n, ("North", "South")[i % 2], "Yes" if i % 3 else "No") for i, n in enumerate(names)
    ]
    assert tables(rows(records)) == [[list(record) for record in records]]


def test_heads_over_some_columns_belong_to_the_table() -> None:
    title = text(72, 72, "A title of the table that says what it is")
    head = text(300, 88, "Million")
    [table] = tables([title, head, *rows(COUNTRIES)])
    assert table[0] == ["Country", "Area", "Million People", "Roads"]
    assert table[1:] == [list(words) for words in COUNTRIES[1:]]


def test_a_cell_of_the_last_row_may_go_on() -> None:
    words = [
        ("Ada", "12.5", "on the hill"),
        ("Karl", "13.5", "by the lake"),
        ("Emmy", "1.0", "at sea"),
    ]
    words += [("Max", "4.5", "in the forest")]
    [table] = tables([*rows(words), text(300, 153, "that has no end")])
    assert table[-1] == ["Max", "4.5", "in the forest that has no end"]


def test_rows_in_step_below_and_a_head_above_the_rules_belong_to_the_table() -> None:
    rules = [level(112, 72, 430), level(126, 72, 430)]
    assert tables(rows(COUNTRIES), rules) == [[list(words) for words in COUNTRIES]]


def test_text_before_and_after_is_no_part_of_the_table() -> None:
    before = [text(72, 60 + 12 * n, line) for n, line in enumerate(prose("Before", 3, 70))]
    after = [text(72, 172 + 12 * n, line) for n, line in enumerate(prose("After", 3, 70))]
    blocks = laid_out([*before, *rows(COUNTRIES), *after])
    assert [b.kind for b in blocks] == ["paragraph", "table", "paragraph"]


def test_a_table_in_one_of_two_columns_is_found() -> None:
    left = [text(72, 100 + 12 * n, line) for n, line in enumerate(prose("Left", 30))]
    narrow = [words[:3] for words in COUNTRIES]
    right = rows(narrow, y=104, xs=(330, 400, 450))
    more = [text(330, 200 + 12 * n, line) for n, line in enumerate(prose("Right", 20))]
    assert tables([*left, *right, *more]) == [[list(words) for words in narrow]]


@pytest.mark.parametrize(
    "blocks",
    [
        pytest.param(
            [
                text(x, 100 + 12 * n, line)
                for x in (60, 330)
                for n, line in enumerate(prose("Prose", 30))
            ],
            id="two columns of prose",
        ),
        pytest.param(
            rows([(f"{n}.", "An item of a list that runs on") for n in range(1, 9)], xs=(72, 90)),
            id="a numbered list",
        ),
        pytest.param(
            rows([(f"Chapter {word}", str(3 + 9 * n)) for n, word in enumerate("ABCDEFG")]),
            id="a table of contents",
        ),
        pytest.param(
            rows([(f"Chapter {word}", "2") for word in "ABCDEFG"]),
            id="a table of contents of one page",
        ),
        pytest.param(
            rows([(f"1.{n}", f"Chapter {n}", str(3 * n)) for n in range(1, 8)], xs=(60, 120, 400)),
            id="a table of contents with numbers of chapters",
        ),
        pytest.param(
            rows([(f"Chapter {w} . . . . . . . . .", str(9 - n)) for n, w in enumerate("ABCDE")]),
            id="a list with leaders",
        ),
        pytest.param(
            rows(
                [(str(n), "Mr Smith said that he had not seen it") for n in range(1, 26)],
                xs=(60, 90),
            ),
            id="a transcript with numbered lines",
        ),
        pytest.param(
            rows(
                [
                    ("Ada Lovelace", "Karl Zeiss", "Emmy Noether"),
                    ("University", "Workshop", "University"),
                    ("London", "Jena", "Göttingen"),
                    ("ada@a.example", "karl@b.example", "emmy@c.example"),
                ],
                xs=(72, 220, 380),
            ),
            id="names under a title",
        ),
        pytest.param(
            rows(
                [
                    ("From", "To"),
                    ("Ada Lovelace", "Karl Zeiss"),
                    ("12 Square", "4 Lane"),
                    ("London", "Jena"),
                ]
            ),
            id="two addresses",
        ),
        pytest.param(
            rows([(f"x = {n} + y", f"({n})") for n in range(1, 6)], step=20),
            id="equations with numbers",
        ),
        pytest.param(
            rows([("1 0", "", "1 0"), ("A B", "=", "B A"), ("0 1", "", "0 1"), ("2 0", "", "0 2")]),
            id="matrices",
        ),
        pytest.param(
            rows([("Number:", "471"), ("Date:", "2024-05-03"), ("Client:", "1733")] * 2),
            id="values with labels",
        ),
    ],
)
def test_what_only_looks_like_a_table_stays_text(blocks: list[Block]) -> None:
    assert tables(blocks) == []


def test_rules_far_apart_on_a_page_do_not_make_a_table() -> None:
    blocks = [*row(40, (60, 480), ("Report", "2024")), *row(750, (60, 480), ("Page", "7"))]
    assert tables(blocks, [level(30, 60, 550), level(700, 60, 550), level(770, 60, 550)]) == []


def test_columns_of_prose_between_rules_are_no_table() -> None:
    blocks = [
        text(x, 100 + 12 * n, line)
        for x, count in ((60, 40), (330, 38))
        for n, line in enumerate(prose("Prose", count, 36))
    ]
    assert tables(blocks, [level(y, 60, 550) for y in (95, 200, 320, 580)]) == []


def test_terms_with_long_texts_between_rules_are_a_table() -> None:
    texts = ["the first line of a long text", "that goes on here", "and then ends"]
    blocks, rules, y = [], [level(95, 72, 500)], 100
    for count in (1, 3, 2, 3):
        blocks.append(text(72, y, f"Term {count}"))
        blocks += [text(200, y + 12 * n, line) for n, line in enumerate(texts[:count])]
        y += 12 * count + 6
        rules.append(level(y - 4, 72, 500))
    expected = [[f"Term {count}", " ".join(texts[:count])] for count in (1, 3, 2, 3)]
    assert tables(blocks, rules) == [expected]
    assert tables(blocks, [rules[0], rules[1], rules[-1]]) == [expected]


def test_low_shades_behind_rows_make_words_a_table() -> None:
    words = [("Name", "City", "Trade"), ("Ada", "London", "Sums"), ("Karl", "Jena", "Glass")]
    shades = [Box(72, y, 360, y + 14) for y in (98, 126)]
    assert tables(rows(words), (), shades) == [[list(line) for line in words]]


def test_notes_between_the_last_row_and_the_last_rule_stay_text() -> None:
    notes = ["Source: a census that was taken", "every ten years", "Areas in square kilometres"]
    blocks = [*rows(COUNTRIES), *(text(72, 176 + 12 * n, note) for n, note in enumerate(notes))]
    found = laid_out(blocks, [level(y, 72, 430) for y in (97, 112, 220)])
    assert [b.kind for b in found][:2] == ["table", "paragraph"]
    assert " ".join(b.text for b in found).split() == " ".join(notes).split()


def test_totals_close_under_the_rows_are_rows() -> None:
    items = [("Apples", "4", "1.20", "4.80"), ("Pears", "2", "2.00", "4.00")]
    items += [("Plums", "9", "0.50", "4.50"), ("Figs", "3", "3.00", "9.00")]
    totals = [("", "", "Net", "22.30"), ("", "", "Tax 19 %", "4.24"), ("", "", "Sum", "26.54")]
    blocks = [*rows(items, step=24), *rows(totals, y=200, step=12)]
    assert tables(blocks) == [[list(line) for line in (*items, *totals)]]


def test_what_is_part_of_a_drawing_is_no_table() -> None:
    from dataclasses import replace

    from layout.table_sheets import ruled_page
    from pagemill.layout import arrange

    raw = ruled_page(rows(COUNTRIES))
    drawn = replace(raw, marks=replace(raw.marks, drawings=(Box(60, 90, 500, 180),)))
    blocks = arrange(lambda: iter([drawn]))(drawn).blocks
    assert BlockKind.TABLE not in {block.kind for block in blocks}
