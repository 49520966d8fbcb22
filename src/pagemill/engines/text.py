"""The engine `text`: a page's own text layer, as it stands."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from pagemill.engines.text_layer import is_blank, is_scan
from pagemill.model.job import Failure
from pagemill.model.page import Block, NativeText, PageFlag, PageText
from pagemill.ports import DocumentPage, ReadOptions

MOST_TURNED = 0.8
_ROTATIONS = {1: 270, 2: 180, 3: 90}  # by the turn of a line
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
        rotation = _rotation_of(native.lines)
        return PageText(
            number=page.number,
            width=page.width,
            height=page.height,
            blocks=native.lines,
            engine=self.name,
            engine_version=self.version,
            language=options.languages[0] if options.languages else "",
            rotation=rotation,
            flags=_flags(native, rotation),
            marks=replace(native.marks, is_scan=is_scan(native)),
            read_ms=round(1000 * (self._timer() - began)),
        )


def _flags(native: NativeText, rotation: int) -> tuple[str, ...]:
    found = ((PageFlag.BLANK, is_blank(native)), (PageFlag.ROTATED, rotation != 0))
    return tuple(flag for flag, is_so in found if is_so)


def _rotation_of(lines: Sequence[Block]) -> int:
    """By how much the page has to be turned, clockwise, for most of its letters to stand upright;
    0 unless nearly all are turned alike.
    """
    letters = Counter[int]()
    for line in lines:
        letters[line.turn] += len(line.text)
    turn, most = letters.most_common(1)[0] if letters else (0, 0)
    return _ROTATIONS.get(turn, 0) if most > MOST_TURNED * letters.total() else 0
