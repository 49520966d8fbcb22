"""The engine `ppocr` (also called `rapidocr`): PP-OCRv6-small, read from the rapidocr wheel.

This file is the page's side of it: resolution, points, failures. What happens on the picture is
`pagemill.engines.line_reader`, imported only by `load`, in a child process.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pagemill.engines.coverage import ENOUGH
from pagemill.engines.failures import error_of
from pagemill.engines.languages import is_read_by_ppocr
from pagemill.engines.pictures import detection_dpi, flags_of, ppocr_dpi
from pagemill.engines.runtime import AUTO, Open, module_of, opener_that_loads, runtime_of
from pagemill.engines.scripts import unread_script
from pagemill.engines.wheels import first_missing, models_of, version_of
from pagemill.model.job import Failure
from pagemill.model.page import Block, BlockKind, Box, PageFlag, PageText
from pagemill.ports import DocumentPage, Picture, ReadOptions

if TYPE_CHECKING:
    import numpy as np

    from pagemill.engines.detection import Detector
    from pagemill.engines.line_reader import Found, Line, LineReader, Reading

PACKAGE = "rapidocr"
PIPELINE = 5  # part of the version: raise it whenever the same picture may give another text
_SURE = 0.8  # confidence of a line that may bear witness against a text layer

Look = Callable[[Picture, ReadOptions], "Reading"]


class PpOcrEngine:
    """See `pagemill.ports.Engine`. `runtime` and `precision` are those of `engines.runtime`.
    200 MB when loaded, 500 MB when it has read dense pages, 650 MB at the peak of the largest; 150
    more where OpenVINO computes in float32.
    """

    name = "ppocr"
    needs_picture = True

    def __init__(
        self,
        runtime: str = AUTO,
        precision: str = "",
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._asked, self._precision = runtime, precision
        self._take(runtime_of(runtime))
        self._timer = timer
        self._reader: LineReader | None = None
        self._detector: Detector | None = None

    def missing(self) -> Failure | None:
        return first_missing((module_of(self._runtime), "cv2", PACKAGE))

    def can_read(self, languages: Sequence[str]) -> bool:
        return all(is_read_by_ppocr(code) for code in languages)

    def language_failure(self, languages: Sequence[str]) -> Failure:
        """Why `can_read` says no."""
        unread = ", ".join(code for code in languages if not is_read_by_ppocr(code))
        return Failure(
            "language_missing",
            f"The engine ppocr does not know the letters of: {unread}",
            "Use the engine tesseract for it, or auto.",
        )

    def load(self) -> None:
        if self._reader is not None:
            return
        failure = self.missing()
        if failure is not None:
            raise error_of(failure)
        from pagemill.engines.line_reader import LineReader  # noqa: PLC0415  a second and 200 MB

        self._reader = LineReader(models_folder(), self._opener())

    def read(self, page: DocumentPage, options: ReadOptions) -> PageText:
        """Raises `language_missing` rather than guess at letters it does not know: at once where
        such a language was named, as `UnreadScript` where none was and the page shows them.
        """
        return self.read_by(self._look, page, options)

    def read_by(self, look: Look, page: DocumentPage, options: ReadOptions) -> PageText:
        """The same, where `look` reads the picture. Raises what `read` and `look` raise."""
        if not self.can_read(options.languages):
            raise error_of(self.language_failure(options.languages))
        self.load()
        began = self._timer()
        picture = page.render(ppocr_dpi(page, options.dpi))
        drawn = self._timer()
        reading = look(picture, options)
        return PageText(
            number=page.number,
            width=page.width,
            height=page.height,
            blocks=tuple(_block(line, page, picture) for line in reading.lines),
            engine=self.name,
            engine_version=self.version,
            reason=reading.note,
            language=options.languages[0] if options.languages else "",
            rotation=reading.rotation,
            skew=reading.skew,
            dpi=picture.dpi,
            flags=_flags(picture, reading),
            render_ms=round(1000 * (drawn - began)),
            read_ms=round(1000 * (self._timer() - drawn)),
        )

    @property
    def reader(self) -> "LineReader":
        """What reads pictures, once `load` was called."""
        assert self._reader is not None  # noqa: S101  load() sets it
        return self._reader

    def text_boxes(self, page: DocumentPage) -> list[Box]:
        """Where text stands, without reading it: this loads only the smallest model."""
        from pagemill.engines.line_reader import SIDE, open_detector  # noqa: PLC0415  as `load`

        if self._detector is None:
            is_here = self._reader is not None
            self._detector = (
                self.reader.detector if is_here else open_detector(models_folder(), self._opener())
            )
        picture = page.render(detection_dpi(page, SIDE))
        quads = self._detector.find(picture.pixels, SIDE)
        return [_box(quad, page, picture) for quad in quads]

    def glance(self, page: DocumentPage) -> list[Block]:
        """Some lines of the page, only those read well. Raises what `read` raises."""
        self.load()
        picture = page.render(ppocr_dpi(page))
        lines = self.reader.glance(picture.pixels).lines
        return [_block(line, page, picture) for line in lines if line.confidence >= _SURE]

    def find(self, picture: Picture, options: ReadOptions) -> "Found":
        """Lines found but mostly unread. Raises `UnreadScript` where no language was named and
        their letters are none of ours.
        """
        found = self.reader.find(picture.pixels, options.mode)
        if found.script and not options.languages:
            raise unread_script(found.script, self.name)
        return found

    def _look(self, picture: Picture, options: ReadOptions) -> "Reading":
        return self.reader.read_rest(self.find(picture, options))

    def _take(self, runtime: str) -> None:
        """The version names what runs the models, too: faint letters may read otherwise."""
        self._runtime = runtime
        self.version = f"{version_of(PACKAGE)}-{PIPELINE}-{runtime}"

    def _opener(self) -> Open:
        runtime, open_model = opener_that_loads(self._asked, self._runtime, self._precision)
        self._take(runtime)
        return open_model


def models_folder() -> Path:
    """Raises `engine_missing`."""
    return models_of(PACKAGE)


def _block(line: "Line", page: DocumentPage, picture: Picture) -> Block:
    box = _box(line.quad, page, picture)
    return Block(BlockKind.LINE, box, line.text, confidence=min(1.0, line.confidence))


def _flags(picture: Picture, reading: "Reading") -> tuple[str, ...]:
    usual = flags_of(picture, reading.rotation, reading.skew, is_blank=not reading.lines)
    doubts = (
        (PageFlag.OTHER_SCRIPT, bool(reading.script)),
        (PageFlag.LOW_COVERAGE, reading.coverage < ENOUGH),
    )
    return (*usual, *(flag for flag, holds in doubts if holds))


def _box(quad: "np.ndarray", page: DocumentPage, picture: Picture) -> Box:
    x0, y0 = (quad.min(axis=0) / picture.scale).tolist()
    x1, y1 = (quad.max(axis=0) / picture.scale).tolist()
    return Box(max(0.0, x0), max(0.0, y0), min(page.width, x1), min(page.height, y1))
