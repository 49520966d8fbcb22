"""The web page: one file, for eyes and for screen readers."""

import base64
import io
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from lxml import etree
from PIL import Image

from outputs.books import TIMEOUT, block, book_of, page_of, written
from outputs.test_markdown_output import hostile, with_examples, words
from pagemill.model.page import Block, BlockKind, Box, Cell, LinkedText, PageText
from pagemill.ports import Gap
from pagemill.testing.documents import picture

LISTED = (("1. one", 1), ("• inner", 2), ("2. two", 1))


def html(*pages: PageText | Gap | Block | str, path: Path = Path("none"), **options: object) -> str:
    found = [page if isinstance(page, PageText | Gap) else page_of(page) for page in pages]
    return written("html", book_of(found, path, **options)).text("result.html")


def tree(text: str) -> etree._Element:
    """As XML, which HTML with closed tags nearly is."""
    return etree.fromstring(re.sub(r"<(meta[^>]*|img[^>]*|br)>", r"<\1/>", text))


def body(*blocks: Block | str, **more: object) -> str:
    """What stands in the main part for one page, without the page's anchor."""
    text = html(page_of(*blocks, **more))
    return text.split("<main>\n", 1)[1].split("</main>", 1)[0].split("</div>\n", 1)[1]


def test_it_stands_alone_and_has_no_script() -> None:
    text = html(block("T", BlockKind.HEADING), "x")
    assert text.startswith("<!DOCTYPE html>\n<html lang=")
    assert not re.findall(r"<script|<link|src=|url\(|@import|https?:", text)


def test_it_says_its_title_and_languages() -> None:
    german = page_of(block("Bericht", BlockKind.HEADING), "Text", language="de")
    found = tree(html(german, page_of("words", number=2, language="en")))
    assert found.get("lang") == "de"
    assert found.findtext("head/title") == "Bericht"
    assert [(p.text, p.get("lang")) for p in found.iter("p")] == [("Text", None), ("words", "en")]
    assert tree(html("x")).findtext("head/title") == "a document"


def test_headings_never_skip_a_level() -> None:
    levels = [3, 5, 2, 6, 1]
    blocks = [block("x", BlockKind.HEADING, level=level) for level in levels]
    assert re.findall("<(h[1-6])>", body(*blocks)) == ["h1", "h2", "h2", "h3", "h1"]


def test_every_page_has_an_anchor_in_or_before_its_text() -> None:
    goes_on = block("two", continues=True)
    found = tree(html(page_of("one"), page_of(goes_on, number=2), Gap(3, TIMEOUT)))
    anchors = {one.get("id"): one.get("aria-label") for one in found.iter() if one.get("id")}
    assert anchors == {"page-1": "Page 1", "page-2": "Page 2", "page-3": "Page 3"}
    (paragraph,) = (p for p in found.iter("p") if p.get("role") is None)
    assert "".join(paragraph.itertext()).split() == ["one", "two"]
    assert paragraph[0].get("id") == "page-2"


def test_a_word_that_a_page_parts_stays_one() -> None:
    pages = [page_of("conver-"), page_of(block("sion", continues=True), number=2)]
    assert "".join(tree(html(*pages)).find(".//p").itertext()) == "conversion"


def test_rows_say_where_a_page_begins() -> None:
    rows = [
        block("", BlockKind.TABLE, cells=(Cell(0, 0, f"r{n}"),), continues=n > 1) for n in (1, 2)
    ]
    text = html(page_of(rows[0]), page_of(rows[1], number=2))
    assert '<tr id="page-2"><td>r2</td></tr>' in text


def test_lists_are_nested_and_keep_their_numbers() -> None:
    items = [("3. three", 1), ("• inner", 2), ("4. four", 1), ("(a) own", 1)]
    found = body(*(block(text, BlockKind.LIST_ITEM, level=level) for text, level in items))
    assert re.sub(r"\n", "", found) == (
        '<ol><li value="3">three<ul><li>inner</li></ul></li><li value="4">four</li></ol>'
        '<ul class="own"><li>(a) own</li></ul>'
    )


