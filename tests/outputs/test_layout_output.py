"""layout.pdf, drawn again and looked at pixel by pixel."""

import io
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest

from outputs.books import TIMEOUT, TestBook, block, book_of, page_of, written
from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from pagemill.model.page import Block, BlockKind, Box, PageText
from pagemill.outputs.layout_pdf.drawing import COLOURS
from pagemill.ports import Gap
from pagemill.testing.documents import encrypted_pdf, holed_pdf, picture, text_pdf, tiff

SCALE = 2.0
FRAME = Box(100, 150, 260, 240)
WORDS = "# A Title\nSome words of the original."


def drawn(data: bytes, number: int = 1) -> np.ndarray:
    """The page as PDFium draws it, `SCALE` pixels per point."""
    with pdfium.PdfDocument(io.BytesIO(data)) as document:
        return document[number - 1].render(scale=SCALE, rev_byteorder=True).to_numpy()[:, :, :3]


def layout(book: TestBook) -> bytes:
    return bytes(written("layout", book).files["layout.pdf"].data)


def framed(path: Path, *blocks: Block) -> bytes:
    """layout.pdf of a document of one page with these blocks, sized as the opener says."""
    width, height = size_of(path)
    return layout(book_of([PageText(1, width, height, blocks, "text", "1")], path))


def size_of(path: Path) -> tuple[float, float]:
    """Of the first page, in points."""
    with closing(book_of([], path)) as book:
        page = book.document().page(1)
        return page.width, page.height


def has_frame(pixels: np.ndarray, box: Box, kind: BlockKind) -> bool:
    """Whether all four sides of `box` are drawn in the colour of `kind`."""
    colour = np.array([255 * part for part in COLOURS[kind]])
    near = np.abs(pixels.astype(float) - colour).max(axis=2) < 60
    x0, y0, x1, y1 = (round(side * SCALE) for side in (box.x0, box.y0, box.x1, box.y1))
    rows, columns = slice(y0 + 4, y1 - 4), slice(x0 + 4, x1 - 4)
    sides = [near[rows, x - 1 : x + 1] for x in (x0, x1)]
    sides += [near[y - 1 : y + 1, columns].T for y in (y0, y1)]
    return all(side.any(axis=1).mean() > 0.97 for side in sides)


def is_kept(before: np.ndarray, after: np.ndarray, boxes: Sequence[Box]) -> bool:
    """Whether nothing changed but frames and their labels, and there was something."""
    elsewhere = np.ones(before.shape[:2], bool)
    for box in boxes:
        x0, y0, x1, y1 = (round(side * SCALE) for side in (box.x0, box.y0, box.x1, box.y1))
        elsewhere[max(0, y0 - 20) : y1 + 4, max(0, x0 - 4) : max(x1 + 4, x0 + 240)] = False
    same = before.shape == after.shape and np.array_equal(before[elsewhere], after[elsewhere])
    return same and bool((before[elsewhere] < 128).any())


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (40, 250, 572, 770)])
def test_boxes_stand_where_they_should_and_the_original_is_untouched(
    tmp_path: Path, rotate: int, crop: tuple[float, float, float, float] | None
) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(text_pdf(["\n".join([WORDS] * 12)], rotate=rotate, crop=crop))
    result = framed(path, Block(BlockKind.TABLE, FRAME))
    before, after = drawn(path.read_bytes()), drawn(result)
    assert has_frame(after, FRAME, BlockKind.TABLE)
    assert is_kept(before, after, [FRAME])


def test_kinds_have_colours_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(text_pdf([WORDS]))
    low = Box(100, 400, 260, 440)
    pixels = drawn(framed(path, Block(BlockKind.HEADING, FRAME), Block(BlockKind.FIGURE, low)))
    assert has_frame(pixels, FRAME, BlockKind.HEADING)
    assert has_frame(pixels, low, BlockKind.FIGURE)
    assert not has_frame(pixels, low, BlockKind.HEADING)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"q 0.2 0 0 0.2 300 300 cm q q", "saved and not restored"),
        (b"Q Q 0.1 0 0 0.1 0 0 cm", "restored and not saved"),
        (b"1 0 0 -1 0 792 cm 5 w 1 0 0 RG", "changed in the page's own state"),
        (b"BT /F1 12 Tf 3 Tr (x) Tj ET", "left in an invisible text mode"),
        (b"q (a string with Q Q Q in it) pop Q", "holding operators in a string"),
    ],
)
def test_whatever_state_the_content_leaves_boxes_stand_right(
    tmp_path: Path, content: bytes, what: str
) -> None:
    path = tmp_path / "page.pdf"
    with pikepdf.Pdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(612, 792))
        page.obj.Contents = pdf.make_stream(content)
        pdf.save(path)
    assert has_frame(drawn(framed(path, Block(BlockKind.TABLE, FRAME))), FRAME, BlockKind.TABLE)


