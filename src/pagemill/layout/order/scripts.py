"""Small and large pieces of a line: raised and lowered letters, and the capitals that a paragraph
begins with. They belong to a line next to them and make no row of their own.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from pagemill.layout.lines import Line, merge, typical_height

SMALLER = 0.85  # times the size of the line it belongs to
MAX_LETTERS = 16
# In sizes of that line: how far off it may stand, and how much of it may lie on a letter.
BESIDE, BELOW, ROOM = 0.7, 0.35, 0.15
WITHIN = 0.25  # of its height: how much of what is raised over another lies on its line
CENTRED = 0.35  # of that size: limits stand under the middle of their sign
LIMIT, LARGEST = 0.75, 1.1  # times the sizes of that line and of most: no limits under a title
NEIGHBOURS = 16
LARGER, TALLER = 1.8, 1.6  # a large capital: times the size of type, the height of lines
SPACED = 0.15  # line heights: farther in than the next line begins a line after a word of its own


@dataclass(frozen=True, slots=True)
class Script:
    """Raised or lowered letters, and the `x` where they are read in their line."""

    line: Line
    x: float


@dataclass(frozen=True, slots=True)
class Pieces:
    """`scripts` are by the id of the line that each belongs to."""

    lines: list[Line]
    scripts: dict[int, list[Script]] = field(default_factory=dict)


def pieces(lines: Sequence[Line]) -> Pieces:
    """Each line stands once in the answer; large capitals are joined to their lines."""
    text = [line for line in lines if not line.fixed]
    sizes = [line.font_size for line in text if line.font_size]
    joined = _with_capitals(list(lines), typical_height(text), median(sizes or [0.0]))
    if not sizes or SMALLER * max(sizes) <= min(sizes):
        return Pieces(joined)
    return _without_scripts(joined)


# ---------------------------------------------------------------- raised and lowered letters


def _without_scripts(lines: list[Line]) -> Pieces:
    by_middle = sorted((line for line in lines if not line.fixed), key=lambda line: line.middle)
    middles = [line.middle for line in by_middle]
    sizes = [line.font_size for line in by_middle]
    largest, usual = max(sizes), median(sizes)
    scripts: dict[int, list[Script]] = {}
    taken: set[int] = set()
    for line in sorted(by_middle, key=lambda line: -line.font_size):
        if len(line.text) > MAX_LETTERS or not 0 < line.font_size <= SMALLER * largest:
            continue
        reach = 2 * line.font_size
        first = bisect_left(middles, line.middle - reach)
        end = min(bisect_right(middles, line.middle + reach), first + 2 * NEIGHBOURS)
        near = [one for one in by_middle[first:end] if id(one) not in taken]
        home = _home(line, near, usual)
        if home is not None:
            host, x = home
            scripts.setdefault(id(host), []).append(Script(line, x))
            taken.add(id(line))
    return Pieces([line for line in lines if id(line) not in taken], scripts)


def _home(script: Line, near: Sequence[Line], usual: float) -> tuple[Line, float] | None:
    """The line in larger type that it is closest to, and where in it."""
    found = [
        (*place, index)
        for index, line in enumerate(near)
        if script.font_size <= SMALLER * line.font_size
        and (place := _place(script, line, usual)) is not None
    ]
    if not found:
        return None
    _, x, index = min(found)
    return near[index], x


def _place(script: Line, line: Line, usual: float) -> tuple[float, float] | None:
    """How far a script stands from a line and where it is read in it: behind a word that it touches
    or that it stands over or under, as the limits of a sum do: the sign of the sum is a word, or
    the first letter of one. None where it is too far.
    """
    box, size = script.box, line.font_size
    apart = max(box.y0 - line.box.y1, line.box.y0 - box.y1)
    words = sorted(line.words) or [(line.box.x0, line.box.x1)]
    before = bisect_right(words, (script.center, math.inf)) - 1
    left, right = words[before] if before >= 0 else (-math.inf, -math.inf)
    if script.center <= right:
        if apart < -WITHIN * box.height and script.center > (left + right) / 2:
            return size, right  # a raised letter over a lowered one
        if script.font_size >= LIMIT * size or size > LARGEST * usual or apart > BELOW * size:
            return None
        for sign, x in (((left + right) / 2, right), (left + size / 2, left - 1)):
            if abs(script.center - sign) <= CENTRED * size:
                return size + max(0.0, apart), x
        return None
    next_left = words[before + 1][0] if before + 1 < len(words) else math.inf
    gaps = box.x0 - right, next_left - box.x1
    if min(gaps) < -ROOM * size or min(gaps) > BESIDE * size or apart > 0:
        return None
    return max(0.0, min(gaps)), box.x0


# ---------------------------------------------------------------- large capitals


def _with_capitals(lines: list[Line], height: float, size: float) -> list[Line]:
    capitals = [line for line in lines if _is_capital(line, height, size)]
    for capital in capitals[:NEIGHBOURS]:
        beside = sorted(
            (line for line in lines if _is_beside(line, capital, height)),
            key=lambda line: line.middle,
        )
        if beside:
            first = beside[0]
            is_word = len(beside) > 1 and first.box.x0 > beside[1].box.x0 + SPACED * height
            lines = [
                _begun(capital, line, is_word=is_word) if line is first else line
                for line in lines
                if line is not capital
            ]
    return lines


def _is_capital(line: Line, height: float, size: float) -> bool:
    text = line.text.strip("\"'“„«‘‚(")
    if line.fixed or len(text) != 1 or not text.isupper():
        return False
    if line.font_size and size:
        return line.font_size >= LARGER * size
    return line.box.height >= TALLER * height


def _is_beside(line: Line, capital: Line, height: float) -> bool:
    """Whether it runs along the right side of the capital."""
    box = capital.box
    if line is capital or line.fixed or not box.y0 - height / 2 < line.middle < box.y1:
        return False
    return -height / 2 < line.box.x0 - box.x1 < height and line.box.height < 0.8 * box.height


def _begun(capital: Line, line: Line, *, is_word: bool) -> Line:
    """The line with its first letter; it stands where it stood."""
    whole = merge([capital, line], f"{capital.text}{' ' if is_word else ''}{line.text}")
    words = line.words
    if words and capital.words:
        start = (capital.words[0][0], capital.words[0][1] if is_word else words[0][1])
        words = (start, *(words if is_word else words[1:]))
    return replace(line, text=whole.text, shown=whole.shown, words=words, links=whole.links)
