"""Footnotes: small type at the foot of a column that begins with a mark, often under a short rule.

They are taken out of the text, so that what runs on over them stands together.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pagemill.layout.lines import Line, is_rtl
from pagemill.model.page import Box

SMALL, SMALL_HEIGHT = 0.93, 0.86  # times the body's size, or its height where sizes are unknown
FEW, APART = 2, 0.3  # rows with wide gaps; of all rows: so many are a form's
BINS = 64  # stripes of a page in which the lowest text is known
MAX_RULE = 0.75  # of the column's width: longer ones part sections or tables
_MARK = re.compile(
    r"(?P<number>\d{1,3})(?![\d.,:;/)%°-])\s?(?=[\w“\"'‘„«(])|(?P<sign>[*†‡§¶‖]{1,4})\s?(?=\w|[“\"'‘„«(])"
)
_DOTTED = re.compile(r"(?P<number>\d{1,3})[.)]\s")


@dataclass(frozen=True, slots=True)
class Footnote:
    """`continues` says that it has no mark: it goes on from the page before."""

    rows: tuple[Line, ...]
    continues: bool = False


def without_footnotes(
    columns: Sequence[Sequence[Line]], rules: Sequence[Box], body: float
) -> tuple[list[list[Line]], list[Footnote]]:
    """The rows of each column without its footnotes, and those. `body` is the size of the
    document's text in points, 0 where unknown. Every row stands once in the answer.
    """
    rows = [row for column in columns for row in column]
    sheet = _sheet(rows, rules, body)
    zones = [_zone(column, sheet) if sheet and column else len(column) for column in columns]
    if all(zone == len(column) for column, zone in zip(columns, zones, strict=True)):
        return [list(column) for column in columns], []
    floor = _floor(columns, zones)
    texts, notes = [], list[Footnote]()
    for column, start in zip(columns, zones, strict=True):
        small = column[start:]
        if small and sheet and _is_lowest(small, floor) and not _are_fields(small):
            end = len(column) - _page_number(column)
            notes += _footnotes(column[start:end], sheet)
            texts.append([*column[:start], *column[end:]])
        else:
            texts.append(list(column))
    return texts, notes


@dataclass(frozen=True, slots=True)
class _Sheet:
    """`body` is a size of type in points, or a height where `is_sized` is not so. `rules` are
    level ones from top to bottom.
    """

    body: float
    rules: Sequence[Box]
    is_sized: bool

    def is_small(self, row: Line) -> bool:
        if row.fixed or row.region:
            return False
        if self.is_sized:
            return 0 < row.font_size < SMALL * self.body
        return row.box.height < SMALL_HEIGHT * self.body


def _sheet(rows: Sequence[Line], rules: Sequence[Box], body: float) -> _Sheet | None:
    letters: Counter[float] = Counter()
    heights: Counter[float] = Counter()
    for row in rows:
        if not row.fixed:
            letters[round(row.font_size * 2) / 2] += len(row.text)
            heights[round(row.box.height * 2) / 2] += len(row.text)
    level = sorted((rule for rule in rules if rule.width > 4 * rule.height), key=_top)
    if not letters:
        return None
    if letters[0.0] * 2 > letters.total():
        return _Sheet(heights.most_common(1)[0][0], level, is_sized=False)
    usual = letters.most_common(1)[0][0]
    has_body = any(size >= 0.97 * body for size in letters) if body else False
    size = max(usual, body) if has_body and body < 2 * usual else usual
    return _Sheet(size, level, is_sized=True)


def _zone(column: Sequence[Line], sheet: _Sheet) -> int:
    """The first row of the footnotes of a column, or how many rows it has."""
    end = len(column) - _page_number(column)
    first = end
    while first and sheet.is_small(column[first - 1]):
        first -= 1
    edges = min([row.box.x0 for row in column]), max([row.box.x1 for row in column])
    for index in range(first, end):
        before = column[index - 1] if index else None
        if _is_ruled(before, column[index], edges, sheet):
            return index
        if index == first and _MARK.match(column[index].text):
            return index if not before or _stands_apart(before, column[index]) else len(column)
    return len(column)


def _are_fields(rows: Sequence[Line]) -> bool:
    """Whether many rows have wide gaps, as those of a form have: its small type is no notes."""
    apart = sum(row.is_tabular for row in rows)
    return apart >= FEW and apart >= APART * len(rows)


def _page_number(column: Sequence[Line]) -> int:
    """How many rows at the end say nothing but a number."""
    return int(bool(column) and len(column) > 1 and column[-1].text.strip("-–— ").isdigit())


def _stands_apart(before: Line, row: Line) -> bool:
    return not before.fixed and row.box.y0 - before.box.y1 > -0.2 * row.box.height


def _is_ruled(before: Line | None, row: Line, edges: tuple[float, float], sheet: _Sheet) -> bool:
    """Whether a short rule stands right above the row, at the column's edge."""
    low = row.box.y0 - 2 * row.box.height
    if before:
        low = before.box.y1 + 0.5 * row.box.height if before.fixed else before.middle
    left, right = edges
    place = bisect_left(sheet.rules, low, key=_top)
    for rule in sheet.rules[place : place + 8]:
        if rule.y0 > row.middle:
            return False
        is_short = rule.width < MAX_RULE * (right - left) and rule.width > row.box.height
        edge = right - rule.x1 if is_rtl([row]) else rule.x0 - left
        if is_short and abs(edge) < 2 * row.box.height:
            return True
    return False


def _floor(columns: Sequence[Sequence[Line]], zones: Sequence[int]) -> list[float]:
    """How far down the text reaches in each stripe of the page."""
    floor = [-1e9] * BINS
    rows = [row for column, zone in zip(columns, zones, strict=True) for row in column[:zone]]
    left, width = _frame(columns)
    for row in rows:
        for stripe in _stripes(row.box, left, width):
            floor[stripe] = max(floor[stripe], row.middle)
    return [left, width, *floor]


def _is_lowest(rows: Sequence[Line], floor: Sequence[float]) -> bool:
    left, width, *lowest = floor
    top = rows[0].middle
    stripes = {stripe for row in rows[:20] for stripe in _stripes(row.box, left, width)}
    return 2 * sum([lowest[stripe] < top for stripe in stripes]) > len(stripes)


def _frame(columns: Sequence[Sequence[Line]]) -> tuple[float, float]:
    boxes = [row.box for column in columns for row in column]
    left = min((box.x0 for box in boxes), default=0.0)
    return left, max(1.0, max((box.x1 for box in boxes), default=0.0) - left)


def _stripes(box: Box, left: float, width: float) -> range:
    first, last = (int(BINS * (x - left) / width) for x in (box.x0, box.x1))
    return range(max(0, min(first, BINS - 1)), max(0, min(last, BINS - 1)) + 1)


def _footnotes(rows: Sequence[Line], sheet: _Sheet) -> list[Footnote]:
    """One for each mark that counts on, or for each sign."""
    found: list[list[Line]] = []
    counted = 0
    for row in rows:
        match = _MARK.match(row.text) or _DOTTED.match(row.text)
        number = int(match["number"] or 0) if match else 0
        is_next = match is not None and (not number or not counted or number == counted + 1)
        if is_next or not found:
            found.append([row])
            counted = number or counted
        else:
            found[-1].append(row)
    first = rows[0].text if rows else ""
    is_marked = bool(_MARK.match(first) or _DOTTED.match(first))
    return [
        Footnote(tuple(some), continues=not index and not is_marked)
        for index, some in enumerate(found)
    ]


def _top(box: Box) -> float:
    return box.y0
