"""Running headers, footers and page numbers: over a document, and with care on a page alone."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.sheets import line, page
from pagemill.layout import arrange
from pagemill.model.page import Block, BlockKind, PageText, Region

WORDS = "lorem ipsum dolor sit amet consectetur elit sed do eiusmod tempor"

Found = list[list[str]]


def text(number: int, y: float = 100, rows: int = 20, size: float = 10.0) -> list[Block]:
    words = WORDS.split()
    return [
        line(50, y + 14 * row, " ".join(words[(3 * number + row) % 11 :] + words), size=size)
        for row in range(rows)
    ]


def furniture(raws: Sequence[PageText]) -> Found:
    """What is header or footer, page by page."""
    lay_out = arrange(lambda: iter(raws))
    edges = {BlockKind.HEADER, BlockKind.FOOTER}
    return [[block.text for block in lay_out(raw).blocks if block.kind in edges] for raw in raws]


def of_pages(make: Callable[[int], Sequence[Block]], count: int = 6, first: int = 1) -> Found:
    return furniture([page(make(number), number) for number in range(first, first + count)])


def alone(*blocks: Block, number: int = 1) -> list[str]:
    return furniture([page(blocks, number)])[0]


# ---------------------------------------------------------------- over a document


def test_a_text_at_one_height_of_several_pages_is_a_header_whatever_its_numbers() -> None:
    found = of_pages(lambda n: [line(50, 40, f"The Book, page {n}", size=9), *text(n)])
    assert found == [[f"The Book, page {n}"] for n in range(1, 7)]


def test_pages_that_say_nothing_else_are_not_left_empty() -> None:
    assert of_pages(lambda n: [line(50, 40, f"Volume 3, leaf {n}"), line(50, 700, "The end")]) == (
        [[]] * 6
    )


def test_left_and_right_pages_may_say_different_things() -> None:
    heads = ("Chapter One", "The Book of Sand")
    found = of_pages(lambda n: [line(50, 40, heads[n % 2], size=9), *text(n)])
    assert found == [[heads[n % 2]] for n in range(1, 7)]


def test_the_name_of_a_chapter_stays_a_header_though_it_stands_on_one_page() -> None:
    names = ["One", "One", "One", "Two", "Three", "Four"]
    found = of_pages(lambda n: [line(50, 40, f"Part {names[n - 1]} of all", size=9), *text(n)])
    assert found[-1] == ["Part Four of all"]


def test_what_stands_beside_the_number_of_the_page_goes_with_it() -> None:
    names = ["Sand", "Water", "Wind", "Stone", "Iron", "Gold"]
    found = of_pages(
        lambda n: [
            line(50, 40, f"Of {names[n - 1]}", size=9),
            line(520, 40, str(n + 30), size=9),
            *text(n),
        ]
    )
    assert found == [[f"Of {name} {n}"] for n, name in enumerate(names, start=31)]


@pytest.mark.parametrize("form", ["{}", "- {} -", "Page {} of 90", "{}/90", "Seite {} von 90"])
def test_numbers_that_count_the_pages_are_furniture(form: str) -> None:
    found = of_pages(lambda n: [*text(n), line(300, 750, form.format(n + 7), size=9)])
    assert found == [[form.format(n + 7)] for n in range(1, 7)]


def test_roman_numbers_count_pages_too() -> None:
    romans = ["ii", "iii", "iv", "v", "vi", "vii"]
    found = of_pages(lambda n: [*text(n), line(300, 750, romans[n - 1], size=9)])
    assert found == [[roman] for roman in romans]


def test_a_header_may_have_two_lines() -> None:
    found = of_pages(
        lambda n: [
            line(50, 30, "The House of Books", size=9),
            line(50, 41, "London", size=9),
            *text(n),
        ]
    )
    assert [" ".join(rows).split() for rows in found] == [
        ["The", "House", "of", "Books", "London"]
    ] * 6


def test_two_pages_tell_as_well_if_what_repeats_is_small_and_apart() -> None:
    found = of_pages(lambda n: [line(50, 40, "The Book of Sand", size=9), *text(n)], count=2)
    assert found == [["The Book of Sand"]] * 2


def test_a_footer_is_measured_from_the_lower_edge() -> None:
    raws = []
    for number, height in enumerate((792, 842, 792, 842), start=1):
        foot = line(50, height - 40, "House of Books", size=9)
        raws.append(replace(page([*text(number), foot], number), height=float(height)))
    assert furniture(raws) == [["House of Books"]] * 4


def test_scans_lie_less_exactly() -> None:
    def scan(n: int) -> list[Block]:
        shift = (0, 9, 4, 13, 2, 7)[n - 1]
        head = line(50, 40 + shift, f"THE BOOK OF SAND {n}")
        return [head, *(replace(block, font_size=0.0) for block in text(n, y=110 + shift))]

    assert of_pages(scan) == [[f"THE BOOK OF SAND {n}"] for n in range(1, 7)]


# ---------------------------------------------------------------- what is none


def test_the_title_of_the_first_page_is_none() -> None:
    found = of_pages(
        lambda n: [line(50, 40, "The Book of Sand", size=22 if n == 1 else 9), *text(n)]
    )
    assert found == [[], *[["The Book of Sand"]] * 5]


def test_the_head_of_a_table_that_goes_on_is_none() -> None:
    def table(n: int) -> list[Block]:
        rows = [
            line(x, 60 + 14 * row, f"{n}.{row} {word}" if row else word, size=10)
            for row in range(30)
            for x, word in ((50, "Name"), (200, "Place"), (400, "Sum"))
        ]
        return rows

    assert of_pages(table, count=3) == [[]] * 3


def test_what_a_form_says_on_every_page_is_none() -> None:
    labels = ["Name and surname", "Street and house", "Town and country", "Date of birth"]

    def form(n: int) -> list[Block]:
        return [
            line(50, 40 + 26 * row, f"{label}", size=10)
            for row, label in enumerate([*labels, *(f"{label} of wife" for label in labels)])
        ]

    assert of_pages(form) == [[]] * 6


def test_the_same_heading_at_the_top_of_some_pages_is_none() -> None:
    def chapter(n: int) -> list[Block]:
        if n % 2:
            return text(n, rows=30)
        heading = replace(line(50, 100, "Arguments", size=10), is_bold=True)
        return [heading, *text(n, y=116)]

    assert of_pages(chapter, count=8) == [[]] * 8


def test_numbered_headings_at_the_top_of_every_page_are_none() -> None:
    def example(n: int) -> list[Block]:
        heading = replace(line(50, 100, f"Example {n}", size=12), is_bold=True)
        return [line(50, 40, "The Book of Sand", size=9), heading, *text(n, y=130)]

    assert of_pages(example, count=8) == [["The Book of Sand"]] * 8


def test_the_number_of_a_footnote_that_counts_by_chance_is_none() -> None:
    def noted(n: int) -> list[Block]:
        if n > 3:
            return text(n, rows=45)
        return [*text(n, rows=30), line(50, 700, f"{n} {WORDS[5 * n :]}", size=8)]

    assert of_pages(noted, count=40)[:3] == [[]] * 3


def test_body_text_that_begins_at_one_height_is_none() -> None:
    assert of_pages(lambda n: text(n, y=40, rows=48)) == [[]] * 6


# ---------------------------------------------------------------- a page alone


@pytest.mark.parametrize("label", ["7", "- 7 -", "vii", "Page 3 of 10", "3 / 10", "第 7 页"])
def test_on_a_page_alone_a_number_at_the_edge_is_furniture(label: str) -> None:
    assert alone(*text(1), line(300, 750, label, size=9)) == [label]


def test_on_a_page_alone_a_stamp_beyond_the_margins_is_furniture() -> None:
    top, foot = line(50, 8, "Library Service", size=9), line(400, 778, "Library of Sand", size=9)
    assert alone(top, *text(1), foot) == ["Library Service", "Library of Sand"]


@pytest.mark.parametrize(
    "words",
    [
        "Journal of Sand, Vol. 3, No. 2, 2015",
        "https://example.org/sand",
        "© 2015 The House of Books",
        "doi 10.1000/182",
    ],
)
def test_on_a_page_alone_what_says_where_it_was_published_is_furniture(words: str) -> None:
    assert alone(line(50, 45, words, size=9), *text(1)) == [words]


@pytest.mark.parametrize(("y", "words"), [(100, "ants in sand"), (40, "1.0"), (40, "ants, bees,")])
def test_on_an_inner_page_the_labels_of_a_figure_are_none(y: float, words: str) -> None:
    rows = [line(50, y, words, size=7), *text(3, y=140)]
    assert alone(*rows, number=3) == []


def test_on_an_inner_page_what_stands_beside_its_number_is_furniture() -> None:
    head = [line(50, 40, "THE BOOK OF SAND", size=9), line(520, 40, "47", size=9)]
    assert alone(*head, *text(1)) == ["THE BOOK OF SAND 47"]


@pytest.mark.parametrize(
    ("y", "words", "size"),
    [
        (40, "ACME Corporation Ltd, 1 High Street", 9),
        (40, "12 March 1921", 10),
        (40, "2024", 10),
        (40, "Our letter No. 12 of May 2020", 9),
        (40, "17.50", 10),
        (40, "- 5", 26),
        (750, "1 See above, where more is said of it", 8),
        (750, "Yours sincerely", 10),
    ],
)
def test_on_a_first_page_little_else_is(y: float, words: str, size: float) -> None:
    assert alone(*text(1), line(50, y, words, size=size)) == []


def test_a_number_that_ends_a_column_of_numbers_is_none() -> None:
    rows = [line(300, 600 + 14 * row, str(12 * row + 3), size=10) for row in range(12)]
    assert alone(*text(1, rows=10), *rows) == []


def test_the_number_of_an_invoice_is_none() -> None:
    rows = [line(50, 120 + 20 * n, f"Item {n}", size=10) for n in range(12)]
    head = [line(50, 40, "Invoice", size=10), line(500, 40, "1234", size=10)]
    assert alone(*head, *rows) == []


def test_a_page_with_nothing_but_a_number_keeps_it() -> None:
    assert alone(line(300, 750, "42", size=10)) == []


def test_headers_are_read_first_and_footers_last() -> None:
    raws = [
        page([*text(n), line(300, 750, str(n), size=9), line(50, 40, "The Book", size=9)], n)
        for n in range(1, 5)
    ]
    lay_out = arrange(lambda: iter(raws))
    kinds = [block.kind for block in lay_out(raws[1]).blocks]
    assert kinds == [BlockKind.HEADER, BlockKind.PARAGRAPH, BlockKind.FOOTER]


def test_on_a_card_what_a_network_took_for_a_header_may_be_its_title() -> None:
    title = line(6, 6, "Lentil soup", height=7.2)
    rows = [
        line(6, 20 + 7 * n, "lentils of many kinds, cooked in water", height=7) for n in range(9)
    ]
    card = replace(page([title, *rows], 3), width=200.0, height=143.0)
    raw = replace(card, regions=(Region(BlockKind.HEADER, title.box, 0.9),))
    assert furniture([raw]) == [[]]


# ---------------------------------------------------------------- nothing is lost

words = st.sampled_from(["The Book", "7", "vii", "Page 3 of 10", "Chapter 2", WORDS, "12 notes"])
lines = st.builds(
    line,
    st.sampled_from([50.0, 300.0, 520.0]),
    st.floats(0, 780),
    words,
    size=st.sampled_from([8.0, 10.0, 16.0]),
    bold=st.booleans(),
)
documents = st.lists(st.lists(lines, max_size=12), min_size=1, max_size=5)


@settings(max_examples=60)
@given(documents)
def test_every_letter_stands_exactly_once_with_or_without_furniture(document) -> None:
    raws = [page(blocks, number) for number, blocks in enumerate(document, start=1)]
    lay_out = arrange(lambda: iter(raws))
    for raw in raws:
        before = Counter("".join(block.text for block in raw.blocks).replace(" ", ""))
        after = "".join(block.text for block in lay_out(raw).blocks)
        assert Counter("".join(after.split())) == before
