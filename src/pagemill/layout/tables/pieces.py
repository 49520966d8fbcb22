"""Lines cut where a border passes: no word is lost, none is cut."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import TypeVar

from pagemill.layout.lines import Line
from pagemill.layout.order.rows import rows
from pagemill.model.joining import joined
from pagemill.model.markers import split_marker
from pagemill.model.page import Box, LinkedText

Key = TypeVar("Key", bound=Hashable)
BLANK, SHORT = 0.75, 0.8  # line heights of white under a paragraph; of the widest line of the cell


def cut(line: Line, key_at: Callable[[float], Key]) -> Iterator[tuple[Key, Line]]:
    """The line in pieces, each with what `key_at` says of the middle of its words. A line of which
    the words are not known stays whole.
    """
    texts = line.text.split()
    if len(texts) != len(line.words) or len(texts) < 2:
        yield key_at(line.center), line
        return
    keys = [key_at((left + right) / 2) for left, right in line.words]
    if keys[0] == keys[-1] and len(set(keys)) == 1:
        yield keys[0], line
        return
    first = 0
    links = list(line.links)
    for key, run in groupby(keys):
        end = first + len(list(run))
        yield key, _piece(line, texts, first, end, links)
        first = end


def _piece(line: Line, texts: Sequence[str], first: int, end: int, links: list[LinkedText]) -> Line:
    words = line.words[first:end]
    left, right = min(w[0] for w in words), max(w[1] for w in words)
    text = " ".join(texts[first:end])
    shift = line.shown.x0 - line.box.x0
    box = Box(left, line.box.y0, max(left, right), line.box.y1)
    shown = Box(box.x0 + shift, line.shown.y0, box.x1 + shift, line.shown.y1)
    own = tuple(link for link in links if link.text in text)
    for link in own:
        links.remove(link)
    return replace(line, box=box, shown=shown, text=text, words=words, links=own)


def text_of(pieces: Sequence[Line]) -> str:
    """What the pieces of one cell say, read line by line. Items of a list and paragraphs with a
    blank line between them keep their lines.
    """
    if len(pieces) == 1:
        return pieces[0].text
    found = rows(pieces)
    widest = max(row.box.width for row in found)
    pairs = enumerate(pairwise(found), 1)
    starts = [n for n, (a, b) in pairs if split_marker(b.text) or _ends(a, b, widest)]
    lines = [row.text for row in found]
    return "\n".join(joined(lines[a:b]) for a, b in pairwise([0, *starts, len(lines)]))


def _ends(above: Line, below: Line, widest: float) -> bool:
    """Whether a paragraph ends between two rows: with a short line and white under it."""
    white = below.box.y0 - above.box.y1
    height = min(above.box.height, below.box.height)
    return white > BLANK * height and above.box.width < SHORT * widest
