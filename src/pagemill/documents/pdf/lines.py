"""Characters joined into line segments: pieces of text that stand on one line with no wide gap
inside, so that neighbouring columns stay apart.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pagemill.documents.pdf.accents import composed
from pagemill.documents.pdf.bullets import with_bullets
from pagemill.documents.pdf.order import in_order
from pagemill.documents.pdf.overlays import overlaid
from pagemill.documents.pdf.rtl import Edges, logical
from pagemill.documents.pdf.segments import (
    Segment,
    has_rtl,
    in_reading_order,
    is_rtl,
    once,
    together,
)
from pagemill.documents.pdf.space import Floats, Space
from pagemill.documents.pdf.spacing import closed_up, parted
from pagemill.documents.pdf.text import SLANTED, UPRIGHT, Characters, Face, is_space
from pagemill.model.page import Block, BlockKind, Box, around

# In ems of the larger of both characters.
WIDE_GAP = 1.2
WORD_GAP = 0.15
MERGE_GAP = 0.6
LABEL_GAP = 4.0
SAME_LINE = 0.3
LINE_END = ord("\n")
OTHER_SIZE = 1.8  # times another: marks are not that much smaller than their line
# An initial is so many times as large as its line; from its foot to the top of a capital, in ems.
INITIAL, CAPITAL, SAME_TOP = 1.6, 0.94, 0.6
# Where to look for the other pieces of a line: its band of the page, the latest so many in it.
ROW_POINTS = 4
MOST_BANDS, SMALLEST_INITIAL = 30, 16.0
NEIGHBOURS = 8
# Soft hyphens, spaces of no width, marks of direction.
_WIDTHLESS = dict.fromkeys(
    (0xAD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF)
)
_LABEL = re.compile(r"[•◦▪▫●○■□‣·➢✓*–-]|\(?(\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)]")


# Box, size, face, colour, turn and tag: what most letters have.
_Look = tuple[Box, float, Face, int, int, str]


def lines_of(characters: Characters, space: Space, shapes: Sequence[Box] = ()) -> tuple[Block, ...]:
    """Blocks of kind `line` in the order of the file, those off the page left out. `shapes` are
    what is drawn on the page and may be bullets.
    """
    letters = parted(closed_up(in_order(logical(composed(overlaid(characters))))))
    segments = [s for s in _segments(letters) if _is_on_page(s.box, space)]
    whole = with_bullets(_merged(once(segments)), shapes)
    return tuple(
        Block(
            BlockKind.LINE,
            s.box,
            s.text,
            font_size=s.size,
            is_bold=s.face.is_bold,
            is_italic=s.face.is_italic,
            is_mono=s.face.is_mono,
            color=s.color,
            tag=s.tag,
            words=s.words,
            turn=s.turn,
        )
        for s in map(in_reading_order, whole)
    )


def _segments(chars: Characters) -> list[Segment]:
    codes = chars.codes()
    is_blank = is_space(codes)
    ink = np.flatnonzero(chars.is_ink & ~is_blank)
    if not len(ink):
        return []
    cuts = np.flatnonzero(_cuts(chars, ink, np.cumsum(codes == LINE_END)[ink])) + 1
    starts = np.concatenate(([0], cuts))
    ends = np.append(cuts, len(ink))
    blanks = np.cumsum(is_blank, dtype=np.int64)[ink]
    spans = zip(ink[starts].tolist(), ink[ends - 1].tolist(), strict=True)
    texts = (_clean(chars.text[first : last + 1]) for first, last in spans)
    looks = _looks(chars, ink, starts, ends - starts)
    words = _words(blanks, starts, chars.boxes[ink])
    found: list[Segment] = []
    is_spaced = False
    for text, look, edges in zip(texts, looks, words, strict=True):
        if text:
            box, size, face, color, turn, tag = look
            is_known = turn == UPRIGHT and len(edges) == 1 + text.count(" ")
            known = edges if is_known else ()
            segment = Segment(text, box, size, face, color, turn, known, tag)
            closed = _closed_up(segment, goes_on=is_spaced)
            is_spaced = closed is not None
            found.append(closed or segment)
    return found


def _looks(
    chars: Characters, ink: NDArray[np.intp], starts: NDArray[np.intp], counts: NDArray[np.intp]
) -> Iterator[_Look]:
    """Of each segment."""
    boxes, sizes = chars.boxes[ink], chars.sizes[ink]
    low = np.minimum.reduceat(boxes[:, :2], starts)
    high = np.maximum.reduceat(boxes[:, 2:], starts)
    rows = np.round(np.hstack((low, high)), 2).tolist()
    smallest, largest = np.minimum.reduceat(sizes, starts), np.maximum.reduceat(sizes, starts)
    bold, italic, mono = (
        (np.add.reduceat(is_so[ink].astype(np.int64), starts) * 2 > counts).tolist()
        for is_so in (chars.is_bold, chars.is_italic, chars.is_mono)
    )
    middles = ink[starts + counts // 2]
    colors, tags = chars.colors[middles].tolist(), chars.tags[middles].tolist()
    turns = chars.directions[ink[starts]].tolist()
    for i, (first, count) in enumerate(zip(starts.tolist(), counts.tolist(), strict=True)):
        size = largest[i]
        if smallest[i] != size:
            size = np.sort(sizes[first : first + count])[(count - 1) // 2]
        face = Face(bold[i], italic[i], mono[i])
        box = Box(*rows[i])
        yield box, round(float(size), 2), face, colors[i], turns[i], tags[i]


def _closed_up(segment: Segment, *, goes_on: bool) -> Segment | None:
    """The words of a text that is spaced out letter by letter; None where it is not."""
    if len(segment.words) < 2 or len(segment.text) != 2 * len(segment.words) - 1:
        return None
    begins = together(segment.text, segment.words, max(segment.size, 1.0), goes_on=goes_on)
    if begins is None:
        return None
    letters = segment.text.split()
    spans = list(pairwise([*begins, len(letters)]))
    return replace(
        segment,
        text=" ".join("".join(letters[a:b]) for a, b in spans),
        words=tuple((segment.words[a][0], segment.words[b - 1][1]) for a, b in spans),
    )


def _words(
    spaces: NDArray[np.int64], starts: NDArray[np.intp], boxes: Floats
) -> list[tuple[Edges, ...]]:
    """Left and right edge of each word of each segment, which begin at `starts`; `spaces` counts
    up with the white space before each letter.
    """
    begins = np.ones(len(spaces), np.bool_)
    begins[1:] = spaces[1:] != spaces[:-1]
    begins[starts] = True
    words = np.flatnonzero(begins)
    left = np.round(np.minimum.reduceat(boxes[:, 0], words), 1).tolist()
    right = np.round(np.maximum.reduceat(boxes[:, 2], words), 1).tolist()
    firsts = [*np.searchsorted(words, starts).tolist(), len(words)]
    edges = list(zip(left, right, strict=True))
    return [tuple(edges[a:b]) for a, b in pairwise(firsts)]


def _cuts(chars: Characters, ink: NDArray[np.intp], breaks: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Between which neighbours a segment ends; `breaks` counts up with the line ends before."""
    directions = chars.directions[ink]
    is_sideways = (directions == 1) | (directions == 3)
    boxes = chars.boxes[ink]
    # Along and across the line, whichever way it runs.
    along = np.where(is_sideways[:, None], boxes[:, [1, 3]], boxes[:, [0, 2]])
    across = np.where(is_sideways[:, None], boxes[:, [0, 2]], boxes[:, [1, 3]])
    gap = np.maximum(along[1:, 0] - along[:-1, 1], along[:-1, 0] - along[1:, 1])
    shared = np.minimum(across[1:, 1], across[:-1, 1]) - np.maximum(across[1:, 0], across[:-1, 0])
    height = across[:, 1] - across[:, 0]
    ems = np.maximum(chars.sizes[ink], 1.0)
    em = np.maximum(ems[1:], ems[:-1])
    is_break = breaks[1:] != breaks[:-1]
    is_apart = (gap > WIDE_GAP * em) | (shared < 0.3 * np.minimum(height[1:], height[:-1]))
    is_apart |= em > OTHER_SIZE * np.minimum(ems[1:], ems[:-1])
    is_slanted = (directions[1:] == SLANTED) & (directions[:-1] == SLANTED)
    cuts: NDArray[np.bool_] = (directions[1:] != directions[:-1]) | is_break
    cuts |= is_apart & ~is_slanted
    return cuts


