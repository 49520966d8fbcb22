"""By how much the lines of a picture lean, told without finding them.

Ink is projected along every likely slant; along the true one it falls into sharp rows. After
Postl, "Detection of linear oblique structures and skew scan in digitized documents" (1986).
Imports OpenCV: for child processes.
"""

from collections.abc import Iterable

import cv2
import numpy as np

STEEPEST = 16  # degrees that are looked at, either way
_SIDE, _DOTS = 800, 60_000  # pixels of the copy that is looked at; dots of ink that are enough
_FEWEST = 100  # dots of ink that say anything
_AROUND, _DARKER = 31, 25  # ink is that many levels darker than the mean of so many pixels around
_FINE = 0.1  # degrees
_LEAST = 0.5  # degrees: a lesser slant Tesseract follows by itself


def slant_of(grey: np.ndarray) -> float:
    """Degrees, clockwise; 0.0 where the lines are nearly level or nothing tells. `grey` is uint8.
    Lines that run up or down tell it as well. Exact to 0.1 degrees on text, some 20 ms.
    """
    x, y = _ink(grey)
    if len(x) < _FEWEST:
        return 0.0
    coarse = np.arange(-STEEPEST, STEEPEST + 1.0)
    rows, columns = _sharpness(x, y, coarse), _sharpness(y, -x, coarse)
    if columns.max() > rows.max():
        x, y, rows = y, -x, columns
    near = coarse[int(np.argmax(rows))]
    fine = near + np.arange(-1.0, 1.0 + _FINE / 2, _FINE)
    sharpness = _sharpness(x, y, fine)
    found = round(float(fine[int(np.argmax(sharpness))]), 1)
    gain = float(sharpness.max()) / max(1.0, float(_sharpness(x, y, [0.0])[0]))
    # Text gains six times and more by two degrees; pictures and forms far less by any.
    is_clear = _LEAST <= abs(found) < STEEPEST and gain > 1 + abs(found) / 2
    return found if is_clear else 0.0


def _ink(grey: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where dark dots lie on a small copy, x and y."""
    shrink = min(1.0, _SIDE / max(grey.shape))
    size = (max(1, round(grey.shape[1] * shrink)), max(1, round(grey.shape[0] * shrink)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    around = cv2.blur(small, (_AROUND, _AROUND))
    y, x = np.nonzero(cv2.subtract(around, small) > _DARKER)
    every = len(x) // _DOTS + 1
    return x[::every].astype(np.float32), y[::every].astype(np.float32)


def _sharpness(x: np.ndarray, y: np.ndarray, degrees: Iterable[float]) -> np.ndarray:
    """How much neighbouring rows differ when the dots are turned back by each of the slants."""
    return np.array([_contrast(y * np.cos(a) - x * np.sin(a)) for a in np.radians(list(degrees))])


def _contrast(places: np.ndarray) -> float:
    rows = np.bincount(np.rint(places - places.min()).astype(np.intp))
    return float(np.square(np.diff(rows.astype(np.float64))).sum())
