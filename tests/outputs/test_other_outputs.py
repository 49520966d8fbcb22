"""Text, JSON, metadata, annotated Markdown and crops."""

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from outputs.books import TIMEOUT, TestBook, block, book_of, page_of, written
from pagemill.model.options import Options
from pagemill.model.page import (
    Block,
    BlockKind,
    Box,
    Cell,
    Link,
    Marks,
    OutlineEntry,
    PageText,
)
from pagemill.outputs import all_outputs
from pagemill.ports import Gap
from pagemill.testing.documents import holed_pdf, picture

WHOLE = [page_of("one"), Gap(2, TIMEOUT), page_of("three", number=3)]


# ---------------------------------------------------------------- text


def test_text_has_a_form_feed_between_pages_and_names_gaps() -> None:
    text = written("text", book_of(WHOLE)).text("result.txt")
    gap = "[Page 2 could not be read: Reading the page took too long]"
    assert text == f"one\n\f{gap}\n\fthree\n"


def test_text_shows_lists_tables_and_lines_plainly() -> None:
    cells = (Cell(0, 0, "a"), Cell(0, 1, "b"), Cell(1, 1, "d"))
    items = [block(f"• {n}", BlockKind.LIST_ITEM, level=1) for n in (1, 2)]
    page = page_of("# not Markdown", *items, block("", BlockKind.TABLE, cells=cells), "x\ny")
    text = written("text", book_of([page])).text("result.txt")
    assert text == "# not Markdown\n\n• 1\n• 2\n\na\tb\n\td\n\nx\ny\n"


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_form_feeds_in_the_text_are_no_page_breaks(texts: list[str]) -> None:
    pages = [page_of(text, number=n) for n, text in enumerate(texts, 1)]
    text = written("text", book_of(pages)).text("result.txt")
    assert text.count("\f") == len(texts) - 1


# ---------------------------------------------------------------- JSON


def result_json(book: TestBook) -> dict:
    return json.loads(written("json", book).text("result.json"))


def test_json_holds_the_page_laid_out_and_as_the_engine_gave_it() -> None:
    raw = page_of(Block(BlockKind.LINE, Box(1, 2, 3, 4), "x", 0.5), flags=("blank",))
    done = page_of(block("x", BlockKind.HEADING, level=2, confidence=0.5), flags=("blank",))
    book = book_of([done])
    book.raw_pages = lambda: iter([raw])  # type: ignore[method-assign]
    (page,) = result_json(book)["pages"]
    assert page["blocks"][0]["kind"] == "heading"
    assert page["raw_blocks"][0]["box"] == {"x0": 1.0, "y0": 2.0, "x1": 3.0, "y1": 4.0}
    assert page["raw_blocks"][0]["confidence"] == 0.5
    assert (page["confidence"], page["flags"]) == (0.5, ["blank"])
    assert set(page) == {*PageText.__dataclass_fields__, "raw_blocks", "confidence"}


def test_json_tells_words_once_and_of_marks_what_leads_somewhere() -> None:
    rule, link = Box(0, 0, 9, 0), Link(Box(0, 0, 9, 9), "https://example.org/")
    marks = Marks((rule,), (rule,), links=(link,), outline=(OutlineEntry(1, "One"),))
    read = Block(BlockKind.LINE, Box(1, 2, 3, 4), "x", words=((1.123456, 3.0),))
    (page,) = result_json(book_of([page_of(read, marks=marks)]))["pages"]
    assert page["raw_blocks"][0]["words"] == [[1.12, 3.0]]
    assert "words" not in page["blocks"][0]
    assert set(page["marks"]) == {"links", "outline"}
    assert page["marks"]["links"][0]["url"] == "https://example.org/"
    assert page["marks"]["outline"][0]["title"] == "One"


def test_json_names_the_document_and_the_failed_pages() -> None:
    found = result_json(book_of(WHOLE, page_breaks="rule"))
    assert found["document"]["filename"] == "a document.pdf"
    assert found["document"]["options"]["page_breaks"] == "rule"
    assert [page["number"] for page in found["pages"]] == [1, 2, 3]
    assert found["pages"][1]["error"]["code"] == "page_timeout"


@given(st.text(), st.floats())
def test_any_text_and_number_is_valid_json(text: str, number: float) -> None:
    page = page_of(Block(BlockKind.PARAGRAPH, Box(number, 0, 1, 1), text, number), language=text)
    (found,) = result_json(book_of([page]))["pages"]
    assert (found["blocks"][0]["text"], found["language"]) == (text, text)


# ---------------------------------------------------------------- metadata


def test_metadata_counts_what_was_read_and_how() -> None:
    pages = [
        page_of("four", "more", number=1, read_ms=20, render_ms=5, layout_ms=7, language="de"),
        Gap(2, TIMEOUT),
        page_of("x", number=3, read_ms=22, flags=("blank",)),
    ]
    found = json.loads(written("metadata", book_of(pages)).text("metadata.json"))
    assert found["totals"] == {
        "read": 2,
        "failed_pages": [2],
        "blocks": 3,
        "characters": 9,
        "render_ms": 5,
        "read_ms": 42,
        "layout_ms": 7,
        "engines": {"text": 2},
        "languages": {"de": 1},
        "flags": {"blank": 1},
    }
    assert found["pages"][0]["read_ms"] == 20
    assert found["pages"][1]["error"]["message"] == "Reading the page took too long"


# ---------------------------------------------------------------- annotated


def annotations(text: str, what: str) -> list[dict]:
    return [json.loads(found) for found in re.findall(rf"<!-- {what} ({{.*?}}) -->", text)]


