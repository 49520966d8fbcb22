"""How finely pages are drawn."""

import pytest
from PIL import Image

from pagemill.engines.pictures import ppocr_dpi, tesseract_dpi, tesseract_drawing
from pagemill.ports import ReadOptions

A4 = (595.0, 842.0)


class Sheet:
    """A page of a size, which is one picture of `native` dpi or none."""

    number = 1

    def __init__(self, size: tuple[float, float], native: int | None) -> None:
        self.width, self.height = size
        self._native = native

    def native_dpi(self) -> int | None:
        return self._native


@pytest.mark.parametrize(
    ("size", "native", "dpi"),
    [
        (A4, None, 150),  # drawn from text and lines
        (A4, 100, 100),  # never enlarged
        (A4, 600, 171),  # 2,000 pixels on the longer side
        ((216, 216), 300, 300),  # a small cutting keeps its resolution
        ((842, 1191), None, 120),  # A3
        ((1191, 1684), None, 120),  # A2: small letters would drown in 2,000 pixels
        ((1191, 1684), 300, 120),
        ((2384, 3370), None, 85),  # A0: 4,000 pixels at most
        ((2480, 3508), 72, 41),  # a scan of A4 that knows no resolution
        ((1e6, 1e6), None, 1),  # absurd, yet drawable
        ((120, 86), 2400, 1200),
    ],
)
def test_ppocr_gets_the_pictures_own_pixels_but_no_more_than_it_can_use(size, native, dpi):
    assert ppocr_dpi(Sheet(size, native)) == dpi


@pytest.mark.parametrize(
    ("size", "native", "dpi"),
    [
        (A4, None, 200),
        (A4, 300, 300),
        (A4, 600, 300),  # finer costs time for nothing
        (A4, 150, 150),
        (A4, 72, 144),  # small letters are lost
        ((4000, 2864), 72, 72),  # claims 72 but has the pixels of 340
    ],
)
def test_tesseract_gets_small_pictures_twice_as_large(size, native, dpi):
    assert tesseract_dpi(Sheet(size, native)) == dpi


@pytest.mark.parametrize(
    ("native", "asked", "drawn", "finer"),
    [
        (72, 0, 72, 2.0),
        (150, 0, 150, 1.0),
        (600, 0, 300, 1.0),
        (None, 0, 200, 1.0),
        (72, 90, 90, 1),
    ],
)
def test_a_coarse_picture_is_made_finer_only_when_it_is_drawn(native, asked, drawn, finer):
    assert tesseract_drawing(Sheet(A4, native), asked) == (drawn, finer)


@pytest.mark.parametrize("policy", [ppocr_dpi, tesseract_dpi])
def test_what_a_person_asks_for_is_used(policy):
    assert policy(Sheet(A4, 600), 450) == 450


def test_engines_draw_as_the_policy_says(ppocr, tesseract, page_of):
    for engine, given in ((ppocr, 150), (tesseract, 150)):
        page = page_of(dpi=150)
        assert engine.read(page, ReadOptions()).dpi == given
        assert engine.read(page, ReadOptions(dpi=120)).dpi == 120
        assert page.asked == [given, 120]


def test_a_large_picture_is_scaled_down_for_ppocr(ppocr, page_of):
    page = page_of("")
    page.image, page.dpi = Image.new("L", (3000, 4000), 255), 300
    assert ppocr.read(page, ReadOptions()).dpi == 150
