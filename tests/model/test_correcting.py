"""What becomes of a block when somebody puts its text right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagemill.errors import PagemillError
from pagemill.model.correcting import corrected, text_of
from pagemill.model.page import Block, BlockKind, Box, Cell, LinkedText, PageText

BOX = Box(0, 0, 100, 10)


def page_of(*blocks: Block) -> PageText:
    return PageText(1, 100, 100, blocks, "ppocr", "1")


def line(text: str, words: tuple[tuple[float, float], ...] = (), **more: object) -> Block:
    return Block(BlockKind.LINE, BOX, text, 0.5, words=words, **more)  # type: ignore[arg-type]


def put_right(block: Block, text: str) -> Block:
    return corrected(page_of(block), 0, text).blocks[0]


def test_a_block_says_what_it_should_and_the_others_what_they_did() -> None:
    page = corrected(page_of(line("a"), line("teh"), line("c")), 1, "the")
    assert [block.text for block in page.blocks] == ["a", "the", "c"]
    assert [block.confidence for block in page.blocks] == [0.5, 1.0, 0.5]
    assert page.corrected == (1,)
    assert corrected(corrected(page, 0, "A"), 1, "them").corrected == (0, 1)


def test_a_line_stays_one_line_and_holds_no_control_characters() -> None:
    assert put_right(line("x"), " two\r\n lines\x00\x1b[1m\t ").text == "two lines[1m"
    paragraph = Block(BlockKind.PARAGRAPH, BOX, "x")
    assert put_right(paragraph, "two  \r\nlines\n").text == "two\nlines"
    assert put_right(paragraph, "\ud800").text == "?"


def test_a_block_whose_engine_is_certain_stays_certain() -> None:
    assert put_right(Block(BlockKind.LINE, BOX, "teh"), "the").confidence is None


@pytest.mark.parametrize(
    ("before", "words", "after", "placed"),
    [
        ("ab cd", ((0, 20), (30, 50)), "ab ce", ((0, 20), (30, 50))),
        ("abcd ef", ((0, 50), (60, 80)), "ab d ef", ((0, 25), (37.5, 50), (60, 80))),
        ("a b c", ((0, 10), (20, 30), (40, 50)), "a c", ((0, 10), (40, 50))),
        ("a c", ((0, 10), (40, 50)), "a b c", ((0, 10), (10, 40), (40, 50))),
        ("a", ((0, 10),), "a b", ((0, 10), (10, 10))),
        ("cd ab", ((60, 80), (0, 50)), "cd ab d", ((60, 80), (0, 50), (0, 0))),
        ("dcba x", ((30, 80), (0, 20)), "dc a x", ((55, 80), (30, 42.5), (0, 20))),
        ("a b", ((0, 10), (20, 30)), "", ()),
        ("a b", (), "a b c", ()),
    ],
)
def test_words_that_stay_keep_their_places_and_others_share_what_is_left(
    before: str,
    words: tuple[tuple[float, float], ...],
    after: str,
    placed: tuple[tuple[float, float], ...],
) -> None:
    found = put_right(line(before, words), after).words
    assert [tuple(round(x, 1) for x in edges) for edges in found] == list(placed)


@given(st.text("ab \t", max_size=12), st.text("ab \n", max_size=12))
def test_there_are_as_many_places_as_words_and_they_lie_within_the_line(
    before: str, after: str
) -> None:
    words = tuple((10.0 * n, 10.0 * n + 5) for n in range(len(before.split())))
    block = put_right(line(before, words), after)
    if words:
        assert len(block.words) == len(block.text.split())
        assert all(0 <= x0 <= x1 <= words[-1][1] for x0, x1 in block.words)


def test_links_stay_on_words_that_stay() -> None:
    links = (LinkedText("here", "https://a.example"), LinkedText("there", "https://b.example"))
    assert put_right(line("from here to there", links=links), "to there").links == links[1:]


def table(*texts: str) -> Block:
    cells = tuple(Cell(n // 2, n % 2, text) for n, text in enumerate(texts))
    return Block(BlockKind.TABLE, BOX, confidence=0.5, cells=cells)


def test_a_table_reads_as_lines_with_tabs_and_keeps_its_form() -> None:
    block = table("a", "b\nb", "", "d")
    assert text_of(block) == "a\tb b\n\td"
    found = put_right(block, "a\tb b\nc\tD")
    assert [cell.text for cell in found.cells] == ["a", "b\nb", "c", "D"]
    assert found.confidence == 1.0
    for text in ("a\tb", "a\tb\nc", "a\tb\tc\nd\te"):
        with pytest.raises(PagemillError) as caught:
            put_right(block, text)
        assert caught.value.code == "invalid_request"


@pytest.mark.parametrize("place", [-1, 1])
def test_there_is_no_other_block(place: int) -> None:
    with pytest.raises(PagemillError) as caught:
        corrected(page_of(line("a")), place, "b")
    assert caught.value.code == "block_not_found"
