"""Chunks for retrieval: what stands together, with its headings and places."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from outputs.books import TIMEOUT, block, book_of, page_of, written
from pagemill.model.page import Block, BlockKind, Box, Cell, PageText
from pagemill.ports import Gap

MOST = 1500


def chunks(*pages: PageText | Gap) -> list[dict[str, Any]]:
    lines = written("chunks", book_of(pages)).text("result.chunks.jsonl").splitlines()
    found = [json.loads(line) for line in lines]
    assert [chunk["n"] for chunk in found] == list(range(len(found)))
    return found


def heading(text: str, level: int) -> Block:
    return block(text, BlockKind.HEADING, level=level)


def table(rows: int, width: int = 60) -> Block:
    head = (Cell(0, 0, "Name", is_header=True), Cell(0, 1, "Value", is_header=True))
    body = (Cell(n, c, f"r{n}" if not c else "v" * width) for n in range(1, rows) for c in (0, 1))
    return block("", BlockKind.TABLE, cells=(*head, *body))


def test_text_goes_together_under_its_path_of_headings() -> None:
    found = chunks(
        page_of(heading("One", 1), "a", "b", heading("Deep", 3), "c", heading("Two", 2), "d"),
    )
    assert [(chunk["text"], chunk["headings"]) for chunk in found] == [
        ("a\n\nb", ["One"]),
        ("c", ["One", "Deep"]),
        ("d", ["One", "Two"]),
    ]
    assert {chunk["kind"] for chunk in found} == {"text"}


def test_headings_with_nothing_under_them_are_not_lost() -> None:
    found = chunks(page_of(heading("Title", 1), heading("Part", 1), "a", heading("End", 2)))
    assert [(chunk["kind"], chunk["text"], chunk["headings"]) for chunk in found] == [
        ("heading", "Title", []),
        ("text", "a", ["Part"]),
        ("heading", "End", ["Part"]),
    ]


def test_a_chunk_tells_its_pages_and_boxes() -> None:
    goes_on = Block(BlockKind.PARAGRAPH, Box(1, 2, 3, 4.06), "two.", continues=True)
    (chunk,) = chunks(page_of("one"), page_of(goes_on, number=2))
    assert chunk["text"] == "one two."
    assert chunk["pages"] == [1, 2]
    assert chunk["boxes"] == [
        {"page": 1, "box": [72, 72, 300, 100]},
        {"page": 2, "box": [1, 2, 3, 4.1]},
    ]


def test_each_part_of_a_long_text_tells_its_own_pages() -> None:
    sentence = "A sentence of some length that stands here. "
    first, second = block(sentence * 40), block(sentence * 40, continues=True)
    found = chunks(page_of(first), page_of(second, number=2))
    assert [chunk["pages"] for chunk in found] == [[1], [1, 2], [2]]
    assert all(chunk["text"].endswith(".") for chunk in found)


def test_blocks_are_whole_where_they_have_room() -> None:
    found = chunks(page_of(*("x" * 400 for _ in range(8))))
    assert [len(chunk["text"]) for chunk in found] == [1204, 1204, 802]


def test_items_of_a_list_stand_on_lines() -> None:
    items = [block(f"• {n}", BlockKind.LIST_ITEM, level=1) for n in (1, 2)]
    assert chunks(page_of("Needs:", *items))[0]["text"] == "Needs:\n\n• 1\n• 2"


def test_a_table_is_a_chunk_with_its_caption() -> None:
    caption = block("Table 1", BlockKind.CAPTION)
    first, found, last = chunks(page_of("a", caption, table(2, width=1), "b"))
    assert (first["text"], last["text"]) == ("a", "b")
    assert found["kind"] == "table"
    assert found["text"] == "Table 1\n\n| Name | Value |\n| --- | --- |\n| r1 | v |"


def test_a_long_table_says_its_head_in_each_part() -> None:
    caption = block("Table 1", BlockKind.CAPTION)
    found = chunks(page_of(caption, table(80)))
    assert len(found) > 2
    assert all("| Name | Value |\n| --- | --- |\n| r" in chunk["text"] for chunk in found)
    assert [chunk["text"].count("Table 1") for chunk in found] == [1] + [0] * (len(found) - 1)
    rows = [line for chunk in found for line in chunk["text"].splitlines() if "| r" in line]
    assert [row.split()[1] for row in rows] == [f"r{n}" for n in range(1, 80)]


def test_a_table_of_no_more_than_a_head_is_there() -> None:
    (found,) = chunks(page_of(table(1)))
    assert found["text"] == "| Name | Value |\n| --- | --- |"


def test_a_cell_without_end_is_cut() -> None:
    found = chunks(page_of(table(3, width=9000)))
    assert max(len(chunk["text"]) for chunk in found) <= MOST
    assert sum(chunk["text"].count("v") for chunk in found) == 18_000


def test_pages_that_could_not_be_read_are_passed_over() -> None:
    (found,) = chunks(page_of("one"), Gap(2, TIMEOUT), page_of("three", number=3))
    assert found["pages"] == [1, 3]


texts = st.lists(
    st.text(st.sampled_from("ab .!?。\n")) | st.integers(0, 4000).map(lambda n: "word. " * n),
    max_size=6,
)


@given(texts)
def test_no_chunk_is_too_long_and_no_letter_lost(found: list[str]) -> None:
    made = chunks(page_of(*found))
    assert all(len(chunk["text"]) <= MOST + 10 for chunk in made)
    told = "".join("".join(chunk["text"].split()) for chunk in made)
    assert told == "".join("".join(text.split()) for text in found)
