"""The engine `tesseract`: Tesseract in this process, through tesserocr.

The wheel carries no language data; Debian's packages do. tesserocr is imported only by `load`, in
a child process.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pagemill.engines.failures import error_of
from pagemill.engines.languages import (
    english_name,
    has_pack,
    install_command,
    tesseract_code,
    tesseract_codes,
)
from pagemill.engines.pictures import flags_of, tesseract_drawing
from pagemill.engines.wheels import version_of
from pagemill.engines.words import Word
from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from pagemill.model.page import Block, BlockKind, Box, PageText
from pagemill.ports import DocumentPage, Picture, ReadOptions

if TYPE_CHECKING:
    import numpy as np

    from pagemill.engines.preparation import Prepared

PIPELINE = 3  # part of the version: raise it whenever the same picture may give another text
PREFERRED, ORIENTATION = "eng", "osd"
_NOT_LANGUAGES = frozenset({ORIENTATION, "equ"})
_USUAL_FOLDERS = ("usr/share/tessdata", "usr/local/share/tessdata", "opt/homebrew/share/tessdata")


class TesseractEngine:
    """See `pagemill.ports.Engine`. `folders` are looked through for packs (`*.traineddata`) in
    turn; the first that has any is used. About 170 MB.
    """

    name = "tesseract"
    needs_picture = True

    def __init__(
        self, folders: Sequence[Path], timer: Callable[[], float] = time.perf_counter
    ) -> None:
        self._timer = timer
        self._folder = next((folder for folder in folders if _packs(folder)), None)
        self._packs = _packs(self._folder) if self._folder is not None else {}
        self._opened: tuple[str, Any] | None = None
        self.version = f"{version_of('tesserocr')}-{PIPELINE}-{_fingerprint(self._packs)}"

    def languages(self) -> list[str]:
        """Tesseract's names of the languages installed here."""
        return sorted(set(self._packs) - _NOT_LANGUAGES)

    def missing(self) -> Failure | None:
        if find_spec("tesserocr") is None:
            return Failure(
                "engine_missing",
                "The Python package `tesserocr` is not installed",
                "Install it: `pip install tesserocr`.",
            )
        if not self.languages():
            return Failure(
                "engine_missing",
                "Tesseract has no language data here",
                _install([PREFERRED]),
            )
        return None

    def can_read(self, languages: Sequence[str]) -> bool:
        return not self._lacking(languages)

    def language_failure(self, languages: Sequence[str]) -> Failure:
        """Why `can_read` says no, with the packs to install."""
        lacking = self._lacking(languages)
        unknown = [code for code in lacking if not has_pack(code)]
        if unknown:
            return Failure(
                "language_missing",
                f"Tesseract has no language called: {', '.join(unknown)}",
                "Use ISO 639 codes such as en, de or rus.",
            )
        return Failure(
            "language_missing",
            f"Tesseract has no language data here for: {', '.join(map(english_name, lacking))}",
            _install(lacking),
        )

    def load(self) -> None:
        failure = self.missing()
        if failure is not None:
            raise error_of(failure)
        # Tesseract's own threads cost more than they bring; the library reads this when it loads.
        os.environ["OMP_THREAD_LIMIT"] = "1"
        import tesserocr  # noqa: F401, PLC0415  loaded only where it is used

    def read(self, page: DocumentPage, options: ReadOptions) -> PageText:
        """Raises `language_missing` naming the pack, and `engine_failed`."""
        from pagemill.engines.preparation import prepared  # noqa: PLC0415  loads OpenCV

        self.load()
        if not self.can_read(options.languages):
            raise error_of(self.language_failure(options.languages))
        began = self._timer()
        dpi, enlarge = tesseract_drawing(page, options.dpi)
        picture = page.render(dpi)
        drawn = self._timer()
        ready = prepared(picture.pixels, enlarge)
        finest = round(picture.dpi * enlarge)
        codes = tesseract_codes(options.languages) or (self._default(),)
        lines, rotation = self._recognise(ready, finest, "+".join(codes))
        blocks = [_block(line, ready, picture, page) for line in lines]
        return PageText(
            number=page.number,
            width=page.width,
            height=page.height,
            blocks=tuple(blocks),
            engine=self.name,
            engine_version=self.version,
            language=options.languages[0] if options.languages else "",
            rotation=rotation,
            skew=ready.skew,
            dpi=finest,
            flags=flags_of(picture, rotation, ready.skew, is_blank=not blocks),
            render_ms=round(1000 * (drawn - began)),
            read_ms=round(1000 * (self._timer() - drawn)),
        )

    def words(self, grey: "np.ndarray", dpi: int, languages: Sequence[str]) -> list[Word]:
        """The words on a picture that is prepared and stands upright, in its pixels. `languages`
        have packs here. Raises `engine_failed`.
        """
        import tesserocr  # noqa: PLC0415  loaded only where it is used

        api = self._open("+".join(tesseract_codes(languages)))
        usual = api.GetPageSegMode()
        try:
            api.SetPageSegMode(tesserocr.PSM.AUTO)
            _show(api, grey, dpi)
            if not api.Recognize():
                raise PagemillError("engine_failed", "Tesseract could not read the page")
            return list(_words(api, tesserocr.RIL.WORD))
        finally:
            api.Clear()
            api.SetPageSegMode(usual)

    def _lacking(self, languages: Sequence[str]) -> list[str]:
        return [code for code in languages if tesseract_code(code) not in self._packs]

    def _default(self) -> str:
        return PREFERRED if PREFERRED in self._packs else self.languages()[0]

    def _recognise(self, ready: "Prepared", dpi: int, codes: str) -> tuple[list[Word], int]:
        """The lines, and by how many degrees the page was turned, clockwise, to be read."""
        import tesserocr  # noqa: PLC0415  loaded only where it is used

        api = self._open(codes)
        try:
            _show(api, ready.pixels, dpi)
            if not api.Recognize():
                raise PagemillError("engine_failed", "Tesseract could not read the page")
            lines = list(_words(api, tesserocr.RIL.TEXTLINE))
            return lines, _rotation(api, lines)
        finally:
            api.Clear()  # the picture and the results; the loaded languages stay

    def _open(self, codes: str) -> Any:  # noqa: ANN401  tesserocr has no types
        """Tesseract with these languages; kept until other ones are asked for."""
        if self._opened is not None and self._opened[0] == codes:
            return self._opened[1]
        import tesserocr  # noqa: PLC0415  loaded only where it is used

        if self._opened is not None:
            self._opened[1].End()
            self._opened = None
        has_orientation = ORIENTATION in self._packs
        api = tesserocr.PyTessBaseAPI(
            path=str(self._folder),
            lang=codes,
            psm=tesserocr.PSM.AUTO_OSD if has_orientation else tesserocr.PSM.AUTO,
        )
        api.SetVariable("debug_file", os.devnull)
        self._opened = (codes, api)
        return api


