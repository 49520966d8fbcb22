"""searchable.pdf of PDFs, read back by PDFium, poppler and qpdf."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from outputs.books import TIMEOUT, TestBook, book_of
from outputs.found_text import (
    box_of,
    is_near,
    picture_bytes,
    poppler_box,
    poppler_text,
    problems_of,
    text_of,
)
from outputs.searchables import PLACE, line, natural, read, searchable
from outputs.test_layout_output import drawn
from pagemill.model.page import Block, BlockKind, Box, Cell, Marks, PageText
from pagemill.ports import Gap
from pagemill.testing.documents import picture_pdf, text_pdf


def changed(path: Path, **entries: object) -> Path:
    """The file with entries set in every page's dictionary."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for page in pdf.pages:
            for name, value in entries.items():
                page.obj[f"/{name}"] = value
        pdf.save(path)
    return path


# ---------------------------------------------------------------- places


def test_text_is_found_at_its_place_by_both_readers(scan: Path, tmp_path: Path) -> None:
    pdf = searchable(book_of([read(line("Found here"))], scan))
    assert is_near(box_of(pdf, "Found here"), PLACE)
    word = poppler_box(pdf, "Found", tmp_path)
    assert (word.x0, word.y0) == pytest.approx((PLACE.x0, PLACE.y0), abs=1)
    assert problems_of(pdf) == []


def test_the_page_looks_as_before_and_its_picture_is_the_same_bytes(scan: Path) -> None:
    before = scan.read_bytes()
    after = searchable(book_of([read(line("Found here"))], scan))
    assert np.array_equal(drawn(before), drawn(after))
    assert picture_bytes(before) == picture_bytes(after) != []
    assert len(after) < len(before) + 6000


@pytest.mark.parametrize("rotate", [0, 90, 180, 270, -90])
@pytest.mark.parametrize("crop", [None, (40, 250, 572, 770)])
def test_turned_and_cropped_pages_have_it_where_it_is_seen(
    scan: Path, tmp_path: Path, rotate: int, crop: tuple[float, ...] | None
) -> None:
    changed(scan, Rotate=rotate, CropBox=Array(list(crop or (0, 0, 612, 792))))
    size = (532, 520) if crop else (612, 792)
    size = size[::-1] if rotate % 180 else size
    pdf = searchable(book_of([read(line("Found here"), size=size)], scan))
    assert is_near(box_of(pdf, "Found here"), PLACE)
    word = poppler_box(pdf, "Found", tmp_path)
    assert (word.x0, word.y0) == pytest.approx((PLACE.x0, PLACE.y0), abs=1)


def test_a_page_in_larger_units_has_it_in_proportion(scan: Path) -> None:
    changed(scan, UserUnit=2)
    read_twice_as_large = read(line("Found", Box(200, 300, 520, 328)), size=(1224, 1584))
    assert is_near(box_of(searchable(book_of([read_twice_as_large], scan)), "Found"), PLACE)


@pytest.mark.parametrize(
    ("rotation", "first", "last"),
    [
        (90, Box(300, 480, 320, 500), Box(300, 300, 320, 320)),  # runs upward
        (180, Box(480, 300, 500, 320), Box(300, 300, 320, 320)),  # runs to the left
        (270, Box(300, 300, 320, 320), Box(300, 480, 320, 500)),  # runs downward
    ],
)
def test_letters_follow_the_way_the_page_was_turned(
    scan: Path, rotation: int, first: Box, last: Box
) -> None:
    whole = Box(300, 300, 320, 500) if rotation % 180 else Box(300, 300, 500, 320)
    pdf = searchable(book_of([read(line("023456789", whole), rotation=rotation)], scan))
    assert is_near(box_of(pdf, "023456789"), whole)
    assert is_near(box_of(pdf, "0"), first, 4)
    assert is_near(box_of(pdf, "9"), last, 4)


def test_a_line_far_taller_than_wide_is_read_downward(scan: Path) -> None:
    whole = Box(300, 300, 320, 500)
    pdf = searchable(book_of([read(line("縦書き文字列", whole))], scan))
    assert is_near(box_of(pdf, "縦"), Box(300, 300, 320, 333))
    assert is_near(box_of(pdf, "列"), Box(300, 466, 320, 500))


