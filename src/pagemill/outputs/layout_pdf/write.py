"""`layout`: the pages with a frame around every block, `layout.pdf`.

Pages of a PDF stay as they are and get one stream more; pages of other documents, and of a PDF
that cannot be rewritten, become pictures. Only the pages that were asked for.
"""

import tempfile
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Name, Pdf

from pagemill.model.document import PDF
from pagemill.outputs.crops import drawn, jpeg
from pagemill.outputs.layout_pdf.drawing import boxes, warning
from pagemill.outputs.pdf_files import Marked, hand_over, join, page_size
from pagemill.outputs.pdf_pages import draw_over, font_in, helvetica, sheet_of
from pagemill.ports import Book, Folder, Gap

PICTURE_DPI = 150
AT_ONCE = 64  # pictures in memory before they are written to a file


def write(book: Book, folder: Folder) -> None:
    """Works in a temporary folder. A book without pages has no file: no PDF is without pages."""
    with tempfile.TemporaryDirectory(prefix="pagemill-layout-") as scratch:
        made = Path(scratch) / "layout.pdf"
        if not (_over_originals(book, made) or _over_pictures(book, made)):
            return
        hand_over(made, folder, "layout")


# ---------------------------------------------------------------- PDF pages


def _over_originals(book: Book, made: Path) -> bool:
    """False where the document is no PDF, or one that only its reader can make out: encrypted with
    a password, or so damaged that pages are missing.
    """
    document = book.document()
    if document.media_type != PDF:
        return False
    try:
        with Pdf.open(book.document_path()) as source:
            if len(source.pages) != document.pages:
                return False
            return _save_drawn(book, source, made)
    except pikepdf.PikepdfError:
        return False


def _save_drawn(book: Book, source: Pdf, made: Path) -> bool:
    """Whole documents are changed in place and keep their bookmarks; others are collected."""
    with ExitStack() as stack:
        is_whole = book.total == len(source.pages)
        target = source if is_whole else stack.enter_context(Pdf.new())
        font = helvetica(target)
        count = 0
        for page in book.pages():
            if not is_whole:
                target.pages.append(source.pages[page.number - 1])
            sheet_no = page.number - 1 if is_whole else len(target.pages) - 1
            _draw(target, target.pages[sheet_no], page, font)
            count += 1
        if count:
            target.save(made, deterministic_id=True)
        return bool(count)


def _draw(pdf: Pdf, page: pikepdf.Page, marked: Marked, font: pikepdf.Object) -> None:
    sheet, name = sheet_of(page), font_in(page, font)
    if isinstance(marked, Gap):
        draw_over(pdf, page, warning(marked, sheet, name))
    else:
        draw_over(pdf, page, boxes(marked, sheet, name))


# ---------------------------------------------------------------- pictures


def _over_pictures(book: Book, made: Path) -> bool:
    """A few pages at a time go to files of their own; joined at the end, pikepdf copies their
    streams from file to file.
    """
    pages = book.pages()
    parts: list[Path] = []
    while some := list(islice(pages, AT_ONCE)):
        parts.append(made.with_name(f"part-{len(parts)}.pdf"))
        with Pdf.new() as pdf:
            font = helvetica(pdf)
            for page in some:
                _draw(pdf, _picture_page(pdf, book, page), page, font)
            pdf.save(parts[-1], deterministic_id=True)
    if parts:
        join(parts, made)
    return bool(parts)


def _picture_page(pdf: Pdf, book: Book, page: Marked) -> pikepdf.Page:
    """A page of the size the page text has, filled by its picture; blank if it cannot be drawn."""
    width, height = page_size(book, page)
    made = pdf.add_blank_page(page_size=(width, height))
    picture = drawn(book, page.number, PICTURE_DPI)
    if picture is None:
        return made
    rows, columns = picture.pixels.shape[:2]
    image = pikepdf.Stream(
        pdf,
        jpeg(picture.pixels),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=columns,
        Height=rows,
        ColorSpace=Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=Name.DCTDecode,
    )
    made.obj.Resources = Dictionary(XObject=Dictionary(Picture=image))
    made.contents_add(f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Picture Do Q".encode())
    return made
