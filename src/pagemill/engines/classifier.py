"""Which way up a line stands: PP-OCR's classifier of text direction.

Imports OpenCV: for child processes only.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from pagemill.engines.detection import normal
from pagemill.engines.runtime import Run

HEIGHT, WIDTH = 48, 192  # pixels; fixed by the network
_UPSIDE_DOWN = 1


class DirectionClassifier:
    """Votes on lines. Not thread-safe."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def votes(self, crops: Sequence[np.ndarray]) -> list[float]:
        """For each level line (RGB, uint8): 0 for upright to 1 for upside down."""
        if not crops:
            return []
        batch = np.zeros((len(crops), 3, HEIGHT, WIDTH), np.float32)
        for row, crop in enumerate(crops):
            line = _scaled(crop)
            batch[row, :, :, : line.shape[1]] = normal(line)
        return [float(vote) for vote in self._run(batch)[:, _UPSIDE_DOWN]]


def _scaled(crop: np.ndarray) -> np.ndarray:
    """The middle of the line, as much of it as the network sees without squeezing letters."""
    height, width = crop.shape[:2]
    seen = min(width, WIDTH * height // HEIGHT)
    left = (width - seen) // 2
    size = (min(WIDTH, max(1, round(HEIGHT * seen / height))), HEIGHT)
    middle = np.ascontiguousarray(crop[:, left : left + seen])
    return np.asarray(cv2.resize(middle, size, interpolation=cv2.INTER_LINEAR))
