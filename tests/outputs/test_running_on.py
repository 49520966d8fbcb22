"""Text and tables that run on over columns and pages, and what stands at the edges of pages."""

from collections.abc import Sequence

import pytest

from outputs.books import TIMEOUT, block, book_of, page_of, written
from pagemill.model.options import Options
from pagemill.model.page import Block, BlockKind, Cell, LinkedText, PageText
from pagemill.outputs import page_markdown
from pagemill.ports import Gap


def shown(*pages: PageText | Gap, output: str = "markdown", **options: object) -> str:
    folder = written(output, book_of(pages, **options))
    (path,) = folder.files
    return folder.text(path)


def more(text: str, kind: BlockKind = BlockKind.PARAGRAPH, **other: object) -> Block:
    return block(text, kind, continues=True, **other)


def table(rows: Sequence[Sequence[str]], *, heads: int = 1, **other: object) -> Block:
    cells = tuple(
        Cell(row, column, text, is_header=row < heads)
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
    )
    return block("", BlockKind.TABLE, cells=cells, **other)


def test_a_paragraph_runs_on_over_columns_behind_what_stands_between() -> None:
    figure = block("in the figure", BlockKind.FIGURE)
    page = page_of("A sentence that is conver-", figure, more("sion in one piece."))
    assert shown(page) == "A sentence that is conversion in one piece.\n\nin the figure\n"


def test_a_paragraph_runs_on_over_three_pages_and_notes_wait_for_its_end() -> None:
    note = block("1 A note.", BlockKind.FOOTNOTE)
    pages = [
        page_of("one", note),
        page_of(more("two"), number=2),
        page_of(more("three"), "another", number=3),
    ]
    assert shown(*pages) == "one two three\n\n1 A note.\n\nanother\n"


def test_a_page_of_pictures_does_not_part_a_paragraph() -> None:
    picture = page_of(block("map", BlockKind.FIGURE), number=2)
    assert shown(page_of("one"), picture, page_of(more("two"), number=3)) == "one two\n\nmap\n"


def test_what_continues_nothing_that_is_left_stands_by_itself() -> None:
    assert shown(page_of(more("alone"))) == "alone\n"
    pages = [page_of("one"), *(page_of("# x", number=n) for n in (2, 3, 4))]
    heading = block("Head", BlockKind.HEADING, level=1, continues=True)
    assert shown(*pages, page_of(heading, number=5)).endswith("# Head\n")


def test_a_page_that_was_given_up_parts_a_paragraph() -> None:
    text = shown(page_of("one"), Gap(2, TIMEOUT), page_of(more("three"), number=3))
    assert text.startswith("one\n\n<!-- page 2")
    assert text.endswith("\n\nthree\n")


@pytest.mark.parametrize("page_breaks", ["rule", "comment", "form_feed"])
def test_breaks_that_are_shown_between_pages_part_a_paragraph(page_breaks: str) -> None:
    pages = [page_of("one", more("more")), page_of(more("two"), number=2)]
    text = shown(*pages, page_breaks=page_breaks)
    assert "one more\n\n" in text
    assert text.endswith("\n\ntwo\n")


def test_list_items_run_on_and_lists_go_on_over_pages() -> None:
    item = BlockKind.LIST_ITEM
    pages = [
        page_of(block("1. first", item, level=1)),
        page_of(more("of all", item, level=1), block("2. second", item, level=1), number=2),
    ]
    assert shown(*pages) == "1. first of all\n2. second\n"


def test_code_runs_on_line_by_line() -> None:
    pages = [
        page_of(block("def f():", BlockKind.CODE)),
        page_of(more("    return 1", BlockKind.CODE), number=2),
    ]
    assert shown(*pages) == "```\ndef f():\n    return 1\n```\n"


def test_verse_keeps_its_lines_over_pages() -> None:
    assert shown(page_of("one\ntwo"), page_of(more("three\nfour"), number=2)) == (
        "one  \ntwo  \nthree  \nfour\n"
    )


