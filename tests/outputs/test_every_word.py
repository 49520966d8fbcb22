"""Whatever the pages hold, each of their words stands once in what is made of them."""

import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from outputs.books import block, book_of, page_of, written
from pagemill.model.page import Block, BlockKind, Cell, LinkedText, PageText

VIEWER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
EDGES = {BlockKind.HEADER, BlockKind.FOOTER}
SIGNS = ["-", "*", "<b>", "|", "\n", "[", "](", "&amp;", "#", "1.", "•", "`", "--", "_", "\\"]
KINDS = [kind for kind in BlockKind if kind is not BlockKind.LINE]


@st.composite
def pages(draw: st.DrawFn) -> list[PageText]:
    """Up to four pages; every word `w<number>w` of the document is there once."""
    counter = iter(range(10_000))
    made = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        kinds = draw(st.lists(st.sampled_from(KINDS), max_size=6))
        blocks = [_block(draw, kind, counter) for kind in kinds]
        flags = draw(st.sampled_from([(), ("degraded",)]))
        made.append(page_of(*blocks, number=number, flags=flags))
    return made


def _block(draw: st.DrawFn, kind: BlockKind, counter: Iterator[int]) -> Block:
    text = _text(draw, counter)
    goes_on = draw(st.booleans())
    level = draw(st.integers(1, 4))
    if kind is BlockKind.TABLE:
        cells = tuple(
            Cell(
                row, column, _text(draw, counter), *draw(st.sampled_from([(1, 1), (1, 2), (2, 1)]))
            )
            for row in range(draw(st.integers(1, 3)))
            for column in range(draw(st.integers(1, 3)))
        )
        return block("", kind, cells=cells, continues=goes_on)
    if kind is BlockKind.LIST_ITEM:
        text = draw(st.sampled_from(["• ", "1. ", "2. ", "(a) ", ""])) + text
    linked = LinkedText(_some_words(draw, text), "https://example.org/a(b)")
    return block(text, kind, continues=goes_on, level=level, links=(linked,))


def _text(draw: st.DrawFn, counter: Iterator[int]) -> str:
    """Words with signs between them, none of which makes one of two words."""
    parts = []
    for _ in range(draw(st.integers(0, 3))):
        parts += [f"w{next(counter)}w", *draw(st.lists(st.sampled_from(SIGNS), max_size=2))]
    return " ".join(parts)


def _some_words(draw: st.DrawFn, text: str) -> str:
    words = text.split()
    begin = draw(st.integers(0, max(0, len(words) - 1)))
    return " ".join(words[begin : begin + 2])


def words_of(text: str) -> Counter[str]:
    return Counter(re.findall(r"w\d+w", text))


def expected(book: Sequence[PageText], *, with_edges: bool = False) -> Counter[str]:
    return words_of(
        " ".join(
            f"{found.text} {' '.join(cell.text for cell in found.cells)}"
            for page in book
            for found in page.blocks
            if with_edges or found.kind not in EDGES
        )
    )


def result(output: str, book: Sequence[PageText], **options: object) -> str:
    folder = written(output, book_of(book, **options))
    (path,) = folder.files
    return folder.text(path)


@given(pages(), st.sampled_from(["none", "rule", "comment", "form_feed"]), st.booleans())
def test_in_markdown_but_for_running_headers_and_footers(
    book: list[PageText], page_breaks: str, keeps: bool
) -> None:
    edges = "keep" if keeps else "remove"
    text = result("markdown", book, page_breaks=page_breaks, headers_footers=edges)
    page = html.unescape(re.sub(r"<[^>]*>", " ", VIEWER.render(text)))
    assert words_of(page) == expected(book, with_edges=keeps)


@given(pages())
def test_in_html_that_is_well_formed(book: list[PageText]) -> None:
    from lxml import etree

    text = result("html", book)
    tree = etree.fromstring(re.sub(r"<(meta[^>]*|br)>", r"<\1/>", text))
    assert words_of(" ".join(tree.find("body").itertext())) == expected(book)
    anchors = [found.get("id") for found in tree.iter() if found.get("id")]
    assert sorted(anchors) == [f"page-{number}" for number in range(1, len(book) + 1)]
    links = re.findall('href="([^"]*)"', text)
    assert set(links) <= {"https://example.org/a%28b%29"}


@given(pages())
def test_in_text_and_chunks(book: list[PageText]) -> None:
    assert words_of(result("text", book)) == expected(book)
    chunks = [json.loads(line) for line in result("chunks", book).splitlines()]
    shown = Counter[str]()
    for chunk in chunks:
        shown += words_of(chunk["text"])
        shown += words_of(" ".join(chunk["headings"])) - shown
    assert shown == expected(book)
