"""What stands beside the text rather than in it: sideways and slanted labels, and the numbers of
lines.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from pagemill.layout.lines import Line, typical_height
from pagemill.layout.skew import upright

MIN_NUMBERS = 5
SAME_STEP = 0.25  # of the usual one: numbers of lines stand as evenly as lines do
MOST = 0.8
PROSE = 12.0  # line heights: how wide numbered lines are, the cells of a table are narrower
MIN_ALONE = 2  # numbers of empty lines: no row of a table is empty
SLANTED = 2.5  # type sizes
OUTLIERS = 20  # one line in so many may stand farther out


@dataclass(frozen=True, slots=True)
class Aside:
    """`turned` are sideways lines with boxes as if the page had been turned to read them, `slanted`
    those at another angle, `numbers` those that count the lines of the page.
    """

    text: list[Line]
    numbers: list[Line]
    turned: list[Line]
    slanted: list[Line]


def aside(lines: Sequence[Line]) -> Aside:
    """Each line stands once in the answer. Lines of a page that lies on its side are turned before
    (`skew.straighten`); what still stands upright here is a label.
    """
    tall = [line for line in lines if _is_tall(line)]
    slanted = [line for line in lines if _is_slanted(line)]
    apart = {id(line) for line in (*tall, *slanted)}
    level = [line for line in lines if id(line) not in apart] if apart else list(lines)
    numbers = _numbers(level)
    counted = {id(line) for line in numbers}
    text = [line for line in level if id(line) not in counted] if counted else level
    return Aside(text, numbers, upright(tall), slanted)


def _is_tall(line: Line) -> bool:
    """Words have edges where a text layer runs level."""
    if line.fixed or line.words or len(line.text) <= 3:
        return False
    return line.box.height > 2 * line.box.width


def _is_slanted(line: Line) -> bool:
    """The box around a long slanted line is many times as high as its type, and as wide."""
    least = SLANTED * line.font_size
    if line.fixed or line.words or not least or len(line.text) <= 3 or _is_tall(line):
        return False
    return line.box.height > least and line.box.width > least


def _numbers(lines: Sequence[Line]) -> list[Line]:
    """The numbers in the margin that count a page's lines."""
    numerals = [line for line in lines if not line.fixed and _is_numeral(line.text)]
    if len(numerals) < MIN_NUMBERS:
        return []
    rest = [line for line in lines if not line.fixed and not _is_numeral(line.text)]
    return [
        line
        for some in (_left_of(numerals, rest), _right_of(numerals, rest))
        if _count_lines(some, rest)
        for line in some
    ]


def _is_numeral(text: str) -> bool:
    return len(text) <= 4 and text.isascii() and text.isdigit()


def _left_of(numerals: Sequence[Line], rest: Sequence[Line]) -> list[Line]:
    edges = sorted([line.box.x0 for line in rest])
    return [line for line in numerals if edges and line.box.x1 <= edges[len(edges) // OUTLIERS]]


def _right_of(numerals: Sequence[Line], rest: Sequence[Line]) -> list[Line]:
    edges = sorted([line.box.x1 for line in rest], reverse=True)
    return [line for line in numerals if edges and line.box.x0 >= edges[len(edges) // OUTLIERS]]


def _count_lines(numbers: list[Line], rest: Sequence[Line]) -> bool:
    """Whether they count up evenly from top to bottom beside lines of prose."""
    if len(numbers) < MIN_NUMBERS:
        return False
    numbers.sort(key=lambda line: line.middle)
    top, bottom = numbers[0].box.y0, numbers[-1].box.y1
    beside = [line for line in rest if top <= line.middle <= bottom]
    if not _is_prose(beside) and _alone(numbers, beside) < MIN_ALONE:
        return False
    counted = [int(b.text) - int(a.text) for a, b in pairwise(numbers)]
    usual = median(counted)
    if usual <= 0 or sum(step == usual for step in counted) < MOST * len(counted):
        return False
    ways = [b.middle - a.middle for a, b in pairwise(numbers)]
    way = median(ways)
    return sum(abs(step - way) <= SAME_STEP * way for step in ways) >= MOST * len(ways)


def _is_prose(lines: Sequence[Line]) -> bool:
    if not lines:
        return False
    return median([line.box.width for line in lines]) >= PROSE * typical_height(lines)


def _alone(numbers: Sequence[Line], rest: Sequence[Line]) -> int:
    middles = sorted([line.middle for line in rest])
    return sum(
        bisect_left(middles, line.box.y0) == bisect_right(middles, line.box.y1) for line in numbers
    )
