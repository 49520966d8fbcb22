"""Rows: pieces that stand side by side on one line of a column become one line."""

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from pagemill.layout.lines import Line, height_on_page, is_rtl, merge
from pagemill.layout.order.abreast import abreast
from pagemill.layout.order.scripts import Script, pieces
from pagemill.layout.order.stacked import Stack, stacks
from pagemill.model.page import Box, around

WIDE_GAP = 2.0  # in line heights: more than the widest space of a justified line
WORD_GAP, WORD_OVERLAP = 0.15, 0.5  # in type sizes: closer letters are of one word
OTHER_SIZE = 1.6  # times the type size: what stands far beside a title is no part of it
TITLE = 5  # letters
SIGN = 3  # letters over each other
LOOK_BACK = 8


def rows(lines: Sequence[Line]) -> list[Line]:
    """Top to bottom; fixed blocks stay alone and stand where their top edge is."""
    parts = pieces(lines)
    found: list[list[Line]] = []
    for line in sorted(parts.lines, key=height_on_page):
        home = None if line.fixed else _home(found[-LOOK_BACK:], line)
        if home is None:
            found.insert(_place(found, line), [line])
        else:
            home.append(line)
    if is_rtl(lines):
        return [_joined(row, _scripts(row, parts.scripts), rtl=True) for row in found]
    return [
        _in_file_order(stack, parts.scripts)
        if stack.held
        else _joined(stack.row, _scripts(stack.row, parts.scripts), rtl=False)
        for stack in stacks(abreast(found))
    ]


def _in_file_order(stack: Stack, scripts: Mapping[int, list[Script]]) -> Line:
    """One line as high as its row."""
    pieces = sorted([*stack.row, *stack.held], key=lambda piece: piece.place)
    parts = [part for piece in pieces for part in _in_order([piece], scripts.get(id(piece), []))]
    line, box = _said(parts, _touch_in_formula), around([piece.box for piece in stack.row])
    return replace(line, box=Box(line.box.x0, box.y0, line.box.x1, box.y1))


def _scripts(row: Sequence[Line], scripts: Mapping[int, list[Script]]) -> list[Script]:
    return [script for line in row for script in scripts.get(id(line), ())]


def _home(found: list[list[Line]], line: Line) -> list[Line] | None:
    """The row that `line` is a piece of."""
    top, bottom = line.box.y0, line.box.y1
    for row in found:
        first = row[0].box
        if top < first.y1 and first.y0 < bottom and _fits(row, line):
            return row
    return None


def _place(found: Sequence[Sequence[Line]], line: Line) -> int:
    """Where a row begins that `line` is alone in: before those right of it that only stand beside
    it, as what is written small beside a title.
    """
    place, first = len(found), max(0, len(found) - LOOK_BACK)
    while place > first and _is_apart(line, found[place - 1][0]):
        place -= 1
    return place


def _is_apart(left: Line, right: Line) -> bool:
    """Whether they stand side by side, but far from each other and in plainly other sizes."""
    return _are_level(left.box, right.box) and _gap(left, right) > _widest(left, right)


def _widest(a: Line, b: Line) -> float:
    """The widest gap in one row, in points: there is none where no title stands beside text."""
    small, large = (a, b) if a.font_size < b.font_size else (b, a)
    if not small.font_size or large.font_size <= OTHER_SIZE * small.font_size:
        return math.inf
    return WIDE_GAP * large.font_size if len(large.text) >= TITLE else math.inf


def _gap(left: Line, right: Line) -> float:
    return right.box.x0 - left.box.x1


def _are_level(a: Box, b: Box) -> bool:
    return min(a.y1, b.y1) - max(a.y0, b.y0) > 0.5 * min(a.height, b.height)


def _fits(row: list[Line], line: Line) -> bool:
    """Same height as the row's first piece, and beside every piece rather than over it."""
    if row[0].fixed or not _are_level(row[0].box, line.box):
        return False
    if max(_gap(row[0], line), _gap(line, row[0])) > _widest(row[0], line):
        return False
    return not any(_covers(piece, line) for piece in row[:LOOK_BACK])


