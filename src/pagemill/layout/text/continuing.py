"""Continuing: which blocks go on from the column or the page before."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pagemill.layout.lines import Line
from pagemill.layout.text.blocks import Made
from pagemill.layout.text.chunks import INDENT, Column, wraps
from pagemill.layout.text.items import last_number
from pagemill.model.joining import HYPHENS
from pagemill.model.page import Block, BlockKind

_BESIDE = frozenset({BlockKind.FIGURE, BlockKind.TABLE, BlockKind.CAPTION, BlockKind.FOOTNOTE})
_GOES_ON = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.CODE})
# A sentence's end, behind it what closes it and the mark of a footnote.
_ENDED = re.compile(r"[.!?…:。！？：][\"'”’»)\]」』]*\d{0,3}\Z")
SAME_SIZE = 1.04
NEARBY = 12  # rows at a column's end that tell how wide it is


@dataclass(frozen=True, slots=True)
class Tail:
    """The last row of text of a column, and the leftmost and rightmost x of those around it.
    `is_inner` says that it is not the first row of its paragraph, too; `counted` is the number of
    the item that it is in or stands behind, else 0.
    """

    kind: BlockKind
    row: Line
    edges: tuple[float, float]
    column: Column
    is_inner: bool
    counted: int = 0


def with_continued(columns: Sequence[Sequence[Made]], tail: Tail | None) -> list[Block]:
    """The blocks of all columns. `tail` is where the page before ends, None where unknown."""
    found: list[Block] = []
    for column in columns:
        first = next((made for made in column if made.block.kind not in _BESIDE), None)
        for made in column:
            goes_on = made is first and tail is not None and _goes_on(tail, made, column)
            found.append(_continued(made.block, tail.kind) if goes_on and tail else made.block)
        if first is not None:
            tail = tail_of(column)
    return found


def tail_of(column: Sequence[Made]) -> Tail | None:
    """None where the last text of the column cannot go on."""
    last = next((made for made in reversed(column) if made.block.kind not in _BESIDE), None)
    if last is None or not last.column or last.block.kind not in _GOES_ON:
        return None
    if not last.is_prose and len(last.rows) > 1 and last.block.kind is not BlockKind.CODE:
        return None
    alike = _GOES_ON - {BlockKind.CODE} if last.block.kind is not BlockKind.CODE else _GOES_ON
    rows = [row for made in column if made.block.kind in alike for row in made.rows][-NEARBY:]
    edges = min(row.box.x0 for row in rows), max(row.box.x1 for row in rows)
    counted = last_number([made.block for made in column])
    return Tail(last.block.kind, last.rows[-1], edges, last.column, len(last.rows) > 1, counted)


def _continued(block: Block, kind: BlockKind) -> Block:
    level = 1 if kind is BlockKind.LIST_ITEM else block.level
    return replace(block, kind=kind, level=level, continues=True)


def _goes_on(tail: Tail, head: Made, column: Sequence[Made]) -> bool:
    """Plainly: the text ends open at the end of a full line, and no new paragraph begins."""
    before, block = tail.row, head.block
    if not head.rows or not head.column or not _look_alike(before, head.rows[0]):
        return False
    if BlockKind.CODE in (tail.kind, block.kind):
        return tail.kind is block.kind
    row = head.rows[0]
    is_small = row.text[:1].islower()
    is_verse = not head.is_prose and len(head.rows) > 1
    if block.kind is not BlockKind.PARAGRAPH or (is_verse and not is_small):
        return False
    if before.text[-1:] in HYPHENS and before.text[-2:-1].isalpha() and is_small:
        return True
    if not wraps(before, row, tail.edges, tail.column):
        return False
    if _ENDED.search(before.text[-8:]):
        return is_small and before.text[-1:] == "."
    is_flush = tail.is_inner and abs(before.box.x0 - row.box.x0) < INDENT * tail.column.height
    return is_small or is_flush or not _is_indented(row, column, head.column)


def _look_alike(a: Line, b: Line) -> bool:
    if a.is_bold != b.is_bold or a.is_tabular or b.is_tabular:
        return False
    small, large = sorted((a.font_size or a.box.height, b.font_size or b.box.height))
    return large <= (SAME_SIZE if a.font_size and b.font_size else 1.3) * small


def _is_indented(row: Line, found: Sequence[Made], column: Column) -> bool:
    rows = [other for made in found for other in made.rows][:NEARBY]
    if column.rtl:
        return row.box.x1 < max(other.box.x1 for other in rows) - INDENT * column.height
    return row.box.x0 > min(other.box.x0 for other in rows) + INDENT * column.height
