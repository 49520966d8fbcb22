"""Chunks: rows of one column that belong together by distance and type, and the groups of rows in
them that become blocks.

In a chunk of prose a line ends where the next word would not have fitted: those are joined, others
end a paragraph. Where few lines end that way (addresses, verse, receipts) each row keeps its line.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from pagemill.layout.lines import Line, is_rtl, typical_height
from pagemill.layout.text.addresses import are_address
from pagemill.layout.text.captions import names_caption
from pagemill.layout.text.items import begins_entry, item_starts
from pagemill.layout.text.legends import names_legend, noted
from pagemill.model.joining import UNSPACED

FAR_APART, FARTHER = 1.3, 0.25  # times the usual pitch, and line heights beyond it
MAX_BLANK = 4.0  # pitches: from one row of code to the next
SIZE_STEP, CAPITALS = 1.12, 1.35  # times the type size; beyond the second no small capitals
SENTENCE_ENDS = frozenset(".!?:;)]\"'”’»…。！？")
FULL_STOPS = frozenset(".!?:。！？：")
FULL, HALF = 0.7, 0.4  # of the width nearby: how far a row that runs on reaches at least
SPACE, RAGGED = 0.3, 2.0  # line heights: a space, and what ragged lines may leave free
LONG_WORD = 14  # letters: before a word like this, as an address of the web, half is enough
INDENT = 0.7  # in line heights
FAR_OUT = 6.0  # line heights: no first line of an item stands so much farther in
LOOSE = 1.8  # pitches: so far apart rows of one sentence may stand
SHORT, NARROW = 3, 0.65  # rows, and of the column's width: too little to tell that text runs on
AROUND, STEADY = 4, 0.6  # rows before and after; so many of those that run on reach as far

Edges = tuple[float, float]  # the leftmost and the rightmost x of some rows


@dataclass(frozen=True, slots=True)
class Column:
    """What holds for all rows of a column. Lengths in points. `counted` is the number of the item
    that the column before ended with, 0 where it did not.
    """

    height: float
    pitch: float
    rtl: bool
    edges: Edges
    counted: int = 0


@dataclass(frozen=True, slots=True)
class Chunk:
    """`wraps` has a truth per pair of rows: does the text run on from one to the next? `indents`
    has one per row: does it begin farther in? `items` has one per row: does it begin an item?
    """

    rows: tuple[Line, ...]
    wraps: tuple[bool, ...]
    indents: tuple[bool, ...]
    items: tuple[bool, ...]
    is_prose: bool
    is_code: bool = False

    @property
    def hangs(self) -> bool:
        """Whether the rows that run on stand farther in, rather than those that begin."""
        alike = [here == on for here, on in zip(self.indents[1:], self.wraps, strict=True)]
        return any(self.indents) and 2 * sum(alike) > len(alike)


def column_of(rows: Sequence[Line], counted: int = 0) -> Column:
    height = typical_height(rows)
    boxes = [row.box for row in rows]
    edges = min([box.x0 for box in boxes], default=0.0), max([box.x1 for box in boxes], default=0.0)
    return Column(height, _usual_pitch(rows, height), is_rtl(rows), edges, counted)


def _usual_pitch(rows: Sequence[Line], height: float) -> float:
    """From one row to the next, in points; single to double spacing."""
    steps = [b - a for a, b in pairwise([row.middle for row in rows])]
    near = [step for step in steps if 0 < step < 2.5 * height]
    return max(0.9 * height, min(2.2 * height, median(near or [1.3 * height])))


def settled(rows: Sequence[Line], column: Column) -> Sequence[Line]:
    """The rows; those that only look like a table's, for the few words in them were spread to fill
    the line as the next one does, are plain.
    """
    if not any(row.is_tabular for row in rows):
        return rows
    return [
        replace(row, is_tabular=False)
        if row.is_tabular and _is_spread(rows, index, column)
        else row
        for index, row in enumerate(rows)
    ]


def _is_spread(rows: Sequence[Line], index: int, column: Column) -> bool:
    row, slack = rows[index], 0.5 * column.height
    return any(
        not other.is_tabular
        and not other.fixed
        and abs(other.box.x0 - row.box.x0) < slack
        and abs(other.box.x1 - row.box.x1) < slack
        for other in (*rows[max(0, index - 1) : index], *rows[index + 1 : index + 2])
    )


# ---------------------------------------------------------------- rows to chunks


def chunks(rows: Sequence[Line], column: Column, is_code: Sequence[bool]) -> list[Chunk]:
    """Every row is in one chunk; a fixed block is alone in its own. `is_code` has one per row."""
    parts: list[list[Line]] = []
    kinds: list[bool] = []
    for row, code in zip(rows, is_code, strict=True):
        before = parts[-1][-1] if parts and kinds[-1] == code else None
        if before and not (_are_far if code else _parted)(before, row, column):
            parts[-1].append(row)
        else:
            parts.append([row])
            kinds.append(code)
    runs = [_all_wraps(part, column) for part in parts]
    runs_on = [on for run in runs for on in (False, *run)]
    starts = iter(item_starts(rows, runs_on, column.height, rtl=column.rtl, counted=column.counted))
    return [
        _chunk(part, run, [next(starts) for _ in part], column, is_code=code)
        for part, run, code in zip(parts, runs, kinds, strict=True)
    ]


def _are_far(a: Line, b: Line, column: Column) -> bool:
    return b.middle - a.middle > MAX_BLANK * column.pitch


def _parted(a: Line, b: Line, column: Column) -> bool:
    if a.fixed or b.fixed or a.region is not b.region:
        return True
    step = b.middle - a.middle
    if step < -0.5 * column.height:  # a text beside the one before
        return True
    is_close = step <= FAR_APART * column.pitch
    if _differ(a, b) and not (is_close and _are_small_capitals(a, b, column)):
        return True
    if is_close:
        return False
    if step <= LOOSE * column.pitch and _goes_on(a, b, column):
        return False
    larger = max(1.0, min(a.box.height, b.box.height) / column.height)
    pitch = column.pitch * larger
    return step > FAR_APART * pitch and step > pitch + FARTHER * column.height


def _goes_on(a: Line, b: Line, column: Column) -> bool:
    """Whether a sentence plainly runs on from a full row of the column."""
    is_open = a.text[-1:] not in SENTENCE_ENDS and b.text[:1].islower()
    return is_open and wraps(a, b, column.edges, column)


def _differ(a: Line, b: Line) -> bool:
    """Another type size, or a bold line between plain ones that does not run to the same edge."""
    small, large = a.font_size, b.font_size
    if small > large:
        small, large = large, small
    if small and large > SIZE_STEP * small:
        return True
    return a.is_bold != b.is_bold and abs(a.box.x1 - b.box.x1) > 2 * a.box.height


def _are_small_capitals(a: Line, b: Line, column: Column) -> bool:
    """Whether text runs on between rows of which one is mostly in small capitals."""
    small, large = (a, b) if a.font_size <= b.font_size else (b, a)
    if large.font_size > CAPITALS * small.font_size or a.text[-1:] in SENTENCE_ENDS:
        return False
    capitals, letters = (sum(map(test, small.text)) for test in (str.isupper, str.isalpha))
    edges = min(a.box.x0, b.box.x0), max(a.box.x1, b.box.x1)
    return 2 * capitals > letters and wraps(a, b, edges, column)


def _all_wraps(rows: Sequence[Line], column: Column) -> list[bool]:
    starts, ends = [row.box.x0 for row in rows], [row.box.x1 for row in rows]
    edges = zip(_nearby(min, starts), _nearby(max, ends), strict=True)
    found = [wraps(a, b, edge, column) for (a, b), edge in zip(pairwise(rows), edges, strict=False)]
    for index, (a, b) in enumerate(pairwise(rows)):
        # A sentence that ends where there is room ends a paragraph, long as the row may be.
        if found[index] and a.text[-1:] in FULL_STOPS:
            found[index] = wraps(a, b, _edges_around(rows, index), column, spare=RAGGED)
    return found


def _edges_around(rows: Sequence[Line], index: int) -> Edges:
    near = [row.box for row in rows[max(0, index - AROUND) : index + AROUND + 1]]
    return min([box.x0 for box in near]), max([box.x1 for box in near])


def _nearby(pick: Callable[..., float], xs: list[float]) -> Iterable[float]:
    """For each row what `pick` makes of it, the row above and the row below."""
    return map(pick, [xs[0], *xs[:-1]], xs, [*xs[1:], xs[-1]])


def wraps(a: Line, b: Line, edges: Edges, column: Column, *, spare: float = SPACE) -> bool:
    """Whether the first word of `b` would not have fitted behind `a`, within `edges`: those of
    the rows nearby, for text may run beside a picture. `spare` line heights may be left over.
    """
    (left, right), box = edges, a.box
    reach, room = (right - box.x0, box.x0 - left) if column.rtl else (box.x1 - left, right - box.x1)
    word = b.text[:1] if UNSPACED.match(b.text) else b.text.split(" ", 1)[0]
    full = HALF if len(word) >= LONG_WORD else FULL
    if a.is_tabular or b.is_tabular or reach < full * (right - left):
        return False
    return room < _width(b, word) + spare * column.height


def _width(row: Line, word: str) -> float:
    """That of its first word, in points; of the first letter in scripts without spaces."""
    if row.words and len(word) > 1:
        return row.words[0][1] - row.words[0][0]
    return row.box.width * (len(word) + (len(word) > 1)) / len(row.text)


def _chunk(
    rows: list[Line], runs_on: list[bool], items: list[bool], column: Column, *, is_code: bool
) -> Chunk:
    indents = _indents(rows, column)
    return Chunk(
        tuple(rows),
        tuple(runs_on),
        tuple(indents),
        tuple(items),
        _is_prose(rows, runs_on, items[1:], column),
        is_code,
    )


def _is_prose(
    rows: Sequence[Line], runs_on: Sequence[bool], items: Sequence[bool], column: Column
) -> bool:
    """Most rows run on, and those that do not end a sentence: an address has neither. What stands
    before an item of a list says nothing.
    """
    if len(rows) < 2:
        return True
    if len(rows) <= SHORT and _width_of(rows) < NARROW * (column.edges[1] - column.edges[0]):
        return False
    if _are_centred(rows, column) or not _are_steady(rows, runs_on, column):
        return False
    if are_address([row.text for row in rows]):
        return False
    said = [
        (row, on) for row, on, is_item in zip(rows, runs_on, items, strict=False) if not is_item
    ]
    torn = sum([row.text[-1:] not in SENTENCE_ENDS for row, on in said if not on])
    on = sum([on for _, on in said])
    return 2 * on >= len(said) and (on > 2 * torn or not torn)


def _width_of(rows: Sequence[Line]) -> float:
    return max([row.box.x1 for row in rows]) - min([row.box.x0 for row in rows])


def _are_centred(rows: Sequence[Line], column: Column) -> bool:
    """Several rows about one middle that begin and end anywhere."""
    middle, first = median([row.center for row in rows]), min([row.box.x0 for row in rows])
    if any(abs(row.center - middle) > 0.5 * column.height for row in rows):
        return False
    return 2 * sum([row.box.x0 > first + column.height for row in rows]) > len(rows)


def _are_steady(rows: Sequence[Line], runs_on: Sequence[bool], column: Column) -> bool:
    """Whether the rows that run on reach as far as others around: names in a list only look so
    beside the next ones.
    """
    count = on = 0
    for index, (a, b) in enumerate(pairwise(rows)):
        if runs_on[index]:
            on += 1
            count += wraps(a, b, _edges_around(rows, index), column)
    return count >= STEADY * on


def _indents(rows: Sequence[Line], column: Column) -> list[bool]:
    """Which rows begin farther in; centred rows do not count."""
    starts, ends = [row.box.x0 for row in rows], [row.box.x1 for row in rows]
    first, last, least = min(starts), max(ends), INDENT * column.height
    lefts, rights = [x - first for x in starts], [last - x for x in ends]
    ways = zip(rights, lefts, strict=True) if column.rtl else zip(lefts, rights, strict=True)
    return [into > least and abs(into - out) >= 0.3 * into for into, out in ways]


# ---------------------------------------------------------------- chunks to groups


def groups(chunk: Chunk, column: Column) -> list[tuple[list[Line], bool]]:
    """The rows of each paragraph, item, caption or verse, with whether it is an item."""
    if chunk.rows[0].region:
        return [(list(chunk.rows), False)]
    hangs = chunk.hangs
    found: list[tuple[list[Line], bool]] = []
    in_item = False
    notes = noted([row.text for row in chunk.rows])
    for index, row in enumerate(chunk.rows):
        is_item = chunk.items[index]
        if is_item or not index or index in notes or _is_named(chunk, index):
            begins = True
        elif in_item:
            on = chunk.wraps[index - 1] or _is_amid(chunk.rows[index - 1], row, column)
            begins = _ends_item(found[-1][0], row, column, runs_on=on)
        elif notes:  # one whose letter was lost
            begins = not chunk.wraps[index - 1] and chunk.rows[index - 1].text[-1] in FULL_STOPS
        else:
            begins = chunk.is_prose and _begins_paragraph(chunk, index, hangs=hangs)
        if begins:
            found.append(([row], is_item))
            in_item = is_item
        else:
            found[-1][0].append(row)
    return found


def _is_named(chunk: Chunk, index: int) -> bool:
    """Whether a caption, a source or an entry of a list of references begins here."""
    before, text = chunk.rows[index - 1].text, chunk.rows[index].text
    if chunk.wraps[index - 1] and before[-1:] not in SENTENCE_ENDS:
        return False
    return names_caption(text) or begins_entry(text) or names_legend(text)


def _is_amid(before: Line, row: Line, column: Column) -> bool:
    """Whether a sentence runs on between two rows, though the first has room for more."""
    if abs(row.box.x0 - before.box.x0) > RAGGED * column.height or row.is_tabular:
        return False
    return before.text[-1] not in SENTENCE_ENDS and row.text[0].islower()


def _ends_item(item: Sequence[Line], row: Line, column: Column, *, runs_on: bool) -> bool:
    """Whether a row stands too far out to belong to an item: left of its text where that hangs,
    and else where the text does not run on.
    """
    first, *rest = [-other.box.x1 if column.rtl else other.box.x0 for other in item]
    here, slack = -row.box.x1 if column.rtl else row.box.x0, 0.5 * column.height
    if here < min([first, *rest]) - FAR_OUT * column.height:
        return True
    if rest and min(rest) > first + slack:
        return here < first + slack
    if rest and max(rest) < first - slack:
        return not runs_on and here > first - slack
    return not runs_on and here < first + slack


def _begins_paragraph(chunk: Chunk, index: int, *, hangs: bool) -> bool:
    before, here = chunk.indents[index - 1], chunk.indents[index]
    if hangs:
        return before and not here
    return not chunk.wraps[index - 1] or (here and not before)
