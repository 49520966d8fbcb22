"""Markdown that people get."""

import html
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from outputs.books import TIMEOUT, block, book_of, markdown, page_of, written
from pagemill.model.job import Failure
from pagemill.model.page import Block, BlockKind, Box, Cell
from pagemill.outputs import page_markdown
from pagemill.ports import Gap

VIEWER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = [
    "<script>alert(1)</script>",
    "<!-- comment -->",
    "</p><img src=x onerror=y>",
    "# no heading",
    "#",
    "a title #",
    "* no list",
    "+ no list",
    "- no list",
    "1. no list",
    "12) no list",
    "> no quote",
    "| no | table |\n| --- | --- |",
    "no | table\n--|--",
    ":-: | :-:",
    "setext\n===",
    "setext\n---",
    "***",
    "- - -",
    "_ _ _",
    "~~~\nno fence",
    "~~not struck~~",
    "```no fence```",
    "    no code",
    "*not emphasis* _nor this_ **nor that** __no__",
    "snake_case_name and 2*3*4",
    "[no](link) ![no](image.png) [no][ref]",
    "[ref]: http://example.com 'title'",
    "[^1] and [^1]: no footnote",
    "[ ] no task",
    "&amp; &#35; &copy; &notanentity; & co",
    "a < b > c <3 <https://example.com>",
    "back\\slash \\* \\",
    "$x$ and $$y$$",
    "line one\nline two\\\nline three",
    "\tindented",
    "trailing  \nspaces",
    "a\r\nb\rc\x0bd\x85e\u2028f",
]
hostile = st.text(max_size=60) | st.lists(
    st.sampled_from(
        [*"#*_-+>|`~[]()<>!&;:=$\\.1 \n\tab", "- ", "1. ", "](", "&lt;", "```", "  \n"]
    ),
    max_size=25,
).map("".join)


def words(text: str) -> str:
    """Letters and signs without the white space around them, which Markdown is free with."""
    return "".join("".join(c for c in text if c.isprintable()).split())


def shown(markdown_text: str) -> str:
    """What a viewer shows, as text; any markup left in it is the document's own."""
    page = VIEWER.render(markdown_text)
    return html.unescape(
        re.sub(
            r"</?(p|br)\b ?/?>|</?(h[1-6]|ul|ol|li|table|thead|tbody|tr|t[hd])\b[^>]*>", "", page
        )
    )


def tags(markdown_text: str) -> set[str]:
    return set(re.findall(r"<(\w+)", VIEWER.render(markdown_text)))


def with_examples(test):
    for text in HOSTILE:
        test = example(text)(test)
    return test


@with_examples
@given(hostile)
def test_any_text_is_inert_in_a_paragraph(text: str) -> None:
    result = markdown(text)
    assert tags(result) <= {"p", "br"}
    assert words(shown(result)) == words(text)


@with_examples
@given(hostile)
def test_any_text_is_inert_in_a_heading(text: str) -> None:
    result = markdown(block(text, BlockKind.HEADING, level=2))
    assert tags(result) <= {"h2"}
    assert words(shown(result)) == words(text)


@with_examples
@given(hostile)
def test_any_text_is_inert_in_a_table(text: str) -> None:
    cells = tuple(Cell(row, column, text) for row in (0, 1) for column in (0, 1))
    result = markdown(block("", BlockKind.TABLE, cells=cells))
    assert tags(result) <= {"table", "thead", "tbody", "tr", "th", "td", "br"}
    assert words(shown(result.replace("<br>", " "))) == 4 * words(text)


@with_examples
@given(hostile)
def test_any_text_is_inert_in_a_list(text: str) -> None:
    result = markdown(block(f"• x{text}", BlockKind.LIST_ITEM, level=1))
    assert tags(result) == {"ul", "li"}
    assert words(shown(result)) == "x" + words(text)


@with_examples
@given(hostile)
def test_any_text_stays_code_in_code(text: str) -> None:
    result = markdown(block(f"x{text}", BlockKind.CODE))
    assert tags(result) == {"pre", "code"}


@with_examples
@given(hostile)
def test_any_reason_is_inert_in_a_gap(text: str) -> None:
    result = written("markdown", book_of([Gap(7, Failure("engine_failed", text))])).text(
        "result.md"
    )
    comment, visible = result.split("\n\n", 1)
    assert re.fullmatch(r"<!-- page 7 could not be read: engine_failed: [^<>]*-->", comment)
    assert "--" not in comment[4:-3]
    assert tags(visible) <= {"blockquote", "p", "strong"}


@given(
    st.lists(
        st.tuples(
            st.integers(1, 4), st.sampled_from(["•", "1.", "2.", "3.", "9)", "(a)", "", "-"])
        ),
        max_size=8,
    )
)
def test_lists_of_any_shape_show_every_item_and_number(items) -> None:
    blocks = [
        block(f"{marker} item{n}", BlockKind.LIST_ITEM, level=level)
        for n, (level, marker) in enumerate(items)
    ]
    page = VIEWER.render(markdown(*blocks))
    assert re.findall(r"item\d", page) == [f"item{n}" for n in range(len(items))]
    assert len(re.findall("<li>", page)) == len(items)
    assert numbers_shown(page) == [marker[0] for _, marker in items if marker[:1].isdigit()]