def test_a_table_runs_on_over_pages_and_says_its_head_once() -> None:
    pages = [
        page_of(table([["Name", "Age"], ["Ada", "36"]])),
        page_of(table([["Name", "Age"], ["Bob", "7"]], continues=True), number=2),
        page_of(table([["Cy", "9"]], heads=0, continues=True), "end", number=3),
    ]
    assert shown(*pages) == (
        "| Name | Age |\n| --- | --- |\n| Ada | 36 |\n| Bob | 7 |\n| Cy | 9 |\n\nend\n"
    )


def test_a_row_of_numbers_said_again_is_no_head() -> None:
    pages = [
        page_of(table([["1", "2"], ["3", "4"]], heads=0)),
        page_of(table([["1", "2"]], heads=0, continues=True), number=2),
    ]
    assert shown(*pages).count("| 1 | 2 |") == 2


def test_a_head_is_dropped_whole_or_not_at_all() -> None:
    first = table([["Name", "Age"], ["", "years"], ["Ada", "36"]], heads=2)
    other = table([["Name", "Age"], ["", "months"], ["Bob", "84"]], heads=2, continues=True)
    text = shown(page_of(first), page_of(other, number=2))
    assert text.count("Age") == 2
    assert "months" in text


def test_a_table_behind_which_text_stood_is_over() -> None:
    rows = (("Name", "Age"), ("Ann", "7"))
    pages = [page_of(table(rows), "Text."), page_of(table(rows, continues=True), number=2)]
    assert shown(*pages).count("| Name | Age |") == 2


def test_a_table_without_end_is_several() -> None:
    rows = [[f"r{n}", "x"] for n in range(2000)]
    pages = [page_of(table(rows, heads=0))]
    pages += [page_of(table(rows, heads=0, continues=True), number=n) for n in range(2, 12)]
    text = shown(*pages)
    assert text.count("| --- |") == 3
    assert text.count("| r7 |") == 11


def test_links_stay_with_the_text_that_runs_on() -> None:
    link = LinkedText("there", "https://example.org/")
    pages = [
        page_of(block("from here", links=(LinkedText("here", "https://example.com/"),))),
        page_of(more("to there", links=(link,)), number=2),
    ]
    assert shown(*pages) == ("from [here](https://example.com/) to [there](https://example.org/)\n")


def with_edges(number: int = 1) -> PageText:
    top, bottom = block("The Times", BlockKind.HEADER), block(f"page {number}", BlockKind.FOOTER)
    return page_of(top, "news", bottom, number=number)


@pytest.mark.parametrize("output", ["markdown", "text", "html", "chunks"])
def test_headers_and_footers_are_left_out_unless_the_job_keeps_them(output: str) -> None:
    removed, kept = (
        shown(with_edges(), output=output, headers_footers=how) for how in ("remove", "keep")
    )
    assert "news" in removed
    assert "The Times" not in removed
    assert "The Times" in kept
    assert "page 1" in kept


@pytest.mark.parametrize("output", ["json", "annotated"])
def test_outputs_that_say_where_things_stand_keep_headers_and_footers(output: str) -> None:
    assert "The Times" in shown(with_edges(), output=output)


def test_a_page_alone_keeps_its_header_if_the_job_does() -> None:
    assert page_markdown(with_edges()) == "news\n"
    kept = page_markdown(with_edges(), Options(headers_footers="keep"))
    assert kept == "The Times\n\nnews\n\npage 1\n"


def test_a_page_that_somebody_should_look_at_says_so() -> None:
    good = page_of("one", flags=("skewed",))
    doubtful = page_of(block("two", confidence=0.617), number=2, flags=("degraded", "rotated"))
    assert shown(good, doubtful) == (
        "one\n\n<!-- page 2: confidence 0.62, degraded, rotated -->\n\ntwo\n"
    )
    assert shown(page_of(flags=("blank",))) == "<!-- page 1: blank -->\n"


def test_with_comments_between_every_page_says_how_it_was_read() -> None:
    sure = page_of(block("one", confidence=0.99), number=3, flags=("skewed",))
    text = shown(sure, page_of("two", number=5), page_breaks="comment")
    assert text == "<!-- page 3: confidence 0.99, skewed -->\n\none\n\n<!-- page 5 -->\n\ntwo\n"
