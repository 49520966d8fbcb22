"""How much of the text that stands on a page was read, whatever the reader says of itself. Pure.

Tesseract's confidence does not tell: it is high on pages of which Tesseract leaves out half.
"""

from collections.abc import Sequence

from pagemill.model.page import Box

ENOUGH = 0.5


def covered_share(seen: Sequence[Box], read: Sequence[Box]) -> float:
    """Which part (0 to 1) of the area of the boxes `seen` lies under those `read`; 1 where none is
    seen.
    """
    area = sum(box.width * box.height for box in seen)
    if not area:
        return 1.0
    return sum(_under(box, read) for box in seen) / area


def _under(box: Box, read: Sequence[Box]) -> float:
    common = sum(_common(box, other) for other in read)
    return min(common, box.width * box.height)


def _common(one: Box, other: Box) -> float:
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return max(0.0, width) * max(0.0, height)