def test_every_block_says_where_it_stands() -> None:
    heading = block("T", BlockKind.HEADING, level=2, confidence=0.98765)
    book = book_of([page_of(heading, "words"), Gap(2, TIMEOUT)])
    text = written("annotated", book).text("result.annotated.md")
    (page,) = annotations(text, "page")
    assert (page["width"], page["confidence"]) == (612, 0.988)
    first, second = annotations(text, "block")
    assert first == {
        "page": 1,
        "n": 0,
        "kind": "heading",
        "box": [72, 72, 300, 100],
        "level": 2,
        "confidence": 0.988,
    }
    assert (second["n"], second["kind"]) == (1, "paragraph")
    assert re.findall(r"^(?!<!--).+$", text, re.MULTILINE)[:2] == ["## T", "words"]
    assert "<!-- page 2 could not be read: page_timeout:" in text


def test_nested_list_items_stay_items_between_comments() -> None:
    items = [block(f"{n}. x", BlockKind.LIST_ITEM, level=n) for n in (1, 2, 3, 4)]
    text = written("annotated", book_of([page_of(*items)])).text("result.annotated.md")
    assert re.findall(r"^\d\. x$", text, re.MULTILINE) == ["1. x", "2. x", "3. x", "4. x"]


@given(st.text())
def test_no_word_of_an_engine_ends_a_comment(name: str) -> None:
    page = PageText(1, 612, 792, (), name + "--> <b>", "1", flags=(name, "--!>"))
    text = written("annotated", book_of([page])).text("result.annotated.md")
    assert len(annotations(text, "page")) == 1
    assert text.count("-->") == 1
    assert "<b>" not in text


# ---------------------------------------------------------------- images


@pytest.fixture
def quarters(tmp_path: Path) -> Path:
    """A picture of 400 x 400 pixels, 72 per inch, whose quarters have four colours."""
    pixels = np.zeros((400, 400, 3), np.uint8)
    pixels[:200, :200, 0] = pixels[:200, 200:, 1] = pixels[200:, :200, 2] = 255
    path = tmp_path / "quarters.png"
    Image.fromarray(pixels).save(path, dpi=(72, 72))
    return path


def test_figures_are_cut_out_of_the_page(quarters: Path) -> None:
    with_page = book_of([], quarters).document()
    page = with_page.page(1)
    half = page.width / 2
    boxes = [Box(0, 0, half, half), Box(half, 0, 2 * half, half), Box(0, half, half, 2 * half)]
    blocks = [Block(BlockKind.FIGURE, box) for box in boxes] + [block("no picture")]
    laid_out = PageText(1, page.width, page.height, tuple(blocks), "text", "1")
    with_page.close()
    folder = written("images", book_of([laid_out], quarters))
    assert list(folder.files) == ["images/1_0.jpg", "images/1_1.jpg", "images/1_2.jpg"]
    for channel, path in enumerate(folder.files):
        crop = Image.open(io.BytesIO(folder.files[path].data))
        assert folder.files[path].media_type == "image/jpeg"
        assert crop.width == pytest.approx(crop.height, abs=2)
        means = np.asarray(crop).mean(axis=(0, 1))
        assert means[channel] > 245
        assert sum(means) < 265


def test_boxes_over_the_edge_are_cut_at_it(quarters: Path) -> None:
    wide = Block(BlockKind.FIGURE, Box(-1e6, -5, 1e6, 1e5))
    folder = written("images", book_of([page_of(wide)], quarters))
    crop = Image.open(io.BytesIO(folder.files["images/1_0.jpg"].data))
    assert crop.width == crop.height


def test_links_of_the_markdown_are_files_of_the_crops(quarters: Path) -> None:
    figure, table = (block("", kind) for kind in (BlockKind.FIGURE, BlockKind.TABLE))
    tiny = Block(BlockKind.FIGURE, Box(10, 10, 11, 11))
    beside = Block(BlockKind.FIGURE, Box(900, 10, 990, 90))
    page = page_of(tiny, figure, beside, table)
    book = book_of([page], quarters, outputs=("markdown", "images"))
    links = re.findall(r"\((images/.*?)\)", written("markdown", book).text("result.md"))
    assert links == list(written("images", book).files) == ["images/1_0.jpg", "images/1_1.jpg"]


def test_a_page_with_a_thousand_figures_has_a_bounded_number_of_crops(quarters: Path) -> None:
    figures = [Block(BlockKind.FIGURE, Box(n % 30, 5, n % 30 + 20.0, 25)) for n in range(1000)]
    folder = written("images", book_of([page_of(*figures)], quarters))
    assert len(folder.files) == 200


def test_a_page_that_cannot_be_drawn_has_no_crops(tmp_path: Path) -> None:
    path = tmp_path / "holes.pdf"
    path.write_bytes(holed_pdf(2, [1]))
    figure = block("", BlockKind.FIGURE)
    folder = written("images", book_of([page_of(figure), page_of(figure, number=2)], path))
    assert list(folder.files) == ["images/2_0.jpg"]


def test_pages_without_figures_are_not_drawn(tmp_path: Path) -> None:
    book = book_of([page_of("text"), Gap(2, TIMEOUT)], tmp_path / "no such file.pdf")
    assert written("images", book).files == {}


def test_every_name_can_be_asked_for() -> None:
    for_reading = {"markdown", "html", "text", "chunks", "docling"}
    for_checking = {"annotated", "json", "metadata", "layout"}
    assert for_reading | for_checking | {"searchable", "images"} == set(all_outputs())
    assert Options().outputs[0] in all_outputs()


def test_a_picture_document_has_crops_too(tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(picture("words", "JPEG"))
    folder = written("images", book_of([page_of(block("", BlockKind.FIGURE))], path))
    assert folder.files["images/1_0.jpg"].data[:2] == b"\xff\xd8"
