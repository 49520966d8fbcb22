"""Which rows begin the items of lists, and what belongs to an item."""

from dataclasses import replace

import pytest

from layout.sheets import column, laid_out, line, page, texts
from pagemill.layout import arrange
from pagemill.model.page import Block

FULL = "a line of text that runs up to the right edge"


def items(blocks: list[Block]) -> list[tuple[str, int | None]]:
    return [(block.text, block.level) for block in laid_out(blocks) if block.kind == "list_item"]


@pytest.mark.parametrize("sign", ["•", "▪", "►", "✓", "☐", "☒", "[x]", "–", "*", "◆", "\uf0b7"])
def test_signs_of_all_kinds_begin_items(sign: str) -> None:
    rows = [f"{sign} one", f"{sign} two"]
    assert items(column(50, 50, rows)) == [(row, 1) for row in rows]


@pytest.mark.parametrize(
    "labels",
    [
        ("o", "o"),
        ("e", "e"),
        ("«", "«"),
        ("A.", "B."),
        ("i.", "ii."),
        ("1.1", "1.2"),
        ("一、", "二、"),
    ],
)
def test_labels_that_may_be_words_need_company(labels: tuple[str, str]) -> None:
    one, two = (f"{label} entry" for label in labels)
    assert items(column(50, 50, [one, two])) == [(one, 1), (two, 1)]
    assert items(column(50, 50, [one, "something else"])) == []


def test_bullets_without_unicode_are_known_by_their_company() -> None:
    assert len(items(column(50, 50, ["\x88 one", "\x88 two", "\x88 three"]))) == 3


@pytest.mark.parametrize(
    "text",
    ["12. März fuhr er nach Wien", "a) and nothing more", "– as it seems – away", "A. Smith"],
)
def test_what_stands_in_the_middle_of_a_sentence_begins_no_item(text: str) -> None:
    rows = [FULL, f"{text} and so on up to there", FULL]
    assert items(column(50, 50, rows)) == []
    assert len(texts(column(50, 50, rows))) == 1


def test_a_number_alone_that_is_not_the_first_begins_no_item() -> None:
    assert items([line(50, 50, "7. edition, 1920")]) == []
    assert len(items(column(50, 50, ["7. seven", "8. eight"]))) == 2


def test_a_list_counts_on_over_columns_and_pages() -> None:
    first = [*column(50, 50, [FULL] * 8), *column(50, 170, ["1. one", "2. two"])]
    after = [line(50, 50, "3. three"), *column(50, 80, [FULL, FULL, FULL])]
    pages = [page(first), page(after, 2)]
    lay_out = arrange(lambda: iter(pages))
    assert [str(block.kind) for block in lay_out(pages[1]).blocks] == ["list_item", "paragraph"]
    assert items(after) == []


def test_numbers_keep_company_over_what_stands_between() -> None:
    rows = [
        line(50, 50, "1. first do", size=10),
        replace(line(80, 70, "$ make", size=10), is_mono=True),
        line(50, 90, "2. then do", size=10),
        replace(line(80, 110, "$ run", size=10), is_mono=True),
        *column(50, 140, [FULL, FULL, FULL]),
    ]
    assert [text for text, _ in items(rows)] == ["1. first do", "2. then do"]


def test_an_item_may_begin_farther_in_than_it_goes_on() -> None:
    rows = [
        line(62, 50, "• an item that begins with an indent, goes"),
        line(50, 62, "on at the edge and ends here."),
        line(62, 74, "• another"),
        line(62, 86, "A paragraph that begins with an indent too,"),
        line(50, 98, "and goes on at the left edge of the column."),
    ]
    assert [block.kind for block in laid_out(rows)] == ["list_item", "list_item", "paragraph"]


def test_a_full_row_at_the_edge_does_not_belong_to_an_item_that_hangs() -> None:
    rows = [
        line(50, 50, "• an item of rows that hang and run up to"),
        line(60, 62, "the right edge, each of them, this one too"),
        line(50, 74, "where another paragraph begins right below."),
    ]
    assert [block.kind for block in laid_out(rows)] == ["list_item", "paragraph"]


def test_paragraphs_and_code_under_the_text_of_an_item_belong_to_it() -> None:
    rows = [
        line(50, 50, "1. an item of rows that hang and run up to"),
        line(65, 62, "the right edge."),
        line(65, 90, "Another paragraph of it."),
        line(50, 118, "2. next"),
        line(50, 146, "A paragraph at the edge."),
    ]
    found = [(str(block.kind), block.level) for block in laid_out(rows)]
    assert found == [
        ("list_item", 1),
        ("paragraph", 1),
        ("list_item", 1),
        ("paragraph", None),
    ]


def test_levels_go_on_over_what_belongs_to_an_item() -> None:
    rows = [
        line(50, 50, "1. an item of rows that hang and run up to"),
        line(65, 62, "the right edge."),
        line(65, 90, "Another paragraph of it."),
        line(65, 118, "• deeper"),
        line(50, 130, "2. next"),
    ]
    assert [level for _, level in items(rows)] == [1, 2, 1]


@pytest.mark.parametrize("text", ["- - - - - - - x", "* * * * *", "– – –"])
def test_rows_of_dashes_are_no_items(text: str) -> None:
    assert items([line(50, 50, text)]) == []


def test_each_entry_of_a_list_of_references_stands_alone() -> None:
    rows = [
        line(50, 50, "[1] A. Author. A title that is long and goes"),
        line(65, 62, "on here. 1990."),
        line(50, 74, "[2] B. Writer. Another title that is long and"),
        line(65, 86, "goes on. 1991."),
    ]
    assert [text[:3] for text in texts(rows)] == ["[1]", "[2]"]


def test_numbers_of_sections_are_a_list_where_they_follow_close_by() -> None:
    rows = ["1 History", "1.1 Blind users", "2 Applications", "3Types"]
    assert [text for text, _ in items(column(50, 50, rows))] == rows
    far = [
        *column(50, 50, [rows[0], FULL, FULL, "end."]),
        *column(50, 120, [rows[2], FULL, "end."]),
    ]
    assert items(far) == []


def test_items_from_right_to_left_begin_at_the_right() -> None:
    full = "פסקה ארוכה שממשיכה עד סוף השורה של הטור הזה"
    texts = [".1 פריט ראשון ברשימה", ".2 פריט שני", "• פנימי", full, full]
    rows = [line(50, 50 + 12 * n, text) for n, text in enumerate(texts)]
    edges = [280, 280, 260, 300, 300]
    moved = [
        replace(row, box=replace(row.box, x0=edge - row.box.width, x1=edge))
        for row, edge in zip(rows, edges, strict=True)
    ]
    assert items(moved) == [(texts[0], 1), (texts[1], 1), (texts[2], 2)]


def test_a_tagged_pdf_tells_items_whose_labels_are_drawings() -> None:
    rows = [replace(line(60, 50 + 12 * n, f"entry {n}", size=10), tag="LI") for n in range(3)]
    text = [line(50, 100 + 12 * n, FULL, size=10) for n in range(4)]
    assert [text for text, _ in items([*rows, *text])] == ["entry 0", "entry 1", "entry 2"]
