"""Links: the words of lines that lie under an area which leads somewhere."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace

from pagemill.layout.lines import Line
from pagemill.model.joining import joined
from pagemill.model.page import Box, LinkedText, Marks

MAX_LINKS, MAX_LINES = 2_000, 20  # of a page, and of lines that one link covers
SLACK = 1.0  # points: by how much an area may fall short of its words


def with_links(lines: Sequence[Line], marks: Marks) -> list[Line]:
    """The lines, with the links of a page as parts of their texts. Cost: n log n, and a few lines
    for each link.
    """
    if not marks.links:
        return list(lines)
    found = list(lines)
    order = sorted(range(len(lines)), key=lambda index: _middle(lines[index].shown))
    middles = [_middle(lines[index].shown) for index in order]
    parts: dict[int, list[tuple[int, int, str]]] = {}
    for link in marks.links[:MAX_LINKS]:
        first = bisect_left(middles, link.box.y0 - SLACK)
        last = bisect_right(middles, link.box.y1 + SLACK)
        for index in order[first : min(last, first + MAX_LINES)]:
            if span := _span(lines[index], link.box):
                parts.setdefault(index, []).append((*span, link.url))
    for index, spans in parts.items():
        found[index] = replace(lines[index], links=_texts(lines[index].text.split(), spans))
    return found


def _span(line: Line, area: Box) -> tuple[int, int] | None:
    """The first word under the area, and the one behind the last."""
    if line.fixed or line.shown.x1 < area.x0 or line.shown.x0 > area.x1:
        return None
    under = [
        index
        for index, (left, right) in enumerate(_edges(line))
        if area.x0 - SLACK <= (left + right) / 2 <= area.x1 + SLACK
    ]
    return (under[0], under[-1] + 1) if under else None


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


def _texts(words: Sequence[str], spans: list[tuple[int, int, str]]) -> tuple[LinkedText, ...]:
    """In the order of the words; a word belongs to the first link that takes it."""
    found: list[LinkedText] = []
    done = 0
    for first, end, url in sorted(spans):
        start = max(first, done)
        if start < end:
            found.append(LinkedText(" ".join(words[start:end]), url))
            done = end
    return tuple(found)


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
    if one.url != other.url:
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