def _clean(text: str) -> str:
    """Single spaces, nothing without width, surrogate halves joined or replaced."""
    if not text.isascii():
        text = text.translate(_WIDTHLESS)
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return " ".join(text.split())


def _is_on_page(box: Box, space: Space) -> bool:
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return 0 <= x <= space.width and 0 <= y <= space.height


def _merged(segments: list[Segment]) -> list[Segment]:
    """Joins what stands side by side on one line: files often draw a line's bold words or its label
    apart from the rest.
    """
    rows: dict[int, list[int]] = defaultdict(list)
    done: list[Segment | None] = []
    for segment in segments:
        bands = _bands(segment)
        around_it = range(bands[0] - 1, bands[-1] + 2)
        whole, place = segment, len(done)
        for near in (place for band in around_it for place in rows[band][-NEIGHBOURS:]):
            joined = _joined(done[near], whole)
            if joined is not None:
                done[near], whole, place = None, joined, near
        if place == len(done):
            done.append(whole)
        else:
            done[place] = whole
        for band in bands:
            rows[band].append(place)
    return [segment for segment in done if segment is not None]


def _bands(segment: Segment) -> range:
    """Of the page, in which a segment looks for the rest of its line: where its middle lies; an
    initial from there up to its top.
    """
    middle = round((segment.box.y0 + segment.box.y1) / 2 / ROW_POINTS)
    is_initial = len(segment.text) == 1 and segment.size >= SMALLEST_INITIAL
    top = round(segment.box.y0 / ROW_POINTS) if is_initial else middle
    return range(max(top, middle - MOST_BANDS), middle + 1)


