"""From a PDF page's own space to the page as seen: cropped, turned by /Rotate, origin top left."""

import ctypes
import math
from dataclasses import dataclass

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import NDArray

from pagemill.documents.pdf.pdfium import Matrix
from pagemill.model.page import Box

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Space:
    """The visible box of a page in its own space (origin bottom left), and its clockwise quarter
    turns.
    """

    left: float
    bottom: float
    right: float
    top: float
    turns: int

    @classmethod
    def of(cls, page: object) -> "Space":
        box = raw.FS_RECTF()
        raw.FPDF_GetPageBoundingBox(page, ctypes.byref(box))
        return cls(box.left, box.bottom, box.right, box.top, raw.FPDFPage_GetRotation(page) % 4)

    @property
    def width(self) -> float:
        """Of the page as seen."""
        return self.top - self.bottom if self.turns % 2 else self.right - self.left

    @property
    def height(self) -> float:
        return self.right - self.left if self.turns % 2 else self.top - self.bottom

    def seen(self, boxes: Floats) -> Floats:
        """Rows of left, bottom, right, top become rows of x0, y0, x1, y1 of the page as seen."""
        left, bottom, right, top = boxes.T
        west, east = left - self.left, self.right - right
        south, north = bottom - self.bottom, self.top - top
        width, height = right - left, top - bottom
        x, y = ((west, north), (south, west), (east, south), (north, east))[self.turns]
        if self.turns % 2:
            width, height = height, width
        return np.column_stack((x, y, x + width, y + height))

    @property
    def matrix(self) -> Matrix:
        """Turns a point of the page's own space into one of the page as seen."""
        return (
            (1.0, 0.0, 0.0, -1.0, -self.left, self.top),
            (0.0, 1.0, 1.0, 0.0, -self.bottom, -self.left),
            (-1.0, 0.0, 0.0, 1.0, self.right, -self.bottom),
            (0.0, -1.0, -1.0, 0.0, self.top, self.right),
        )[self.turns]

    def seen_point(self, x: float, y: float) -> tuple[float, float]:
        a, b, c, d, e, f = self.matrix
        return a * x + c * y + e, b * x + d * y + f

    def seen_box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """As seen, cut at the page's edges."""
        (x0, y0), (x1, y1) = self.seen_point(left, bottom), self.seen_point(right, top)
        return Box(
            min(max(min(x0, x1), 0.0), self.width),
            min(max(min(y0, y1), 0.0), self.height),
            min(max(x0, x1, 0.0), self.width),
            min(max(y0, y1, 0.0), self.height),
        )

    def holds(self, box: Box) -> bool:
        return box.x0 >= 0 and box.y0 >= 0 and box.x1 <= self.width and box.y1 <= self.height

    def cut(self, box: Box) -> Box | None:
        """What of a box lies on the page, to hundredths; None where nothing does."""
        x0, y0 = max(box.x0, 0.0), max(box.y0, 0.0)
        x1, y1 = min(box.x1, self.width), min(box.y1, self.height)
        if x0 > x1 or y0 > y1:
            return None
        return Box(round(x0, 2), round(y0, 2), round(x1, 2), round(y1, 2))

    def seen_direction(self, a: float, b: float) -> tuple[float, float]:
        """A direction of the page's own space (y upward) as seen (y downward)."""
        return ((a, -b), (b, a), (-a, b), (-b, -a))[self.turns]

    def seen_square(self, matrix: Matrix) -> Box:
        """What the unit square, which every picture fills, covers; cut at the page's edges."""
        a, b, c, d, e, f = matrix
        if not all(map(math.isfinite, matrix)):
            return Box(0.0, 0.0, 0.0, 0.0)
        xs, ys = (e, e + a, e + c, e + a + c), (f, f + b, f + d, f + b + d)
        return self.seen_box(min(xs), min(ys), max(xs), max(ys))
