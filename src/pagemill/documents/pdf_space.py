"""From a PDF page's own space to the page as seen: cropped, turned by /Rotate, origin top left."""

import ctypes
from dataclasses import dataclass

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import NDArray

from pagemill.documents.pdfium import Matrix
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

    def seen_direction(self, a: float, b: float) -> tuple[float, float]:
        """A direction of the page's own space (y upward) as seen (y downward)."""
        return ((a, -b), (b, a), (-a, b), (-b, -a))[self.turns]

    def seen_square(self, matrix: Matrix) -> Box:
        """What the unit square, which every picture fills, covers; cut at the page's edges."""
        a, b, c, d, e, f = matrix
        xs, ys = (e, e + a, e + c, e + a + c), (f, f + b, f + d, f + b + d)
        corners = np.array([[min(xs), min(ys), max(xs), max(ys)]], dtype=np.float64)
        x0, y0, x1, y1 = np.nan_to_num(self.seen(corners))[0].tolist()
        return Box(
            min(max(x0, 0.0), self.width),
            min(max(y0, 0.0), self.height),
            min(max(x1, 0.0), self.width),
            min(max(y1, 0.0), self.height),
        )
