"""Pages drawn on the spot, and engines that are loaded once for all tests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec

import numpy as np
import pytest
from PIL import Image

from pagemill.documents import PageOpener
from pagemill.engines.hybrid import HybridEngine
from pagemill.engines.ppocr import PpOcrEngine
from pagemill.engines.runtime import ONNXRUNTIME, OPENVINO
from pagemill.engines.tesseract import TesseractEngine, make_tesseract
from pagemill.engines.text import TextEngine
from pagemill.model.page import Block, BlockKind, Box, NativeText
from pagemill.ports import DocumentPage, Picture
from pagemill.testing.documents import draw, text_pdf

POINTS = 72
SIZE = (300.0, 200.0)
INSTALLED = [name for name in (OPENVINO, ONNXRUNTIME) if find_spec(name) is not None]
WORDS = "The quick brown fox\njumps over the lazy dog\nand counts 42 leaves."


@dataclass
class DrawnPage:
    """A page that is one picture of `dpi`, with a text layer beside it. `asked` are the dpi it
    was rendered with.
    """

    image: Image.Image
    dpi: int
    native: NativeText
    is_capped: bool = False
    number: int = 7
    asked: list[int] = field(default_factory=list)

    @property
    def width(self) -> float:
        return self.image.width * POINTS / self.dpi

    @property
    def height(self) -> float:
        return self.image.height * POINTS / self.dpi

    def native_text(self) -> NativeText:
        return self.native

    def native_dpi(self) -> int | None:
        return self.dpi

    def render(self, dpi: int) -> Picture:
        self.asked.append(dpi)
        scale = dpi / POINTS
        size = (max(1, round(self.width * scale)), max(1, round(self.height * scale)))
        drawn = self.image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
        return Picture(np.asarray(drawn), scale, dpi, self.is_capped)


def native_text(words: str) -> NativeText:
    """A good text layer of these lines, or the empty one of a picture."""
    lines = tuple(
        Block(BlockKind.LINE, Box(40, 40 + 14 * row, 200, 52 + 14 * row), line)
        for row, line in enumerate(words.splitlines())
    )
    return NativeText(lines, len("".join(words.split())), 1.0, 0.0, 0.0, 0.0 if words else 1.0)


def drawn_page(words: str = WORDS, dpi: int = 150, turn: int = 0) -> DrawnPage:
    """`turn` is clockwise degrees."""
    image = draw(words, dpi=dpi, size=SIZE)
    return DrawnPage(
        image.rotate(-turn, expand=turn % 180 != 0, fillcolor=255), dpi, native_text(words)
    )


@pytest.fixture(scope="session")
def page_of() -> Callable[..., DrawnPage]:
    return drawn_page


@pytest.fixture
def pdf_page(tmp_path) -> Iterator[Callable[..., DocumentPage]]:
    """A real page of a PDF with the words of any Western language, and the text layer they make."""
    opened = []

    def open_page(words: str, **how: object) -> DocumentPage:
        path = tmp_path / f"{len(opened)}.pdf"
        path.write_bytes(text_pdf([words], **how))
        opened.append(PageOpener(max_pixels=40_000_000).open(path, "application/pdf"))
        return opened[-1].page(1)

    yield open_page
    for document in opened:
        document.close()


@pytest.fixture(scope="session")
def ppocr_by() -> dict[str, PpOcrEngine]:
    """PP-OCR by each runtime that this machine has, loaded."""
    engines = {runtime: PpOcrEngine(runtime) for runtime in INSTALLED}
    for engine in engines.values():
        engine.load()
    return engines


@pytest.fixture(scope="session")
def ppocr(ppocr_by: dict[str, PpOcrEngine]) -> PpOcrEngine:
    return ppocr_by[INSTALLED[0]]


@pytest.fixture(scope="session")
def tesseract() -> TesseractEngine:
    engine = make_tesseract()
    failure = engine.missing()
    if failure is not None:
        pytest.fail(f"{failure.message}. {failure.hint}")
    return engine


@pytest.fixture(scope="session")
def hybrid(ppocr: PpOcrEngine, tesseract: TesseractEngine) -> HybridEngine:
    """With Tesseract even on pages of a few lines."""
    return HybridEngine(ppocr, tesseract, least_length=0.0)


@pytest.fixture(params=["text", *INSTALLED, "tesseract", "hybrid"])
def engine(request: pytest.FixtureRequest) -> object:
    if request.param == "text":
        return TextEngine()
    if request.param in {"tesseract", "hybrid"}:
        return request.getfixturevalue(request.param)
    return request.getfixturevalue("ppocr_by")[request.param]
