"""The outline of a PDF: which lines of a page its bookmarks name."""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pagemill.layout.document.numbering import section_number
from pagemill.model.page import Block, OutlineEntry

MAX_ENTRIES, MAX_TITLE, MAX_LINES = 500, 400, 2_000  # of one page; letters; of one page
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Bookmarks:
    """The bookmarks that lead to one page, by what they say without its number. `sizes` are those
    of the largest lines that say the same: a running header may do so in smaller type.
    """

    by_title: Mapping[str, Sequence[OutlineEntry]] = field(default_factory=dict)
    titles: Sequence[str] = ()  # sorted
    sizes: Mapping[str, float] = field(default_factory=dict)

    def entry(self, texts: Sequence[str], y: float, size: float) -> OutlineEntry | None:
        """The bookmark that says what these rows say as one, the nearest to `y` of several; none
        where larger type says it.
        """
        said = plain(" ".join(texts))
        found = self.by_title.get(said)
        if size < 0.95 * self.sizes.get(said, 0.0):
            return None
        return min(found, key=lambda one: abs((one.y or y) - y)) if found else None

    def begins_with(self, text: str) -> bool:
        """Whether some bookmark may begin with this row."""
        if not self.titles or len(text) > MAX_TITLE:
            return False
        bare = plain(text)
        place = bisect_left(self.titles, bare)
        return bool(bare) and any(
            title.startswith(bare) for title in self.titles[place : place + 1]
        )


def bookmarks(entries: Sequence[OutlineEntry], lines: Sequence[Block] = ()) -> Bookmarks:
    """`lines` are those of the page."""
    found: dict[str, list[OutlineEntry]] = {}
    for entry in entries[:MAX_ENTRIES]:
        if title := plain(entry.title):
            found.setdefault(title, []).append(entry)
    sizes: dict[str, float] = {}
    for line in lines[:MAX_LINES] if found else ():
        if len(line.text) < MAX_TITLE and (said := plain(line.text)) in found:
            sizes[said] = max(sizes.get(said, 0.0), line.font_size)
    return Bookmarks(found, sorted(found), sizes)


def plain(text: str) -> str:
    """Letters and digits alone, without the number of the section."""
    text = text[:MAX_TITLE]
    number = section_number(text)
    bare = _NO_WORD.sub("", (number.title if number else text).casefold())
    return bare or _NO_WORD.sub("", text.casefold())