def test_resources_shared_by_pages_and_names_in_use_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "shared.pdf"
    with pikepdf.Pdf.new() as pdf:
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Courier
        )
        shared = pdf.make_indirect({"/Font": {"/PagemillLabel": font}})
        for _ in range(2):
            page = pdf.add_blank_page(page_size=(612, 792))
            page.obj.Resources = shared
            page.obj.Contents = pdf.make_stream(b"BT /PagemillLabel 20 Tf 72 700 Td (own) Tj ET")
        pdf.save(path)
    before = drawn(path.read_bytes(), 2)
    result = layout(book_of([page_of(block("x")), page_of(number=2)], path))
    assert np.array_equal(before, drawn(result, 2))
    with pikepdf.Pdf.open(io.BytesIO(result)) as pdf:
        fonts = [set(page.obj.Resources.Font.keys()) for page in pdf.pages]
    assert fonts == [{"/PagemillLabel", "/PagemillLabel_"}] * 2


def test_a_page_listed_twice_gets_its_boxes_each_time(tmp_path: Path) -> None:
    path = tmp_path / "twice.pdf"
    with pikepdf.Pdf.open(io.BytesIO(text_pdf([WORDS]))) as pdf:
        pdf.pages.append(pdf.pages[0])
        pdf.save(path)
    low = Box(100, 400, 260, 440)
    pages = [page_of(Block(BlockKind.TABLE, FRAME)), page_of(Block(BlockKind.TABLE, low), number=2)]
    result = layout(book_of(pages, path))
    assert has_frame(drawn(result, 1), FRAME, BlockKind.TABLE)
    assert not has_frame(drawn(result, 1), low, BlockKind.TABLE)
    assert has_frame(drawn(result, 2), low, BlockKind.TABLE)


def test_only_the_pages_asked_for_are_in_it_and_bookmarks_stay_in_whole_ones(
    tmp_path: Path,
) -> None:
    path = tmp_path / "five.pdf"
    with pikepdf.Pdf.open(io.BytesIO(text_pdf(5))) as pdf:
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("Three", 2))
        pdf.save(path)
    some = layout(book_of([page_of(number=2), page_of(number=4)], path, pages="2,4"))
    assert texts(some) == ["Page 2 of 5", "Page 4 of 5"]
    whole = layout(book_of([page_of(number=n) for n in range(1, 6)], path))
    with pikepdf.Pdf.open(io.BytesIO(whole)) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["Three"]


def texts(data: bytes) -> list[str]:
    with pdfium.PdfDocument(io.BytesIO(data)) as document:
        return [page.get_textpage().get_text_range().split("\r\n")[0] for page in document]


def test_a_page_that_was_given_up_says_so(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(text_pdf(["words"]))
    gap = Gap(1, Failure("page_timeout", "late"))
    with pdfium.PdfDocument(io.BytesIO(layout(book_of([gap], path)))) as document:
        assert (
            "page 1 could not be read: page_timeout" in document[0].get_textpage().get_text_range()
        )


@pytest.mark.parametrize("media_format", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_a_page_of_its_size(tmp_path: Path, media_format: str) -> None:
    path = tmp_path / "picture"
    path.write_bytes(picture(WORDS, media_format, dpi=100))
    pixels = drawn(framed(path, Block(BlockKind.TABLE, FRAME)))
    assert pixels.shape[1] == pytest.approx(size_of(path)[0] * SCALE, abs=2)
    assert has_frame(pixels, FRAME, BlockKind.TABLE)
    assert (pixels[: round(140 * SCALE)] < 128).any()  # the title above the frame


def test_pages_of_a_tiff_follow_each_other(tmp_path: Path) -> None:
    path = tmp_path / "pages.tiff"
    path.write_bytes(tiff(["one", "two", "three"]))
    boxes = [Box(100, 100 * n, 260, 100 * n + 50) for n in (1, 2, 3)]
    pages = [page_of(Block(BlockKind.TABLE, box), number=n) for n, box in enumerate(boxes, 1)]
    result = layout(book_of(pages, path))
    assert all(has_frame(drawn(result, n), box, BlockKind.TABLE) for n, box in enumerate(boxes, 1))


def test_a_pdf_that_only_opens_with_a_password_is_drawn_as_pictures(tmp_path: Path) -> None:
    path = tmp_path / "secret.pdf"
    path.write_bytes(encrypted_pdf("sesame", [WORDS]))
    book = book_of([page_of(Block(BlockKind.TABLE, FRAME))], path)
    book.password = "sesame"
    result = layout(book)
    assert has_frame(drawn(result), FRAME, BlockKind.TABLE)
    assert b"sesame" not in result


def test_a_page_that_cannot_be_drawn_is_blank(tmp_path: Path) -> None:
    path = tmp_path / "holes.pdf"
    path.write_bytes(holed_pdf(3, [2]))
    with closing(book_of([], path)) as book, pytest.raises(PagemillError):
        book.document().page(2).render(72)
    pages = [page_of(block("x")), Gap(2, TIMEOUT), page_of(block("z"), number=3)]
    with pdfium.PdfDocument(io.BytesIO(layout(book_of(pages, path)))) as document:
        assert len(document) == 3


def test_many_blocks_and_odd_boxes_are_drawn(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(text_pdf([WORDS]))
    odd = [Block(BlockKind.LINE, Box(n, n, n - 5.0, -1e6)) for n in range(3000)]
    assert has_frame(
        drawn(framed(path, *odd, Block(BlockKind.TABLE, FRAME))), FRAME, BlockKind.TABLE
    )


def test_a_book_without_pages_has_no_file(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(text_pdf([WORDS]))
    assert written("layout", book_of([], path)).files == {}
