"""How a page must be turned to be read: by quarter turns, decided from the lines found on it. And
by how much its lines lean, which does not hinder reading: each is cut out along its slant.

Lines taller than wide say that a page lies on its side. Whether it stands on its head is asked
only when its longest lines read badly: upright ones read with a confidence above 0.9 nearly
always, upside down they stay below 0.8. PP-OCR's own classifier then clears most pages that are
only hard to read; short lines of digits puzzle it, so where it wavers the lines are read both ways.
"""

from collections.abc import Iterable, Sequence
from statistics import median

import numpy as np

TALL = 1.5  # times higher than wide: a line that runs up or down
PROBES, VOTERS = 4, 12  # of the longest lines: read on every page, asked on a doubtful one
_CLEAR = 0.9  # mean confidence: above it nothing stands on its head
_LEGIBLE = 0.8  # median confidence: below it no turn is right (vertical writing, drawings, dirt)
_MOST = 2.0  # times the length of wide lines that tall ones must have
_CLEARED = 0.25  # upright pages stay below 0.15, tables of digits upside down may say 0.37
LONG, MIN_LONG = 4.0, 3  # times wider than high, and how many of such lines tell a slant
LEAST_SKEW, MOST_SKEW = 0.2, 20.0  # degrees: less is level, more is not how pages are laid down
_AGREED = 2.0  # degrees between the quartiles: lines that lean more apart tell nothing


def size_of(quad: np.ndarray) -> tuple[float, float]:
    """Width and height of a quad, in its pixels."""
    return float(np.linalg.norm(quad[1] - quad[0])), float(np.linalg.norm(quad[3] - quad[0]))


def longest(sizes: Sequence[tuple[float, float]]) -> list[int]:
    """Indices of lines, the longest first."""
    return sorted(range(len(sizes)), key=lambda index: -max(sizes[index]))


def lies_on_side(sizes: Sequence[tuple[float, float]]) -> bool:
    """Whether most of the length of all lines runs up or down."""
    tall = sum(height for width, height in sizes if height > TALL * width)
    wide = sum(width for width, height in sizes if width > TALL * height)
    return tall > _MOST * wide


def is_doubtful(confidences: Sequence[float]) -> bool:
    """Whether lines read so badly that they may stand on their head; none do not."""
    return bool(confidences) and _mean(confidences) < _CLEAR


def may_be_head_down(votes: Sequence[float]) -> bool:
    """`votes` are the classifier's, 0 (upright) to 1 (upside down)."""
    return bool(votes) and _mean(votes) > _CLEARED


def rotation_of(*, on_side: bool, given: Sequence[float], flipped: Sequence[float]) -> int:
    """Clockwise degrees to turn the picture by, from how well its longest lines read as they were
    cut and turned by half; `flipped` is empty where nothing speaks for it. Medians, because the
    longest lines of a receipt may be rules.

    Lines are cut out of a page on its side as if its top were on the right.
    """
    as_cut, by_half = median(given or [0.0]), median(flipped or [0.0])
    if max(as_cut, by_half) < _LEGIBLE:
        return 0
    if by_half > as_cut:
        return 90 if on_side else 180
    return 270 if on_side else 0


def slants_of(quads: Iterable[np.ndarray]) -> list[float]:
    """Degrees, clockwise, by which the long ones among some lines lean."""
    slants = []
    for quad in quads:
        width, height = size_of(quad)
        if width > LONG * height:
            across, down = quad[1] + quad[2] - quad[0] - quad[3]
            slants.append(float(np.degrees(np.arctan2(down, across))))
    return slants


def skew_of(quads: Iterable[np.ndarray]) -> float:
    """Degrees, clockwise, by which the lines of a page lean; 0.0 where they are level or where
    too few or too different ones leave it open.
    """
    slants = slants_of(quads)
    if len(slants) < MIN_LONG:
        return 0.0
    low, middle, high = np.quantile(slants, (0.25, 0.5, 0.75)).tolist()
    is_clear = high - low <= _AGREED and LEAST_SKEW <= abs(middle) <= MOST_SKEW
    return round(middle, 2) if is_clear else 0.0


def turned_picture(pixels: np.ndarray, rotation: int) -> np.ndarray:
    """The picture turned clockwise by `rotation` degrees."""
    return np.ascontiguousarray(np.rot90(pixels, -rotation // 90))


def turned_quad(quad: np.ndarray, rotation: int, size: tuple[int, int]) -> np.ndarray:
    """Where each corner lies once the picture of `size` (width, height) is turned clockwise."""
    width, height = size
    x, y = quad[:, 0], quad[:, 1]
    corners = {
        0: (x, y),
        90: (height - y, x),
        180: (width - x, height - y),
        270: (y, width - x),
    }[rotation]
    return np.stack(corners, axis=1)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
