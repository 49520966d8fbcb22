"""PP-OCR on a picture: find lines, read them. The inside of the `rapidocr` engine.

Everything here is pixels; pages, points and options stay outside, so this part can be replaced
alone. Imports OpenCV and ONNX Runtime: for child processes only.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pagemill.engines.detection import Detector, height_of
from pagemill.engines.models import alphabet, open_session, runner
from pagemill.engines.recognition import Recogniser

DETECTION = "PP-OCRv6_det_small.onnx"
RECOGNITION = "PP-OCRv6_rec_small.onnx"
SIDE, CLOSER_SIDE = 960, 1280  # pixels of the longer side that detection sees
TINY_LINE = 13.0  # pixels in that view: detection grows whatever it finds to about this height
_LEGIBLE = 0.5  # below this confidence a line is more likely dirt than text


@dataclass(frozen=True, slots=True)
class Line:
    """A line as read. `quad` is 4 x 2 pixels, clockwise from the top left of the text."""

    quad: np.ndarray
    text: str
    confidence: float


class LineReader:
    """Both models, loaded. One per process, not thread-safe."""

    def __init__(self, models: Path) -> None:
        cv2.setNumThreads(1)
        self._detector = Detector(runner(open_session(models / DETECTION)))
        recognition = open_session(models / RECOGNITION)
        self._recogniser = Recogniser(runner(recognition), alphabet(recognition))

    def read(self, pixels: np.ndarray) -> list[Line]:
        """Lines from top to bottom; `pixels` is RGB, uint8."""
        quads = self._find(pixels)
        answers = self._recogniser.read(pixels, quads)
        return [
            Line(quad, text.strip(), confidence)
            for quad, (text, confidence) in zip(quads, answers, strict=True)
            if text.strip() and confidence >= _LEGIBLE
        ]

    def _find(self, pixels: np.ndarray) -> list[np.ndarray]:
        """Detection is cheapest from afar; it looks closer where that shows tiny lines or none."""
        quads = self._detector.find(pixels, SIDE)
        shrink = SIDE / max(pixels.shape[:2])
        if shrink >= 1.0:
            return quads
        heights = [height_of(quad) * shrink for quad in quads]
        is_clear = bool(heights) and float(np.median(heights)) >= TINY_LINE
        return quads if is_clear else self._detector.find(pixels, CLOSER_SIDE)