def test_what_belongs_to_an_item_stands_in_it() -> None:
    items = [block(text, BlockKind.LIST_ITEM, level=level) for text, level in LISTED]
    more, code = block("more", level=1), block("x = 1", BlockKind.CODE, level=2)
    found = re.sub(r"\n", "", body(items[0], items[1], code, more, items[2], block("after")))
    assert found == (
        '<ol><li value="1">one<ul><li>inner<pre><code>x = 1</code></pre></li></ul>'
        '<p>more</p></li><li value="2">two</li></ol><p>after</p>'
    )
    assert "<li>" not in body(more)


def test_tables_say_what_their_heads_are_heads_of() -> None:
    cells = (
        Cell(0, 0, "", is_header=True),
        Cell(0, 1, "Prices", is_header=True, column_span=2),
        Cell(1, 0, "Tea", is_header=True),
        Cell(1, 1, "1"),
        Cell(1, 2, "2"),
    )
    caption = block("Table 1: prices", BlockKind.CAPTION)
    assert body(caption, block("", BlockKind.TABLE, cells=cells)) == (
        "<table>\n<caption>Table 1: prices</caption>\n<thead>\n"
        '<tr><th scope="col"></th><th colspan="2" scope="colgroup">Prices</th></tr>\n'
        "</thead>\n<tbody>\n"
        '<tr><th scope="row">Tea</th><td>1</td><td>2</td></tr>\n</tbody>\n</table>\n'
    )


def test_captions_go_to_the_nearer_of_two_neighbours() -> None:
    def at(kind: BlockKind, top: float, text: str = "") -> Block:
        return Block(kind, Box(72, top, 300, top + 50), text)

    found = body(
        at(BlockKind.FIGURE, 100),
        at(BlockKind.CAPTION, 160, "first"),
        at(BlockKind.CAPTION, 300, "second"),
        at(BlockKind.FIGURE, 360),
        at(BlockKind.CAPTION, 700, "alone"),
    )
    assert re.findall("<figcaption>(.*)</figcaption>", found) == ["first", "second"]
    assert '<p class="caption">alone</p>' in found


def test_text_from_right_to_left_says_so() -> None:
    assert body("שלום עולם") == '<p dir="rtl">שלום עולם</p>\n'
    assert body("hello שלום to all") == "<p>hello שלום to all</p>\n"


def test_code_keeps_its_spaces_and_links_lead() -> None:
    link = LinkedText("here", "https://example.org/?a=1&b=2")
    assert body(block("if x:\n    y < 1", BlockKind.CODE)) == (
        "<pre><code>if x:\n    y &lt; 1</code></pre>\n"
    )
    assert body(block("look here", links=(link,))) == (
        '<p>look <a href="https://example.org/?a=1&amp;b=2">here</a></p>\n'
    )


def test_doubts_and_gaps_are_notes() -> None:
    text = html(page_of(block("x", confidence=0.617), flags=("degraded",)), Gap(2, TIMEOUT))
    notes = ["".join(p.itertext()) for p in tree(text).iter("p") if p.get("role") == "note"]
    assert notes == [
        "Page 1: confidence 0.62, degraded.",
        "Page 2 could not be read (Reading the page took too long).",
    ]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    path.write_bytes(picture("words"))
    return path


def test_pictures_lie_in_the_file_if_the_job_asked_for_them(photo: Path) -> None:
    figure = page_of(Block(BlockKind.FIGURE, Box(72, 72, 216, 144)))
    (image,) = tree(html(figure, path=photo, outputs=("html", "images"))).iter("img")
    head, data = image.get("src").split(",")
    assert head == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (400, 200)
    assert image.get("alt") == "Figure on page 1"
    (stand_in,) = tree(html(figure, path=photo)).iterfind(".//figure/div")
    assert (stand_in.get("role"), stand_in.get("aria-label")) == ("img", "Figure on page 1")


@with_examples
@given(hostile)
def test_any_text_is_inert_wherever_it_stands(text: str) -> None:
    kinds: Sequence[BlockKind] = [BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.CAPTION]
    cells = (Cell(0, 0, text), Cell(0, 1, "x"))
    found = tree(html(page_of(*(block(text, kind) for kind in kinds), language=text)))
    assert {one.tag for one in found.find("body").iter()} <= {
        "body",
        "main",
        "div",
        "h1",
        "p",
        "br",
    }
    shown = "".join(found.find("body").itertext())
    assert words(shown) == 3 * words(text)
    row = tree(html(block("", BlockKind.TABLE, cells=cells))).find(".//tr")
    assert {one.tag for one in row.iter()} <= {"tr", "td", "br", "ul", "li"}