def _joined(one: Segment | None, other: Segment) -> Segment | None:
    """Both as one, if they belong to one line, else None."""
    if one is None or not (one.is_upright and other.is_upright):
        return None
    left, right = (one, other) if one.box.x0 <= other.box.x0 else (other, one)
    if _is_initial(left, right):
        return _with_initial(left, right)
    em = max(left.size, right.size, 1.0)
    gap = right.box.x0 - left.box.x1
    middles = abs(left.box.y0 + left.box.y1 - right.box.y0 - right.box.y1) / 2
    if middles > SAME_LINE * em or not -WORD_GAP * em <= gap <= LABEL_GAP * em:
        return None
    if em > OTHER_SIZE * max(1.0, min(left.size, right.size)):
        return None
    if gap > MERGE_GAP * em and not _is_label(left, right):
        return None
    longer = left if len(left.text) > len(right.text) else right
    if gap <= WORD_GAP * em and (whole := _one_word(left, right)):
        return replace(longer, text=whole[0], box=around([left.box, right.box]), words=whole[1])
    return replace(
        longer,
        text=_text_of_both(left, right, is_parted=gap > WORD_GAP * em),
        box=around([left.box, right.box]),
        words=_words_of_both(left, right, is_parted=gap > WORD_GAP * em),
    )


def _is_label(left: Segment, right: Segment) -> bool:
    return bool(_LABEL.fullmatch(left.text)) and any(map(str.isalpha, right.text))


def _is_initial(left: Segment, right: Segment) -> bool:
    """Whether a letter as high as several lines stands before the first of them, or another."""
    is_larger = left.size >= INITIAL * right.size > 0
    return is_larger and len(left.text) == 1 and left.text.isalpha() and len(right.text) > 2


def _with_initial(left: Segment, right: Segment) -> Segment | None:
    """Only the first of the lines, whose letters are level with its top, goes on from it."""
    tops = [s.box.y1 - CAPITAL * s.size for s in (left, right)]
    gap = right.box.x0 - left.box.x1
    if abs(tops[0] - tops[1]) > SAME_TOP * right.size or abs(gap) > MERGE_GAP * left.size:
        return None
    return replace(
        right,
        text=left.text + right.text,
        box=replace(right.box, x0=left.box.x0),
        words=((left.box.x0, right.words[0][1]), *right.words[1:]) if right.words else (),
    )


def _one_word(left: Segment, right: Segment) -> tuple[str, tuple[Edges, ...]] | None:
    """Text and words of pieces that touch, with words from right to left, from left to right; None
    where there are no such words or their places are unknown.
    """
    if not (has_rtl(left.text) or has_rtl(right.text)):
        return None
    sides = [sorted(zip(s.words, s.text.split(), strict=False)) for s in (left, right)]
    if any(not s.words or len(s.words) != 1 + s.text.count(" ") for s in (left, right)):
        return None
    (*before, (start, first)), ((end, second), *after) = sides
    is_turned = has_rtl(first) or has_rtl(second)
    joined = second + first if is_turned else first + second
    words = [*before, ((start[0], end[1]), joined), *after]
    return " ".join(text for _, text in words), tuple(edges for edges, _ in words)


def _text_of_both(left: Segment, right: Segment, *, is_parted: bool) -> str:
    if is_parted:
        return f"{left.text} {right.text}"
    if is_rtl(left.text) and is_rtl(right.text):
        return right.text + left.text
    return left.text + right.text


def _words_of_both(left: Segment, right: Segment, *, is_parted: bool) -> tuple[Edges, ...]:
    if not left.words or not right.words:
        return ()
    if is_parted:
        return left.words + right.words
    return (*left.words[:-1], (left.words[-1][0], right.words[0][1]), *right.words[1:])
