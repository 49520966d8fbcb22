"""PDF files through PDFium. A document keeps one page loaded at a time, so that memory stays flat
however many pages are walked.
"""

import math
import tempfile
import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import pypdfium2.raw as raw
from pypdfium2 import PdfDocument, PdfiumError

from pagemill.documents.pdf import pdfium
from pagemill.documents.pdf.drawings import drawings_of
from pagemill.documents.pdf.lines import lines_of
from pagemill.documents.pdf.links import Bookmark, bookmarks_of, entries_of, links_of
from pagemill.documents.pdf.objects import (
    FIGURE_SHARE,
    Drawing,
    dpi_of_page_picture,
    drawing_of,
    picture_lines,
    regions,
    share_of_page,
)
from pagemill.documents.pdf.paths import Paths, paths_of
from pagemill.documents.pdf.rules import fills_of, rules_of
from pagemill.documents.pdf.space import Space
from pagemill.documents.pdf.tags import tags_of
from pagemill.documents.pdf.text import characters_of, letter_share
from pagemill.errors import PagemillError
from pagemill.model.document import PDF
from pagemill.model.page import Block, Box, Link, Marks, NativeText
from pagemill.ports.documents import Picture

# Text drawn as outlines has some 50 segments per letter.
HEAVY_SEGMENTS = 1000
HEAVY_SEGMENTS_PER_CHARACTER = 2
# Plotters draw text stroke by stroke, some 3 to a letter. Empty forms have hundreds of frames.
MANY_STROKES = 2000
MAX_ANNOTATIONS = 5000


def open_pdf(path: Path, password: str, max_pixels: int) -> "PdfBook":
    """Opens a PDF; one that PDFium refuses is repaired once into a temporary file.

    Raises `corrupt`, `password_required`.
    """
    try:
        return PdfBook(_load(path, password), max_pixels)
    except PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise _locked(password) from None
        if error.err_code == raw.FPDF_ERR_SECURITY:
            raise PagemillError(
                "corrupt",
                "The PDF is protected in a way that cannot be opened here",
                "Save it without protection, then send it again.",
            ) from None
    return _open_repaired(path, password, max_pixels)


class PdfBook:
    """Implements `ports.OpenDocument`. Close it: PDFium's memory is not Python's."""

    media_type = PDF

    def __init__(
        self, pdf: PdfDocument, max_pixels: int, on_close: Callable[[], None] | None = None
    ) -> None:
        self.pages = len(pdf)
        self.max_pixels = max_pixels
        self._pdf = pdf
        self._on_close = on_close
        self._loaded: tuple[int, object, tuple[Link, ...]] | None = None
        self._bookmarks: Mapping[int, tuple[Bookmark, ...]] | None = None

    def page(self, number: int) -> "PdfPage":
        if not 1 <= number <= self.pages:
            raise PagemillError("page_unrenderable", f"The document has no page {number}")
        return PdfPage(self, number)

    def handle(self, number: int) -> object:
        """PDFium's page, valid until another one is asked for. Raises `page_unrenderable`."""
        if self._loaded is None or self._loaded[0] != number:
            self._unload()
            page = self._load(number)
            # Before the page is flattened, which takes them away.
            links = links_of(self._pdf.raw, page, Space.of(page))
            if _has_written_on(page):
                # What was filled into a form becomes text like any other, for readers and pictures.
                raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
                raw.FPDF_ClosePage(page)
                page = self._load(number)
            self._loaded = (number, page, links)
        return self._loaded[1]

    def links(self, number: int) -> tuple[Link, ...]:
        """Raises `page_unrenderable`."""
        self.handle(number)
        return self._loaded[2] if self._loaded else ()

    def bookmarks(self, number: int) -> tuple[Bookmark, ...]:
        """Those that lead to the page; all are read with the first question."""
        if self._bookmarks is None:
            self._bookmarks = bookmarks_of(self._pdf.raw, self.pages)
        return self._bookmarks.get(number, ())

    def _load(self, number: int) -> object:
        page = raw.FPDF_LoadPage(self._pdf.raw, number - 1)
        if not page:
            raise PagemillError("page_unrenderable", f"Page {number} is damaged")
        return page

    def close(self) -> None:
        self._unload()
        self._pdf.close()
        if self._on_close is not None:
            self._on_close()
            self._on_close = None

    def _unload(self) -> None:
        if self._loaded is not None:
            raw.FPDF_ClosePage(self._loaded[1])
            self._loaded = None


