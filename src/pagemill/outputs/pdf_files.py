"""PDF files on their way to the shelf: put together in a temporary folder, then copied."""

from contextlib import ExitStack
from pathlib import Path

from pikepdf import Pdf

from pagemill.errors import PagemillError
from pagemill.model.document import PDF
from pagemill.model.page import PageText
from pagemill.ports import Book, Folder, Gap

CHUNK = 1024 * 1024
LETTER = (612.0, 792.0)
Marked = PageText | Gap


def hand_over(made: Path, folder: Folder, name: str) -> None:
    """Output `name` is the file `<name>.pdf`."""
    with folder.write(name, f"{name}.pdf", PDF) as file, made.open("rb") as source:
        while chunk := source.read(CHUNK):
            file.write(chunk)


def join(parts: list[Path], made: Path) -> None:
    """Streams are copied from file to file: pictures are never all in memory."""
    with ExitStack() as stack:
        whole = stack.enter_context(Pdf.new())
        for part in parts:
            whole.pages.extend(stack.enter_context(Pdf.open(part)).pages)
        whole.save(made, min_version="1.5", deterministic_id=True)


def page_size(book: Book, page: Marked) -> tuple[float, float]:
    """In points, within what PDF viewers take (PDF 32000-1 annex C.2)."""
    if isinstance(page, PageText):
        return _within(page.width, page.height)
    return size_by_document(book, page.number)


def size_by_document(book: Book, number: int) -> tuple[float, float]:
    """Letter paper where the page is damaged."""
    try:
        shown = book.document().page(number)
    except PagemillError:
        return LETTER
    return _within(shown.width, shown.height)


def _within(width: float, height: float) -> tuple[float, float]:
    return max(3.0, min(14_400.0, width)), max(3.0, min(14_400.0, height))
