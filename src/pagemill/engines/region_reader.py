"""The network of regions on a picture: PicoDet, trained on the papers of CDLA.

Pixels in, boxes out. Imports OpenCV: for child processes only.
"""

import cv2
import numpy as np

from pagemill.engines.region_boxes import HEIGHT, WIDTH, Found, decoded
from pagemill.engines.runtime import RunAll
from pagemill.model.upright import Matrix

# Of red, green and blue in pictures of daily life; what the network was trained with.
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)
_VIEW = np.array([[WIDTH], [HEIGHT]], np.float64)
_SCALE, _SHIFT = 1 / (255 * _DEVIATION), _MEAN / _DEVIATION


class RegionReader:
    """Not thread-safe."""

    def __init__(self, run: RunAll) -> None:
        cv2.setNumThreads(1)
        self._run = run

    def find(self, pixels: np.ndarray, matrix: Matrix) -> list[Found]:
        """`pixels` is RGB, uint8; `matrix` takes them to shares of the view's width and height, in
        which boxes are given, too.
        """
        view = _view(pixels, np.array(matrix) * _VIEW)
        planes = (view * _SCALE - _SHIFT).transpose(2, 0, 1)
        return decoded(self._run(np.ascontiguousarray(planes[None], np.float32)))


def _view(pixels: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """The picture as the network sees it.

    A picture much finer than the view is shrunk first, so that thin strokes do not fall between
    the pixels; what lies beyond its edges looks like them.
    """
    finer = 1 / float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if finer > 1.5:
        height, width = pixels.shape[:2]
        size = (max(1, round(width / finer)), max(1, round(height / finer)))
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        matrix = matrix * np.array([width / size[0], height / size[1], 1.0])
    how, edge = cv2.INTER_LINEAR, cv2.BORDER_REPLICATE
    return np.asarray(cv2.warpAffine(pixels, matrix, (WIDTH, HEIGHT), flags=how, borderMode=edge))