def make_tesseract() -> TesseractEngine:
    """The engine with the packs of this machine."""
    return TesseractEngine(pack_folders(os.environ, Path("/")))


def pack_folders(environment: Mapping[str, str], root: Path) -> list[Path]:
    """Where packs may lie, the likeliest first: what Tesseract's own variable says, Debian's
    folder of the newest version, then other usual places.
    """
    said = environment.get("TESSDATA_PREFIX")
    named = [Path(said), Path(said) / "tessdata"] if said else []
    debian = sorted((root / "usr/share/tesseract-ocr").glob("*/tessdata"), reverse=True)
    return [*named, *debian, *(root / folder for folder in _USUAL_FOLDERS)]


def _packs(folder: Path) -> dict[str, int]:
    """Pack names with their size in bytes, `script/Cyrillic` among them; empty if there is no such
    folder.
    """
    try:
        found = [*folder.glob("*.traineddata"), *folder.glob("script/*.traineddata")]
        return {
            path.relative_to(folder).with_suffix("").as_posix(): path.stat().st_size
            for path in found
        }
    except OSError:
        return {}


def _show(api: Any, grey: "np.ndarray", dpi: int) -> None:  # noqa: ANN401
    height, width = grey.shape
    api.SetImageBytes(grey.tobytes(), width, height, 1, width)
    api.SetSourceResolution(dpi)


def _words(api: Any, level: int) -> Iterator[Word]:  # noqa: ANN401
    """The words, or the lines, as `level` says."""
    import tesserocr  # noqa: PLC0415  loaded only where it is used

    results = api.GetIterator()
    if results is None:
        return
    for word in tesserocr.iterate_level(results, level):
        if word.Empty(level):
            continue
        text = word.GetUTF8Text(level).strip()
        bounds = word.BoundingBox(level)
        if text and bounds:
            yield Word(bounds, text, word.Confidence(level) / 100)


def _block(line: Word, ready: "Prepared", picture: Picture, page: DocumentPage) -> Block:
    x0, y0, x1, y1 = (length / picture.scale for length in ready.back(line.bounds))
    box = Box(max(0.0, x0), max(0.0, y0), min(page.width, x1), min(page.height, y1))
    return Block(BlockKind.LINE, box, line.text, confidence=line.confidence)


def _rotation(api: Any, lines: Sequence[Word]) -> int:  # noqa: ANN401  tesserocr has no types
    """Clockwise degrees the page was turned by to be read, told by its first block.

    Of a blurred page Tesseract may say that it is written from top to bottom, and yet read it well
    as it stands: then its lines are wide.
    """
    results = api.GetIterator()
    if results is None:
        return 0
    # Quarter turns clockwise in which the text stands: turning back is the rest of the circle.
    rotation = (360 - 90 * int(results.Orientation()[0])) % 360
    return 0 if rotation in (90, 270) and not _run_upward(lines) else rotation


def _run_upward(lines: Sequence[Word]) -> bool:
    """Whether most of the length of all lines runs up or down."""
    across = sum(x1 - x0 for (x0, _, x1, _) in (line.bounds for line in lines))
    down = sum(y1 - y0 for (_, y0, _, y1) in (line.bounds for line in lines))
    return down > across


def _install(codes: Sequence[str]) -> str:
    return f"Install it: `{install_command(codes)}`, or choose another engine."


def _fingerprint(packs: Mapping[str, int]) -> str:
    listed = " ".join(f"{name}:{size}" for name, size in sorted(packs.items()))
    return hashlib.sha256(listed.encode()).hexdigest()[:8]
