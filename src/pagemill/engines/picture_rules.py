"""Straight rules drawn on a picture: the lines of scanned tables.

A rule is much longer than letters are high, thin, and has white beside it for most of its length;
dots in a row are one, too. Everything here is pixels of one level picture. Imports OpenCV: for
child processes only.
"""

from collections.abc import Iterator

import cv2
import numpy as np

LONG, HIGH = 2.5, 1.4  # heights of a line of text: shorter strokes, level or upright, are letters
SHORTEST = 10  # pixels
THIN = 0.35  # heights of a line of text, and at least `THIN_PIXELS`: thicker is a bar or a picture
THIN_PIXELS = 3.0
DASH = (0.15, 0.9)  # heights of a line of text: how long a dash is
FLAT = 0.2  # the same: how thick
FREE = (0.35, 0.2)  # the same: nothing stands so close beside, over or under one that is alone
MOST_OUTLINES = 50_000
DOTS_APART = 5  # pixels from one dot of a dotted rule to the next, at most; odd, or all moves
DARKER = 18  # grey levels below what is around it
AROUND = 15  # pixels: ink is narrower
INK_BESIDE = 0.45  # of a rule's length: more ink beside it, and it is part of a text
LEANS = 0.02  # of its length: how much higher than thick a rule may be that is not quite level
MOST = 2_000

Bounds = tuple[float, float, float, float]


def rules_in(grey: np.ndarray, text_height: float) -> list[Bounds]:
    """Left, top, right and bottom of each level and upright rule on `grey` (uint8, height x width);
    `text_height` is that of a usual line of text.
    """
    return _rules(_ink(grey), text_height)


def strokes_in(grey: np.ndarray, text_height: float) -> tuple[list[Bounds], list[Bounds]]:
    """The rules, and the dashes that stand alone, as in cells that say there is nothing."""
    ink = _ink(grey)
    return _rules(ink, text_height), list(_dashes(ink, text_height))


def _rules(ink: np.ndarray, text_height: float) -> list[Bounds]:
    long, high = (max(SHORTEST, round(part * text_height)) | 1 for part in (LONG, HIGH))
    thick = max(THIN_PIXELS, THIN * text_height)
    dots = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, DOTS_APART), np.uint8))
    level = list(_level(ink, np.asarray(dots), long, thick))
    # Letters stand upon each other as close as dots: an upright rule is drawn through.
    side = np.ascontiguousarray(ink.T)
    upright = [(y0, x0, y1, x1) for x0, y0, x1, y1 in _level(side, side, high, thick)]
    return (level + upright)[:MOST]


def _dashes(ink: np.ndarray, text_height: float) -> Iterator[Bounds]:
    shortest, longest = (part * text_height for part in DASH)
    beside, over = (max(2, round(part * text_height)) for part in FREE)
    outlines, _ = cv2.findContours(ink, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for outline in outlines[:MOST_OUTLINES]:
        x, y, wide, high = cv2.boundingRect(outline)
        if not (shortest <= wide <= longest and 2 * high <= wide and high <= FLAT * text_height):
            continue
        top, left = max(0, y - over), max(0, x - beside)
        around = ink[top : y + high + over, left : x + wide + beside]
        if cv2.countNonZero(around) <= wide * high:
            yield float(x), float(y), float(x + wide), float(y + high)


def _ink(grey: np.ndarray) -> np.ndarray:
    """1 where a pixel is darker than the paper, or the shade, around it, else 0."""
    around = np.ones((AROUND, AROUND), np.uint8)
    darker = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, around)
    return np.asarray(cv2.threshold(darker, DARKER, 1, cv2.THRESH_BINARY)[1])


def _level(ink: np.ndarray, drawn: np.ndarray, length: int, thick: float) -> Iterator[Bounds]:
    """Level rules in what is `drawn` of the ink."""
    if min(ink.shape) < 3 or ink.shape[1] < length:
        return
    runs = cv2.morphologyEx(drawn, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    # Outlines, not labels: those would write a number for every pixel of the picture.
    outlines, _ = cv2.findContours(runs, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for outline in outlines[:MOST]:
        x, y, wide, high = cv2.boundingRect(outline)
        area = cv2.countNonZero(runs[y : y + high, x : x + wide])
        is_thin = area <= thick * wide and high <= thick + LEANS * wide
        if is_thin and _stands_free(ink, x, y, wide, high):
            yield float(x), float(y), float(x + wide), float(y + high)


def _stands_free(ink: np.ndarray, x: int, y: int, wide: int, high: int) -> bool:
    """Whether there is little ink right above or right below it: letters that stand on a rule are
    on one side only.
    """
    above = ink[max(0, y - 2) : max(0, y - 1), x : x + wide]
    below = ink[y + high + 1 : y + high + 2, x : x + wide]
    return all(side.size == 0 or float(side.mean()) <= INK_BESIDE for side in (above, below))
