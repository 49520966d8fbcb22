"""Items: which rows of a column begin an item of a list, and how deep each item lies.

A bullet begins one nearly anywhere. A number, a letter or a dash may as well stand at the start of
any line of prose, so it begins none in the middle of a sentence, and what is unsure by itself
needs another like it close by.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pagemill.layout.lines import Line
from pagemill.model.markers import Marker, split_marker
from pagemill.model.page import Block, BlockKind, Box

MAX_LEVEL, UNKNOWN = 6, 0
NEAR = 12  # so many labels before and after may keep one company
CLOSE = 2.5  # heights: from one number of a section to the next in a list
REACH = 0.7  # of the column's width: what goes on in the next row takes up
STEP = 0.5  # line heights: who stands farther in is a level deeper
_WITHIN = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.CODE, BlockKind.FORMULA})
_TAGS = frozenset({"LI", "LBody"})  # what a tagged PDF calls an item, its label drawn or not
_AFTER_WHICH = frozenset(".!?:;。！？：；")
_ENTRY = re.compile(r"\[(?:\d{1,3}|[A-Z][A-Za-z+]{0,6}\d{2}[a-z]?)\]\s")
_DASHES = frozenset("-–—·*")
_PARTS = re.compile(r"\d+|[A-Za-z]+|[一二三四五六七八九十]+")
_NUMERALS = (frozenset("ivx"), frozenset("一二三四五六七八九十"))


@dataclass(frozen=True, slots=True)
class _Label:
    """The label that a row begins with. `x` is where the row begins, `before` the row before if
    its text runs into this one, `before_x` where that begins.
    """

    marker: Marker
    x: float
    y: float
    before: Line | None
    before_x: float


def begins_entry(text: str) -> bool:
    """Whether a text begins as an entry of a list of references does: "[3] ", "[Knu84] "."""
    return _ENTRY.match(text) is not None


def item_starts(
    rows: Sequence[Line], runs_on: Sequence[bool], height: float, *, rtl: bool, counted: int = 0
) -> list[bool]:
    """One truth per row. `runs_on` has one per row: does the text of the row before run into it?
    `counted` is the number of the item that the column before ended with.
    """
    found = _tagged(rows, runs_on)
    labels = _labels(rows, runs_on, rtl=rtl)
    order = list(labels.values())
    for place, (index, label) in enumerate(labels.items()):
        near = [*order[max(0, place - NEAR) : place], *order[place + 1 : place + 1 + NEAR]]
        is_next = label.marker.number == counted + 1 and not _is_amid(label, height)
        found[index] = is_next or _begins(label, near, height)
    return found


def _labels(rows: Sequence[Line], runs_on: Sequence[bool], *, rtl: bool) -> dict[int, _Label]:
    """By the row's index."""
    starts = [-row.box.x1 if rtl else row.box.x0 for row in rows]
    found: dict[int, _Label] = {}
    for index, row in enumerate(rows):
        marker = None if row.fixed else split_marker(row.text, is_item=True)
        if marker:
            before = rows[index - 1] if runs_on[index] else None
            found[index] = _Label(marker, starts[index], row.middle, before, starts[index - 1])
    return found


def _tagged(rows: Sequence[Line], runs_on: Sequence[bool]) -> list[bool]:
    """Which rows a tagged PDF calls the beginning of an item, though it may have no label."""
    if not any(row.tag in _TAGS for row in rows):
        return [False] * len(rows)
    width = max(row.box.x1 for row in rows) - min(row.box.x0 for row in rows)
    return [
        row.tag in _TAGS and not (on and rows[index - 1].box.width > REACH * width)
        for index, (row, on) in enumerate(zip(rows, runs_on, strict=True))
    ]


def _begins(label: _Label, near: Sequence[_Label], height: float) -> bool:
    marker = label.marker
    if _is_amid(label, height):
        return marker.is_bullet and not marker.is_unsure and marker.text not in _DASHES
    if marker.is_unsure:
        return any(_is_company(label, other, height) for other in near)
    if marker.number is None or marker.number == 1:
        return True
    return any(_follow(label.marker, other.marker) for other in near)


def _is_amid(label: _Label, height: float) -> bool:
    """Whether the row is plainly one of several lines of a sentence."""
    before = label.before
    if not before or before.text[-1:] in _AFTER_WHICH:
        return False
    marker = split_marker(before.text, is_item=True)
    if marker and (not marker.is_unsure or _are_alike(marker, label.marker)):
        return False
    return abs(label.before_x - label.x) <= STEP * height


