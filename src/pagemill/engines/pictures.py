"""How finely a page is drawn for an engine, in pixels per inch; and what is said of the picture."""

from pagemill.model.page import PageFlag
from pagemill.ports import DocumentPage, Picture

POINTS_PER_INCH = 72
PPOCR_DPI, PPOCR_LONG_SIDE = 150, 2000
LARGE, VAST, LARGEST_LONG_SIDE = 1200.0, 7200.0, 4000  # points: A3 and twice A0; pixels
HYBRID_LONG_SIDE = 2400
TESSERACT_DPI, TESSERACT_FINEST = 200, 300
COARSE_DPI, SMALL_LONG_SIDE = 110, 1800  # Tesseract loses the letters of a picture below both

SKEWED_FROM = 0.5  # degrees: a lesser slant is seen by nobody


def ppocr_dpi(page: DocumentPage, asked: int = 0) -> int:
    """What the person asked for; else the picture's own resolution when the page is one picture,
    and 150 when it is not. No more than 2,000 pixels on the longer side, as finer pictures cost
    time and bring nothing; up to 4,000 for pages larger than A3, whose small letters drown in them.
    """
    if asked:
        return asked
    return max(1, min(page.native_dpi() or PPOCR_DPI, _dpi_for(page, _long_side(page))))


def hybrid_dpi(page: DocumentPage, asked: int = 0) -> int:
    """As `ppocr_dpi`, but pages that are not one picture are drawn as fine as Tesseract likes."""
    if asked or page.native_dpi() is not None:
        return ppocr_dpi(page, asked)
    return max(1, min(TESSERACT_DPI, _dpi_for(page, max(HYBRID_LONG_SIDE, _long_side(page)))))


def detection_dpi(page: DocumentPage, long_side: int) -> int:
    """Enough to see where text stands: `long_side` pixels, if the page has as many for `ppocr`."""
    return max(1, min(ppocr_dpi(page), _dpi_for(page, long_side)))


def tesseract_dpi(page: DocumentPage, asked: int = 0) -> int:
    """What the person asked for; else the picture's own resolution up to 300, twice that of a
    coarse and small one; 200 for pages that are not one picture.

    Size counts too, because pictures without a resolution often claim 72 however large they are.
    """
    if asked:
        return asked
    native = page.native_dpi()
    if native is None:
        return TESSERACT_DPI
    is_coarse = native < COARSE_DPI and native < _dpi_for(page, SMALL_LONG_SIDE)
    return min(2 * native if is_coarse else native, TESSERACT_FINEST)


def tesseract_drawing(page: DocumentPage, asked: int = 0) -> tuple[int, float]:
    """The dpi to draw a page with, and how many times finer to make the picture after that: what a
    coarse one has of noise is best taken out at its own pixels.
    """
    dpi = tesseract_dpi(page, asked)
    drawn = dpi if asked else min(dpi, page.native_dpi() or dpi)
    return drawn, dpi / drawn


def flags_of(picture: Picture, rotation: int, skew: float, *, is_blank: bool) -> tuple[str, ...]:
    """What is to be said of a page that was read as a picture; `rotation` and `skew` as in
    `PageText`.
    """
    given = (
        (PageFlag.BLANK, is_blank),
        (PageFlag.ROTATED, rotation != 0),
        (PageFlag.SKEWED, abs(skew) >= SKEWED_FROM),
        (PageFlag.SCALED_DOWN, picture.is_capped),
    )
    return tuple(flag for flag, holds in given if holds)


def _long_side(page: DocumentPage) -> int:
    """Pixels. A coarse picture as large as a wall is a usual one that knows no resolution."""
    longest = max(page.width, page.height)
    native = page.native_dpi()
    is_large = LARGE < longest <= VAST and (native is None or native > COARSE_DPI)
    grown = round(PPOCR_LONG_SIDE * longest / LARGE) if is_large else PPOCR_LONG_SIDE
    return min(grown, LARGEST_LONG_SIDE)


def _dpi_for(page: DocumentPage, pixels: int) -> int:
    return int(pixels * POINTS_PER_INCH / max(page.width, page.height))
