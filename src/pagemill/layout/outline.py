"""The outline of a PDF: which lines of a page its bookmarks name."""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pagemill.layout.numbering import section_number
from pagemill.model.page import OutlineEntry

MAX_ENTRIES, MAX_TITLE = 500, 400  # of one page; letters
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Bookmarks:
    """The bookmarks that lead to one page, by what they say, with and without its number."""

    by_title: Mapping[str, Sequence[OutlineEntry]] = field(default_factory=dict)
    titles: Sequence[str] = ()  # sorted

    def entry(self, texts: Sequence[str], y: float) -> OutlineEntry | None:
        """The bookmark that says what these rows say as one, the nearest to `y` of several."""
        found = self.by_title.get(plain(" ".join(texts)))
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


def bookmarks(entries: Sequence[OutlineEntry]) -> Bookmarks:
    found: dict[str, list[OutlineEntry]] = {}
    for entry in entries[:MAX_ENTRIES]:
        if title := plain(entry.title):
            found.setdefault(title, []).append(entry)
    return Bookmarks(found, sorted(found))


def plain(text: str) -> str:
    """Letters and digits alone, without the number of the section."""
    text = text[:MAX_TITLE]
    number = section_number(text)
    bare = _NO_WORD.sub("", (number.title if number else text).casefold())
    return bare or _NO_WORD.sub("", text.casefold())
