"""A picture made ready for Tesseract, which loses a page that leans by five degrees, lies in a
shadow or is sprinkled with dots: evenly lit, without grain, fine enough and level.

Each step is taken only where its flaw is found, so that clean pictures stay as they are. PP-OCR
needs to be rid of the dots, and nothing else. Grey pictures are uint8, height x width. Imports
OpenCV: for child processes.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from pagemill.engines.slant import slant_of

WHITE = 255
_MAP_SIDE = 200  # pixels of a map of how bright the paper is
_SHADOW, _SMOOTH = 60, 12  # levels of brightness: range within a page, step from dot to dot
_DARKEST = 40  # what is darker is no paper in a shadow
_GRAIN = 3  # levels by which the usual pixel of a noisy picture differs from those around it
_STANDS_OUT, _SPECKLED = 50, 0.015  # levels; share of lone pixels: clean pages stay below it
_THICK = 0.028  # share of lone pixels
_PART, _EVERYWHERE = 16, 0.85  # pixels; share of parts that have some: small print has them, too


@dataclass(frozen=True, slots=True)
class Prepared:
    """A grey picture, and `turn`, the affine map (2 x 3) that took pixels of the given picture to
    it. `skew` is by how many degrees, clockwise, its lines leaned before.
    """

    pixels: np.ndarray
    turn: np.ndarray
    skew: float = 0.0

    def back(self, bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """The upright bounds (left, top, right, bottom), in pixels of the given picture, of what
        has these in the prepared one.
        """
        left, top, right, bottom = bounds
        corners = np.array([(x, y) for x in (left, right) for y in (top, bottom)], np.float64)
        back = cv2.invertAffineTransform(self.turn)
        given = corners @ back[:, :2].T + back[:, 2]
        (x0, y0), (x1, y1) = given.min(axis=0).tolist(), given.max(axis=0).tolist()
        return x0, y0, x1, y1


def prepared(pixels: np.ndarray, enlarge: float = 1.0, skew: float | None = None) -> Prepared:
    """`pixels` is RGB, uint8; `enlarge` is how many times finer the picture becomes; `skew` is by
    how many degrees, clockwise, its lines lean, None where nobody knows.
    """
    grey = cleaned(grey_of(pixels))
    if enlarge != 1.0:
        grey = np.asarray(
            cv2.resize(grey, None, fx=enlarge, fy=enlarge, interpolation=cv2.INTER_CUBIC)
        )
    turn = np.array([[enlarge, 0.0, 0.0], [0.0, enlarge, 0.0]])
    skew = slant_of(grey) if skew is None else skew
    return _levelled(grey, turn, skew) if skew else Prepared(grey, turn)


def grey_of(pixels: np.ndarray) -> np.ndarray:
    """`pixels` is RGB, uint8."""
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))


def cleaned(grey: np.ndarray) -> np.ndarray:
    """Evenly lit and without dots or grain, where it lay in a shadow or had them."""
    return _without_grain(_evenly_lit(grey))


def without_specks(pixels: np.ndarray) -> np.ndarray:
    """A picture lightly sprinkled with salt and pepper without it; any other as it is. RGB, uint8.
    PP-OCR reads thick sprinkling better than what is left of it.
    """
    grey = grey_of(pixels)
    apart = cv2.absdiff(grey, cv2.medianBlur(grey, 3))
    if _is_grainy(apart):
        return pixels
    specks = _specks(apart)
    if not _are_sprinkled(specks) or specks.mean() > _THICK:
        return pixels
    return np.where(specks[:, :, None], cv2.medianBlur(pixels, 3), pixels)


def _evenly_lit(grey: np.ndarray) -> np.ndarray:
    """Divided by the paper's brightness where that falls off gently, as in a shadow: what has
    edges is a picture or a dark box, whose white letters division would wipe out.
    """
    paper = _paper(grey)
    low, high = np.percentile(paper, (2, 98))
    steepest = max(float(np.percentile(_steps(paper, axis), 99.9)) for axis in (0, 1))
    if high - low < _SHADOW or steepest > _SMOOTH or low < _DARKEST:
        return grey
    size = (grey.shape[1], grey.shape[0])
    light = cv2.resize(paper, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(grey, light, scale=WHITE))


def _steps(paper: np.ndarray, axis: int) -> np.ndarray:
    return np.abs(np.diff(paper.astype(np.int16), axis=axis))


def _paper(grey: np.ndarray) -> np.ndarray:
    """How bright the paper is, as a small map: the ink is grown over by the light around it."""
    shrink = max(1.0, max(grey.shape) / _MAP_SIDE)
    size = (max(2, round(grey.shape[1] / shrink)), max(2, round(grey.shape[0] / shrink)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.medianBlur(cv2.dilate(small, np.ones((9, 9), np.uint8)), 15))


def _without_grain(grey: np.ndarray) -> np.ndarray:
    """Grain is smoothed but for edges. Of salt and pepper only pixels that stand alone are taken
    out: a median over all of them would take thin strokes, too.
    """
    around = cv2.medianBlur(grey, 3)
    apart = cv2.absdiff(grey, around)
    if _is_grainy(apart):
        return np.asarray(cv2.bilateralFilter(grey, 5, 90, 2))
    specks = _specks(apart)
    return np.where(specks, around, grey) if _are_sprinkled(specks) else grey


def _is_grainy(apart: np.ndarray) -> bool:
    """`apart` is by how much each pixel differs from the median around it; some of them tell."""
    return float(np.median(apart[::4, ::4])) >= _GRAIN


def _specks(apart: np.ndarray) -> np.ndarray:
    """Which pixels stand out, alone or in twos."""
    stands_out = (apart > _STANDS_OUT).astype(np.uint8)
    together = cv2.boxFilter(
        stands_out, -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT
    )
    return np.asarray((stands_out == 1) & (together <= 2))


def _are_sprinkled(specks: np.ndarray) -> bool:
    """Whether they are many, and on the paper between the letters, too."""
    if specks.mean() <= _SPECKLED:
        return False
    high, wide = (max(1, side // _PART) for side in specks.shape)
    parts = cv2.resize(specks.astype(np.float32), (wide, high), interpolation=cv2.INTER_AREA)
    return float((parts > 0).mean()) > _EVERYWHERE


def _levelled(grey: np.ndarray, turn: np.ndarray, skew: float) -> Prepared:
    """Turned back by `skew` about its middle, on white paper large enough for all of it."""
    height, width = grey.shape
    angle = np.radians(abs(skew))
    wide = round(float(width * np.cos(angle) + height * np.sin(angle)))
    high = round(float(width * np.sin(angle) + height * np.cos(angle)))
    level = cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1.0)
    level[:, 2] += ((wide - width) / 2, (high - height) / 2)
    pixels = cv2.warpAffine(grey, level, (wide, high), flags=cv2.INTER_CUBIC, borderValue=(WHITE,))
    both = np.hstack([level[:, :2] @ turn[:, :2], level[:, 2:]])
    return Prepared(np.asarray(pixels), both, skew)
