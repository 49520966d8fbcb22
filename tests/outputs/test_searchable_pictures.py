"""searchable.pdf of pictures: what they show, how they are packed, and their text."""

import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageCms

from outputs.books import TIMEOUT, TestBook, book_of
from outputs.found_text import box_of, is_near, picture_bytes, problems_of, text_of
from outputs.searchables import PLACE, line, read, searchable
from outputs.test_layout_output import drawn, size_of
from pagemill.model.page import Box, PageText
from pagemill.ports import Gap
from pagemill.testing.documents import draw, holed_pdf, picture, tiff

SPOT = Box(20, 150, 150, 164)
WORDS = "# A Title\nSome words of the original."


def of_picture(path: Path, *, text: str = "Found here") -> bytes:
    """searchable.pdf of a picture with one line of text at `SPOT`."""
    return searchable(book_of([read(line(text, SPOT), size=size_of(path))], path))


def saved(image: Image.Image, path: Path, **how: object) -> Path:
    image.save(path, dpi=(150, 150), **how)
    return path


def colourful() -> Image.Image:
    """Noise, as in a photograph; the left upper corner is red, so that turns can be told."""
    rng = np.random.default_rng(5)
    pixels = rng.integers(0, 255, (600, 400, 3), np.uint8)
    pixels = np.asarray(Image.fromarray(pixels).resize((400, 600), Image.Resampling.BILINEAR))
    corner = pixels.copy()
    corner[:150, :100] = (255, 0, 0)
    return Image.fromarray(corner)


def is_red_at(data: bytes, across: float, down: float) -> bool:
    """The colour at a place given as shares of the page."""
    pixels = drawn(data)
    height, width = pixels.shape[:2]
    red, green, blue = pixels[int(down * (height - 1)), int(across * (width - 1))].tolist()
    return red > 200 and green < 60 and blue < 60


def filters(data: bytes) -> Iterator[tuple[str, int]]:
    """How each page's picture is packed, and its bits per component."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            image = page.obj.Resources.XObject.Picture
            yield str(image.Filter), int(image.BitsPerComponent)


def dots(data: bytes, number: int = 1) -> np.ndarray:
    """The picture of a page as it lies in the PDF, decoded by pikepdf."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        image = pikepdf.PdfImage(pdf.pages[number - 1].obj.Resources.XObject.Picture)
        return np.asarray(image.as_pil_image().convert("RGB"))


# ---------------------------------------------------------------- JPEG


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_is_put_in_as_it_is(tmp_path: Path, mode: str, progressive: bool) -> None:
    path = saved(colourful().convert(mode), tmp_path / "a.jpg", progressive=progressive)
    pdf = of_picture(path)
    assert picture_bytes(pdf) == [path.read_bytes()]
    assert is_near(box_of(pdf, "Found here"), SPOT)
    assert problems_of(pdf) == []


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_taken_with_a_turned_camera_is_turned_on_the_page_alone(
    tmp_path: Path, orientation: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(colourful(), tmp_path / "a.jpg", exif=exif, quality=95)
    pdf = of_picture(path)
    assert picture_bytes(pdf) == [path.read_bytes()]
    with closing(book_of([], path)) as book:
        page = book.document().page(1)
        upright = page.render(144).pixels
    seen = drawn(pdf)
    assert seen.shape == upright.shape
    for across in (0.1, 0.9):
        for down in (0.1, 0.9):
            row, column = int(down * upright.shape[0]), int(across * upright.shape[1])
            is_red = upright[row, column, 0] > 200 and upright[row, column, 1] < 60
            assert is_red_at(pdf, across, down) == is_red
    assert is_near(box_of(pdf, "Found here"), SPOT)


def test_a_jpeg_keeps_the_colours_it_names(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = saved(colourful(), tmp_path / "a.jpg", icc_profile=profile)
    with pikepdf.open(io.BytesIO(of_picture(path))) as pdf:
        space = pdf.pages[0].obj.Resources.XObject.Picture.ColorSpace
        assert space[0] == "/ICCBased"
        assert space[1].read_bytes() == profile
    wrong = saved(colourful().convert("L"), tmp_path / "b.jpg", icc_profile=profile)
    with pikepdf.open(io.BytesIO(of_picture(wrong))) as pdf:
        assert pdf.pages[0].obj.Resources.XObject.Picture.ColorSpace == "/DeviceGray"


def test_a_jpeg_for_printers_is_turned_into_colours_of_a_screen(tmp_path: Path) -> None:
    path = saved(colourful().convert("CMYK"), tmp_path / "a.jpg", quality=50)
    pdf = of_picture(path)
    assert is_red_at(pdf, 0.1, 0.1)
    assert list(filters(pdf)) == [("/DCTDecode", 8)]


# ---------------------------------------------------------------- other pictures


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "gif"])
def test_grey_and_colour_are_kept_dot_for_dot(tmp_path: Path, suffix: str) -> None:
    image = draw(WORDS).convert("RGB")
    image.paste((200, 30, 30), (20, 20, 60, 60))
    path = saved(image.convert("P") if suffix == "gif" else image, tmp_path / f"a.{suffix}")
    pdf = of_picture(path)
    with Image.open(path) as original:
        assert np.array_equal(dots(pdf), np.asarray(original.convert("RGB")))
    assert list(filters(pdf)) == [("/FlateDecode", 8)]
    assert problems_of(pdf) == []


