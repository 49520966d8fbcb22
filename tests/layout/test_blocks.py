"""How rows become paragraphs, headings and list items."""

from dataclasses import replace

import pytest

from layout.sheets import column, laid_out, line, page, texts
from pagemill.layout import arrange
from pagemill.model.page import Block, BlockKind, Box

FULL = "a line of text that runs up to the right edge"


def kinds(blocks: list[Block]) -> list[tuple[str, int | None]]:
    return [(str(block.kind), block.level) for block in laid_out(blocks)]


def test_lines_of_a_paragraph_are_joined_with_spaces() -> None:
    assert texts(column(50, 50, [FULL, FULL, "the end."])) == [f"{FULL} {FULL} the end."]


def test_a_wider_gap_parts_paragraphs() -> None:
    upper, lower = column(50, 50, [FULL, FULL]), column(50, 84, [FULL, FULL])
    assert texts(upper + lower) == [f"{FULL} {FULL}"] * 2


def test_an_indent_begins_a_paragraph() -> None:
    rows = [line(50, 50, FULL), line(50, 62, FULL), line(62, 74, FULL[:42]), line(50, 86, FULL)]
    assert texts(rows) == [f"{FULL} {FULL}", f"{FULL[:42]} {FULL}"]


def test_a_line_that_ends_early_ends_its_paragraph() -> None:
    rows = column(50, 50, [FULL, FULL, "short end.", FULL, FULL, "end."])
    assert texts(rows) == [f"{FULL} {FULL} short end.", f"{FULL} {FULL} end."]


def test_hanging_lines_stay_with_their_first() -> None:
    entry = [line(50, 50, FULL), line(70, 62, FULL[:41]), line(70, 74, FULL[:41])]
    other = [line(50, 86, FULL), line(70, 98, FULL[:41]), line(70, 110, FULL[:41])]
    assert len(texts(entry + other)) == 2


def test_an_address_keeps_its_lines() -> None:
    rows = ["ACME Corporation Ltd", "1 High Street", "Springfield 12345", "Tel. 555-1234"]
    assert texts(column(50, 50, rows)) == ["\n".join(rows)]


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("a very long hyphen-", "ated word", "a very long hyphenated word"),
        ("a very long hyphen\u00ad", "ated word", "a very long hyphenated word"),
        ("a very long hyphen\ufffe", "ated word", "a very long hyphenated word"),
        ("see also the Anglo-", "Saxon kings", "see also the Anglo-Saxon kings"),
        ("pages of the years 12-", "15 are lost", "pages of the years 12-15 are lost"),
        ("a dash at the end -", "not a hyphen", "a dash at the end - not a hyphen"),
    ],
)
def test_a_hyphen_goes_only_where_a_word_goes_on(first: str, second: str, whole: str) -> None:
    assert texts(column(50, 50, [first, second])) == [whole]


def test_names_in_a_list_keep_their_lines() -> None:
    rows = [
        "Jane A. Doe, Chair",
        "The Springfield University Hospital",
        "John Roe",
        "A Clinic",
        "X",
    ]
    assert texts(column(50, 50, rows)) == ["\n".join(rows)]


def test_a_few_short_lines_in_a_wide_column_stay_lines() -> None:
    rows = ["only a private and who", "will care when I shall"]
    wide = column(50, 50, [FULL * 2, FULL * 2, "the end:"])
    assert texts([*wide, *column(90, 110, rows)])[-1] == "\n".join(rows)


def test_a_sentence_goes_on_over_a_gap_that_would_part_paragraphs() -> None:
    upper, lower = [FULL, FULL], ["goes on in the same sentence as before", "end."]
    assert len(texts([*column(50, 50, upper), *column(50, 82, lower)])) == 1
    assert len(texts([*column(50, 50, upper), *column(50, 82, ["Begins anew.", FULL])])) == 2


def test_centred_lines_stay_lines() -> None:
    rows = ["Department of Geometry", "Room 4", "Telephone 555-1234-5678"]
    centred = [line(200 - 2.5 * len(row), 50 + 12 * n, row) for n, row in enumerate(rows)]
    assert texts(centred) == ["\n".join(rows)]


def test_a_line_of_few_words_that_is_spread_to_the_edge_goes_on() -> None:
    spread = [line(50, 62, "uncharacteristically", size=10), line(245, 62, "wide", size=10)]
    edge = line(50, 50, "a line of text that runs to the edge of it.", size=10)
    rows = [edge, *spread, replace(edge, box=replace(edge.box, y0=74, y1=84))]
    assert len(texts(rows)) == 1
    assert "\n" not in texts(rows)[0]


def test_a_line_in_small_capitals_does_not_part_a_paragraph() -> None:
    rows = [
        line(50, 50, FULL, size=10),
        line(50, 62, "ITS CAPITALS ARE SMALL AND RUN UP TO THE EDGE OF THE TEXT", size=8),
        line(50, 74, FULL, size=10),
    ]
    assert len(texts(rows)) == 1


