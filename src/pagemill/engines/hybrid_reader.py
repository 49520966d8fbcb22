"""Two readers on one picture: PP-OCR finds the lines, Tesseract reads them, and PP-OCR reads what
Tesseract left out or was not sure of.

Where a processor does not multiply bf16 fast, Tesseract reads a clear line in less than half the
time that PP-OCR takes. On unclear ones it is far worse, but its words there cover less or are
unsure. The inside of the `hybrid` engine. Imports OpenCV: for child processes only.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median

import numpy as np

from pagemill.engines.detection import height_of
from pagemill.engines.line_reader import Answer, Found, LineReader, Reading, reading_of
from pagemill.engines.orientation import TALL, size_of
from pagemill.engines.preparation import Prepared, prepared
from pagemill.engines.words import Bounds, Word, foreign_letters, line_of, shared_out

FindWords = Callable[[Prepared, float], Sequence[Word]]
ALONE = "ppocr read all lines"
_LEVEL = 0.3  # degrees: less does not matter to Tesseract
_STRAY = 1  # letter beyond English: PP-OCR takes one for another now and then
_SMALL_LINE, _ENLARGED = 22.0, 1.5  # pixels; Tesseract is sure of few lines lower than that


def length_unread(found: Found) -> float:
    """Of the lines not yet read, in sum; each in its own heights."""
    sizes = [sorted(size_of(found.quads[index])) for index in found.unread]
    return sum(longer / max(shorter, 1.0) for shorter, longer in sizes)


def read_both(
    reader: LineReader, found: Found, find_words: FindWords, *, is_guess: bool = False
) -> Reading:
    """What was found as read; `note` says how much of it Tesseract read. `find_words` gives the
    words of the picture made ready for Tesseract, enlarged by a factor.

    `is_guess` says that Tesseract was told English for want of a better guess. Where PP-OCR then
    meets other letters, it reads everything.
    """
    factor = _enlargement(found)
    ready = prepared(found.pixels, factor, found.skew if abs(found.skew) > _LEVEL else 0.0)
    level = [_moved(ready.turn, quad) for quad in found.quads]
    words = find_words(ready, factor)
    believed = _believed(level, shared_out(words, [_bounds(quad) for quad in level]))
    # What PP-OCR has read already is at least as good.
    rest = [index for index in found.unread if index not in believed]
    answers = found.answers | reader.read_lines(found, rest)
    if is_guess and foreign_letters(answers.values()) > _STRAY:
        return replace(reader.read_rest(replace(found, answers=answers)), note=ALONE)
    answers |= {index: believed[index] for index in found.unread if index in believed}
    lines = len(found.quads)
    note = _shares(lines - len(rest) - len(found.answers), lines)
    return replace(reading_of(found, answers), note=note)


def _shares(by_tesseract: int, lines: int) -> str:
    if not by_tesseract:
        return ALONE
    return f"Tesseract read {round(100 * by_tesseract / lines)} % of the lines, ppocr the rest"


def _believed(level: Sequence[np.ndarray], by_box: Sequence[Sequence[Word]]) -> dict[int, Answer]:
    """The lines that Tesseract has read well; those that run upward are none of its."""
    believed = {}
    for index, (quad, words) in enumerate(zip(level, by_box, strict=True)):
        width, height = size_of(quad)
        line = line_of(words, _bounds(quad)) if height < TALL * width else None
        if line is not None:
            believed[index] = line
    return believed


def _enlargement(found: Found) -> float:
    heights = [height_of(quad) for quad in found.quads]
    return _ENLARGED if median(heights) < _SMALL_LINE else 1.0


def _moved(turn: np.ndarray, quad: np.ndarray) -> np.ndarray:
    moved: np.ndarray = (quad @ turn[:, :2].T + turn[:, 2]).astype(np.float32)
    return moved


def _bounds(quad: np.ndarray) -> Bounds:
    (x0, y0), (x1, y1) = quad.min(axis=0), quad.max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)
