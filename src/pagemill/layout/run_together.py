"""Lines that were run together over a gutter: engines take what stands close for one line.

Such a line stands in step with the lines of both columns, above and below it; what spans them
has white around it, or columns on one side only. It is parted at the gutter, between two words.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from pagemill.layout.lines import Line
from pagemill.model.page import Box

EVEN, SAME_ROW = 0.3, 0.4  # of the usual pitch: by how much it may be off; closer is one row
TALL = 1.3  # line heights: taller is a title
# Where edges are unknown: how far from the gutter the space may be, in letters and of all letters.
OFF, OFF_SHARE = 2.0, 0.08
SPACE = 0.45  # type sizes: what stands in a gutter, where edges are known


def parted_lines(
    lines: Sequence[Line], x: float, above: Sequence[Line], below: Sequence[Line], height: float
) -> list[Line]:
    """The parts of lines that follow each other and all cross `x`, left before right; none where
    one of them spans the columns. `above` and `below` are the lines on both sides of `x`.
    """
    if any(line.fixed or line.box.height > TALL * height for line in lines):
        return []
    middles = [line.middle for line in lines]
    for is_right in (False, True):
        side = [one.middle for one in (*above, *below) if (one.center >= x) == is_right]
        if not _are_in_step(middles, sorted(side), height):
            return []
    parted = [_split(line, x) for line in lines]
    parts = [part for pair in parted if pair for part in pair]
    return parts if len(parts) == 2 * len(lines) else []


def _are_in_step(middles: Sequence[float], side: Sequence[float], height: float) -> bool:
    """Whether they follow each other, and the lines of a side before and after, at the distance
    that is usual there.
    """
    ways = [b - a for a, b in pairwise(side) if b - a > SAME_ROW * height]
    if not ways:
        return False
    usual = median(ways)
    before = [y for y in side if middles[0] - y > SAME_ROW * usual]
    after = [y for y in side if y - middles[-1] > SAME_ROW * usual]
    if not before or not after:
        return False
    steps = pairwise([before[-1], *middles, after[0]])
    return all(abs(b - a - usual) <= EVEN * usual for a, b in steps)


def _split(line: Line, x: float) -> tuple[Line, Line] | None:
    words = line.text.split()
    count = _words_before(line, words, x)
    if not 0 < count < len(words) or not _is_parted(line, count):
        return None
    box, shown = line.box, line.shown
    left, right = " ".join(words[:count]), " ".join(words[count:])
    first, second = line.words[:count], line.words[count:]
    ends = (first[-1][1], second[0][0]) if line.words else (x, x)
    is_as_shown = box == shown
    boxes = Box(box.x0, box.y0, ends[0], box.y1), Box(ends[1], box.y0, box.x1, box.y1)
    links = [link for link in line.links if link.text in left]
    others = [link for link in line.links if link.text not in left]
    return (
        replace(
            line,
            box=boxes[0],
            shown=boxes[0] if is_as_shown else shown,
            text=left,
            words=first,
            links=tuple(links),
        ),
        replace(
            line,
            box=boxes[1],
            shown=boxes[1] if is_as_shown else shown,
            text=right,
            words=second,
            links=tuple(others),
        ),
    )


def _is_parted(line: Line, count: int) -> bool:
    """Whether more than a space stands behind so many words, where that is known."""
    if not line.words or not line.font_size:
        return True
    return line.words[count][0] - line.words[count - 1][1] > SPACE * line.font_size


def _words_before(line: Line, words: Sequence[str], x: float) -> int:
    """How many words stand left of `x`; by their letters where no edges are known."""
    if line.words:
        return sum(right <= x or (left + right) / 2 < x for left, right in line.words)
    letters = len(line.text)
    wanted = letters * (x - line.box.x0) / max(line.box.width, 1e-6)
    ends = [0]
    for word in words:
        ends.append(ends[-1] + len(word) + 1)
    off, count = min((abs(end - wanted), index) for index, end in enumerate(ends))
    return count if off <= max(OFF, OFF_SHARE * letters) else 0
