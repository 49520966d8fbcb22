"""The pictures of docs/explanation/reading-a-page.md: pages as stock RapidOCR reads them and as
Pagemill does.

Left the lines of `RapidOCR()` as it comes, numbered in its order; right Pagemill's blocks in
reading order; beside each page what it says. A thread joins the numbers. Pages: a sample of the
Tesseract authors (Apache-2.0), one of the pypdf authors (BSD-3-Clause), and one made here.
"""

import tempfile
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engine_child import page_reader
from engine_sides import Side
from library import PEER_DPI, SAMPLES, Sample, pictures
from pagemill.model.page import Block, PageText
from pagemill.testing.degraded import skewed
from pagemill.testing.documents import text_pdf

IMAGES = Path(__file__).parents[1] / "docs" / "images"
PANEL, PAGE_SIDE, GAP, HEAD = (740, 560), (430, 500), 16, 44
FONT, TEXT_SIZE, TEXT_WIDTH, TEXT_LINES = "DejaVuSans.ttf", 14, 34, 25
UPPER_PART = 0.47  # of the book's page, down to between two lines
MARGIN, INKED = 0.06, 128
COLOURS = 64
INK, FAINT = (20, 20, 20), (110, 110, 110)
THEIRS, OURS = (190, 60, 40), (20, 110, 80)
GARDENS = """The north garden is old. Its walls were built of river stone, and the moss on them \
is as thick as a carpet. Nobody has cut the roses for years, and they have climbed over the gate \
and into the lane.
In spring the blackbirds come first. They look for worms between the stones and sing in the rain.
The south garden is new. A path of white gravel leads from the door to a round pond, and on either \
side stand young apple trees, each tied to a stake.
Here the swallows fly low over the water in the evening. The gardener counts them and writes their \
number in a book."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What was read as one: left, top, right, bottom in pixels of the page's picture."""

    box: tuple[float, float, float, float]
    text: str


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    read = page_reader(asdict(Side("Pagemill", "auto")))
    for name, whole in _pages().items():
        page = _trimmed(whole)
        panels = (
            _panel(page, _by_stock(page), "Stock RapidOCR: lines in its order", THEIRS),
            _panel(page, _by_pagemill(page, read), "Pagemill: blocks in reading order", OURS),
        )
        sheet = Image.new("RGB", (2 * PANEL[0] + GAP, PANEL[1]), "white")
        for number, panel in enumerate(panels):
            sheet.paste(panel, (number * (PANEL[0] + GAP), 0))
        path = IMAGES / f"reading-{name}.png"
        sheet.quantize(COLOURS).save(path, optimize=True)
        print(path, path.stat().st_size)


def _pages() -> dict[str, Image.Image]:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.pdf"
        made.write_bytes(text_pdf([GARDENS], columns=2, size=(420, 420)))
        columns = _first(made)
    book = _first(SAMPLES / "vicksburg.pdf")
    return {
        "rotated": _first(SAMPLES / "phototest-rotated-R.png"),
        "skewed": skewed(book.crop((0, 0, book.width, round(UPPER_PART * book.height))), 6.0),
        "columns": columns,
    }


def _trimmed(page: Image.Image) -> Image.Image:
    """With narrow margins, so that more of it can be read when it is shown small."""
    rows, columns = np.nonzero(np.asarray(page.convert("L")) < INKED)
    margin = round(MARGIN * max(page.size))
    left, top = max(0, columns.min() - margin), max(0, rows.min() - margin)
    right = min(page.width, columns.max() + margin)
    return page.crop((left, top, right, min(page.height, rows.max() + margin)))


def _first(path: Path) -> Image.Image:
    return Image.fromarray(next(iter(pictures(Sample(path, "", 1)))))


def _by_stock(page: Image.Image) -> list[Piece]:
    from rapidocr import RapidOCR

    pixels = np.ascontiguousarray(np.asarray(page)[:, :, ::-1])
    read = RapidOCR(params={"Global.log_level": "error"})(pixels)
    return [
        Piece((*quad.min(axis=0).tolist(), *quad.max(axis=0).tolist()), text)
        for quad, text in zip(np.asarray(read.boxes), read.txts, strict=True)
    ]


def _by_pagemill(page: Image.Image, read: Callable[[str, list[str]], PageText]) -> list[Piece]:
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        page.save(file.name, dpi=(PEER_DPI, PEER_DPI))
        text = read(file.name, [])
    return [_piece(block, page.width / text.width) for block in text.blocks]


def _piece(block: Block, scale: float) -> Piece:
    box = block.box
    sides = (box.x0 * scale, box.y0 * scale, box.x1 * scale, box.y1 * scale)
    return Piece(sides, block.text or f"({block.kind})")


def _panel(
    page: Image.Image, pieces: Sequence[Piece], title: str, colour: tuple[int, int, int]
) -> Image.Image:
    panel = Image.new("RGB", PANEL, "white")
    pen = ImageDraw.Draw(panel)
    pen.text((8, 8), title, colour, ImageFont.truetype(FONT, 20))
    small = page.convert("RGB")
    share = min(a / b for a, b in zip(PAGE_SIDE, page.size, strict=True))
    small = small.resize(
        (round(page.width * share), round(page.height * share)), Image.Resampling.LANCZOS
    )
    _mark(small, pieces, share, colour)
    panel.paste(small, (8, HEAD))
    pen.rectangle((8, HEAD, 8 + small.width, HEAD + small.height), outline=FAINT)
    _say(pen, pieces, 8 + small.width + GAP)
    return panel


def _mark(
    small: Image.Image, pieces: Sequence[Piece], scale: float, colour: tuple[int, int, int]
) -> None:
    pen, font = ImageDraw.Draw(small), ImageFont.truetype(FONT, 10)
    boxes = [[side * scale for side in piece.box] for piece in pieces]
    for box in boxes:
        pen.rectangle(box, outline=colour)
    corners = [_beside(*box) for box in boxes]
    pen.line(corners, fill=colour, width=2)
    for number, corner in enumerate(corners, 1):
        x0, y0, x1, y1 = pen.textbbox(corner, str(number), font, anchor="mm")
        pen.rectangle((x0 - 3, y0 - 2, x1 + 3, y1 + 2), fill=colour)
        pen.text(corner, str(number), "white", font, anchor="mm")


def _beside(x0: float, y0: float, x1: float, y1: float) -> tuple[float, float]:
    """Where the number of a box stands: before its first line, or above it if that runs down."""
    return ((x0 + x1) / 2, y0 - 8) if y1 - y0 > 2 * (x1 - x0) else (x0 - 8, y0 + 7)


def _say(pen: ImageDraw.ImageDraw, pieces: Sequence[Piece], left: int) -> None:
    """Its first words, number by number."""
    font, y = ImageFont.truetype(FONT, TEXT_SIZE), HEAD
    lines = [
        line
        for number, piece in enumerate(pieces, 1)
        for line in textwrap.wrap(f"{number}  {piece.text}", TEXT_WIDTH) or [str(number)]
    ]
    for line in [*lines[:TEXT_LINES], *(["…"] if len(lines) > TEXT_LINES else [])]:
        pen.text((left, y), line, INK, font)
        y += TEXT_SIZE + 5


if __name__ == "__main__":
    main()
