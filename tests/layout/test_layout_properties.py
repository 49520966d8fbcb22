"""What holds for any page at all."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from layout.sheets import page
from pagemill.layout import arrange
from pagemill.model.joining import HYPHENS
from pagemill.model.page import Block, BlockKind, Box, Link, Marks, PageText

anywhere = st.floats(allow_nan=True, allow_infinity=True, width=32) | st.floats(-50, 900)
on_paper = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    st.floats(0, 600),
    st.floats(0, 780),
    st.floats(0, 500),
    st.floats(0, 30),
)
boxes = on_paper | st.builds(Box, anywhere, anywhere, anywhere, anywhere)
words = st.text(max_size=30) | st.sampled_from(
    [
        *("• item", "1. first", "hy-", "phen", "- 4.50", "عرب", "o item", "\x88 item", "漢字"),
        *("1 a note", "* a note", "Figure 1: said", "Table 2", "[1] entry", "x = y", "www.a.b/"),
    ]
)
lines = st.builds(
    Block,
    st.sampled_from([BlockKind.LINE] * 8 + [BlockKind.FIGURE, BlockKind.TABLE, BlockKind.HEADING]),
    boxes,
    words,
    st.none() | st.floats(0, 1),
    font_size=st.sampled_from([0.0, 9.0, 10.0, 14.0, 22.0]),
    is_bold=st.booleans(),
    is_mono=st.booleans(),
    words=st.lists(st.tuples(anywhere, anywhere), max_size=4).map(tuple),
)
marks = st.builds(
    Marks,
    rules=st.lists(boxes, max_size=6).map(tuple),
    links=st.lists(st.builds(Link, boxes, st.just("https://a.b")), max_size=6).map(tuple),
)


def sheets(rows: int) -> st.SearchStrategy[PageText]:
    blocks = st.lists(lines, max_size=rows)
    return st.builds(lambda some, found: replace(page(some), marks=found), blocks, marks)


pages = sheets(40)


def letters(blocks: tuple[Block, ...]) -> Counter[str]:
    """Everything that shows, hyphens apart: they may go where a word goes on."""
    return Counter(c for c in shown(blocks) if not c.isspace() and c not in HYPHENS)


def shown(blocks: tuple[Block, ...]) -> str:
    cells = (cell.text for block in blocks for cell in block.cells)
    return "".join([*(block.text for block in blocks if not block.cells), *cells])


@given(pages)
def test_every_character_is_laid_out_exactly_once(raw) -> None:
    done = arrange(lambda: iter([raw]))(raw)
    assert letters(done.blocks) == letters(raw.blocks)


@given(pages)
def test_hyphens_only_go_where_words_go_on(raw) -> None:
    done = arrange(lambda: iter([raw]))(raw)
    before, after = (shown(p.blocks).count("-") for p in (raw, done))
    assert before - len(raw.blocks) <= after <= before


@given(pages)
def test_no_line_is_left_and_no_block_is_empty(raw) -> None:
    done = arrange(lambda: iter([raw]))(raw)
    assert BlockKind.LINE not in {block.kind for block in done.blocks}
    assert all(b.text or b.kind in {"figure", "table", "heading"} for b in done.blocks)


@given(pages)
def test_links_stand_in_the_text_in_their_order(raw) -> None:
    for block in arrange(lambda: iter([raw]))(raw).blocks:
        place = 0
        for link in block.links if not block.cells else ():
            place = block.text.index(link.text, place) + len(link.text)


@given(st.lists(sheets(8), min_size=2, max_size=3))
def test_what_stands_on_other_pages_takes_nothing_away(raws) -> None:
    numbered = [replace(raw, number=number) for number, raw in enumerate(raws, start=1)]
    lay_out = arrange(lambda: iter(numbered))
    for sheet in numbered:
        assert letters(lay_out(sheet).blocks) == letters(sheet.blocks)


@given(pages)
def test_the_order_of_the_engine_s_lines_does_not_matter_where_boxes_differ(raw) -> None:
    distinct = list({(b.box.x0, b.box.y0): b for b in raw.blocks if b.box == b.box}.values())
    kept = [b for b in distinct if b.kind is BlockKind.LINE][:10]
    forth, back = page(kept), page(kept[::-1])
    lay_out = arrange(lambda: iter([forth]))
    assert letters(lay_out(forth).blocks) == letters(lay_out(back).blocks)


@given(pages)
def test_laying_out_a_laid_out_page_changes_no_text(raw) -> None:
    lay_out = arrange(lambda: iter([raw]))
    once = lay_out(raw)
    twice = lay_out(replace(once, blocks=once.blocks))
    assert Counter(b.text for b in twice.blocks) == Counter(b.text for b in once.blocks)