def _covers(a: Line, b: Line) -> bool:
    shared = min(a.box.x1, b.box.x1) - max(a.box.x0, b.box.x0)
    return shared > 0.5 * min(a.box.width, b.box.width)


def _joined(row: list[Line], scripts: list[Script], *, rtl: bool) -> Line:
    """One line; letters that are raised or lowered add nothing to its height."""
    if len(row) == 1 and not scripts:
        return row[0]
    height = min(piece.box.height for piece in row)
    row.sort(key=lambda piece: piece.box.x0)
    gap = max((b.box.x0 - a.box.x1 for a, b in pairwise(row)), default=0.0)
    parts = _in_order(row, scripts) if scripts else row
    line = _said(parts[::-1] if rtl else parts)
    if scripts:
        box = line.box
        y0, y1 = min(piece.box.y0 for piece in row), max(piece.box.y1 for piece in row)
        line = replace(line, box=Box(box.x0, y0, box.x1, y1))
    return replace(line, is_tabular=gap > WIDE_GAP * height)


def _in_order(row: list[Line], scripts: list[Script]) -> list[Line]:
    """The pieces of a row from left to right, those of its lines cut where a script is read."""
    cuts = [script.x for script in scripts]
    split = [(piece.box.x0, 0, piece) for line in row for piece in _split(line, cuts)]
    placed = [*split, *((script.x, 1, script.line) for script in scripts)]
    return [piece for _, _, piece in sorted(placed, key=lambda place: place[:2])]


def _split(line: Line, places: Sequence[float]) -> list[Line]:
    """The line in pieces, cut at the words that stand beyond these places."""
    words = line.text.split()
    if len(words) != len(line.words):
        return [line]
    middles = [(left + right) / 2 for left, right in line.words]
    cuts = sorted({bisect_left(middles, x) for x in places})
    bounds = pairwise([0, *(cut for cut in cuts if 0 < cut < len(words)), len(words)])
    return [_piece(line, words, first, end) for first, end in bounds]


def _piece(line: Line, words: Sequence[str], first: int, end: int) -> Line:
    if end - first == len(words):
        return line
    edges = line.words[first:end]
    box = Box(edges[0][0], line.box.y0, edges[-1][1], line.box.y1)
    links = line.links if not first else ()
    text = " ".join(words[first:end])
    return replace(line, box=box, text=text, words=edges, links=links)


def _said(spoken: list[Line], touch: Callable[[Line, Line], bool] | None = None) -> Line:
    """The pieces as one line, with a space between two unless they touch in one word."""
    whole = spoken[0]
    text, words = whole.text, list(whole.words)
    for before, piece in pairwise(spoken):
        is_word = not (touch or _touch)(before, piece)
        text += f" {piece.text}" if is_word else piece.text
        if is_word or not words or not piece.words:
            words += piece.words
        else:
            words[-1:] = [(words[-1][0], piece.words[0][1]), *piece.words[1:]]
    known = all(piece.words for piece in spoken)
    return replace(merge(spoken, text), words=tuple(words) if known else ())


def _touch_in_formula(a: Line, b: Line) -> bool:
    """What stands over what is no word with it."""
    return a.box.y0 < b.box.y1 and b.box.y0 < a.box.y1 and _touch(a, b)


def _touch(a: Line, b: Line) -> bool:
    """Whether two pieces of a text layer stand so close that they are one word."""
    if not a.font_size or not b.font_size:
        return False
    if a.text[-1:].isdigit() and b.text[:1].isdigit():
        return False  # the mark of a footnote behind a number
    size = max(a.font_size, b.font_size)
    gap = max(a.box.x0, b.box.x0) - min(a.box.x1, b.box.x1)
    if a.font_size == b.font_size and gap < 0:
        return max(len(a.text), len(b.text)) <= SIGN  # raised and lowered letters of one sign
    return -WORD_OVERLAP * size <= gap <= WORD_GAP * size
