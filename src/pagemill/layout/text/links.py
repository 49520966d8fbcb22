"""Links: the words of lines that lie under an area which leads somewhere."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pagemill.layout.lines import Line
from pagemill.model.joining import joined
from pagemill.model.page import Box, Link, LinkedText, Marks

MAX_LINKS, MAX_LINES = 2_000, 20  # of a page, and of lines that one link covers
MAX_LETTERS = 1_000  # of a link: whoever wraps beyond becomes several
_OPENING, _CLOSING = "([{<\"'“‘„«", ".,;:!?)]}>\"'”’»"
SLACK = 1.0  # points: by how much an area may fall short of its words


@dataclass(frozen=True, slots=True)
class _Span:
    """The first word of a link in a line, the one behind its last, and whether those two reach out
    of its area.
    """

    first: int
    end: int
    url: str
    begins_before: bool
    ends_behind: bool


def with_links(lines: Sequence[Line], marks: Marks) -> list[Line]:
    """The lines, with the links of a page as parts of their texts. Cost: n log n, and a few lines
    for each link.
    """
    if not marks.links:
        return list(lines)
    found = list(lines)
    order = sorted(range(len(lines)), key=lambda index: _middle(lines[index].shown))
    middles = [_middle(lines[index].shown) for index in order]
    parts: dict[int, list[_Span]] = {}
    for link in marks.links[:MAX_LINKS]:
        first = bisect_left(middles, link.box.y0 - SLACK)
        last = bisect_right(middles, link.box.y1 + SLACK)
        for index in order[first : min(last, first + MAX_LINES)]:
            if span := _span(lines[index], link):
                parts.setdefault(index, []).append(span)
    for index, spans in parts.items():
        found[index] = replace(lines[index], links=_texts(lines[index].text.split(), spans))
    return found


def _span(line: Line, link: Link) -> _Span | None:
    """The words whose middle is under the area."""
    area = link.box
    if line.fixed or line.shown.x1 < area.x0 or line.shown.x0 > area.x1:
        return None
    edges = _edges(line)
    under = [
        index
        for index, (left, right) in enumerate(edges)
        if area.x0 - SLACK <= (left + right) / 2 <= area.x1 + SLACK
    ]
    if not under:
        return None
    first, last = under[0], under[-1]
    return _Span(
        first,
        last + 1,
        link.url,
        edges[first][0] < area.x0 - SLACK,
        edges[last][1] > area.x1 + SLACK,
    )


def _edges(line: Line) -> Sequence[tuple[float, float]]:
    """Left and right edge of each word; guessed by the number of letters where not known."""
    words = line.text.split()
    if len(words) == len(line.words):
        return line.words
    width = line.shown.width / len(line.text)
    edges, x = [], line.shown.x0
    for word in words:
        edges.append((x, x + width * len(word)))
        x += width * (len(word) + 1)
    return edges


def _texts(words: Sequence[str], spans: list[_Span]) -> tuple[LinkedText, ...]:
    """In the order of the words; a word belongs to the first link that takes it."""
    found: list[LinkedText] = []
    done = 0
    for span in sorted(spans, key=lambda span: (span.first, span.end)):
        start = max(span.first, done)
        if start < span.end:
            text = " ".join(words[start : span.end])
            found.append(LinkedText(_bare(text, span), span.url))
            done = span.end
    return tuple(found)


def _bare(text: str, span: _Span) -> str:
    """The text without signs that are not of the link: that stand out of its area, or end an
    address which does not end with them.
    """
    bare = text.lstrip(_OPENING) if span.begins_before else text
    short = bare.rstrip(_CLOSING)
    is_address = span.url.endswith(short) and not span.url.endswith(bare)
    return (short if span.ends_behind or is_address else bare) or text


def links_of(rows: Sequence[Line], text: str) -> tuple[LinkedText, ...]:
    """The links of a block of which `text` is the text: those that wrap over lines in one piece,
    in the order in which they stand there.
    """
    if not any(row.links for row in rows):
        return ()
    whole: list[LinkedText] = []
    at_end = False
    for row in rows:
        for index, link in enumerate(row.links):
            goes_on = not index and at_end and row.text.startswith(link.text)
            both = _as_one(whole[-1], link, text) if goes_on else None
            if both:
                whole[-1] = both
            else:
                whole.append(link)
        at_end = bool(row.links) and row.text.endswith(row.links[-1].text)
    return _standing(whole, text)


def _as_one(one: LinkedText, other: LinkedText, text: str) -> LinkedText | None:
    """Both as one link, if they lead to the same place and stand together in the text."""
    if one.url != other.url or len(one.text) > MAX_LETTERS:
        return None
    ways = (joined([one.text, other.text]), f"{one.text}{other.text}", f"{one.text}\n{other.text}")
    return next((LinkedText(both, one.url) for both in ways if both in text), None)


def _standing(links: Sequence[LinkedText], text: str) -> tuple[LinkedText, ...]:
    """Those that stand in the text, one behind the other."""
    found, place = [], 0
    for link in links:
        start = text.find(link.text, place)
        if start >= 0:
            found.append(link)
            place = start + len(link.text)
    return tuple(found)


def _middle(box: Box) -> float:
    return (box.y0 + box.y1) / 2