@pytest.mark.parametrize("skew", [3.0, -3.0])
def test_letters_of_a_leaning_line_lie_on_its_slope(scan: Path, skew: float) -> None:
    slope = np.tan(np.radians(skew))
    height = 12 + 400 * abs(slope)
    whole = Box(100, 300, 500, 300 + height)
    pdf = searchable(book_of([read(line("A234567890123456789Z", whole), skew=skew)], scan))
    a, z = box_of(pdf, "A"), box_of(pdf, "Z")
    step = (z.y0 + z.y1) / 2 - (a.y0 + a.y1) / 2
    assert step == pytest.approx(slope * ((z.x0 + z.x1) / 2 - (a.x0 + a.x1) / 2), abs=0.6)
    assert a.height < 16
    assert is_near(box_of(pdf, "A234567890123456789Z"), whole, 3)


def test_letters_of_a_line_stand_near_where_they_are_printed(tmp_path: Path) -> None:
    """Narrow and wide letters are told apart: the truth is a page printed in Helvetica."""
    words = "ill-fitting fillings ill MAMMOTH WOMBAT MAMMOTHS will sit still"
    path = tmp_path / "printed.pdf"
    path.write_bytes(text_pdf([words]))
    truth = {word: box_of(path.read_bytes(), word) for word in ("MAMMOTH ", "still")}
    whole = box_of(path.read_bytes(), words)
    path.write_bytes(picture_pdf([words]))
    pdf = searchable(book_of([read(line(words, whole))], path))
    for word, printed in truth.items():
        assert box_of(pdf, word).x0 == pytest.approx(printed.x0, abs=2)
        assert box_of(pdf, word).x1 == pytest.approx(printed.x1, abs=2)


# ---------------------------------------------------------------- which pages, which order


def test_pages_read_from_their_own_text_and_gaps_and_unread_pages_stay(tmp_path: Path) -> None:
    path = tmp_path / "mixed.pdf"
    path.write_bytes(text_pdf(["first", "second", "third", "fourth"]))
    native = PageText(1, 612, 792, (line("first again"),), "text", "1")
    pages = [native, Gap(2, TIMEOUT), read(line("third by eye"), number=3)]
    pdf = searchable(book_of(pages, path, pages="1-3"))
    texts = [text_of(pdf, number) for number in (1, 2, 3, 4)]
    assert texts == ["first", "second", "third by eye\nthird", "fourth"]
    with pikepdf.open(path) as before, pikepdf.open(io.BytesIO(pdf)) as after:
        for number in (0, 1, 3):
            kept = after.pages[number].Contents.read_raw_bytes()
            assert kept == before.pages[number].Contents.read_raw_bytes()


def test_bookmarks_links_labels_and_attachments_stay(scan: Path) -> None:
    link = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Link,
        Rect=Array([0, 0, 9, 9]),
        A=Dictionary(S=Name.URI, URI=b"https://example.org/"),
    )
    with pikepdf.open(scan, allow_overwriting_input=True) as pdf:
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(link)])
        pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.r)]))
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("A bookmark", 0))
        pdf.docinfo["/Title"] = "A title"
        pdf.attachments["notes.txt"] = b"attached"
        pdf.save(scan)
    result = searchable(book_of([read(line("x"))], scan))
    with pikepdf.open(io.BytesIO(result)) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["A bookmark"]
        assert pdf.pages[0].Annots[0].A.URI == "https://example.org/"
        assert pdf.pages[0].label == "i"
        assert pdf.docinfo["/Title"] == "A title"
        assert pdf.attachments["notes.txt"].get_file().read_bytes() == b"attached"


def test_lines_come_in_the_order_of_the_laid_out_page(scan: Path) -> None:
    across = [
        line(f"{side}{row}", Box(x, 100 + 20 * row, x + 200, 112 + 20 * row))
        for row in range(4)
        for side, x in (("left", 60), ("right", 340))
    ]
    columns = [
        Block(
            BlockKind.PARAGRAPH, Box(x, 100, x + 200, 180), " ".join(b.text for b in across[n::2])
        )
        for n, x in ((0, 60), (1, 340))
    ]
    book = book_of([read(*columns)], scan)
    book.raw_pages = lambda: iter([read(*across)])  # type: ignore[method-assign]
    order = [f"{side}{row}" for side in ("left", "right") for row in range(4)]
    assert text_of(searchable(book)).split() == order


