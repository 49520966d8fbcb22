"""Which words lead somewhere."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from layout.sheets import line, page
from pagemill.layout import arrange
from pagemill.layout.lines import line_of
from pagemill.layout.text.links import MAX_LINES, with_links
from pagemill.model.page import Block, Box, Link, LinkedText, Marks

FULL = "a line of text that runs up to the right edge"
URL = "https://example.org/"


def laid_out(blocks: Sequence[Block], *links: Link) -> list[tuple[LinkedText, ...]]:
    raw = replace(page(blocks), marks=Marks(links=links))
    return [block.links for block in arrange(lambda: iter([raw]))(raw).blocks]


def words(block: Block) -> Block:
    """The same with the edges of its words: five points a letter."""
    edges, x = [], block.box.x0
    for word in block.text.split():
        edges.append((x, x + 5.0 * len(word)))
        x += 5.0 * (len(word) + 1)
    return replace(block, words=tuple(edges))


def over(block: Block, word: str, url: str = URL) -> Link:
    start = block.text.index(word)
    x = block.box.x0 + 5.0 * start
    return Link(Box(x, block.box.y0, x + 5.0 * len(word), block.box.y1), url)


def test_words_under_an_area_lead_where_it_leads() -> None:
    row = words(line(50, 50, FULL, size=10))
    found = laid_out([row], over(row, "text that"), over(row, "edge", URL + "2"))
    assert found == [(LinkedText("text that", URL), LinkedText("edge", URL + "2"))]


def test_words_are_guessed_where_their_edges_are_unknown() -> None:
    row = line(50, 50, FULL)
    assert laid_out([row], over(row, "text that")) == [(LinkedText("text that", URL),)]


def test_a_link_that_wraps_is_one() -> None:
    rows = [words(line(50, 50, FULL, size=10)), words(line(50, 62, FULL, size=10))]
    found = laid_out(rows, over(rows[0], "right edge"), over(rows[1], "a line of"))
    assert found == [(LinkedText("right edge a line of", URL),)]


def test_an_address_that_is_cut_is_one_link() -> None:
    rows = [
        words(line(50, 50, "more about all of it at https://example.org/", size=10)),
        words(line(50, 62, "a/very/long/path/that/was/cut and so on and on", size=10)),
    ]
    found = laid_out(rows, over(rows[0], URL), over(rows[1], "a/very/long/path/that/was/cut"))
    assert found == [(LinkedText(URL + "a/very/long/path/that/was/cut", URL),)]


def test_signs_that_stand_out_of_the_area_are_not_in_the_link() -> None:
    row = words(line(50, 50, "more of it (here), and there.", size=10))
    assert laid_out([row], over(row, "here")) == [(LinkedText("here", URL),)]


def test_a_stop_behind_an_address_is_not_in_the_link() -> None:
    row = words(line(50, 50, "see https://example.org/), or ask", size=10))
    assert laid_out([row], over(row, URL + "),")) == [(LinkedText(URL, URL),)]


def test_two_links_to_different_places_stay_two() -> None:
    rows = [words(line(50, 50, FULL, size=10)), words(line(50, 62, FULL, size=10))]
    found = laid_out(rows, over(rows[0], "edge"), over(rows[1], "a line", URL + "2"))
    assert found == [(LinkedText("edge", URL), LinkedText("a line", URL + "2"))]


boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    st.floats(0, 500),
    st.floats(0, 200),
    st.floats(0, 300),
    st.floats(0, 60),
)


@given(st.lists(boxes, max_size=12))
def test_links_stand_in_the_text_in_their_order_whatever_areas_cover(areas) -> None:
    rows = [words(line(50, 50 + 12 * n, FULL, size=10)) for n in range(9)]
    links = tuple(Link(box, f"{URL}{n}") for n, box in enumerate(areas))
    raw = replace(page(rows), marks=Marks(links=links))
    for block in arrange(lambda: iter([raw]))(raw).blocks:
        place = 0
        for link in block.links:
            place = block.text.index(link.text, place) + len(link.text)


def test_an_area_over_the_whole_page_looks_at_a_few_lines_only() -> None:
    rows = [line_of(line(50, float(n), "word")) for n in range(700)]
    lines = [row for row in rows if row]
    marks = Marks(links=(Link(Box(0, 0, 600, 790), URL),))
    assert sum(bool(one.links) for one in with_links(lines, marks)) == MAX_LINES
