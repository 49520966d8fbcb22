"""What two readers of PDFs, PDFium and poppler, find in one, and where: points as seen, y down."""

import ctypes
import io
import re
import subprocess
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from pagemill.model.page import Box, around

FINE = 100  # steps to a point
_MARKS = dict.fromkeys(map(ord, "\u202a\u202b\u202c"))  # poppler's own, around leftward text


def text_of(data: bytes, number: int = 1) -> str:
    """By PDFium, in the order of the file."""
    with pdfium.PdfDocument(io.BytesIO(data)) as document:
        return document[number - 1].get_textpage().get_text_bounded().replace("\r\n", "\n")


def box_of(data: bytes, text: str, number: int = 1) -> Box:
    """The place of `text`, by PDFium's search. Raises AssertionError where it is not found."""
    with pdfium.PdfDocument(io.BytesIO(data)) as document:
        page = document[number - 1]
        letters = page.get_textpage()
        match = letters.search(text, match_case=True).get_next()
        assert match is not None, f"'{text}' is not in {letters.get_text_bounded()!r}"
        first, count = match
        return around([_seen(page, letters.get_charbox(n)) for n in range(first, first + count)])


def _seen(page: pdfium.PdfPage, edges: tuple[float, float, float, float]) -> Box:
    left, bottom, right, top = edges
    width, height = (round(FINE * side) for side in page.get_size())
    found = []
    for x, y in ((left, bottom), (right, top)):
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page.raw, 0, 0, width, height, 0, x, y, across, down)
        found.append((across.value / FINE, down.value / FINE))
    (x0, y0), (x1, y1) = found
    return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def poppler_text(data: bytes, folder: Path) -> str:
    return _poppler(data, folder).translate(_MARKS)


def poppler_box(data: bytes, word: str, folder: Path, number: int = 1) -> Box:
    """The place of the first `word`. Raises AssertionError where it is not found."""
    where = ("-f", str(number), "-l", str(number), "-cropbox", "-bbox")
    pattern = r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>'
    for *edges, found in re.findall(pattern, _poppler(data, folder, *where)):
        if found == word:
            return Box(*map(float, edges))
    raise AssertionError(f"poppler finds no '{word}'")


def _poppler(data: bytes, folder: Path, *how: str) -> str:
    path = folder / "for-poppler.pdf"
    path.write_bytes(data)
    done = subprocess.run(["pdftotext", *how, path, "-"], capture_output=True, check=True)
    return done.stdout.decode()


def is_near(found: Box, expected: Box, points: float = 2.0) -> bool:
    sides = zip(
        (found.x0, found.y0, found.x1, found.y1),
        (expected.x0, expected.y0, expected.x1, expected.y1),
        strict=True,
    )
    return all(abs(a - b) <= points for a, b in sides)


def problems_of(data: bytes) -> list[str]:
    """What qpdf finds wrong."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return pdf.check_pdf_syntax()


def picture_bytes(data: bytes) -> list[bytes]:
    """The pictures of all pages as they lie in the file."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return [
            image.read_raw_bytes()
            for page in pdf.pages
            for _, image in sorted(page.obj.Resources.get("/XObject", {}).items())
        ]
