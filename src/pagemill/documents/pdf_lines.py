"""Characters joined into line segments: pieces of text that stand on one line with no wide gap
inside, so that neighbouring columns stay apart.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pagemill.documents.pdf_space import Floats, Space
from pagemill.documents.pdf_text import SLANTED, UPRIGHT, Characters, Face
from pagemill.model.page import Block, BlockKind, Box, around

# In ems of the larger of both characters.
WIDE_GAP = 1.2
WORD_GAP = 0.15
MERGE_GAP = 0.6
LABEL_GAP = 4.0
SAME_LINE = 0.3
# Where to look for the other pieces of a line: its band of the page, the latest so many in it.
ROW_POINTS = 4
NEIGHBOURS = 8
_LABEL = re.compile(r"[•◦▪▫●○■□‣·➢✓*–-]|\(?(\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)]")


@dataclass(frozen=True, slots=True)
class Segment:
    """`words` are left and right edge of each word, empty where not known."""

    text: str
    box: Box
    size: float
    face: Face
    color: int
    is_upright: bool
    words: tuple[tuple[float, float], ...] = ()
    tag: str = ""


def lines_of(characters: Characters, space: Space) -> tuple[Block, ...]:
    """Blocks of kind `line` in the order of the file, those off the page left out."""
    segments = [s for s in _segments(characters) if _is_on_page(s.box, space)]
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
        )
        for s in _merged(segments)
    )


def _segments(chars: Characters) -> list[Segment]:
    ink = np.flatnonzero(chars.is_ink)
    if not len(ink):
        return []
    cuts = np.flatnonzero(_cuts(chars, ink)) + 1
    starts = np.concatenate(([0], cuts))
    ends = np.append(cuts, len(ink))
    boxes = chars.boxes[ink]
    low = np.minimum.reduceat(boxes, starts)
    high = np.maximum.reduceat(boxes, starts)
    sizes = chars.sizes[ink]
    smallest, largest = np.minimum.reduceat(sizes, starts), np.maximum.reduceat(sizes, starts)
    counts = ends - starts
    bold, italic, mono = (
        (np.add.reduceat(is_so[ink].astype(np.int64), starts) * 2 > counts).tolist()
        for is_so in (chars.is_bold, chars.is_italic, chars.is_mono)
    )
    middles = ink[starts + counts // 2]
    colors, tags = chars.colors[middles].tolist(), chars.tags[middles].tolist()
    rows = np.round(np.column_stack((low[:, :2], high[:, 2:])), 2).tolist()
    words = _words(chars, ink, starts, boxes)
    found = []
    for i, (first, last) in enumerate(zip(starts.tolist(), (ends - 1).tolist(), strict=True)):
        text = _clean(chars.text[ink[first] : ink[last] + 1])
        if not text:
            continue
        mixed = smallest[i] != largest[i]
        size = float(np.sort(sizes[first : last + 1])[(last - first) // 2] if mixed else largest[i])
        face = Face(bold[i], italic[i], mono[i])
        is_upright = bool(chars.directions[ink[first]] == UPRIGHT)
        edges = words[i] if is_upright and len(words[i]) == 1 + text.count(" ") else ()
        box = Box(*rows[i])
        size = round(size, 2)
        found.append(Segment(text, box, size, face, colors[i], is_upright, edges, tags[i]))
    return found


def _words(
    chars: Characters, ink: NDArray[np.intp], starts: NDArray[np.intp], boxes: Floats
) -> list[tuple[tuple[float, float], ...]]:
    """Left and right edge of each word of each segment, which begin at `starts`."""
    spaces = np.cumsum([char.isspace() for char in chars.text])[ink]
    begins = np.ones(len(ink), np.bool_)
    begins[1:] = spaces[1:] != spaces[:-1]
    begins[starts] = True
    words = np.flatnonzero(begins)
    left = np.round(np.minimum.reduceat(boxes[:, 0], words), 1).tolist()
    right = np.round(np.maximum.reduceat(boxes[:, 2], words), 1).tolist()
    firsts = [*np.searchsorted(words, starts).tolist(), len(words)]
    edges = list(zip(left, right, strict=True))
    return [tuple(edges[a:b]) for a, b in pairwise(firsts)]


def _cuts(chars: Characters, ink: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Between which neighbours a segment ends."""
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
    breaks = np.cumsum([char == "\n" for char in chars.text])[ink]
    is_break = breaks[1:] != breaks[:-1]
    is_apart = (gap > WIDE_GAP * em) | (shared < 0.3 * np.minimum(height[1:], height[:-1]))
    is_slanted = (directions[1:] == SLANTED) & (directions[:-1] == SLANTED)
    cuts: NDArray[np.bool_] = (directions[1:] != directions[:-1]) | is_break
    cuts |= is_apart & ~is_slanted
    return cuts


def _clean(text: str) -> str:
    """Single spaces, no soft hyphens, surrogate halves joined or replaced."""
    if not text.isascii():
        text = text.replace("\xad", "")
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
        row = round((segment.box.y0 + segment.box.y1) / 2 / ROW_POINTS)
        whole, place = segment, len(done)
        for near in (place for r in (row - 1, row, row + 1) for place in rows[r][-NEIGHBOURS:]):
            joined = _joined(done[near], whole)
            if joined is not None:
                done[near], whole, place = None, joined, near
        if place == len(done):
            done.append(whole)
        else:
            done[place] = whole
        rows[row].append(place)
    return [segment for segment in done if segment is not None]


def _joined(one: Segment | None, other: Segment) -> Segment | None:
    """Both as one, if they belong to one line, else None."""
    if one is None or not (one.is_upright and other.is_upright):
        return None
    left, right = (one, other) if one.box.x0 <= other.box.x0 else (other, one)
    em = max(left.size, right.size, 1.0)
    gap = right.box.x0 - left.box.x1
    middles = abs(left.box.y0 + left.box.y1 - right.box.y0 - right.box.y1) / 2
    is_label = _LABEL.fullmatch(left.text) and any(map(str.isalpha, right.text))
    reach = LABEL_GAP if is_label else MERGE_GAP
    if middles > SAME_LINE * em or not -WORD_GAP * em <= gap <= reach * em:
        return None
    space = " " if gap > WORD_GAP * em else ""
    longer = left if len(left.text) > len(right.text) else right
    return replace(
        longer,
        text=f"{left.text}{space}{right.text}",
        box=around([left.box, right.box]),
        words=_words_of_both(left, right, is_parted=bool(space)),
    )


def _words_of_both(
    left: Segment, right: Segment, *, is_parted: bool
) -> tuple[tuple[float, float], ...]:
    if not left.words or not right.words:
        return ()
    if is_parted:
        return left.words + right.words
    return (*left.words[:-1], (left.words[-1][0], right.words[0][1]), *right.words[1:])
