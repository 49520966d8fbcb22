"""Pages as pixels: size, caps, orientation, colours."""

import io
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pagemill.documents import PageOpener
from pagemill.errors import PagemillError
from pagemill.model.document import PDF
from pagemill.ports import DocumentPage, OpenDocument
from pagemill.testing.documents import draw, picture, picture_pdf, text_pdf, tiff

MAX_PIXELS = 3_000_000
Open = Callable[[bytes], OpenDocument]
WHITE, RED = (255, 255, 255), (255, 0, 0)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    documents = []
    numbers = itertools.count()

    def opened(data: bytes) -> OpenDocument:
        path = tmp_path / str(next(numbers))
        path.write_bytes(data)
        document = PageOpener(MAX_PIXELS).open(path, PDF)
        documents.append(document)
        return document

    yield opened
    for document in documents:
        document.close()


def saved(image: Image.Image, media_format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, media_format, **options)
    return out.getvalue()


def cornered(size: tuple[int, int] = (200, 100), mode: str = "RGB") -> Image.Image:
    """White, its top left quarter red."""
    image = Image.new("RGB", size, WHITE)
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2 - 1, size[1] // 2 - 1), fill=RED)
    return image.convert(mode)


def colours(page: DocumentPage, dpi: int = 72) -> list[tuple[int, int, int]]:
    """In the middle of each quarter: top left, top right, bottom left, bottom right."""
    pixels = page.render(dpi).pixels
    height, width, _ = pixels.shape
    spots = itertools.product((height // 4, 3 * height // 4), (width // 4, 3 * width // 4))
    return [tuple(int(v) for v in pixels[y, x]) for y, x in spots]  # type: ignore[misc]


@pytest.mark.parametrize("data", [text_pdf(1), picture_pdf(1), picture("# Hi"), tiff(1)])
def test_a_page_is_drawn_in_rgb_at_the_resolution_asked_for(opened: Open, data: bytes) -> None:
    page = opened(data).page(1)
    drawn = page.render(100)
    assert drawn.pixels.shape == (1100, 850, 3)
    assert drawn.pixels.dtype == np.uint8
    assert drawn.pixels.flags.c_contiguous
    assert (drawn.dpi, drawn.is_capped) == (100, False)
    assert drawn.scale == pytest.approx(100 / 72)
    assert drawn.pixels.min() < 50 < 200 < drawn.pixels.mean()


@pytest.mark.parametrize("data", [text_pdf(1), picture("# Hi")])
def test_too_many_pixels_lower_the_resolution(opened: Open, data: bytes) -> None:
    drawn = opened(data).page(1).render(600)
    assert drawn.is_capped
    assert drawn.dpi < 600
    assert 0.98 * MAX_PIXELS < drawn.pixels.size / 3 < 1.002 * MAX_PIXELS
    assert drawn.scale == pytest.approx(drawn.dpi / 72, rel=0.01)


@pytest.mark.parametrize("size", [(1_000_000.0, 1_000_000.0), (200_000.0, 3.0)])
def test_a_page_of_any_size_is_drawn_within_the_cap(
    opened: Open, size: tuple[float, float]
) -> None:
    drawn = opened(text_pdf(["x"], size=size)).page(1).render(150)
    assert drawn.pixels.size <= 3.01 * MAX_PIXELS


@pytest.mark.parametrize(("turn", "red"), [(0, 0), (90, 1), (180, 3), (270, 2)])
def test_a_turned_pdf_page_is_drawn_as_seen(opened: Open, turn: int, red: int) -> None:
    import pikepdf

    with pikepdf.open(io.BytesIO(text_pdf([""]))) as pdf:
        page = pdf.pages[0].obj
        page.Contents = pdf.make_stream(b"1 0 0 rg 0 396 306 396 re f")
        page.Rotate = turn
        out = io.BytesIO()
        pdf.save(out)
    page = opened(out.getvalue()).page(1)
    assert (page.width, page.height) == ((792, 612) if turn % 180 else (612, 792))
    assert colours(page) == [RED if spot == red else WHITE for spot in range(4)]


@pytest.mark.parametrize(
    ("orientation", "red"), [(1, 0), (2, 1), (3, 3), (4, 2), (5, 0), (6, 1), (7, 3), (8, 2)]
)
@pytest.mark.parametrize("media_format", ["PNG", "TIFF", "WEBP"])
def test_a_photograph_is_turned_upright(
    opened: Open, media_format: str, orientation: int, red: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if media_format == "WEBP" else {}
    page = opened(saved(cornered(), media_format, exif=exif, **options)).page(1)
    assert (page.width > page.height) == (orientation < 5)
    assert colours(page) == [RED if spot == red else WHITE for spot in range(4)]


def test_a_jpeg_is_turned_upright(opened: Open) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    page = opened(saved(cornered((800, 400)), "JPEG", exif=exif, quality=95)).page(1)
    assert page.width < page.height
    pixels = page.render(30).pixels.astype(int)
    reds = pixels[:, :, 0] - pixels[:, :, 1] > 100
    assert reds[: len(reds) // 2, reds.shape[1] // 2 :].mean() > 0.9
    assert reds.mean() == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize(
    ("mode", "media_format"),
    [("RGB", "BMP"), ("P", "PNG"), ("P", "GIF"), ("RGBA", "PNG"), ("CMYK", "TIFF")],
)
def test_every_colour_mode_comes_out_as_rgb(opened: Open, mode: str, media_format: str) -> None:
    found = colours(opened(saved(cornered(mode=mode), media_format)).page(1))
    assert np.allclose(found, [RED, WHITE, WHITE, WHITE], atol=3)


def test_what_is_transparent_is_paper(opened: Open) -> None:
    clear = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    clear.paste((255, 0, 0, 255), (0, 0, 100, 50))
    assert colours(opened(saved(clear, "PNG")).page(1)) == [RED, WHITE, WHITE, WHITE]
    palette = cornered().quantize(2)
    white = palette.getpixel((150, 75))
    found = colours(opened(saved(palette, "PNG", transparency=white)).page(1))
    assert np.allclose(found, [RED, WHITE, WHITE, WHITE], atol=3)


def test_deep_greys_keep_their_brightness(opened: Open) -> None:
    grey = np.full((100, 200), 65535, np.uint16)
    grey[:50, :100] = 32768
    found = colours(opened(saved(Image.fromarray(grey), "PNG")).page(1))
    assert np.allclose(found, [(128,) * 3, WHITE, WHITE, WHITE], atol=2)


def test_black_and_white_is_smoothed_when_it_shrinks(opened: Open) -> None:
    pixels = opened(tiff(["# Heading"], dpi=300)).page(1).render(100).pixels
    assert len(np.unique(pixels)) > 10


@pytest.mark.parametrize(("mode", "compression"), [("1", "group4"), ("L", "tiff_lzw")])
def test_every_page_of_a_tiff_is_its_own(opened: Open, mode: str, compression: str) -> None:
    document = opened(tiff(3, mode=mode, compression=compression))
    drawn = [document.page(number).render(50).pixels for number in (1, 2, 3, 1)]
    assert (drawn[0] == drawn[3]).all()
    assert not (drawn[0] == drawn[1]).all()
    assert not (drawn[1] == drawn[2]).all()


def test_thumbnails_in_a_tiff_are_no_pages(opened: Open) -> None:
    out = io.BytesIO()
    thumbnail = Image.new("L", (20, 20))
    thumbnail.encoderinfo = {"tiffinfo": {254: 1}}
    draw("# Page").save(out, "TIFF", save_all=True, append_images=[thumbnail])
    assert opened(out.getvalue()).pages == 1


def test_a_fax_with_oblong_pixels_keeps_its_shape(opened: Open) -> None:
    fax = Image.new("1", (1728, 1143), 1)
    page = opened(saved(fax, "TIFF", dpi=(204, 98))).page(1)
    assert page.width == pytest.approx(610, abs=1)
    assert page.height == pytest.approx(840, abs=1)
    assert page.render(72).pixels.shape[:2] == pytest.approx((840, 610), abs=1)


@pytest.mark.parametrize("frames", [2, 5])
@pytest.mark.parametrize("media_format", ["GIF", "WEBP"])
def test_of_an_animation_the_first_frame_is_the_page(
    opened: Open, media_format: str, frames: int
) -> None:
    rest = [Image.new("RGB", (200, 100), (0, 0, 40 * i)) for i in range(1, frames)]
    options = {"lossless": True} if media_format == "WEBP" else {}
    data = saved(cornered(), media_format, save_all=True, append_images=rest, **options)
    document = opened(data)
    assert document.pages == 1
    assert np.allclose(colours(document.page(1)), [RED, WHITE, WHITE, WHITE], atol=3)


@pytest.mark.parametrize(
    ("size", "dpi", "points", "native"),
    [
        ((2550, 3300), (300, 300), (612, 792), 300),
        ((1275, 1650), None, (651, 842), 141),
        ((2550, 3300), (72, 72), (651, 842), 282),  # 72 is what software writes that knows none
        ((612, 792), (72, 72), (612, 792), 72),
        ((400, 50), None, (400, 50), 72),
        ((6000, 8000), None, (1440, 1920), 300),
        ((1000, 1000), (1, 1), (842, 842), 86),
    ],
)
def test_a_picture_measures_like_a_page(
    opened: Open,
    size: tuple[int, int],
    dpi: tuple[int, int] | None,
    points: tuple[int, int],
    native: int,
) -> None:
    options = {"dpi": dpi} if dpi else {}
    page = opened(saved(Image.new("1", size, 1), "PNG", **options)).page(1)
    assert (page.width, page.height) == pytest.approx(points, abs=1)
    assert page.native_dpi() == native


def test_a_cut_off_picture_gives_what_it_has(opened: Open) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (400, 400, 3), np.uint8)
    data = saved(Image.fromarray(noise), "JPEG")
    drawn = opened(data[: len(data) // 2]).page(1).render(72).pixels
    quarter = len(drawn) // 4
    assert drawn[:quarter].std() > 20
    assert drawn[-quarter:].std() < 1


@pytest.mark.parametrize(
    ("media_format", "mark"), [("JPEG", b"\xff\xda"), ("PNG", b"IDAT"), ("TIFF", b"II")]
)
def test_a_picture_of_which_nothing_is_left_is_refused(
    opened: Open, media_format: str, mark: bytes
) -> None:
    data = picture("# Gone", media_format)
    with pytest.raises(PagemillError) as raised:
        opened(data[: data.index(mark) + 10]).page(1).render(72)
    assert raised.value.code in {"page_unrenderable", "corrupt"}


def test_a_picture_too_large_to_decode_is_refused_by_its_header(opened: Open) -> None:
    header = bytearray(saved(Image.new("RGB", (10, 10)), "BMP"))
    header[18:26] = (30_000).to_bytes(4, "little") + (30_000).to_bytes(4, "little")
    with pytest.raises(PagemillError) as raised:
        opened(bytes(header))
    assert raised.value.code == "too_large"


def test_a_large_jpeg_is_decoded_small(opened: Open) -> None:
    page = opened(saved(Image.new("L", (16_000, 16_000), 200), "JPEG")).page(1)
    drawn = page.render(300)
    assert drawn.is_capped
    assert drawn.pixels.mean() == pytest.approx(200, abs=2)


# ---------------------------------------------------------------- as they are in the file


def test_a_picture_can_be_had_dot_for_dot_at_odd_resolutions(opened: Open) -> None:
    image = draw("Some words")
    page = opened(saved(image, "PNG", dpi=(96.5, 141.3))).page(1)
    original = page.original()
    assert original is not None
    assert not original.is_capped
    assert np.array_equal(original.pixels, np.asarray(image.convert("RGB")))


def test_a_picture_beyond_the_cap_is_had_smaller(opened: Open) -> None:
    original = opened(saved(Image.new("L", (4000, 3000), 255), "PNG")).page(1).original()
    assert original is not None
    assert original.is_capped
    assert original.pixels.size <= 3 * MAX_PIXELS
    assert original.pixels.shape[1] / original.pixels.shape[0] == pytest.approx(4 / 3, abs=0.01)


def test_a_page_of_a_pdf_has_no_picture_of_its_own(opened: Open) -> None:
    assert opened(picture_pdf(["Some words"])).page(1).original() is None
