"""One piece of text on one line, and what may be wrong with it: drawn twice, spaced out letter by
letter, words from right to left in the order of the eye.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from statistics import median

from pagemill.documents.pdf.rtl import RTL, Edges, paired
from pagemill.documents.pdf.text import UPRIGHT, Face
from pagemill.model.page import Box

# In ems: how far apart two drawings of one text lie; a single letter may stand beside its like.
TWIN, TWIN_LETTER = 0.3, 0.15
FAKE_BOLD = 0.1
# Letters at least, in capitals and else; in ems the widest gap between them.
FEWEST_CAPITALS, FEWEST_LETTERS, FEWEST_MORE = 4, 6, 2
WIDEST_TRACKING, FEWEST_DIFFERENT = 1.0, 3
WORD_GAP, WORD_PITCH, SLACK = 1.6, 1.45, 0.1  # times the usual gap and pitch; ems
_AROUND = tuple(product((0, -1, 1), repeat=2))
_LETTERS = re.compile(r"(?:\S )+\S")
_RTL = re.compile(f"[{RTL}]")
_STOP = re.compile(r"[.,:;!?]+(?=[^\W\d_])")
_VOWEL = re.compile(r"[aeiouyäöüåáéíóú]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Segment:
    """`words` are left and right edge of each word, empty where not known; `turn` as of `Block`."""

    text: str
    box: Box
    size: float
    face: Face
    color: int
    turn: int
    words: tuple[Edges, ...] = ()
    tag: str = ""

    @property
    def is_upright(self) -> bool:
        return self.turn == UPRIGHT


def has_rtl(text: str) -> bool:
    return not text.isascii() and _RTL.search(text) is not None


def is_rtl(text: str) -> bool:
    """Whether most letters run from right to left."""
    if text.isascii():
        return False
    return 2 * len(_RTL.findall(text)) > sum(map(str.isalpha, text))


# ---------------------------------------------------------------- drawn twice


def once(segments: list[Segment]) -> list[Segment]:
    """Without those drawn again at nearly the same place, for boldness or as a shadow. The first
    keeps its place, the last its colour.
    """
    kept: list[Segment] = []
    places: dict[_Place, int] = {}
    for segment in segments:
        twin = next((at for at in _near(segment, places) if _is_twin(kept[at], segment)), None)
        if twin is None:
            places[_key(segment)] = len(kept)
            kept.append(segment)
        else:
            kept[twin] = _doubled(kept[twin], segment)
    return kept


_Place = tuple[str, int, int, int]


def _key(segment: Segment) -> _Place:
    """Text, turn and where it begins, in ems."""
    em = max(segment.size, 1.0)
    return segment.text, segment.turn, int(segment.box.x0 / em), int(segment.box.y0 / em)


def _near(segment: Segment, places: dict[_Place, int]) -> Iterator[int]:
    text, turn, column, row = _key(segment)
    for right, down in _AROUND:
        at = places.get((text, turn, column + right, row + down))
        if at is not None:
            yield at


def _shift(one: Segment, other: Segment) -> float:
    """How far their corners lie apart, in ems."""
    a, b = one.box, other.box
    edges = ((a.x0, b.x0), (a.y0, b.y0), (a.x1, b.x1), (a.y1, b.y1))
    return max(abs(p - q) for p, q in edges) / max(other.size, 1.0)


def _is_twin(one: Segment, other: Segment) -> bool:
    return _shift(one, other) <= (TWIN if len(other.text) > 1 else TWIN_LETTER)


def _doubled(first: Segment, again: Segment) -> Segment:
    if 0 < _shift(first, again) <= FAKE_BOLD:
        first = replace(first, face=replace(first.face, is_bold=True))
    return replace(first, color=again.color)


# ---------------------------------------------------------------- spaced out


def together(text: str, letters: Sequence[Edges], em: float, *, goes_on: bool) -> list[int] | None:
    """Where the words of a text begin that is spaced out letter by letter; None where it is not.
    `letters` are left and right edge of each; `goes_on` says that the text before was spaced too.
    """
    if not _LETTERS.fullmatch(text) or not _is_spaced(text.split(), goes_on=goes_on):
        return None
    gaps = [b[0] - a[1] for a, b in pairwise(letters)]
    pitches = [b[0] - a[0] for a, b in pairwise(letters)]
    gap, pitch = median(gaps), median(pitches)
    if len(letters) != len(text.split()) or not 0 < gap <= WIDEST_TRACKING * em:
        return None
    wide = WORD_GAP * gap + SLACK * em
    pairs = enumerate(zip(gaps, pitches, strict=True), 1)
    return [0, *(at for at, (g, p) in pairs if g > wide and p > WORD_PITCH * pitch)]


def _is_spaced(letters: list[str], *, goes_on: bool) -> bool:
    """Whether single letters may be words; no alphabet and no row of marks."""
    text = "".join(letters)
    if len(text) != len(letters) or not all(c.isalpha() or c in "&'’.-" for c in text):
        return False
    fewest = FEWEST_CAPITALS if text.isupper() else FEWEST_LETTERS
    if len(text) < (FEWEST_MORE if goes_on else fewest):
        return False
    is_alphabet = all(ord(b) - ord(a) == 1 for a, b in pairwise(text))
    is_word = len(set(text)) >= FEWEST_DIFFERENT and bool(_VOWEL.search(text))
    return not is_alphabet and (is_word or goes_on)


# ---------------------------------------------------------------- right to left


def in_reading_order(segment: Segment) -> Segment:
    """The words of a line of Hebrew or Arabic from the right, but those in other scripts and the
    numbers among them from the left, as a reader takes them.
    """
    parts = segment.text.split()
    if len(parts) < 2 or len(parts) != len(segment.words) or not is_rtl(segment.text):
        return segment
    words = sorted(zip(parts, segment.words, strict=True), key=lambda word: word[1], reverse=True)
    ordered: list[tuple[str, Edges]] = []
    run: list[tuple[str, Edges]] = []
    for word in words:
        if is_rtl(word[0]):
            ordered += [*_ended(run[::-1]), word]
            run = []
        else:
            run.append(word)
    ordered += _ended(run[::-1])
    text = paired(" ".join(part for part, _ in ordered))
    return replace(segment, text=text, words=tuple(edges for _, edges in ordered))


def _ended(run: list[tuple[str, Edges]]) -> list[tuple[str, Edges]]:
    """Words from left to right, with the stop behind them that the eye meets before."""
    stop = _STOP.match(run[0][0]) if run else None
    if stop is None:
        return run
    found = [(run[0][0][stop.end() :], run[0][1]), *run[1:]]
    last, edges = found[-1]
    return [*found[:-1], (last + stop[0], edges)]
