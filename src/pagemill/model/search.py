"""What a person looks for, and where it stands in a text. Pure rules, the same for any index."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pagemill.model.wording import Place, places_of, words_of

MAX_QUERY, MAX_TERMS, MAX_PHRASE = 400, 16, 32
SHORTEST_PREFIX = 2  # what begins with one letter is nearly everything
SNIPPET, BEFORE = 180, 50  # characters
MOST_WEIGHED = 200  # places of a page, for where its snippet begins
_PART = re.compile(r'(-?)"([^"]*)("?)|(\S+)')
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand one after the other; `is_prefix`: the last one may go on."""

    words: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """All of `terms` must stand on a page, and none of `without`. No terms find nothing."""

    terms: tuple[Term, ...] = ()
    without: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, and whether it is what was looked for."""

    text: str
    is_hit: bool = False


def wanted_of(query: str) -> Wanted:
    """Words, `"words in a row"`, `-without`; `begin*`. The last word may go on, as it does while
    somebody types, unless a space stands behind it. Never an error: what is no word is passed over.
    """
    terms: list[Term] = []
    without: list[Term] = []
    query = query[:MAX_QUERY]
    for part in list(_PART.finditer(query))[:MAX_TERMS]:
        is_last = part.end() == len(query)
        minus, quoted, closing, bare = part.groups()
        if bare is None:
            term = _term(quoted, is_prefix=is_last and not closing)
        else:
            minus = "-" if bare.startswith("-") else ""
            term = _term(bare, is_prefix=bare.endswith("*") or (is_last and not minus))
        if term is not None:
            (without if minus else terms).append(term)
    return Wanted(tuple(terms), tuple(without))


def _term(text: str, *, is_prefix: bool) -> Term | None:
    words = tuple(words_of(text)[:MAX_PHRASE])
    if not words:
        return None
    return Term(words, is_prefix and len(words[-1]) >= SHORTEST_PREFIX)


def spans_of(text: str, wanted: Wanted) -> list[tuple[int, int]]:
    """Where it stands, from and to, in order; stretches that touch are one."""
    places = list(places_of(text))
    found = sorted(span for term in wanted.terms for span in _spans(places, term))
    joined: list[tuple[int, int]] = []
    for start, end in found:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def words_apart(wanted: Wanted) -> Wanted:
    """The same words, wherever they stand: for phrases that are broken over lines."""
    terms = [
        Term((word,), term.is_prefix and word == term.words[-1])
        for term in wanted.terms
        for word in term.words
    ]
    return Wanted(tuple(terms))


def snippet(text: str, wanted: Wanted) -> tuple[Piece, ...]:
    """About `SNIPPET` characters around where most of it stands; the beginning if nothing does."""
    spans = spans_of(text, wanted)
    start, end = _window(text, spans)
    pieces: list[Piece] = [Piece(_ELLIPSIS)] if start else []
    at = start
    for first, last in spans:
        if first < start or last > end:
            continue
        pieces += [Piece(text[at:first]), Piece(text[first:last], is_hit=True)]
        at = last
    pieces.append(Piece(text[at:end] + (_ELLIPSIS if end < len(text) else "")))
    return tuple(Piece(_on_one_line(p.text), p.is_hit) for p in pieces if p.text)


def _spans(places: Sequence[Place], term: Term) -> Iterator[tuple[int, int]]:
    count = len(term.words)
    for at, place in enumerate(places[: max(0, len(places) - count + 1)]):
        if place.word != term.words[0] and not (count == 1 and term.is_prefix):
            continue
        if _fits([p.word for p in places[at : at + count]], term):
            yield place.start, places[at + count - 1].end


def _fits(words: Sequence[str], term: Term) -> bool:
    if tuple(words[:-1]) != term.words[:-1]:
        return False
    last = term.words[-1]
    return words[-1].startswith(last) if term.is_prefix else words[-1] == last


def _window(text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The stretch with the most hits in it, whole words only."""
    if not spans:
        return 0, _word_end(text, SNIPPET)
    spans, reach = spans[:MOST_WEIGHED], SNIPPET - BEFORE
    counts = [sum(first <= other < first + reach for other, _ in spans) for first, _ in spans]
    first, last = spans[counts.index(max(counts))]
    start = _word_start(text, max(0, first - BEFORE))
    return start, _word_end(text, max(last, start + SNIPPET))


def _word_start(text: str, at: int) -> int:
    if at == 0:
        return 0
    space = re.compile(r"\s").search(text, at, at + BEFORE)
    return space.end() if space else at


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = re.compile(r"\s").search(text, at, at + BEFORE)
    return space.start() if space else at


def _on_one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)
