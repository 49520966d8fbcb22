"""Tables that go on over the end of a page."""

from collections.abc import Sequence
from dataclasses import replace

from layout.table_sheets import grid, row, ruled_page, text
from pagemill.layout import arrange
from pagemill.model.page import Block, PageText

XS = (72, 200, 300, 400)
INSIDE = [x + 4 for x in XS[:-1]]


def numbers(count: int, y: float, xs: Sequence[float] = INSIDE) -> list[Block]:
    rows = [row(y + 20 * n, xs, (f"Kind {n}", f"{n}.50", f"{90 - n}.00")) for n in range(count)]
    return [block for line in rows for block in line]


def ruled(count: int, y: float, xs: Sequence[float] = XS) -> PageText:
    rules = grid(xs, [y - 4 + 20 * n for n in range(count + 1)])
    return ruled_page(numbers(count, y, [x + 4 for x in xs[:-1]]), rules)


def continued(*pages: PageText) -> list[bool]:
    """For each table of the document whether it goes on from the one before."""
    numbered = [replace(page, number=n) for n, page in enumerate(pages, start=1)]
    lay_out = arrange(lambda: iter(numbered))
    blocks = [block for page in numbered for block in lay_out(page).blocks]
    return [block.continues for block in blocks if block.kind == "table"]


def more(page: PageText, *blocks: Block) -> PageText:
    return page.with_blocks((*page.blocks, *blocks))


def test_a_table_goes_on_where_its_columns_do() -> None:
    assert continued(ruled(20, 300), ruled(5, 60)) == [False, True]


def test_a_page_number_between_does_not_matter() -> None:
    assert continued(more(ruled(20, 300), text(300, 750, "7")), ruled(5, 60)) == [False, True]


def test_text_between_begins_a_new_table() -> None:
    below = [text(72, 480 + 12 * n, f"Some text that says more {n}") for n in range(5)]
    assert continued(more(ruled(8, 300), *below), ruled(5, 60)) == [False, False]
    above = [text(72, 60 + 12 * n, f"Some text that says more {n}") for n in range(3)]
    assert continued(ruled(20, 300), more(ruled(5, 120), *above)) == [False, False]


def test_a_title_that_says_so_may_stand_between() -> None:
    title = text(72, 40, "Table 3 (continued)")
    assert continued(ruled(20, 300), more(ruled(5, 60), title)) == [False, True]
    title = text(72, 40, "Table 4: something else")
    assert continued(ruled(20, 300), more(ruled(5, 60), title)) == [False, False]


def test_a_table_without_a_frame_goes_on_too() -> None:
    def open_at_its_sides(page: PageText) -> PageText:
        frame = {XS[0], XS[-1]}
        rules = tuple(r for r in page.marks.rules if r.height < 1 or r.x0 not in frame)
        return replace(page, marks=replace(page.marks, rules=rules))

    assert continued(open_at_its_sides(ruled(20, 300)), open_at_its_sides(ruled(5, 60))) == [
        False,
        True,
    ]


def test_other_columns_are_another_table() -> None:
    assert continued(ruled(20, 300), ruled(5, 60, xs=(72, 150, 230, 400))) == [False, False]


def test_rows_without_rules_go_on_in_the_same_columns() -> None:
    long, short = ruled_page(numbers(20, 300)), ruled_page(numbers(5, 60))
    assert continued(long, short) == [False, True]
    assert continued(long, ruled_page(numbers(5, 60, xs=(120, 250, 360)))) == [False, False]


def test_a_table_is_laid_out_alike_in_whatever_order_pages_are_asked_for() -> None:
    pages = [replace(page, number=n) for n, page in enumerate((ruled(20, 300), ruled(5, 60)), 1)]
    lay_out = arrange(lambda: iter(pages))
    forth = [lay_out(page) for page in pages]
    assert [lay_out(page) for page in pages[::-1]] == forth[::-1]
