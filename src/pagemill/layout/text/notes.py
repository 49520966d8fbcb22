"""Notes: what one walk of the document tells about its running text, a few values a page."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pagemill.model.joining import hyphenated_word
from pagemill.model.page import BlockKind, PageText

MAX_WORDS = 20_000
RARE = 0.8  # of all letters: fixed pitch beyond is how the document is set, and no code
_HYPHENATED = re.compile(r"\w+(?:[-\u2010]\w+)+")


@dataclass(frozen=True, slots=True)
class Notes:
    """`hyphenated` are words written with a hyphen in the middle of lines, in small letters.
    `is_mono_rare` says that type of fixed pitch stands out.
    """

    hyphenated: frozenset[str] = frozenset()
    is_mono_rare: bool = True


NONE = Notes()  # of a document that was not looked at


@dataclass(slots=True)
class NoteTaker:
    """Looks at the pages that stream through it."""

    words: set[str] = field(default_factory=set)
    letters: Counter[bool] = field(default_factory=Counter)

    def seen(self, pages: Iterable[PageText]) -> Iterator[PageText]:
        for page in pages:
            self._look_at(page)
            yield page

    def _look_at(self, page: PageText) -> None:
        for block in page.blocks:
            if block.kind is not BlockKind.LINE:
                continue
            self.letters[block.is_mono] += len(block.text)
            if "-" in block.text or "\u2010" in block.text:
                self._keep(block.text)

    def _keep(self, text: str) -> None:
        if len(self.words) < MAX_WORDS:
            self.words.update(map(hyphenated_word, _HYPHENATED.findall(text)))

    def notes(self) -> Notes:
        mono = self.letters[True]
        return Notes(frozenset(self.words), mono <= RARE * self.letters.total())
