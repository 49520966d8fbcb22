"""From a page as it lies to the page as it was read, and back: turned and straightened.

Points, origin top left, y downward; clockwise is as a person sees it.
"""

import math
from dataclasses import dataclass

from pagemill.model.page import Box

Matrix = tuple[tuple[float, float, float], tuple[float, float, float]]
SHORTEST = 0.3  # of its frame's width: what a line keeps when its slant is taken away
FLATTEST = 0.01  # of its length: what a line keeps of height, however its frame was measured
_STEEPEST = 20.0  # degrees: beyond, an upright box says nothing of what stood in it


@dataclass(frozen=True, slots=True)
class Upright:
    """A page of `width` x `height` points that is turned by `rotation` degrees clockwise (quarter
    turns) and then by `skew` degrees anticlockwise about its middle, so that its lines lie level.
    """

    width: float
    height: float
    rotation: int = 0
    skew: float = 0.0

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the page once it is upright."""
        lies = self.rotation % 180 != 0
        return (self.height, self.width) if lies else (self.width, self.height)

    def matrix(self) -> Matrix:
        """What takes a point of the page to its place on the upright page."""
        angle = math.radians(self.rotation - self.skew)
        cos, sin = math.cos(angle), math.sin(angle)
        (wide, high), x, y = self.size, self.width / 2, self.height / 2
        return (
            (cos, -sin, wide / 2 - cos * x + sin * y),
            (sin, cos, high / 2 - sin * x - cos * y),
        )

    def level(self, box: Box) -> Box:
        """Where something stands on the upright page whose box on the page is `box`: exact for a
        line that lay level there and of which `box` is all that is known.
        """
        x, y = _moved(self.matrix(), (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
        wide, high = box.width, box.height
        if self.rotation % 180:
            wide, high = high, wide
        wide, high = _without_slant(wide, high, self.skew)
        return Box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)

    def as_it_lies(self, box: Box) -> Box:
        """The smallest box on the page around a box of the upright page."""
        (a, b, c), (d, e, f) = self.matrix()
        corners = [(x, y) for x in (box.x0, box.x1) for y in (box.y0, box.y1)]
        xs = [a * (x - c) + d * (y - f) for x, y in corners]
        ys = [b * (x - c) + e * (y - f) for x, y in corners]
        return Box(min(xs), min(ys), max(xs), max(ys))


def _moved(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    (a, b, c), (d, e, f) = matrix
    return a * x + b * y + c, d * x + e * y + f


def _without_slant(wide: float, high: float, degrees: float) -> tuple[float, float]:
    """The sides of a rectangle whose upright frame is `wide` x `high` when it is slanted: they
    solve `wide = w cos + h sin` and `high = w sin + h cos`.
    """
    if not 0 < abs(degrees) <= _STEEPEST:
        return wide, high
    angle = math.radians(abs(degrees))
    cos, sin = math.cos(angle), math.sin(angle)
    scale = cos * cos - sin * sin
    low = (high * cos - wide * sin) / scale
    long = (wide * cos - high * sin) / scale
    long = max(SHORTEST * wide, long)
    return long, max(FLATTEST * long, low)
