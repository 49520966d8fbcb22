"""Tables in Markdown, with pipes or as HTML, and links in text and tables."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from outputs.books import block, markdown
from outputs.test_markdown_output import hostile, shown, tags, with_examples, words
from pagemill.model.page import Block, BlockKind, Cell, LinkedText
from pagemill.outputs.grids import grid

VIEWER = MarkdownIt("commonmark", {"html": True}).enable("table")


def table(*cells: Cell, **more: object) -> Block:
    return block("", BlockKind.TABLE, cells=cells, **more)


def test_a_table_with_spans_is_html_row_by_row_without_blank_lines() -> None:
    cells = (
        Cell(0, 0, "Item", is_header=True, row_span=2),
        Cell(0, 1, "Price", is_header=True, column_span=2),
        Cell(1, 1, "net", is_header=True),
        Cell(1, 2, "gross", is_header=True),
        Cell(2, 0, "Tea &\nmilk"),
        Cell(2, 1, "1"),
        Cell(2, 2, "<2>"),
    )
    assert markdown(table(*cells), "after") == (
        "<table>\n<thead>\n"
        '<tr><th rowspan="2">Item</th><th colspan="2">Price</th></tr>\n'
        "<tr><th>net</th><th>gross</th></tr>\n"
        "</thead>\n<tbody>\n"
        "<tr><td>Tea &amp;<br>milk</td><td>1</td><td>&lt;2&gt;</td></tr>\n"
        "</tbody>\n</table>\n\nafter\n"
    )


def test_a_list_in_a_cell_is_a_list() -> None:
    result = markdown(table(Cell(0, 0, "Needs"), Cell(0, 1, "• flour\n• 2 eggs")))
    assert "<td><ul><li>flour</li><li>2 eggs</li></ul></td>" in result


def test_lines_in_a_cell_are_kept_in_a_pipe_table() -> None:
    assert markdown(table(Cell(0, 0, "a\nb"), Cell(0, 1, "c"))) == (
        "| a<br>b | c |\n| --- | --- |\n"
    )


@with_examples
@given(hostile)
def test_any_text_is_inert_in_an_html_table(text: str) -> None:
    cells = (Cell(0, 0, text, column_span=2), Cell(1, 0, text), Cell(1, 1, text))
    result = markdown(table(*cells), "*after*")
    assert "\n\n" not in result.split("</table>")[0]
    page = VIEWER.render(result)
    assert set(re.findall(r"<(\w+)", page)) <= {"table", "tbody", "tr", "td", "br", "ul", "li", "p"}
    assert page.endswith("<p>*after*</p>\n")
    if not re.search("<ul>", page):
        assert words(shown(page.replace("<br>", " "))) == 3 * words(text) + "*after*"


cells_anywhere = st.lists(
    st.builds(
        Cell,
        st.integers(0, 4) | st.just(10**9),
        st.integers(0, 4) | st.just(10**9),
        st.just("x"),
        st.integers(1, 3) | st.just(10**9),
        st.integers(1, 3) | st.just(10**9),
    ),
    min_size=1,
    max_size=12,
)


@given(cells_anywhere)
def test_cells_that_claim_any_places_fill_a_rectangle_once(cells: list[Cell]) -> None:
    made = grid(cells)
    places = [
        (cell.row + down, cell.column + across)
        for row in made.rows
        for cell in row
        for down in range(cell.row_span)
        for across in range(cell.column_span)
    ]
    assert sorted(places) == [(r, c) for r in range(len(made.rows)) for c in range(made.columns)]
    assert sum(cell.text.count("x") for row in made.rows for cell in row) == len(cells)


def test_a_table_of_many_wide_cells_is_bounded() -> None:
    cells = [Cell(n // 70, n % 70, "x", 10**6, 10**6) for n in range(5000)]
    made = grid(cells)
    assert sum(len(row) for row in made.rows) <= len(cells) * 200


# ---------------------------------------------------------------- links


def linked(text: str, *links: tuple[str, str], kind: BlockKind = BlockKind.PARAGRAPH) -> str:
    found = tuple(LinkedText(*link) for link in links)
    return markdown(block(text, kind, links=found, level=1))


def test_links_lead_from_their_words_in_order() -> None:
    text = linked("see a and a", ("a", "https://example.org/1"), ("a", "https://example.org/2"))
    assert text == "see [a](https://example.org/1) and [a](https://example.org/2)\n"


@pytest.mark.parametrize("kind", [BlockKind.HEADING, BlockKind.LIST_ITEM, BlockKind.CAPTION])
def test_links_stand_in_every_kind_of_text(kind: BlockKind) -> None:
    assert "[here](https://example.org)" in linked(
        "look here!", ("here", "https://example.org"), kind=kind
    )


def test_links_stand_in_the_cells_of_both_kinds_of_tables() -> None:
    links = tuple(LinkedText(text, "https://example.org") for text in ("lost", "b", "d"))
    cells = (Cell(0, 0, "a b"), Cell(0, 1, "c"), Cell(1, 0, "b"), Cell(1, 1, "d"))
    assert markdown(table(*cells, links=links)).count("](https://example.org)") == 2
    wide = (*cells, Cell(2, 0, "wide", column_span=2))
    page = markdown(table(*wide, links=links))
    assert page.count('<a href="https://example.org">') == 2
    assert '<td>a <a href="https://example.org">b</a></td>' in page


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "#page", "", "x" * 9000],
)
def test_only_links_to_the_web_and_to_letter_boxes_are_followed(url: str) -> None:
    assert linked("a word", ("word", url)) == "a word\n"
    assert linked("a word", ("word", "mailto:a@example.org")) == (
        "a [word](mailto:a@example.org)\n"
    )


def test_a_link_over_two_lines_is_a_link_on_each() -> None:
    text = linked("Visit our\nshop now", ("our shop", "https://example.org"))
    assert text == "Visit [our](https://example.org)  \n[shop](https://example.org) now\n"


urls = st.text(min_size=1, max_size=20).map(lambda tail: "https://example.org/" + tail)


@given(hostile, hostile, hostile, urls)
def test_links_change_no_word_and_lead_where_they_should(
    before: str, inner: str, after: str, url: str
) -> None:
    text = f"{before} {inner} {after}"
    result = linked(text, (" ".join(inner.split()), url))
    assert tags(result) <= {"p", "br", "a"}
    plain = re.sub(r"</?a\b[^>]*>", "", MarkdownIt("commonmark").render(result))
    assert words(shown_html(plain)) == words(text)
    assert set(re.findall(r'href="([^"?#]{20})', result)) <= {"https://example.org/"}


def shown_html(page: str) -> str:
    import html

    return html.unescape(re.sub(r"</?p>|<br ?/?>", "", page))