class PdfPage:
    """Implements `ports.DocumentPage`."""

    def __init__(self, book: PdfBook, number: int) -> None:
        self.number = number
        self._book = book
        page = book.handle(number)
        self._space = Space.of(page)
        self._walked: tuple[object, Drawing] | None = None
        self.width = float(raw.FPDF_GetPageWidthF(page))
        self.height = float(raw.FPDF_GetPageHeightF(page))
        if not (0 < self.width < math.inf and 0 < self.height < math.inf):
            raise PagemillError("page_unrenderable", f"Page {number} has no area")

    def native_text(self) -> NativeText:
        page = self._book.handle(self.number)
        drawing = self._drawing()
        chars = characters_of(page, self._space, drawing, tags_of(page))
        count = int(chars.is_ink.sum())
        paths = paths_of(drawing.shapes, self._space)
        lines = lines_of(chars, self._space, paths.specks())
        thin = dict.fromkeys(picture_lines(drawing.pictures))
        pictures = regions([picture for picture in drawing.pictures if picture.box not in thin])
        shares = [share_of_page(box, self._space) for box in pictures]
        return NativeText(
            lines=lines,
            characters=count,
            letter_share=letter_share(chars.text),
            unmapped_share=min(1.0, chars.unmapped / count) if count else 0.0,
            invisible_share=float(chars.is_hidden[chars.is_ink].mean()) if count else 0.0,
            picture_share=min(1.0, max(shares, default=0.0)),
            is_vector_heavy=_is_vector_heavy(drawing, count),
            marks=self._marks(paths, thin, pictures, lines),
        )

    def _marks(
        self,
        paths: Paths,
        thin: Iterable[Box],
        pictures: list[Box],
        lines: tuple[Block, ...],
    ) -> Marks:
        rules = rules_of(paths, thin, self._space)
        smallest, largest = FIGURE_SHARE
        return Marks(
            rules=rules,
            fills=fills_of(paths, self._space),
            pictures=tuple(
                box for box in pictures if smallest <= share_of_page(box, self._space) <= largest
            ),
            drawings=drawings_of(paths, rules, [line.box for line in lines], self._space),
            links=self._book.links(self.number),
            outline=entries_of(self._book.bookmarks(self.number), self._space),
        )

    def native_dpi(self) -> int | None:
        return dpi_of_page_picture(self._drawing(), self._space)

    def original(self) -> Picture | None:
        return None

    def render(self, dpi: int) -> Picture:
        scale = dpi / 72
        pixels = self.width * self.height * scale * scale
        is_capped = pixels > self._book.max_pixels
        if is_capped:
            scale *= math.sqrt(self._book.max_pixels / pixels)
        size = (max(1, int(self.width * scale)), max(1, int(self.height * scale)))
        drawn = _draw(self._book.handle(self.number), *size)
        return Picture(drawn, scale, max(1, round(scale * 72)) if is_capped else dpi, is_capped)

    def _drawing(self) -> Drawing:
        """Walked anew when the page was loaded anew: it holds addresses."""
        page = self._book.handle(self.number)
        if self._walked is None or self._walked[0] is not page:
            self._walked = (page, drawing_of(pdfium.address(page), self._space))
        return self._walked[1]


def _has_written_on(page: object) -> bool:
    """Whether form fields or typed notes lie on the page."""
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), MAX_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        raw.FPDFPage_CloseAnnot(annotation)
        if kind in (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT):
            return True
    return False


def _draw(page: object, width: int, height: int) -> np.ndarray:
    """The page in RGB on white. PDFium draws straight into the array: three bytes a pixel are also
    its fastest format here (four, then copied without the fourth, take three times as long).
    """
    try:
        pixels = np.empty((height, width, 3), np.uint8)
    except MemoryError:
        raise PagemillError("page_memory") from None
    bitmap = raw.FPDFBitmap_CreateEx(
        width, height, raw.FPDFBitmap_BGR, pixels.ctypes.data, width * 3
    )
    if not bitmap:
        raise PagemillError("page_memory")
    try:
        raw.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
        flags = raw.FPDF_ANNOT | raw.FPDF_REVERSE_BYTE_ORDER | raw.FPDF_RENDER_LIMITEDIMAGECACHE
        raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, flags)
    finally:
        raw.FPDFBitmap_Destroy(bitmap)
    return pixels


def _is_vector_heavy(drawing: Drawing, characters: int) -> bool:
    if not characters and len(drawing.shapes) >= MANY_STROKES:
        return True
    least = max(HEAVY_SEGMENTS, HEAVY_SEGMENTS_PER_CHARACTER * characters)
    return drawing.outline_segments >= least


def _load(path: Path, password: str) -> PdfDocument:
    pdf = PdfDocument(path, password=password or None)
    if len(pdf) == 0:
        pdf.close()
        raise PdfiumError("no pages", err_code=raw.FPDF_ERR_FORMAT)
    return pdf


def _open_repaired(path: Path, password: str, max_pixels: int) -> PdfBook:
    folder = tempfile.TemporaryDirectory(prefix="pagemill-repair-")
    repaired = Path(folder.name) / "repaired.pdf"
    try:
        _repair(path, repaired, password)
        return PdfBook(_load(repaired, ""), max_pixels, folder.cleanup)
    except PdfiumError:
        folder.cleanup()
        raise PagemillError("corrupt", "The PDF is damaged beyond repair") from None
    except BaseException:
        folder.cleanup()
        raise


def _repair(path: Path, target: Path, password: str) -> None:
    """Rewrites what can be read of a PDF, unencrypted. Raises `corrupt`, `password_required`."""
    import pikepdf  # noqa: PLC0415  0.1 s and 20 MB that only damaged files are worth

    try:
        with warnings.catch_warnings(), pikepdf.open(path, password=password) as pdf:
            warnings.simplefilter("ignore")
            pdf.save(target)
    except pikepdf.PasswordError:
        raise _locked(password) from None
    # qpdf's bindings answer broken files with all of these.
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, LookupError, MemoryError):
        raise PagemillError("corrupt", "The PDF is damaged beyond repair") from None


def _locked(password: str) -> PagemillError:
    cause = "The password is wrong" if password else "The document is encrypted"
    return PagemillError("password_required", cause)
