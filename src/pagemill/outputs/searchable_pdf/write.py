"""`searchable`: the document with its text laid invisibly on the pages, `searchable.pdf`.

All pages of the document are in it. A PDF stays as it is, down to the bytes of its pictures, but
for one stream more on pages that were read from their pictures; pages whose own text was used have
all they need. One that needs nothing is copied, and a signed one grows behind what was signed.
Other documents become a PDF whose pages are their pictures, and so does a PDF that cannot be
rewritten.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pikepdf
from pikepdf import Name, ObjectStreamMode, Page, Pdf, StreamDecodeLevel

from pagemill.model.document import PDF
from pagemill.model.page import PageText
from pagemill.outputs.layout_pdf.drawing import upright
from pagemill.outputs.pdf_files import hand_over, page_size, size_by_document
from pagemill.outputs.pdf_pages import font_in, packed, sheet_of
from pagemill.outputs.searchable_pdf.font import FONT_NAME, UnseenFont
from pagemill.outputs.searchable_pdf.lines import placed_lines
from pagemill.outputs.searchable_pdf.old_text import drop_unseen_text
from pagemill.outputs.searchable_pdf.picture_pages import PicturePages
from pagemill.outputs.searchable_pdf.signed import append_changes, highest_number, is_signed
from pagemill.outputs.searchable_pdf.stream import text_stream
from pagemill.ports import Book, Folder

TEXT_LAYER = "text"  # the engine that uses what a PDF says itself
Reading = tuple[PageText, PageText]
"""A page as its engine gave it, and laid out."""


def write(book: Book, folder: Folder) -> None:
    """Works in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="pagemill-searchable-") as scratch:
        made = Path(scratch) / "searchable.pdf"
        if not _over_original(book, made):
            _over_pictures(book, made)
        hand_over(made, folder, "searchable")


def _over_original(book: Book, made: Path) -> bool:
    """False where the document is no PDF, or one so damaged that only its reader can make it out.
    What is written is not encrypted.
    """
    document = book.document()
    if document.media_type != PDF:
        return False
    source = book.document_path()
    try:
        with Pdf.open(source, password=book.password) as pdf:
            if len(pdf.pages) != document.pages:
                return False
            known = highest_number(pdf)
            changed = _with_text(book, pdf)
            _save(pdf, changed, known, source, made)
    except pikepdf.PikepdfError:
        return False
    return True


def _with_text(book: Book, pdf: Pdf) -> list[Page]:
    """Lays the text under its pages; returns those that changed."""
    font = UnseenFont(pdf)
    changed = []
    for raw, laid_out in _readings(book):
        page = pdf.pages[raw.number - 1]
        if _needs_text(raw) and _lay_under(pdf, page, font, (raw, laid_out)):
            changed.append(page)
    font.finish()
    return changed


def _needs_text(page: PageText) -> bool:
    """A page's own text is all it needs, unless that lies unseen under a scan and somebody put what
    it says right.
    """
    return page.engine != TEXT_LAYER or (page.marks.is_scan and bool(page.corrected))


def _over_pictures(book: Book, made: Path) -> None:
    readings = _readings(book)
    reading = next(readings, None)
    with PicturePages(book, made) as pages:
        for number in range(1, book.document().pages + 1):
            if reading is None or reading[0].number != number:
                pages.add(number, size_by_document(book, number))
                continue
            pdf, page, font = pages.add(number, page_size(book, reading[0]))
            _lay_under(pdf, page, font, reading)
            reading = next(readings, None)


def _readings(book: Book) -> Iterator[Reading]:
    """Pages that were read, in the document's order."""
    for raw, laid_out in zip(book.raw_pages(), book.pages(), strict=True):
        if isinstance(raw, PageText) and isinstance(laid_out, PageText):
            yield raw, laid_out


def _lay_under(pdf: Pdf, page: Page, font: UnseenFont, reading: Reading) -> bool:
    """Unseen text may as well come first: then nothing that the page's content does, or fails to
    undo, can touch it. False for a page without text, which stays as it is.
    """
    raw, laid_out = reading
    lines = placed_lines(raw, laid_out)
    if not lines:
        return False
    drop_unseen_text(pdf, page)
    name = font_in(page, font.font, FONT_NAME)
    place = upright(sheet_of(page), raw.width, raw.height)
    page.contents_add(packed(pdf, text_stream(lines, place, name, font)), prepend=True)
    return True


def _save(pdf: Pdf, changed: Sequence[Page], known: int, source: Path, made: Path) -> None:
    """`known` is the highest number of an object in the file at `source`."""
    has_signature = is_signed(pdf)
    if not changed and not pdf.is_encrypted and (has_signature or not pdf.get_warnings()):
        shutil.copyfile(source, made)
    elif not (has_signature and append_changes(source, pdf, changed, known, made)):
        _rewrite(pdf, made)


def _rewrite(pdf: Pdf, made: Path) -> None:
    """Packed streams are copied as they are; only ASCII85, LZW and loose ones are packed anew."""
    if Name.Size not in pdf.trailer:
        pdf.trailer.Size = 1  # qpdf corrects the count in a mended file, and never adds it
    pdf.save(
        made,
        stream_decode_level=StreamDecodeLevel.none,
        object_stream_mode=ObjectStreamMode.preserve,
        deterministic_id=True,
    )