def test_a_word_that_the_document_writes_with_a_hyphen_keeps_it() -> None:
    raw = page(
        [*column(50, 50, ["it is a very well-", "known fact."]), line(50, 200, "well-known")]
    )
    done = arrange(lambda: iter([raw]))(raw)
    assert done.blocks[0].text == "it is a very well-known fact."


def test_chinese_lines_are_joined_without_spaces() -> None:
    rows = [line(50, 50, "汉字没有空格的一行文字"), line(50, 62, "第二行文字在这里继续写")]
    assert texts(rows) == ["汉字没有空格的一行文字第二行文字在这里继续写"]


def test_bullets_and_numbers_begin_list_items() -> None:
    rows = ["• one", "• two", "1. first", "2) second", "(a) third", "– dash"]
    found = laid_out(column(50, 50, rows))
    assert [(block.kind, block.text) for block in found] == [("list_item", row) for row in rows]


def test_a_bullet_in_a_box_of_its_own_belongs_to_its_row() -> None:
    assert texts([line(50, 50, "•"), line(62, 50, "item")]) == ["• item"]


@pytest.mark.parametrize("text", ["- 5.00", "-5.00", "– $12", "1.5 litres", "-word", "3 eggs", "*"])
def test_amounts_and_words_are_no_list_items(text: str) -> None:
    assert kinds([line(50, 50, text)]) == [("paragraph", None)]


def test_lines_that_hang_under_an_item_belong_to_it() -> None:
    rows = [
        line(50, 50, "• an item that is long"),
        line(60, 62, "and goes on"),
        line(50, 74, "• b"),
    ]
    assert texts(rows) == ["• an item that is long and goes on", "• b"]


def test_items_farther_in_are_a_level_deeper() -> None:
    rows = [line(50, 50, "1. a"), line(70, 62, "• b"), line(90, 74, "• c"), line(50, 86, "2. d")]
    assert [level for _, level in kinds(rows)] == [1, 2, 3, 1]


def body(y: float, rows: int = 8) -> list[Block]:
    return [line(50, y + 12 * row, FULL, size=10) for row in range(rows)]


def test_larger_type_makes_headings_and_its_sizes_their_levels() -> None:
    title, chapter = line(50, 20, "The Title", size=24), line(50, 60, "A chapter", size=14)
    section = line(50, 220, "A section", size=12)
    found = kinds([title, chapter, *body(90), section, *body(240)])
    assert found == [
        ("heading", 1),
        ("heading", 2),
        ("paragraph", None),
        ("heading", 3),
        ("paragraph", None),
    ]


def test_a_heading_of_two_rows_is_one_heading() -> None:
    rows = [line(50, 20, "A title that needs", size=20), line(50, 43, "two rows", size=20)]
    assert texts([*rows, *body(90)])[0] == "A title that needs two rows"


def test_a_bold_line_that_stands_alone_is_the_lowest_heading() -> None:
    title, bold = line(50, 20, "The Title", size=24), line(50, 80, "Bold words", size=10, bold=True)
    found = kinds([title, bold, *body(100)])
    assert found[:2] == [("heading", 1), ("heading", 2)]


def test_a_bold_sentence_is_no_heading() -> None:
    bold = line(50, 80, "This sentence is bold.", size=10, bold=True)
    assert kinds([bold, *body(120)])[0] == ("paragraph", None)


def test_levels_hold_for_the_document_not_the_page() -> None:
    first = page([line(50, 20, "The Title", size=24), *body(90)])
    second = page([line(50, 20, "A chapter", size=14), *body(90)], number=2)
    lay_out = arrange(lambda: iter([first, second]))
    assert lay_out(second).blocks[0].level == 2
    alone = arrange(lambda: iter([second]))
    assert alone(second).blocks[0].level == 1


def test_large_words_read_by_ocr_are_no_headings_where_little_prose_follows() -> None:
    rows = [line(50, 20, "Large Words", height=30), *column(50, 90, [FULL, FULL, FULL])]
    assert {kind for kind, _ in kinds(rows)} == {"paragraph"}


def test_boxes_and_confidences_are_those_of_all_lines() -> None:
    upper = Block(BlockKind.LINE, Box(50, 50, 250, 60), "x" * 30, 0.5)
    lower = Block(BlockKind.LINE, Box(52, 62, 240, 72), "y" * 10, 0.9)
    (found,) = laid_out([upper, lower])
    assert found.box == Box(50, 50, 250, 72)
    assert found.confidence == pytest.approx(0.6)


def test_a_text_layer_stays_certain() -> None:
    (found,) = laid_out([line(50, 50, FULL, size=10)])
    assert found.confidence is None


def test_the_document_is_walked_once_and_not_kept() -> None:
    walks = []

    def walk():
        walks.append(1)
        yield from (page(body(50), number) for number in range(1, 4))

    lay_out = arrange(walk)
    for number in range(1, 4):
        lay_out(page(body(50), number))
    assert len(walks) == 1
