"""Where lines of text stand on a picture: DBNet's probability map turned into boxes.

The method is Liao et al., "Real-time Scene Text Detection with Differentiable Binarization"
(AAAI 2020); the constants are the ones PP-OCR was trained with. A quad is float32 4 x 2, pixels,
corners clockwise from the top left of the text. Imports OpenCV: for child processes only.
"""

from collections.abc import Iterable

import cv2
import numpy as np

from pagemill.engines.runtime import Run

STRIDE = 32
MAX_LINES = 3000
_INK, _LINE = 0.3, 0.5  # a pixel is text above the one, a region is a line above the other
_UNCLIP = 1.6  # the network is trained on shrunken lines: grow by area * this / perimeter
_MIN_SIDE = 3.0  # pixels of the map; less is a speck
_GAP_CLOSER = np.ones((2, 2), np.uint8)


class Detector:
    """Finds lines. Not thread-safe."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def find(self, pixels: np.ndarray, side: int, most: float = 1.0) -> list[np.ndarray]:
        """Quads in the pixels of `pixels` (RGB, uint8), top to bottom.

        The network sees the picture with its longer side scaled down to `side`, or up, by `most`
        at most.
        """
        height, width = pixels.shape[:2]
        view = _fit(pixels, side, most)
        probabilities = self._run(normal(view)[None])[0, 0]
        to_pixels = np.array([width / view.shape[1], height / view.shape[0]], np.float32)
        quads = [quad * to_pixels for quad in lines_of(probabilities)]
        return top_down(quads)


def top_down(quads: Iterable[np.ndarray]) -> list[np.ndarray]:
    return sorted(quads, key=lambda quad: (float(quad[:, 1].min()), float(quad[:, 0].min())))


def normal(pixels: np.ndarray) -> np.ndarray:
    """RGB uint8 as the networks want it: planes in BGR order, float32 from -1 to 1."""
    planes = pixels[:, :, ::-1].transpose(2, 0, 1).astype(np.float32)
    planes *= 1 / 127.5
    planes -= 1.0
    return planes


def lines_of(probabilities: np.ndarray) -> list[np.ndarray]:
    """Quads in the pixels of a probability map (float32, 0 to 1), in no promised order."""
    ink = cv2.dilate((probabilities > _INK).astype(np.uint8), _GAP_CLOSER)
    contours, _ = cv2.findContours(ink, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for contour in contours[:MAX_LINES]:
        centre, (width, height), angle = cv2.minAreaRect(contour)
        if min(width, height) < _MIN_SIDE or _mean_within(probabilities, contour) < _LINE:
            continue
        growth = _UNCLIP * width * height / (width + height)
        corners = cv2.boxPoints((centre, (width + growth, height + growth), angle))
        found.append(clockwise(corners))
    return found


def height_of(quad: np.ndarray) -> float:
    """Height of the text in a quad; the shorter side, as lines may run upward."""
    return float(min(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[3] - quad[0])))


def _fit(pixels: np.ndarray, side: int, most: float) -> np.ndarray:
    height, width = pixels.shape[:2]
    ratio = min(most, side / max(height, width))
    size = (_whole_strides(width * ratio), _whole_strides(height * ratio))
    if size == (width, height):
        return pixels
    how = cv2.INTER_AREA if ratio < 1.0 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, size, interpolation=how))


def _whole_strides(length: float) -> int:
    return max(1, round(length / STRIDE)) * STRIDE


def _mean_within(probabilities: np.ndarray, contour: np.ndarray) -> float:
    left, top, width, height = cv2.boundingRect(contour)
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [contour - np.array([left, top])], 1)
    return float(cv2.mean(probabilities[top : top + height, left : left + width], mask)[0])


def clockwise(corners: np.ndarray) -> np.ndarray:
    """A rectangle, whose corners follow each other clockwise, as a quad of the picture: from its
    top left. Its top is the side that is most level, be it the shorter one.
    """
    sides = np.roll(corners, -1, axis=0) - corners
    levelness = sides[:, 0] / np.maximum(np.linalg.norm(sides, axis=1), 1e-6)
    return np.roll(corners, -int(np.argmax(levelness)), axis=0).astype(np.float32)
