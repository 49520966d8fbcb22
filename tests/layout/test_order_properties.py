"""What holds for any page with frames, pictures and pieces of lines: each word is read once."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from layout.sheets import page
from pagemill.layout import arrange
from pagemill.layout.lines import Line, line_of
from pagemill.layout.order.order import ordered
from pagemill.layout.order.rows import rows
from pagemill.model.joining import HYPHENS
from pagemill.model.page import Block, BlockKind, Box, Marks, PageText

anywhere = st.floats(allow_nan=True, allow_infinity=True, width=32) | st.floats(-50, 900)
sides = st.integers(0, 60).map(lambda n: 10.0 * n)
on_paper = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    sides,
    sides,
    sides,
    st.sampled_from([0, 5, 10, 200]),
)
boxes = on_paper | st.builds(Box, anywhere, anywhere, anywhere, anywhere)


@st.composite
def pieces(draw: st.DrawFn) -> Block:
    """A piece of a text layer's line: with edges of its words or without, level or sideways."""
    text = draw(
        st.sampled_from(["1", "2", "3", "4", "T", "a few words", "of", "Σ", "(a) one", "n"])
    )
    box, size = draw(boxes), draw(st.sampled_from([0.0, 5.0, 7.0, 10.0, 30.0]))
    count = len(text.split())
    edges = tuple((box.x0 + n, box.x0 + n + 0.5) for n in range(count))
    words = draw(st.sampled_from([(), edges]))
    return Block(BlockKind.LINE, box, text, font_size=size, words=words)


marks = st.builds(
    Marks,
    rules=st.lists(boxes, max_size=8).map(tuple),
    fills=st.lists(boxes, max_size=5).map(tuple),
    pictures=st.lists(boxes, max_size=3).map(tuple),
    drawings=st.lists(boxes, max_size=3).map(tuple),
)
pages = st.builds(
    lambda lines, drawn: replace(page(lines), marks=drawn), st.lists(pieces(), max_size=40), marks
)


def letters(text: PageText) -> Counter[str]:
    """Everything that shows, hyphens apart."""
    said = (f"{block.text} {' '.join(cell.text for cell in block.cells)}" for block in text.blocks)
    return Counter(c for c in "".join(said) if not c.isspace() and c not in HYPHENS)


def lines_of(text: PageText) -> list[Line]:
    return [line for block in text.blocks if (line := line_of(block))]


@given(pages)
def test_every_character_is_laid_out_exactly_once(raw: PageText) -> None:
    done = arrange(lambda: iter([raw]))(raw)
    assert letters(done) == letters(raw)


@given(pages)
def test_each_line_is_in_one_group(raw: PageText) -> None:
    lines = lines_of(raw)
    found = ordered(lines, raw.marks, 10.0)
    shown = Counter(line.text for group in [*found.columns, found.numbers] for line in group)
    assert shown == Counter(line.text for line in lines)


@given(st.lists(pieces(), max_size=40))
def test_rows_keep_the_words_and_their_edges(blocks: list[Block]) -> None:
    lines = lines_of(page(blocks))
    found = rows(lines)
    before, after = ("".join(line.text for line in some) for some in (lines, found))
    assert Counter("".join(before.split())) == Counter("".join(after.split()))
    assert all(not row.words or len(row.words) == len(row.text.split()) for row in found)
