"""Lines that were run together over a gutter: engines take what stands close for one line.

Such a line stands in step with the lines of both columns, above and below it; what spans them
has white around it, or columns on one side only. It is parted at the gutter, between two words.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from pagemill.layout.lines import Line
from pagemill.model.page import BlockKind, Box, PageText
from pagemill.model.upright import Upright

EVEN, SAME_ROW = 0.3, 0.4  # of the usual pitch: by how much it may be off; closer is one row
MAX_REGIONS = 100
COLUMN, PART = 4.0, 0.15  # line heights; of the line that is over a region
TALL = 1.3  # line heights: taller is a title
# Where edges are unknown: how far from the gutter the space may be, in letters and of all letters.
OFF, OFF_SHARE = 2.0, 0.08
SPACE = 0.45  # type sizes: what stands in a gutter, where edges are known


def parted_at_regions(lines: Sequence[Line], page: PageText) -> list[Line]:
    """The lines, those parted that run over two or more regions of text side by side: where nearly
    all lines of a page were run together, only its picture shows the gutter.
    """
    upright = Upright(page.width, page.height, page.rotation, page.skew)
    found = [upright.level(one.box) for one in page.regions if one.kind is BlockKind.PARAGRAPH]
    regions = sorted(found[:MAX_REGIONS], key=lambda box: box.x0)
    if len(regions) < 2:
        return list(lines)
    return [part for line in lines for part in _at_regions(line, regions, upright)]


def _at_regions(line: Line, regions: Sequence[Box], upright: Upright) -> list[Line]:
    if line.fixed or line.font_size:
        return [line]
    box = upright.level(line.shown)
    below = [one for one in regions if _lies_in(box, one)]
    if len(below) < 2 or any(a.x1 > b.x0 + EVEN * box.height for a, b in pairwise(below)):
        return [line]
    parts, rest = [], line
    for a, b in pairwise(below):
        share = ((a.x1 + b.x0) / 2 - box.x0) / box.width
        pair = _split(rest, line.box.x0 + share * line.box.width)
        if pair is None:
            return [line]
        parts.append(pair[0])
        rest = pair[1]
    return [*parts, rest]


def _lies_in(line: Box, region: Box) -> bool:
    """Whether a good part of a line stands in a region that is a column of many."""
    if region.height < COLUMN * line.height or not region.y0 < (line.y0 + line.y1) / 2 < region.y1:
        return False
    return min(line.x1, region.x1) - max(line.x0, region.x0) > PART * line.width


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
