"""PP-OCR on a picture: find lines, read them. The inside of the `rapidocr` engine.

Everything here is pixels; pages, points and options stay outside, so this part can be replaced
alone. Imports OpenCV and ONNX Runtime: for child processes only.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pagemill.engines.detection import Detector
from pagemill.engines.models import alphabet, open_session, runner
from pagemill.engines.recognition import Recogniser

DETECTION = "PP-OCRv6_det_small.onnx"
RECOGNITION = "PP-OCRv6_rec_small.onnx"
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

    def read(self, pixels: np.ndarray, side: int) -> list[Line]:
        """Lines from top to bottom; `pixels` is RGB, uint8. Detection sees the picture with its
        longer side scaled down to `side` pixels, recognition sees all of it.
        """
        quads = self._detector.find(pixels, side)
        answers = self._recogniser.read(pixels, quads)
        return [
            Line(quad, text.strip(), confidence)
            for quad, (text, confidence) in zip(quads, answers, strict=True)
            if text.strip() and confidence >= _LEGIBLE
        ]
