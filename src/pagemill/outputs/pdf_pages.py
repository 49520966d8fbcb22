"""PDF pages as pikepdf has them: their visible box, their resources, and drawing over them."""

import math
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, Stream

from pagemill.model.page import Box
from pagemill.outputs.layout_pdf.drawing import Sheet

_LETTER = Box(0, 0, 612, 792)  # what PDFium takes where a page says nothing
FONT_NAME = "PagemillLabel"
MAX_DEPTH = 1000


def sheet_of(page: Page) -> Sheet:
    """The crop box within the media box, as PDFium draws it, and /Rotate as 0, 90, 180 or 270."""
    media = _box(page.obj.get(Name.MediaBox)) or _LETTER
    crop = _box(page.obj.get(Name.CropBox)) or media
    seen = Box(
        max(media.x0, crop.x0),
        max(media.y0, crop.y0),
        min(media.x1, crop.x1),
        min(media.y1, crop.y1),
    )
    if seen.width <= 0 or seen.height <= 0:
        seen = media
    return Sheet(seen, _rotation(page.obj.get(Name.Rotate)))


def _box(value: Object | None) -> Box | None:
    if not isinstance(value, Array) or len(value) != 4:
        return None
    try:
        x0, y0, x1, y1 = (float(side) for side in value)
    except (TypeError, ValueError):
        return None
    box = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    return box if box.width > 0 and box.height > 0 and math.isfinite(box.width) else None


def _rotation(value: object) -> int:
    try:
        return int(value or 0) // 90 * 90 % 360  # type: ignore[call-overload, no-any-return]
    except (TypeError, ValueError):
        return 0


def helvetica(pdf: Pdf) -> Object:
    """One of the fourteen fonts that every viewer has; shared by all pages of `pdf`."""
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type1,
            BaseFont=Name.Helvetica,
            Encoding=Name.WinAnsiEncoding,
        )
    )


def font_in(page: Page, font: Object, name: str = FONT_NAME) -> str:
    """Makes `font` known to this page alone (resources are often shared by many pages), under a
    name nobody uses there, like `name`. Returns it with its slash.
    """
    resources = _own(page.obj, Name.Resources)
    fonts = _own(resources, Name.Font)
    name = f"/{name}"
    while name in fonts:
        name += "_"
    fonts[name] = font
    return name


def _own(parent: Object, name: Name) -> Object:
    """The dictionary under `name`, copied so that changing it changes nobody else's."""
    shared = parent.get(name)
    own = Dictionary()
    if isinstance(shared, Dictionary):
        for key in shared.keys():  # noqa: SIM118  a pikepdf dictionary iterates otherwise
            own[key] = shared[key]
    parent[name] = own
    return parent[name]


def draw_over(pdf: Pdf, page: Page, drawing: bytes) -> None:
    """Appends `drawing`, whatever state the page's own content leaves behind.

    The content is put between as many q and Q as it lacks itself, so that the drawing starts with
    the page's first graphics state. The content's streams stay as they are.
    """
    before, after = _missing_saves(page)
    page.contents_add(packed(pdf, b"q\n" * before), prepend=True)
    page.contents_add(packed(pdf, b"\n" + b"Q\n" * after + drawing))


def _missing_saves(page: Page) -> tuple[int, int]:
    """How many q before and Q after the content make it end as it began."""
    depth = lowest = 0
    try:
        for instruction in pikepdf.parse_content_stream(page, "q Q"):
            depth += 1 if str(instruction.operator) == "q" else -1
            lowest = min(lowest, depth)
    except (pikepdf.PikepdfError, TypeError, ValueError):
        depth = lowest = 0  # broken content is drawn as far as it goes, in any viewer
    before = min(MAX_DEPTH, 1 - lowest)
    return before, max(1, min(MAX_DEPTH, before + depth))


def packed(pdf: Pdf, data: bytes, **more: object) -> Stream:
    """A stream packed at once: thousands of them wait in memory until the file is saved."""
    return Stream(pdf, zlib.compress(data, 9), Filter=Name.FlateDecode, **more)