def numbers_shown(page: str) -> list[str]:
    """The number before every item as a browser shows it, whether counted or written out."""
    found: list[str] = []
    counters: list[int | None] = []
    for tag, start, written_out in re.findall(
        r'<(/?[ou]l|li)(?: start="(\d+)")?>(?:\n?<p>)?(\d[.)])?', page
    ):
        if tag in {"ol", "ul"}:
            counters.append(int(start or 1) if tag == "ol" else None)
        elif tag == "li" and counters[-1] is not None:
            found.append(str(counters[-1]))
            counters[-1] += 1
        elif tag == "li" and written_out:
            found.append(written_out[0])
        elif tag != "li":
            counters.pop()
    return found


def test_blocks_become_what_they_are() -> None:
    cells = (Cell(0, 0, "Item"), Cell(0, 1, "Price"), Cell(1, 0, "Tea"), Cell(1, 1, "1.20"))
    result = markdown(
        block("Title", BlockKind.HEADING, level=1),
        "A paragraph.",
        block("• one", BlockKind.LIST_ITEM, level=1),
        block("– inner", BlockKind.LIST_ITEM, level=2),
        block("• two", BlockKind.LIST_ITEM, level=1),
        block("1. first", BlockKind.LIST_ITEM, level=1),
        block("2. second", BlockKind.LIST_ITEM, level=1),
        block("5. fifth", BlockKind.LIST_ITEM, level=1),
        block("", BlockKind.TABLE, cells=cells),
        block("x = 1", BlockKind.CODE),
        "Street 1\nTown",
    )
    assert result == (
        "# Title\n\nA paragraph.\n\n- one\n  - inner\n- two\n\n"
        "1. first\n2. second\n- 5\\. fifth\n\n"
        "| Item | Price |\n| --- | --- |\n| Tea | 1.20 |\n\n```\nx = 1\n```\n\nStreet 1  \nTown\n"
    )


def test_harmless_text_is_left_readable() -> None:
    text = "snake_case, a < b & c, [12], $5, 3 - 4, 50%, (x), ~7, e-mail@example.com, 5 > 4!"
    assert markdown(text) == text + "\n"


def test_a_ragged_table_is_squared_and_wild_indices_cost_nothing() -> None:
    cells = (Cell(0, 0, "a"), Cell(10**9, 10**9, "b"), Cell(10**9, 10**9, "c"))
    result = markdown(block("", BlockKind.TABLE, cells=cells))
    assert result == "| a |  |\n| --- | --- |\n|  | b<br>c |\n"


@pytest.mark.parametrize(
    ("page_breaks", "expected"),
    [
        ("none", "one\n\ntwo\n"),
        ("rule", "one\n\n---\n\ntwo\n"),
        ("comment", "<!-- page 3 -->\n\none\n\n<!-- page 5 -->\n\ntwo\n"),
        ("form_feed", "one\n\n\f\n\ntwo\n"),
    ],
)
def test_page_breaks_are_as_asked(page_breaks: str, expected: str) -> None:
    book = book_of([page_of("one", number=3), page_of("two", number=5)], page_breaks=page_breaks)
    assert written("markdown", book).text("result.md") == expected


def test_a_page_that_was_given_up_is_marked_where_it_would_stand() -> None:
    book = book_of([page_of("one"), Gap(2, TIMEOUT), page_of("three", number=3)])
    assert written("markdown", book).text("result.md") == (
        "one\n\n<!-- page 2 could not be read: page_timeout: Reading the page took too long -->\n\n"
        "> **Page 2 could not be read** (Reading the page took too long).\n\nthree\n"
    )


def test_lists_of_two_pages_are_two_lists() -> None:
    pages = [
        page_of(block("3. c", BlockKind.LIST_ITEM, level=1)),
        page_of(block("7. g", BlockKind.LIST_ITEM, level=1), number=2),
    ]
    page = VIEWER.render(written("markdown", book_of(pages)).text("result.md"))
    assert numbers_shown(page) == ["3", "7"]


def test_figures_are_linked_only_where_their_pictures_are_written() -> None:
    figure = Block(BlockKind.FIGURE, Box(72, 72, 300, 300), "words in it")
    assert markdown(figure) == "words in it\n"
    other = Block(BlockKind.FIGURE, Box(72, 372, 300, 500))
    linked = markdown(figure, "x", other, outputs=("markdown", "images"))
    assert linked == (
        "![figure](images/1_0.jpg)\n\nwords in it\n\nx\n\n![figure](images/1_1.jpg)\n"
    )


def test_a_figure_beside_the_page_has_no_picture() -> None:
    figure = Block(BlockKind.FIGURE, Box(700, 72, 900, 300), "words")
    assert markdown(figure, outputs=("images",)) == "words\n"


def test_one_page_alone_is_rendered_alike() -> None:
    assert page_markdown(page_of(block("T", BlockKind.HEADING, level=2), "x")) == "## T\n\nx\n"
    assert page_markdown(page_of()) == ""


def test_what_belongs_to_an_item_stands_in_it() -> None:
    item, other = (block(text, BlockKind.LIST_ITEM, level=1) for text in ("1. a", "2. b"))
    code = block("x = 1\n\ny = 2", BlockKind.CODE, level=1)
    said = markdown(item, block("more", level=1), code, other, block("after"))
    inside = "1. a\n\n   more\n\n   ```\n   x = 1\n\n   y = 2\n   ```\n2. b\n\nafter\n"
    assert said == inside
    shown = VIEWER.render(said)
    assert numbers_shown(shown) == ["1", "2"]
    assert shown.count("<ol>") == 1


def test_boxes_to_be_ticked_are_tasks() -> None:
    items = [block(text, BlockKind.LIST_ITEM, level=1) for text in ("☐ open", "☑ done")]
    assert markdown(*items) == "- [ ] open\n- [x] done\n"
