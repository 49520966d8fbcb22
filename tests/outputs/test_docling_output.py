"""The DoclingDocument, loaded again by docling-core."""

import json
from pathlib import Path

import pytest
from docling_core.types.doc import (
    ContentLayer,
    CoordOrigin,
    DocItem,
    DocItemLabel,
    DoclingDocument,
    ListItem,
    PictureItem,
    SectionHeaderItem,
    TableItem,
    TextItem,
)
from hypothesis import given, settings

import pagemill.outputs
from outputs.books import block, book_of, page_of, written
from outputs.test_every_word import expected, pages, words_of
from pagemill.model.page import Block, BlockKind, Box, Cell, LinkedText, PageText
from pagemill.testing.documents import text_pdf


def loaded(*found: PageText, path: Path = Path("none"), **options: object) -> DoclingDocument:
    book = book_of(found, path, **options)
    return DoclingDocument.model_validate_json(written("docling", book).text("result.docling.json"))


def items(document: DoclingDocument, kind: type) -> list:
    layers = {ContentLayer.BODY, ContentLayer.FURNITURE}
    every = document.iterate_items(included_content_layers=layers, traverse_pictures=True)
    return [item for item, _ in every if isinstance(item, kind)]


def test_pages_have_sizes_and_boxes_have_an_origin() -> None:
    document = loaded(page_of("one"), page_of("two", number=2))
    assert [(page.page_no, page.size.width) for page in document.pages.values()] == [
        (1, 612),
        (2, 612),
    ]
    (place,) = items(document, TextItem)[1].prov
    assert (place.page_no, place.bbox.coord_origin) == (2, CoordOrigin.TOPLEFT)
    assert place.bbox.as_tuple() == (72, 72, 300, 100)


def test_headings_have_levels_and_running_headers_are_furniture() -> None:
    heading = block("Title", BlockKind.HEADING, level=2)
    header = block("The Times", BlockKind.HEADER)
    document = loaded(page_of(header, heading, "words"))
    (found,) = items(document, SectionHeaderItem)
    assert (found.text, found.level) == ("Title", 2)
    assert document.texts[0].label is DocItemLabel.PAGE_HEADER
    assert document.texts[0].content_layer is ContentLayer.FURNITURE
    assert document.export_to_markdown() == "### Title\n\nwords"
    kept = loaded(page_of(header, "words"), headers_footers="keep")
    assert "The Times" in kept.export_to_markdown()


def test_lists_are_nested_with_their_numbers() -> None:
    listed = [("1. one", 1), ("• inner", 2), ("2. two", 1)]
    blocks = [block(text, BlockKind.LIST_ITEM, level=level) for text, level in listed]
    document = loaded(page_of(*blocks))
    found = items(document, ListItem)
    assert [(item.text, item.enumerated, item.marker) for item in found] == [
        ("one", True, "1."),
        ("inner", False, "•"),
        ("two", True, "2."),
    ]
    assert found[1].parent.resolve(document).parent.resolve(document) is found[0]


def test_what_belongs_to_an_item_is_its_child() -> None:
    listed = [("1. one", 1), ("• inner", 2)]
    blocks = [block(text, BlockKind.LIST_ITEM, level=level) for text, level in listed]
    code, more = block("x = 1", BlockKind.CODE, level=2), block("more", level=1)
    document = loaded(page_of(*blocks, code, more, block("after")))
    one, inner = items(document, ListItem)
    texts = {item.text: item.parent.resolve(document) for item in items(document, TextItem)}
    assert texts["x = 1"] is inner
    assert texts["more"] is one
    assert texts["after"] is document.body


def test_tables_have_spans_heads_and_captions() -> None:
    cells = (
        Cell(0, 0, "both", column_span=2, is_header=True),
        Cell(1, 0, "a", box=Box(1, 2, 3, 4)),
        Cell(1, 1, "b"),
    )
    caption = block("Table 1: letters", BlockKind.CAPTION)
    document = loaded(page_of(caption, block("", BlockKind.TABLE, cells=cells)))
    (table,) = items(document, TableItem)
    head, first, _ = table.data.table_cells
    assert (table.data.num_rows, table.data.num_cols) == (2, 2)
    assert (head.text, head.col_span, head.column_header) == ("both", 2, True)
    assert first.bbox.as_tuple() == (1, 2, 3, 4)
    assert table.caption_text(document) == "Table 1: letters"


def test_pictures_have_their_words_captions_and_crops() -> None:
    figure = Block(BlockKind.FIGURE, Box(72, 72, 216, 144), "in it")
    caption = block("Figure 1", BlockKind.CAPTION)
    document = loaded(page_of(figure, caption), outputs=("docling", "images"))
    (picture,) = items(document, PictureItem)
    assert picture.caption_text(document) == "Figure 1"
    assert str(picture.image.uri) == "images/1_0.jpg"
    assert picture.image.size.width == 400
    assert [child.resolve(document).text for child in picture.children] == ["in it"]


def test_text_over_pages_stands_in_both_places() -> None:
    document = loaded(page_of("one conver-"), page_of(block("sion", continues=True), number=2))
    (text,) = items(document, TextItem)
    assert text.text == "one conversion"
    assert [(place.page_no, place.charspan) for place in text.prov] == [(1, (0, 10)), (2, (10, 14))]


def test_a_text_that_is_one_link_leads_where_it_does() -> None:
    link = LinkedText("the whole", "https://example.org/a")
    document = loaded(page_of(block("the whole", links=(link,)), "other"))
    first, second = items(document, TextItem)
    assert (str(first.hyperlink), second.hyperlink) == ("https://example.org/a", None)


def test_the_file_is_named_with_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(text_pdf(1))
    origin = loaded(page_of("x"), path=path).origin
    assert (origin.filename, origin.mimetype) == ("a document.pdf", "application/pdf")
    assert origin.binary_hash > 0
    assert loaded(page_of("x")).origin is None


def test_without_its_library_the_output_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagemill.outputs, "find_spec", lambda _: None)
    assert "docling" not in pagemill.outputs.all_outputs()


@pytest.mark.parametrize("side", [float("nan"), float("inf")])
def test_places_that_are_no_numbers_are_no_trouble(side: float) -> None:
    document = loaded(page_of(Block(BlockKind.PARAGRAPH, Box(side, 0, 9, 9), "x")))
    assert items(document, DocItem)[0].prov[0].bbox.l == 0


@settings(max_examples=30)
@given(pages())
def test_each_word_stands_in_it_once(book: list[PageText]) -> None:
    document = loaded(*book)
    told = [item.text for item in items(document, TextItem)]
    told += [cell.text for table in items(document, TableItem) for cell in table.data.table_cells]
    assert words_of(" ".join(told)) == expected(book, with_edges=True)
    assert json.loads(json.dumps(document.export_to_dict()))