def _is_company(one: _Label, other: _Label, height: float) -> bool:
    """The same sign or the number before or after, at the same x; both at the start of a text."""
    if one.marker.is_section:
        # The numbers of headings stand farther apart than those of a list.
        is_close = abs(one.y - other.y) <= CLOSE * height
        return is_close and _are_alike(one.marker, other.marker)
    if abs(one.x - other.x) > 1.5 * height or _is_amid(other, height):
        return False
    return _are_alike(one.marker, other.marker)


def _are_alike(one: Marker, other: Marker) -> bool:
    if one.is_section and other.is_section:
        a, b = ([int(n) for n in _PARTS.findall(marker.text)] for marker in (one, other))
        return _counts_on(a, b) or _counts_on(b, a)
    return one.text == other.text if one.is_bullet else _follow(one, other)


def _counts_on(a: list[int], b: list[int]) -> bool:
    """Whether the number of a section follows the other: 1, 1.1, 1.2, 2."""
    return b == [*a, 1] or (len(b) <= len(a) and b == [*a[: len(b) - 1], a[len(b) - 1] + 1])


def _follow(one: Marker, other: Marker) -> bool:
    """Whether one is the next of the other: 3. and 4., 1.1 and 1.2, B. and C."""
    if one.number is not None and other.number is not None:
        return abs(one.number - other.number) == 1
    first, second = _PARTS.findall(one.text), _PARTS.findall(other.text)
    if len(first) != len(second) or not first or first[:-1] != second[:-1]:
        return False
    a, b = first[-1], second[-1]
    if a.isdigit() and b.isdigit():
        return abs(int(a) - int(b)) == 1
    if a.isascii() and len(a) == len(b) == 1 and abs(ord(a) - ord(b)) == 1:
        return True
    return a != b and any(signs.issuperset((a + b).lower()) for signs in _NUMERALS)


def with_levels(
    found: Sequence[tuple[Block, Sequence[Line]]], height: float, *, rtl: bool
) -> list[Block]:
    """The blocks, each given with its rows: items that stand farther in than the one before are a
    level deeper. What stands under the text of an item belongs to it and has its level.
    """

    def start(box: Box) -> float:
        return -box.x1 if rtl else box.x0

    levelled: list[Block] = []
    edges: list[float] = []
    inside = math.inf  # where the text of the last item begins
    last: Box | None = None  # that of the last item
    for block, rows in found:
        x = start(rows[0].box if rows else block.box)
        if last and edges and block.kind is BlockKind.LIST_ITEM and _are_level(last, block.box):
            levelled.append(replace(block, level=levelled[-1].level))
        elif _begins_item(block, x, inside, height):
            last = block.box
            edges = [edge for edge in edges if edge <= x + STEP * height]
            if not edges or x > edges[-1] + STEP * height:
                edges.append(x)
            inside = _text_edge(rows, [start(row.box) for row in rows[:2]], height)
            levelled.append(replace(block, level=min(len(edges), MAX_LEVEL)))
        elif block.kind in _WITHIN and edges and start(block.box) > inside - STEP * height:
            kind = BlockKind.PARAGRAPH if block.kind is BlockKind.LIST_ITEM else block.kind
            levelled.append(replace(block, kind=kind, level=min(len(edges), MAX_LEVEL)))
        else:
            edges = [edge for edge in edges if edge < x - STEP * height]
            inside = math.inf
            levelled.append(block)
    return levelled


def _are_level(a: Box, b: Box) -> bool:
    """Whether they stand side by side."""
    return min(a.y1, b.y1) - max(a.y0, b.y0) > 0.5 * min(a.height, b.height)


def _begins_item(block: Block, x: float, inside: float, height: float) -> bool:
    """A text without a label that stands under that of the item before is no item of its own."""
    if block.kind is not BlockKind.LIST_ITEM or block.level != UNKNOWN:
        return False
    return abs(x - inside) > STEP * height or _is_labelled(block)


def last_number(blocks: Sequence[Block]) -> int:
    """The number of the item that a column ends with, 0 where it ends with none."""
    for block in reversed(blocks):
        marker = split_marker(block.text) if block.kind in _WITHIN else None
        if marker and marker.number:
            return marker.number
        if block.kind is not BlockKind.LIST_ITEM and block.level is None:
            return 0
    return 0


def _is_labelled(block: Block) -> bool:
    return split_marker(block.text, is_item=True) is not None


def _text_edge(rows: Sequence[Line], starts: Sequence[float], height: float) -> float:
    """Where the text of an item begins behind its label, if that can be told."""
    if len(starts) > 1 and starts[1] > starts[0] + STEP * height:
        return starts[1]
    words = rows[0].words
    return words[1][0] if len(words) > 1 and starts[0] >= 0 else math.inf