def test_pieces_of_one_row_come_in_the_order_of_their_block(scan: Path) -> None:
    """The engine, which goes from top to bottom, has the right piece of a leaning row first."""
    cells = [("Total in euros", 60, 101), ("1,250.00", 300, 100), ("1,250.00", 300, 120)]
    cells += [("Total in pounds", 60, 121), ("in all", 380, 119)]
    raw = [line(text, Box(x, y, x + 60, y + 12)) for text, x, y in cells[1::-1] + cells[:1:-1]]
    text = "Total in euros 1,250.00 Total in pounds 1,250.00 in all"
    book = book_of([read(Block(BlockKind.PARAGRAPH, Box(60, 100, 440, 133), text))], scan)
    book.raw_pages = lambda: iter([read(*raw)])  # type: ignore[method-assign]
    assert " ".join(text_of(searchable(book)).split()) == text


SAYING = ["The quick fox jumped.", "fox jumped. The quick", "quick fox jumped. The", "fox jumped."]


def test_both_readers_find_the_text_as_it_was_read(scan: Path, tmp_path: Path) -> None:
    """Lines in frames that overlap, each with words that stand in the line before it, too."""
    lines = [line(text, Box(72, 80 + 11 * n, 250, 96 + 11 * n)) for n, text in enumerate(SAYING)]
    paragraph = Block(BlockKind.PARAGRAPH, Box(72, 80, 250, 130), " ".join(SAYING))
    shuffled = [lines[2], lines[0], lines[3], lines[1]]
    result = searchable(in_blocks(read(*shuffled), [paragraph], scan))
    assert text_of(result).split() == " ".join(SAYING).split()
    assert poppler_text(result, tmp_path).split() == " ".join(SAYING).split()


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_lines_come_in_order_however_the_page_was_turned(scan: Path, rotation: int) -> None:
    def box(n: int) -> Box:
        near, far = 100 + 20 * n, 700 - 20 * n
        return {
            0: Box(100, near, 400, near + 14),
            90: Box(near, 100, near + 14, 400),
            180: Box(100, far, 400, far + 14),
            270: Box(500 - 20 * n, 100, 514 - 20 * n, 400),
        }[rotation]

    lines = [line(f"line {n} of four", box(n)) for n in range(4)]
    result = searchable(book_of([read(*lines, rotation=rotation)], scan))
    expected = " ".join(f"line {n} of four" for n in range(4))
    assert " ".join(text_of(result).split()) == expected


def test_short_words_in_cells_come_cell_by_cell(scan: Path) -> None:
    columns = [("Qty", 200), ("No", 100), ("1", 100), ("2x", 200)]
    rows = [80, 80, 100, 100]
    boxes = [Box(x, y, x + 50, y + 12) for (_, x), y in zip(columns, rows, strict=True)]
    lines = [line(text, box) for (text, _), box in zip(columns, boxes, strict=True)]
    cells = tuple(
        Cell(int(box.y0 > 90), int(box.x0 > 150), text, box=box)
        for (text, _), box in zip(columns, boxes, strict=True)
    )
    table = Block(BlockKind.TABLE, Box(100, 80, 260, 112), cells=cells)
    result = searchable(in_blocks(read(*lines), [table], scan))
    assert text_of(result).split() == ["No", "Qty", "1", "2x"]


def in_blocks(raw: PageText, blocks: list[Block], path: Path) -> TestBook:
    book = book_of([raw.with_blocks(tuple(blocks))], path)
    book.raw_pages = lambda: iter([raw])  # type: ignore[method-assign]
    return book


