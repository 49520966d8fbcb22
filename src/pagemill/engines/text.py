"""The engine `text`: a page's own text layer, as it stands."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from pagemill.engines.text_layer import is_blank, is_scan
from pagemill.model.job import Failure
from pagemill.model.page import PageFlag, PageText
from pagemill.ports import DocumentPage, ReadOptions

VERSION = "2"  # raise it whenever the same page may give another text


class TextEngine:
    """See `pagemill.ports.Engine`. Needs no model and no picture; knows every language."""

    name = "text"
    version = VERSION
    needs_picture = False

    def __init__(self, timer: Callable[[], float] = time.perf_counter) -> None:
        self._timer = timer

    def missing(self) -> Failure | None:
        return None

    def can_read(self, languages: Sequence[str]) -> bool:
        return True

    def load(self) -> None:
        """Nothing to load."""

    def read(self, page: DocumentPage, options: ReadOptions) -> PageText:
        """Raises `page_unrenderable`."""
        began = self._timer()
        native = page.native_text()
        return PageText(
            number=page.number,
            width=page.width,
            height=page.height,
            blocks=native.lines,
            engine=self.name,
            engine_version=self.version,
            language=options.languages[0] if options.languages else "",
            flags=(PageFlag.BLANK,) if is_blank(native) else (),
            marks=replace(native.marks, is_scan=is_scan(native)),
            read_ms=round(1000 * (self._timer() - began)),
        )
