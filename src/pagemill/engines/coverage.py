"""How much of the text that stands on a page was read, whatever the reader says of itself. Pure.

Tesseract's confidence does not tell: it is high on pages of which Tesseract leaves out half.
"""

from collections.abc import Sequence

from pagemill.model.page import Box, common_area

ENOUGH = 0.5


def covered_share(seen: Sequence[Box], read: Sequence[Box]) -> float:
    """Which part (0 to 1) of the area of the boxes `seen` lies under those `read`; 1 where none is
    seen.
    """
    area = sum(box.area for box in seen)
    if not area:
        return 1.0
    return sum(_under(box, read) for box in seen) / area


def _under(box: Box, read: Sequence[Box]) -> float:
    return min(sum(common_area(box, other) for other in read), box.area)