def test_what_an_engine_gives_as_paragraphs_and_tables_is_laid_line_by_line(scan: Path) -> None:
    paragraph = Block(BlockKind.PARAGRAPH, Box(72, 72, 372, 114), "many words " * 12)
    cells = (Cell(0, 0, "Item", box=Box(72, 200, 140, 212)), Cell(0, 1, "Price"))
    table = Block(BlockKind.TABLE, Box(72, 200, 372, 240), "", cells=(cells[0],))
    unboxed = Block(BlockKind.TABLE, Box(72, 300, 372, 340), "", cells=cells)
    pdf = searchable(book_of([read(paragraph, table, unboxed)], scan))
    assert is_near(box_of(pdf, "many"), Box(72, 72, 102, 86), 8)
    assert is_near(box_of(pdf, "Item"), Box(72, 200, 140, 212))
    assert "Item Price" in " ".join(text_of(pdf).split())


def test_words_of_a_line_that_got_longer_stay_apart(scan: Path, tmp_path: Path) -> None:
    text = "Twice as many words as were printed here before"
    pdf = searchable(book_of([read(line(text, natural(text[:22])))], scan))
    assert (text_of(pdf, 1), poppler_text(pdf, tmp_path).strip()) == (text, text)


# ---------------------------------------------------------------- earlier text


def test_invisible_text_of_an_earlier_ocr_gives_way(tmp_path: Path) -> None:
    path = tmp_path / "again.pdf"
    path.write_bytes(picture_pdf(["words"] * 2, hidden_text="o1d rnistakes"))
    before = path.read_bytes()
    after = searchable(book_of([read(line("new reading"))], path))
    assert text_of(after, 1) == "new reading"
    assert text_of(after, 2) == "o1d rnistakes"  # nobody read that page again
    assert np.array_equal(drawn(before), drawn(after))
    assert picture_bytes(before) == picture_bytes(after)


@pytest.mark.parametrize(("corrected", "found"), [((0,), "by hand"), ((), "o1d rnistakes")])
def test_so_it_does_where_somebody_put_it_right(
    tmp_path: Path, corrected: tuple[int, ...], found: str
) -> None:
    path = tmp_path / "right.pdf"
    path.write_bytes(picture_pdf(["words"], hidden_text="o1d rnistakes"))
    page = read(line("by hand"), marks=Marks(is_scan=True), corrected=corrected)
    assert text_of(searchable(book_of([replace(page, engine="text")], path)), 1) == found


def test_so_does_a_form_of_invisible_text(scan: Path) -> None:
    before = with_form(scan, b"BT 3 Tr /F1 12 Tf 72 700 Td (o1d) Tj ET")
    after = searchable(book_of([read(line("new reading"))], scan))
    assert text_of(before) == "o1d"
    assert text_of(after) == "new reading"


@pytest.mark.parametrize(
    "content",
    [
        b"BT 0 Tr /F1 12 Tf 72 700 Td (seen) Tj 3 Tr (o1d) Tj ET",
        b"BT 3 Tr /F1 12 Tf 72 700 Td (o1d) Tj ET 0 0 m 9 9 l S",
        b"BT /F1 12 Tf 72 700 Td (o1d) Tj ET",
    ],
)
def test_a_form_with_anything_to_see_stays(scan: Path, content: bytes) -> None:
    before = with_form(scan, content)
    after = searchable(book_of([read(line("new reading"))], scan))
    assert "o1d" in text_of(after)
    assert np.array_equal(drawn(before), drawn(after))


def with_form(path: Path, content: bytes) -> bytes:
    """The file, each page of which now draws a form, too."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        form = pdf.make_stream(content, Type=Name.XObject, Subtype=Name.Form)
        form.BBox = Array([0, 0, 612, 792])
        form.Resources = Dictionary(Font=Dictionary(F1=font))
        for page in pdf.pages:
            page.obj.Resources.XObject["/Form"] = form
            page.contents_add(b"q /Form Do Q")
        pdf.save(path)
    return path.read_bytes()


def test_visible_text_is_never_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "seen.pdf"
    path.write_bytes(text_pdf(["seen words"]))
    changed(path)
    after = searchable(book_of([read(line("new reading"))], path))
    assert text_of(after) == "new reading\nseen words"
    assert np.array_equal(drawn(path.read_bytes()), drawn(after))
