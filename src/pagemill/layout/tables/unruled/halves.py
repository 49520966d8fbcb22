"""Pieces that hold the text of two cells, because an engine missed the gap between them.

Where the words of a piece stand is known or follows from how wide its letters are. The cut goes
through the space that lies nearest to the border of the columns.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pagemill.layout.lines import Line
from pagemill.model.page import Box

NARROW, WIDE = frozenset("ijltfrI.,:;'|!()[]/ "), frozenset("mwMW%@—ABCDEGHKNOQRUX&±")
MAX_WORDS = 200  # of a piece that is cut

Border = tuple[float, float]  # where one column ends and the next one begins


def cut_at(piece: Line, borders: Sequence[Border], reach: float) -> list[Line]:
    """Parts of a piece from left to right, one more than borders that were found a space within
    `reach` of them. Every word stands in one part.
    """
    words = piece.text.split()
    if not 1 < len(words) <= MAX_WORDS:
        return [piece]
    edges = word_edges(piece)
    spaces = [(a[1], b[0]) for a, b in pairwise(edges)]
    places: list[int] = []
    for border in borders:
        miss, _, nearest = min((*_off(space, border), i) for i, space in enumerate(spaces))
        if miss <= reach and nearest not in places:
            places.append(nearest)
    bounds = pairwise([0, *[place + 1 for place in sorted(places)], len(words)])
    return [_part(piece, words, edges, a, b) for a, b in bounds]


def _off(space: Border, border: Border) -> tuple[float, float]:
    """How far a space lies from a border, 0 where they meet; and from where the next column begins:
    of several spaces that meet a wide border the last is between the cells.
    """
    return max(0.0, space[0] - border[1], border[0] - space[1]), abs(space[1] - border[1])


def word_edges(piece: Line) -> Sequence[tuple[float, float]]:
    """Left and right edge of each word of the text."""
    words = piece.text.split()
    if len(piece.words) == len(words):
        return piece.words
    unit = piece.box.width / max(1e-6, letters_wide(" ".join(words)))
    found, x = [], piece.box.x0
    for word in words:
        end = x + unit * letters_wide(word)
        found.append((x, end))
        x = end + unit * letters_wide(" ")
    return found


def letters_wide(text: str) -> float:
    """How wide a text is, in widths of a usual small letter."""
    narrow = sum(c in NARROW for c in text)
    wide = sum(c in WIDE for c in text)
    return len(text) - 0.45 * narrow + 0.3 * wide


def letter_width(piece: Line) -> float:
    """Of a usual small letter, in points."""
    return piece.box.width / max(1e-6, letters_wide(piece.text))


def _part(
    piece: Line,
    words: Sequence[str],
    edges: Sequence[tuple[float, float]],
    first: int,
    end: int,
) -> Line:
    """The words `first` to `end` as a piece of their own; links stay with the first part."""
    x0 = piece.box.x0 if first == 0 else edges[first][0]
    x1 = piece.box.x1 if end == len(words) else edges[end - 1][1]
    box = Box(x0, piece.box.y0, max(x0, x1), piece.box.y1)
    return replace(
        piece,
        box=box,
        shown=_shown(piece, box),
        text=" ".join(words[first:end]),
        words=piece.words[first:end] if piece.words else (),
        links=piece.links if first == 0 else (),
    )


def _shown(piece: Line, box: Box) -> Box:
    """The part of `shown` that `box` is of the piece's box; all of it where the page is turned."""
    if abs(piece.shown.width - piece.box.width) > 0.1 * piece.box.width:
        return piece.shown
    shift = piece.shown.x0 - piece.box.x0
    return Box(box.x0 + shift, piece.shown.y0, box.x1 + shift, piece.shown.y1)
