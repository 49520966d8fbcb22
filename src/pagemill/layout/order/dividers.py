"""Dividers: rules as wide as the text of a page. What stands above one is read before what stands
below, whatever columns there are on both sides.
"""

from collections.abc import Sequence

from pagemill.layout.lines import Line, sane
from pagemill.model.page import Block, BlockKind, Box

WHOLE = 0.95  # of the width of the text
FLAT = 0.5  # line heights: what is higher is no rule; rules closer to each other are one
MAX_DIVIDERS = 30  # more are the rules of a form


def dividers(rules: Sequence[Box], lines: Sequence[Line], height: float) -> list[Line]:
    """Those among the rules of a page, from top to bottom, as fixed lines without text; none where
    there are more than `MAX_DIVIDERS`.
    """
    if not rules or not lines:
        return []
    left, right = min([one.box.x0 for one in lines]), max([one.box.x1 for one in lines])
    top, bottom = min([one.box.y0 for one in lines]), max([one.box.y1 for one in lines])
    found: list[Box] = []
    for rule in sorted(map(sane, rules), key=lambda rule: rule.y0):
        is_within = top < rule.y0 < bottom and rule.height < FLAT * height
        shared = min(rule.x1, right) - max(rule.x0, left)
        is_another = not found or rule.y0 - found[-1].y0 >= FLAT * height
        if is_within and is_another and shared >= WHOLE * (right - left):
            found.append(rule)
    if len(found) > MAX_DIVIDERS:
        return []
    return [Line(box, box, "", fixed=Block(BlockKind.FIGURE, box)) for box in found]
