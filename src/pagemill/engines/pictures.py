"""How finely a page is drawn for an engine, in pixels per inch."""

from pagemill.ports import DocumentPage

POINTS_PER_INCH = 72
PPOCR_DPI, PPOCR_LONG_SIDE = 150, 2000
TESSERACT_DPI, TESSERACT_SMALL, TESSERACT_FINEST = 200, 110, 300


def ppocr_dpi(page: DocumentPage, asked: int = 0) -> int:
    """What the person asked for; else the picture's own resolution when the page is one picture,
    and 150 when it is not. Never more than 2,000 pixels on the longer side: finer pictures cost
    time and bring nothing.
    """
    if asked:
        return asked
    return max(1, min(page.native_dpi() or PPOCR_DPI, _dpi_for(page, PPOCR_LONG_SIDE)))


def tesseract_dpi(page: DocumentPage, asked: int = 0) -> int:
    """What the person asked for; else the picture's own resolution up to 300, doubled below 110
    because Tesseract loses small letters; 200 for pages that are not one picture.
    """
    if asked:
        return asked
    native = page.native_dpi()
    if native is None:
        return TESSERACT_DPI
    return min(2 * native if native < TESSERACT_SMALL else native, TESSERACT_FINEST)


def _dpi_for(page: DocumentPage, pixels: int) -> int:
    return int(pixels * POINTS_PER_INCH / max(page.width, page.height))
