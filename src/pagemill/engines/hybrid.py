"""The engine `hybrid`: Tesseract reads what is clear, PP-OCR finds the lines and reads the rest.

For processors with neither fast bf16 nor fast eight bits, where PP-OCR alone costs nearly twice as
much. The page's side of it is `ppocr`'s; what happens on the picture is
`pagemill.engines.hybrid_reader`, imported only when a picture is read, in a child process.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pagemill.engines.languages import is_latin
from pagemill.engines.pictures import hybrid_dpi
from pagemill.engines.ppocr import PpOcrEngine
from pagemill.engines.tesseract import PREFERRED, TesseractEngine, make_tesseract
from pagemill.engines.words import Word, foreign_letters
from pagemill.model.job import Failure
from pagemill.model.page import PageText
from pagemill.ports import DocumentPage, Picture, ReadOptions

if TYPE_CHECKING:
    from pagemill.engines.line_reader import Reading
    from pagemill.engines.preparation import Prepared

LEAST_LENGTH = 300.0  # receipts have less, letters and papers more
PIPELINE = 2  # part of the version: raise it whenever the same picture may give another text


class HybridEngine:
    """See `pagemill.ports.Engine`. Both engines may be those of their own names, which saves the
    memory of a second set of models. On a page with less to read than `least_length`, in heights
    of a line, Tesseract's start costs more than it saves: ppocr reads alone, and better.
    """

    name = "hybrid"
    needs_picture = True

    def __init__(
        self,
        ppocr: PpOcrEngine,
        tesseract: TesseractEngine,
        least_length: float = LEAST_LENGTH,
    ) -> None:
        self._ppocr, self._tesseract, self._least_length = ppocr, tesseract, least_length
        self._take_versions()

    def missing(self) -> Failure | None:
        return self._ppocr.missing() or self._tesseract.missing()

    def can_read(self, languages: Sequence[str]) -> bool:
        return self._ppocr.can_read(languages)

    def language_failure(self, languages: Sequence[str]) -> Failure:
        return self._ppocr.language_failure(languages)

    def load(self) -> None:
        self._ppocr.load()
        self._tesseract.load()
        self._take_versions()

    def read(self, page: DocumentPage, options: ReadOptions) -> PageText:
        """`reason` says how many of the lines each has read. Raises what `ppocr` raises."""
        self.load()
        drawn = replace(options, dpi=hybrid_dpi(page, options.dpi))
        text = self._ppocr.read_by(self._look, page, drawn)
        return replace(text, engine=self.name, engine_version=self.version)

    def _look(self, picture: Picture, options: ReadOptions) -> "Reading":
        from pagemill.engines.hybrid_reader import ALONE, length_unread, read_both  # noqa: PLC0415  as heavy as ppocr's

        reader = self._ppocr.reader
        found = self._ppocr.find(picture, options)
        is_plain = not foreign_letters(found.answers.values())
        packs = self._packs(options.languages, is_plain=is_plain)
        if not packs or length_unread(found) <= self._least_length:
            return replace(reader.read_rest(found), note=ALONE)

        def find_words(ready: "Prepared", factor: float) -> list[Word]:
            return self._tesseract.words(ready.pixels, round(factor * picture.dpi), packs)

        return read_both(reader, found, find_words, is_guess=not options.languages)

    def _take_versions(self) -> None:
        """The one of ppocr may change when it is loaded."""
        self.version = f"{PIPELINE}+{self._ppocr.version}+{self._tesseract.version}"

    def _packs(self, languages: Sequence[str], *, is_plain: bool) -> tuple[str, ...]:
        """The languages that Tesseract reads the page in; none where it would get letters wrong.
        `is_plain` says that only letters of English were seen.
        """
        wanted = tuple(languages) or ((PREFERRED,) if is_plain else ())
        is_ready = all(map(is_latin, wanted)) and self._tesseract.can_read(wanted)
        return wanted if is_ready else ()


def make_hybrid() -> HybridEngine:
    """The engine on its own, with the packs of this machine."""
    return HybridEngine(PpOcrEngine(), make_tesseract())
