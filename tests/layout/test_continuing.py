"""Which blocks go on from the column or the page before."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from layout.sheets import column, line, page
from pagemill.layout import arrange
from pagemill.model.page import Block, BlockKind, Box, Region

FULL = "a line of text that runs up to the right edge"
NEXT = "another line that runs up to the right edge.."
OPEN = [FULL] * 19 + ["the last row of the column is as full as ever"]


def sized(x: float, y: float, rows: Sequence[str]) -> list[Block]:
    return [line(x, y + 12 * n, row, size=10) for n, row in enumerate(rows)]


def flags(*sheets: Sequence[Block]) -> list[list[tuple[str, bool]]]:
    """Kind and `continues` of each block of each page."""
    pages = [page(blocks, number) for number, blocks in enumerate(sheets, start=1)]
    lay_out = arrange(lambda: iter(pages))
    return [[(str(b.kind), b.continues) for b in lay_out(one).blocks] for one in pages]


def second(*sheets: Sequence[Block]) -> tuple[str, bool]:
    return flags(*sheets)[-1][0]


def test_text_goes_on_over_columns() -> None:
    left, right = sized(50, 50, OPEN), sized(330, 50, ["goes on here with small letters.", *OPEN])
    assert flags([*left, *right])[0][:2] == [("paragraph", False), ("paragraph", True)]


def test_text_goes_on_over_pages() -> None:
    assert second(sized(50, 50, OPEN), sized(50, 150, ["goes on here.", NEXT, NEXT])) == (
        "paragraph",
        True,
    )


def test_text_goes_on_over_what_a_region_calls_a_footer() -> None:
    footer = [line(50, 740, "All rights reserved by all.", size=10), line(300, 746, "iv", size=10)]
    first = page([*sized(50, 50, OPEN), *footer])
    region = Region(BlockKind.FOOTER, footer[0].box, 0.9)
    pages = [replace(first, regions=(region,)), page(sized(50, 150, ["goes on here.", NEXT]), 2)]
    assert arrange(lambda: iter(pages))(pages[1]).blocks[0].continues


def test_a_capital_goes_on_where_the_sentence_is_open() -> None:
    head = [NEXT.capitalize(), NEXT, "end."]
    assert second(sized(50, 50, OPEN), sized(50, 150, head))[1]


def test_a_word_that_is_cut_goes_on_over_pages() -> None:
    rows = [*OPEN[:-1], "short but hyphen-"]
    assert second(sized(50, 50, rows), sized(50, 150, ["ated here.", NEXT]))[1]


@pytest.mark.parametrize(
    ("last", "head"),
    [
        ("this row of the column ends with a full stop.", "A sentence that begins."),
        ("this row of the column ends with a full stop.", "“A sentence that begins."),
        ("an early end", "A sentence that begins."),
        ("this row of the column asks whether it ends:", "• an item"),
        ("the last row of the column is as full as ever", "1. an item"),
        ("the last row of the column is as full as ever", "Figure 1: A caption"),
    ],
)
def test_what_ends_or_begins_plainly_does_not_go_on(last: str, head: str) -> None:
    assert not second(sized(50, 50, [*OPEN[:-1], last]), sized(50, 150, [head, NEXT, NEXT]))[1]


def test_an_indent_begins_a_paragraph() -> None:
    head = [line(62, 150, NEXT[:42].capitalize(), size=10), *sized(50, 162, [NEXT, NEXT])]
    assert not second(sized(50, 50, OPEN), head)[1]


def test_nothing_goes_on_over_a_heading() -> None:
    left = [*sized(50, 50, OPEN), line(50, 300, "A heading", size=16)]
    right = sized(330, 50, ["goes on here with small letters.", *OPEN])
    assert ("paragraph", True) not in flags([*left, *right])[0]


def test_text_goes_on_over_a_table_between() -> None:
    table = Block(BlockKind.TABLE, Box(330, 50, 555, 150), "")
    left, right = (
        sized(50, 50, OPEN),
        sized(330, 170, ["goes on here with small letters.", *OPEN[:9]]),
    )
    found = flags([*left, table, *right])[0]
    assert found[:3] == [("paragraph", False), ("table", False), ("paragraph", True)]


def test_long_footnotes_do_not_hide_how_a_page_ends() -> None:
    small = [line(50, 300 + 10 * n, f"{n} a note {NEXT}", size=8) for n in range(1, 31)]
    assert second([*sized(50, 50, OPEN), *small], sized(50, 150, ["goes on here.", NEXT, NEXT]))[1]


def test_wide_code_does_not_make_the_text_look_narrow() -> None:
    wide = replace(line(50, 50, FULL * 2, size=10), is_mono=True)
    rows = [wide, *sized(50, 80, OPEN[:9]), *sized(50, 188, OPEN[-1:])]
    assert second(rows, sized(50, 150, [NEXT.capitalize(), NEXT, NEXT]))[1]


def test_the_rest_of_an_item_stands_where_the_item_hangs() -> None:
    rows = [
        line(50, 50, "• an item that goes on and on up to the edge", size=10),
        line(62, 62, "and farther on up to the edge of the column", size=10),
    ]
    head = [line(62, 150, "‘Quoted’ as it goes on over the page.", size=10)]
    more = line(50, 162, "• another item", size=10)
    assert second(rows, [*head, more]) == ("list_item", True)


def test_an_item_goes_on_as_an_item() -> None:
    rows = [
        *sized(50, 50, OPEN[:9]),
        line(50, 158, "• an item that goes on and on up to the edge", size=10),
        line(60, 170, "and farther on up to the edge of the column", size=10),
    ]
    assert second(rows, sized(60, 150, ["over the page.", NEXT, NEXT])) == ("list_item", True)


def test_the_number_of_a_page_does_not_hide_how_it_ends() -> None:
    sheets = [[*sized(50, 50, OPEN), line(300, 740, str(n), size=10)] for n in range(1, 4)]
    last = [*sized(50, 150, ["goes on here.", NEXT, NEXT]), line(300, 740, "4", size=10)]
    assert second(*sheets, last)[1]


def test_a_page_is_laid_out_alike_whichever_was_before() -> None:
    pages = [page(sized(50, 50, OPEN), 1), page(sized(50, 150, ["goes on.", NEXT]), 2)]
    lay_out = arrange(lambda: iter(pages))
    alone = lay_out(pages[1])
    lay_out(pages[0])
    assert lay_out(pages[1]) == alone
    assert alone.blocks[0].continues


def test_other_type_does_not_go_on() -> None:
    head = [line(50, 150 + 12 * n, row, size=8) for n, row in enumerate(["goes on here.", NEXT])]
    assert not second(sized(50, 50, OPEN), [*head, *sized(50, 250, OPEN)])[1]


def test_pages_read_by_ocr_go_on_too() -> None:
    first = column(50, 50, OPEN)
    assert second(first, column(50, 150, ["goes on here.", NEXT, NEXT])) == ("paragraph", True)