@pytest.mark.parametrize("colours", [3, 256, 257])
def test_a_picture_of_few_colours_takes_a_byte_a_dot(tmp_path: Path, colours: int) -> None:
    dots_of_all = np.arange(600 * 300) * 7919 % colours
    pixels = np.stack([dots_of_all % 256, dots_of_all // 256, dots_of_all % 3], axis=-1)
    image = Image.fromarray(pixels.reshape(300, 600, 3).astype(np.uint8))
    pdf = of_picture(saved(image, tmp_path / "a.png"))
    assert np.array_equal(dots(pdf), np.asarray(image))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        picture = opened.pages[0].obj.Resources.XObject.Picture
        assert picture.DecodeParms.Colors == (1 if colours <= 256 else 3)
    assert problems_of(pdf) == []


def test_a_grey_picture_takes_a_byte_a_dot(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(picture(WORDS))
    with pikepdf.open(io.BytesIO(of_picture(path))) as pdf:
        assert pdf.pages[0].obj.Resources.XObject.Picture.ColorSpace == "/DeviceGray"
    with Image.open(path) as original:
        assert np.array_equal(dots(of_picture(path))[..., 0], np.asarray(original))


def test_what_is_transparent_becomes_paper(tmp_path: Path) -> None:
    image = Image.new("RGBA", (400, 600), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 200, 300))
    pdf = of_picture(saved(image, tmp_path / "a.png"))
    assert is_red_at(pdf, 0.2, 0.2)
    assert drawn(pdf)[-10, -10].tolist() == [255, 255, 255]


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_jpeg_2000_is_put_in_as_it_is(tmp_path: Path, mode: str) -> None:
    path = saved(colourful().convert(mode), tmp_path / "a.jp2", quality_layers=[30])
    pdf = of_picture(path)
    assert picture_bytes(pdf) == [path.read_bytes()]
    assert is_red_at(pdf, 0.1, 0.1) == (mode == "RGB")
    assert is_near(box_of(pdf, "Found here"), SPOT)
    assert problems_of(pdf) == []


@pytest.mark.parametrize(
    ("media_format", "how"),
    [("WEBP", {"quality": 60}), ("JPEG2000", {"quality_layers": [30], "no_jp2": True})],
)
def test_a_photograph_of_another_kind_becomes_a_jpeg(
    tmp_path: Path, media_format: str, how: dict[str, Any]
) -> None:
    path = tmp_path / "photo"
    colourful().save(path, media_format, **how)
    pdf = of_picture(path)
    assert list(filters(pdf)) == [("/DCTDecode", 8)]
    assert is_red_at(pdf, 0.1, 0.1)
    assert not is_red_at(pdf, 0.9, 0.9)


# ---------------------------------------------------------------- several pages


@pytest.mark.parametrize("compression", ["group4", "packbits", "tiff_deflate"])
def test_black_and_white_pages_are_kept_dot_for_dot_as_fax(
    tmp_path: Path, compression: str
) -> None:
    path = tmp_path / "a.tiff"
    path.write_bytes(tiff(["one", "two", "three"], compression=compression))
    pages = [read(line(f"page {n}"), number=n) for n in (1, 2, 3)]
    pdf = searchable(book_of(pages, path))
    assert list(filters(pdf)) == [("/CCITTFaxDecode", 1)] * 3
    with Image.open(path) as image:
        for number in (1, 2, 3):
            image.seek(number - 1)
            assert np.array_equal(dots(pdf, number), np.asarray(image.convert("RGB")))
            assert is_near(box_of(pdf, f"page {number}", number), PLACE)
    assert problems_of(pdf) == []


def test_pages_nobody_read_are_in_it_without_text(tmp_path: Path) -> None:
    path = tmp_path / "a.tiff"
    path.write_bytes(tiff(["one", "two", "three", "four"]))
    pdf = searchable(book_of([Gap(2, TIMEOUT), read(line("third"), number=3)], path, pages="2-3"))
    assert [text_of(pdf, number) for number in (1, 2, 3, 4)] == ["", "", "third", ""]
    assert all((drawn(pdf, number) < 128).any() for number in (1, 2, 3, 4))


def test_many_pages_are_written_in_parts(tmp_path: Path) -> None:
    path = tmp_path / "a.tiff"
    path.write_bytes(tiff(150, dpi=20))
    pages = [read(line(f"leaf {n}"), number=n) for n in range(1, 151)]
    pdf = searchable(book_of(pages, path))
    assert [text_of(pdf, n) for n in (1, 64, 65, 150)] == [
        "leaf 1",
        "leaf 64",
        "leaf 65",
        "leaf 150",
    ]


def test_pages_of_a_pdf_that_cannot_be_rewritten_become_pictures_with_all_their_text(
    tmp_path: Path,
) -> None:
    path = tmp_path / "holes.pdf"
    path.write_bytes(holed_pdf(3, [2]))
    native = PageText(1, 612, 792, (line("own words"),), "text", "1")
    pdf = searchable(ForeignBook.of([native, Gap(2, TIMEOUT), read(line("third"), number=3)], path))
    assert [text_of(pdf, number) for number in (1, 2, 3)] == ["own words", "", "third"]
    assert [(drawn(pdf, number) < 128).any() for number in (1, 2, 3)] == [True, False, True]


class ForeignBook(TestBook):
    """Its document opens for its reader and no longer for anybody else."""

    @classmethod
    def of(cls, pages: list[PageText | Gap], path: Path) -> "ForeignBook":
        book = cls(lambda: iter(pages), path, total=len(pages))
        book.document()
        book.path = path.with_name("other.pdf")
        book.path.write_bytes(b"%PDF-1.7 and nothing else")
        return book


def test_a_page_takes_the_size_that_was_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(picture(WORDS, "JPEG", dpi=100))
    with pikepdf.open(io.BytesIO(of_picture(path))) as pdf:
        assert [float(side) for side in pdf.pages[0].mediabox] == pytest.approx(
            [0, 0, *size_of(path)]
        )
