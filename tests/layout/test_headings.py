"""Which lines are headings, and of which level, over a whole document."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layout.sheets import line, page
from pagemill.layout import arrange
from pagemill.model.page import Block, BlockKind, Box, Marks, OutlineEntry, PageText, Region

FULL = "a line of text that runs up to the right edge"
RED = 0xC00000

Found = list[tuple[int | None, str]]


def text(y: float, rows: int = 4, x: float = 50) -> list[Block]:
    return [line(x, y + 12 * row, FULL, size=10) for row in range(rows)]


def sized(y: float, words: str, size: float = 10.0, x: float = 50, **style: object) -> Block:
    return replace(line(x, y, words, size=size), **style)


def headings(*pages: Sequence[Block]) -> Found:
    raws = [page(blocks, number) for number, blocks in enumerate(pages, start=1)]
    return of_pages(raws)


def of_pages(raws: Sequence[PageText]) -> Found:
    lay_out = arrange(lambda: iter(raws))
    return [
        (block.level, block.text)
        for raw in raws
        for block in lay_out(raw).blocks
        if block.kind is BlockKind.HEADING
    ]


# ---------------------------------------------------------------- what makes a heading


def test_type_larger_than_the_text_makes_a_heading_though_it_is_not_bold() -> None:
    assert headings([sized(100, "A chapter", 14), *text(130)]) == [(1, "A chapter")]


@pytest.mark.parametrize(
    "style",
    [
        {"is_bold": True},
        {"text": "THE METHODS OF OLD"},
        {"is_bold": True, "color": RED},
        {"is_italic": True, "color": RED},
    ],
)
def test_a_short_line_that_stands_out_and_leads_a_text_is_a_heading(style) -> None:
    rows = []
    for y in (100, 300, 500):
        rows += [sized(y, "The methods of old", **style), *text(y + 20, rows=8)]
    assert len(headings(rows)) == 3


def test_a_number_makes_a_heading_of_a_line_in_italics() -> None:
    rows = []
    for index, y in enumerate((100, 300), start=1):
        number = sized(y, f"2.{index} Of methods", is_italic=True)
        rows += [number, *text(y + 20, rows=8)]
    assert headings(rows) == [(1, "2.1 Of methods"), (1, "2.2 Of methods")]


@pytest.mark.parametrize(
    "words",
    [
        "This sentence is bold.",
        "Note the following:",
        "and so it goes on",
        "Table 1: what was measured",
        "result = compute(x)",
        "see https://example.org/a",
        "12 March 2021",
        "17.50",
    ],
)
def test_bold_words_that_say_no_title_are_none(words) -> None:
    assert headings([*text(100, 8), sized(210, words, is_bold=True), *text(230, 8)]) == []


def test_bold_words_in_the_middle_of_a_paragraph_are_none() -> None:
    middle = [sized(148, "or so they say", is_bold=True), *text(160, 6)]
    assert headings([*text(100, 4), *middle]) == []


def test_bold_labels_beside_their_values_are_none() -> None:
    rows = []
    for y in range(100, 200, 14):
        rows += [sized(y, "Colour", is_bold=True), sized(y, "green", x=300)]
    assert headings([*rows, *text(300, 12)]) == []


def test_a_list_of_bold_names_is_no_row_of_headings() -> None:
    names = [sized(100 + 12 * n, f"Name {chr(65 + n)} Surname", is_bold=True) for n in range(4)]
    assert headings([*names, *text(200, 12)]) == []


def test_where_all_text_is_bold_bold_makes_no_heading() -> None:
    rows = [sized(100 + 30 * n, f"Some words {n}", is_bold=True) for n in range(10)]
    assert headings([*rows, *text(450, 2)]) == []


def test_large_type_that_runs_on_is_a_text_of_its_own() -> None:
    quote = [sized(100 + 18 * n, f"{n} words of a quotation in it", 15) for n in range(7)]
    assert headings([*quote, *text(300, 30)]) == []


def test_who_wrote_it_and_when_are_no_headings() -> None:
    front = [
        sized(80, "The Great Title", 20),
        sized(110, "Ada Lovelace and Charles Babbage", 12),
        sized(130, "12 March 1843", 12),
    ]
    assert headings([*front, *text(200, 20)]) == [(1, "The Great Title")]


def test_words_like_a_name_are_a_heading_where_the_text_has_begun() -> None:
    front = [sized(80, "The Great Title", 20), *text(120, 8), sized(260, "Getting Started", 14)]
    assert headings([*front, *text(290, 12)])[-1] == (2, "Getting Started")


@pytest.mark.parametrize("words", ["Annual Report", "Executive Summary", "User Manual"])
def test_titles_of_two_words_are_no_names(words: str) -> None:
    front = [sized(80, "The Great Company", 20), sized(110, words, 14)]
    assert headings([*front, *text(200, 20)])[-1] == (2, words)


def test_a_subtitle_is_a_heading() -> None:
    front = [sized(80, "The Great Title", 20), sized(110, "with notes by the translator", 14)]
    found = headings([*front, *text(200, 20)])
    assert found == [(1, "The Great Title"), (2, "with notes by the translator")]


def test_numbered_items_in_bold_are_none_where_larger_headings_have_the_numbers() -> None:
    chapters = [sized(100, "1 Old ways", 15), *text(130), sized(300, "2 New ways", 15)]
    items = []
    for n, y in enumerate((200, 240), start=1):
        items += [sized(y, f"{n}. Some item", is_bold=True), *text(y + 14, rows=1)]
    assert headings([*chapters, *items, *text(330, 8)]) == [(1, "1 Old ways"), (1, "2 New ways")]


# ---------------------------------------------------------------- one or two


def test_a_heading_broken_over_two_lines_is_one() -> None:
    first = sized(100, "1.2 A heading that is too long for", 13)
    rest = sized(116, "a single line", 13)
    assert headings([first, rest, *text(150, 12)]) == [
        (1, "1.2 A heading that is too long for a single line")
    ]


def test_a_centred_heading_may_break_where_it_likes() -> None:
    rows = [sized(100, "On the Origin", 14, x=110), sized(117, "of all", 14, x=138)]
    assert headings([*rows, *text(150, 12)]) == [(1, "On the Origin of all")]


def test_two_short_headings_below_each_other_are_two() -> None:
    rows = [sized(100, "2 Methods", 13), sized(116, "2.1 Setting", 13)]
    assert headings([*rows, *text(150, 12)]) == [(1, "2 Methods"), (2, "2.1 Setting")]


# ---------------------------------------------------------------- levels


def test_levels_follow_size_over_all_pages() -> None:
    first = [sized(60, "Title", 24), sized(100, "One", 16), *text(140, 12)]
    second = [sized(60, "Two", 16), *text(90), sized(160, "Part", 13), *text(190)]
    third = [sized(60, "Part", 13), *text(90, 12)]
    assert headings(first, second, third) == [
        (1, "Title"),
        (2, "One"),
        (2, "Two"),
        (3, "Part"),
        (3, "Part"),
    ]


def test_sizes_that_are_nearly_one_are_one_level() -> None:
    rows = [sized(60, "One", 14), *text(90), sized(200, "Two", 13.6), *text(230, 8)]
    assert headings(rows) == [(1, "One"), (1, "Two")]


def test_within_one_size_the_number_tells_the_level() -> None:
    rows = []
    for n, words in enumerate(("1 Old", "1.1 Older", "1.1.1 Oldest", "2 New", "Index")):
        rows += [sized(60 + 140 * n, words, 13), *text(85 + 140 * n, rows=8)]
    assert [level for level, _ in headings(rows)] == [1, 2, 3, 1, 1]


def test_a_heading_without_a_number_is_no_higher_than_those_of_its_size_that_have_one() -> None:
    rows = [sized(40, "1 Old", 15), *text(65, 3)]
    for n, y in enumerate((120, 250, 380), start=1):
        rows += [sized(y, f"1.{n} Older", 13, is_bold=True), *text(y + 25, rows=3)]
        rows += [sized(y + 65, "Of ways", 13, is_italic=True), *text(y + 88, rows=3)]
    assert [level for level, _ in headings(rows)] == [1, 2, 3, 2, 3, 2, 3]


def test_a_number_makes_a_heading_of_plain_words_where_larger_type_has_shorter_ones() -> None:
    rows = [sized(40, "1 Old ways", 15), *text(65, 3)]
    rows += [sized(120, "1.1 Older ways", 13), *text(145, 3)]
    rows += [sized(200, "1.1.1 Oldest ways", 10), *text(222, 3)]
    assert headings([*rows, *text(300, 20)])[-1] == (3, "1.1.1 Oldest ways")


def test_names_on_a_title_page_take_no_level_from_the_chapters() -> None:
    cover = [sized(200, "The Great Title", 24), sized(400, "A Publishing House of Books", 17)]
    chapter = [sized(60, "1 Old ways", 15), *text(90, 12)]
    assert headings(cover, chapter, chapter)[-1] == (2, "1 Old ways")


def test_no_level_is_deeper_than_six() -> None:
    rows = []
    for n in range(9):
        rows += [sized(40 + 70 * n, f"Words of {chr(65 + n)}", 40 - 3 * n), *text(82 + 70 * n, 1)]
    assert [level for level, _ in headings(rows, text(50, 40))] == [1, 2, 3, 4, 5, 6, 6, 6, 6]


# ---------------------------------------------------------------- what the file says itself


def test_the_outline_names_headings_that_look_like_text() -> None:
    blocks = [*text(60, 6), sized(150, "1 Plain words"), *text(164, 6)]
    marks = Marks(outline=(OutlineEntry(1, "Plain words", 150.0),))
    assert of_pages([replace(page(blocks), marks=marks)]) == [(1, "1 Plain words")]


def test_the_outline_gives_levels_to_faces_and_a_title_stands_above_it() -> None:
    front = [sized(60, "The Great Title", 24), *text(120, 10)]
    marked = [sized(60, "Small but first", 13), *text(90, 10)]
    other = [sized(60, "Large but second", 15), *text(90, 10)]
    marks = [
        Marks(),
        Marks(outline=(OutlineEntry(1, "Small but first"),)),
        Marks(outline=(OutlineEntry(2, "Large but second"),)),
    ]
    raws = [
        replace(page(blocks, number), marks=mark)
        for number, (blocks, mark) in enumerate(zip((front, marked, other), marks, strict=True), 1)
    ]
    assert of_pages(raws) == [
        (1, "The Great Title"),
        (2, "Small but first"),
        (3, "Large but second"),
    ]


def test_an_outline_that_names_one_line_of_text_makes_no_headings_of_others() -> None:
    blocks = [*text(60, 8), sized(170, "Plain words"), *text(200, 2), sized(240, "Other words")]
    marks = Marks(outline=(OutlineEntry(1, "Plain words", 170.0),))
    assert of_pages([replace(page([*blocks, *text(270)]), marks=marks)]) == [(1, "Plain words")]


def test_tags_name_headings_and_their_levels() -> None:
    tagged = [
        sized(60, "Of old", tag="H2"),
        *text(80),
        sized(200, "Of new ways", tag="H1"),
        *text(220),
    ]
    assert headings(tagged) == [(2, "Of old"), (1, "Of new ways")]


def test_tags_of_cells_items_and_notes_keep_large_type_from_being_a_heading() -> None:
    for tag in ("TD", "TH", "LI", "Caption", "Note", "TOCI"):
        assert headings([sized(60, "Large words", 14, tag=tag), *text(90, 12)]) == []


def test_tags_of_paragraphs_count_against_bold_type_only() -> None:
    rows = [
        sized(60, "Large words", 14, tag="P"),
        *text(90, 6),
        sized(200, "Bold words", is_bold=True, tag="P"),
        *text(220, 6),
        sized(400, "Of old", tag="H1"),
        *text(420, 6),
    ]
    assert [words for _, words in headings(rows)] == ["Large words", "Of old"]


# ---------------------------------------------------------------- nothing is lost

odd_lines = st.builds(
    sized,
    st.floats(0, 780),
    st.sampled_from(
        [
            "1.2 Old ways",
            "Chapter",
            "Old ways ..... 3",
            "Contents",
            "The Great",
            "• item",
            FULL,
            "7",
        ]
    ),
    st.sampled_from([8.0, 10.0, 14.0, 22.0]),
    st.sampled_from([50.0, 300.0]),
    is_bold=st.booleans(),
    is_italic=st.booleans(),
    color=st.sampled_from([0, RED]),
    tag=st.sampled_from(["", "", "H1", "H3", "P", "LI", "Title", "Artifact"]),
)
entries = st.builds(
    OutlineEntry,
    st.integers(1, 9),
    st.sampled_from(["Old ways", "The Great", "The Great Chapter", ""]),
    st.none() | st.floats(0, 780),
)


@given(st.lists(odd_lines, max_size=15), st.lists(entries, max_size=4))
def test_every_letter_stands_exactly_once_whatever_is_a_heading(blocks, outline) -> None:
    raw = replace(page(blocks), marks=Marks(outline=tuple(outline)))
    done = arrange(lambda: iter([raw]))(raw)

    def letters(found: Sequence[Block]) -> Counter[str]:
        return Counter(char for block in found for char in block.text if char.isalnum())

    assert letters(done.blocks) == letters(raw.blocks)
    assert all(1 <= (b.level or 1) <= 6 for b in done.blocks if b.kind is BlockKind.HEADING)


# ---------------------------------------------------------------- pages read by OCR


def titled(number: int, *titles: tuple[float, str, float]) -> PageText:
    """Titles as y, text and height, each with its region, over text of ten points."""
    blocks = [line(50, 400 + 12 * row, FULL) for row in range(20)]
    regions = []
    for y, words, height in titles:
        block = line(50, y, words, height=height)
        blocks.append(block)
        regions.append(Region(BlockKind.HEADING, block.box, 0.9))
    return replace(page(blocks, number), regions=tuple(regions))


def test_heights_that_are_nearly_one_are_one_level_on_all_pages() -> None:
    raws = [titled(1, (50, "One of them", 17.4)), titled(2, (50, "Another one", 16.4))]
    assert len({level for level, _ in of_pages(raws)}) == 1


def test_a_number_tells_the_level_of_a_title_read_by_ocr() -> None:
    raw = titled(1, (50, "1 Old ways", 14.0), (150, "1.1 Older ways", 14.0))
    assert of_pages([raw]) == [(2, "1 Old ways"), (3, "1.1 Older ways")]


def test_boxes_of_a_heading_are_those_of_all_its_rows() -> None:
    rows = [line(50, 20, "A title that needs", size=20), line(50, 43, "two rows", size=20)]
    raw = page([*rows, *text(90, 8)])
    heading = arrange(lambda: iter([raw]))(raw).blocks[0]
    assert heading.box == Box(50, 20, 230, 63)
