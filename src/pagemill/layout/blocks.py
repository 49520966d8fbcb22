"""Blocks: the rows of one column become paragraphs, headings and list items.

Rows that stand close and look alike are a chunk. In a chunk of prose a line ends where the next
word would not have fitted: those are joined, others end a paragraph. Where few lines end that way
(addresses, verse, receipts) each row keeps its line, parted by newlines in the block's text.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from pagemill.layout.lines import Line, is_rtl, mean_confidence, typical_height
from pagemill.layout.styles import MAX_LETTERS, MAX_ROWS, Styles
from pagemill.model.joining import UNSPACED, joined
from pagemill.model.markers import split_marker
from pagemill.model.page import Block, BlockKind, around

FAR_APART, FARTHER = 1.3, 0.25  # times the usual pitch, and line heights beyond it
SIZE_STEP = 1.12
SENTENCE_ENDS = frozenset(".!?:;)]\"'”’»…。！？")
FULL = 0.7  # of the width nearby: what a row that runs on covers at least
INDENT = 0.7  # in line heights
MAX_LIST_LEVEL, UNKNOWN = 6, 0


_Edges = tuple[float, float]  # the leftmost and the rightmost x of some rows


@dataclass(frozen=True, slots=True)
class _Column:
    """What holds for all rows of a column. Lengths in points."""

    height: float
    pitch: float
    rtl: bool


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Rows that belong together by distance and type. `wraps` has a truth per pair of rows: does
    the text run on from one to the next? `indents` has one per row: does it begin farther in?
    """

    rows: tuple[Line, ...]
    wraps: tuple[bool, ...]
    indents: tuple[bool, ...]
    is_prose: bool

    @property
    def hangs(self) -> bool:
        return 2 * sum(self.indents) > len(self.indents)


def blocks(rows: Sequence[Line], styles: Styles) -> list[Block]:
    """Blocks of one column, top to bottom. Fixed blocks come out as they are."""
    height = typical_height(rows)
    column = _Column(height, _usual_pitch(rows, height), is_rtl(rows))
    found: list[Block] = []
    for chunk in _chunks(rows, column):
        if chunk.rows[0].fixed:
            found.append(chunk.rows[0].fixed)
        else:
            found += [_block(group, chunk, styles) for group in _groups(chunk, column)]
    return _with_list_levels(found, column.height)


def _usual_pitch(rows: Sequence[Line], height: float) -> float:
    """From one row to the next, in points; single to double spacing."""
    steps = [b - a for a, b in pairwise([row.middle for row in rows])]
    near = [step for step in steps if 0 < step < 2.5 * height]
    return max(0.9 * height, min(2.2 * height, median(near or [1.3 * height])))


# ---------------------------------------------------------------- rows to chunks


def _chunks(rows: Sequence[Line], column: _Column) -> list[_Chunk]:
    parts: list[list[Line]] = []
    for row in rows:
        if parts and not _parted(parts[-1][-1], row, column):
            parts[-1].append(row)
        else:
            parts.append([row])
    return [_chunk(part, column) for part in parts]


def _parted(a: Line, b: Line, column: _Column) -> bool:
    if a.fixed or b.fixed or a.region is not b.region or _differ(a, b):
        return True
    step = b.middle - a.middle
    if step <= FAR_APART * column.pitch:
        return False
    larger = max(1.0, min(a.box.height, b.box.height) / column.height)
    pitch = column.pitch * larger
    return step > FAR_APART * pitch and step > pitch + FARTHER * column.height


def _differ(a: Line, b: Line) -> bool:
    """Another type size, or a bold line between plain ones that does not run to the same edge."""
    small, large = a.font_size, b.font_size
    if small > large:
        small, large = large, small
    if small and large > SIZE_STEP * small:
        return True
    return a.is_bold != b.is_bold and abs(a.box.x1 - b.box.x1) > 2 * a.box.height


def _chunk(rows: list[Line], column: _Column) -> _Chunk:
    starts, ends = [row.box.x0 for row in rows], [row.box.x1 for row in rows]
    edges = zip(_nearby(min, starts), _nearby(max, ends), strict=True)
    wraps = [
        _wraps(a, b, edge, column) for (a, b), edge in zip(pairwise(rows), edges, strict=False)
    ]
    indents = _indents(starts, ends, column)
    return _Chunk(tuple(rows), tuple(wraps), tuple(indents), _is_prose(rows, wraps))


def _nearby(pick: Callable[..., float], xs: list[float]) -> Iterable[float]:
    """For each row what `pick` makes of it, the row above and the row below."""
    return map(pick, [xs[0], *xs[:-1]], xs, [*xs[1:], xs[-1]])


def _is_prose(rows: Sequence[Line], wraps: Sequence[bool]) -> bool:
    """Most rows run on, and those that do not end a sentence: an address has neither."""
    torn = sum(
        [row.text[-1:] not in SENTENCE_ENDS for row, on in zip(rows, wraps, strict=False) if not on]
    )
    on = sum(wraps)
    return 2 * on >= len(wraps) and (on > 2 * torn or not torn)


