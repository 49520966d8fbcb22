"""Rows: pieces that stand side by side on one line of a column become one line."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pagemill.layout.lines import Line, is_rtl, merge

WIDE_GAP = 2.0  # in line heights: more than the widest space of a justified line
LOOK_BACK = 8


def rows(lines: Sequence[Line]) -> list[Line]:
    """Top to bottom; fixed blocks stay alone and stand where their top edge is."""
    found: list[list[Line]] = []
    for line in sorted(lines, key=_height_on_page):
        home = None if line.fixed else _home(found[-LOOK_BACK:], line)
        if home is None:
            found.append([line])
        else:
            home.append(line)
    rtl = is_rtl(lines)
    return [_joined(row, rtl=rtl) for row in found]


def _height_on_page(line: Line) -> tuple[float, float]:
    return (line.box.y0 if line.fixed else line.middle, line.box.x0)


def _home(found: list[list[Line]], line: Line) -> list[Line] | None:
    """The row that `line` is a piece of."""
    top, bottom = line.box.y0, line.box.y1
    for row in found:
        first = row[0].box
        if top < first.y1 and first.y0 < bottom and _fits(row, line):
            return row
    return None


def _fits(row: list[Line], line: Line) -> bool:
    """Same height as the row's first piece, and beside every piece rather than over it."""
    if row[0].fixed:
        return False
    first, box = row[0].box, line.box
    least = min(first.height, box.height)
    shared = min(first.y1, box.y1) - max(first.y0, box.y0)
    return shared > 0.5 * least and not any(_covers(piece, line) for piece in row[:LOOK_BACK])


def _covers(a: Line, b: Line) -> bool:
    shared = min(a.box.x1, b.box.x1) - max(a.box.x0, b.box.x0)
    return shared > 0.5 * min(a.box.width, b.box.width)


def _joined(row: list[Line], *, rtl: bool) -> Line:
    if len(row) == 1:
        return row[0]
    row.sort(key=lambda piece: piece.box.x0)
    height = min(piece.box.height for piece in row)
    gap = max(b.box.x0 - a.box.x1 for a, b in pairwise(row))
    spoken = row[::-1] if rtl else row
    line = merge(spoken, " ".join(piece.text for piece in spoken))
    return replace(line, is_tabular=gap > WIDE_GAP * height)