def _indents(starts: list[float], ends: list[float], column: _Column) -> list[bool]:
    """Which rows begin farther in; centred rows do not count."""
    first, last, least = min(starts), max(ends), INDENT * column.height
    lefts, rights = [x - first for x in starts], [last - x for x in ends]
    ways = zip(rights, lefts, strict=True) if column.rtl else zip(lefts, rights, strict=True)
    return [into > least and abs(into - out) >= 0.3 * into for into, out in ways]


def _wraps(a: Line, b: Line, edges: _Edges, column: _Column) -> bool:
    """Whether the first word of `b` would not have fitted behind `a`, within `edges`: those of
    the rows nearby, for text may run beside a picture.
    """
    (left, right), box = edges, a.box
    if a.is_tabular or b.is_tabular or box.width < FULL * (right - left):
        return False
    needed = b.box.width * (_first_word(b.text) + 1) / len(b.text) + 0.3 * column.height
    room = box.x0 - left if column.rtl else right - box.x1
    return room < needed


def _first_word(text: str) -> int:
    """Its length in letters; scripts without spaces break anywhere."""
    return 1 if UNSPACED.match(text) else len(text.split(" ", 1)[0])


# ---------------------------------------------------------------- chunks to groups


def _groups(chunk: _Chunk, column: _Column) -> list[list[Line]]:
    if chunk.rows[0].region:
        return [list(chunk.rows)]
    hangs = chunk.hangs
    groups: list[list[Line]] = []
    in_item = False
    for index, row in enumerate(chunk.rows):
        is_item = split_marker(row.text) is not None
        if is_item or not index:
            begins = True
        elif in_item:
            begins = not chunk.wraps[index - 1] and _is_outside(row, groups[-1][0], column)
        else:
            begins = chunk.is_prose and _begins_paragraph(chunk, index, hangs=hangs)
        if begins:
            groups.append([row])
            in_item = is_item
        else:
            groups[-1].append(row)
    return groups


def _is_outside(row: Line, first: Line, column: _Column) -> bool:
    """Whether it stands too far out to belong to the item that `first` begins."""
    return row.box.x0 < first.box.x0 + 0.5 * column.height


def _begins_paragraph(chunk: _Chunk, index: int, *, hangs: bool) -> bool:
    before, here = chunk.indents[index - 1], chunk.indents[index]
    if hangs:
        return before and not here
    return not chunk.wraps[index - 1] or (here and not before)


# ---------------------------------------------------------------- groups to blocks


def _block(group: list[Line], chunk: _Chunk, styles: Styles) -> Block:
    is_verse = not chunk.is_prose and not split_marker(group[0].text)
    text = joined([row.text for row in group], "\n" if is_verse else " ")
    kind = BlockKind.PARAGRAPH
    level = _heading_level(group, text, styles)
    region = group[0].region
    if region and region.kind is not BlockKind.HEADING:
        kind, level = region.kind, None
    elif level:
        kind, text = BlockKind.HEADING, joined([row.text for row in group], " ")
    elif split_marker(text):
        kind, level = BlockKind.LIST_ITEM, UNKNOWN
    return Block(
        kind,
        around([row.shown for row in group]),
        text,
        mean_confidence(group),
        level,
        font_size=group[0].font_size,
        is_bold=all(row.is_bold for row in group),
    )


def _heading_level(group: list[Line], text: str, styles: Styles) -> int | None:
    if len(group) > MAX_ROWS or len(text) > MAX_LETTERS or any(row.is_tabular for row in group):
        return None
    if 2 * sum(map(str.isalpha, text)) < len(text):
        return None
    size = min(row.font_size for row in group)
    if not size and group[0].region:
        return styles.level_by_height(min(row.box.height for row in group))
    is_bold = all(row.is_bold for row in group) and _stands_alone(group, text)
    return styles.level(size, is_bold=is_bold)


def _stands_alone(group: list[Line], text: str) -> bool:
    """Short and no sentence: bold type alone does not make a heading of more."""
    return len(group) == 1 and len(text) <= 100 and not text.endswith((".", ",", ";", ":"))


def _with_list_levels(found: list[Block], height: float) -> list[Block]:
    """Items that stand farther in than the one before are a level deeper."""
    levelled: list[Block] = []
    edges: list[float] = []
    for block in found:
        if block.kind is BlockKind.LIST_ITEM and block.level == UNKNOWN:
            edges = [x for x in edges if x <= block.box.x0 + 0.5 * height]
            if not edges or block.box.x0 > edges[-1] + 0.5 * height:
                edges.append(block.box.x0)
            levelled.append(replace(block, level=min(len(edges), MAX_LIST_LEVEL)))
        else:
            edges = []
            levelled.append(block)
    return levelled
