"""What holds for a whole document: its body text, which faces are headings and of which level, and
what repeats at the edges of its pages.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pagemill.layout.document.faces import MAX_LETTERS, MAX_ROWS, Face, Uses, face_of_line
from pagemill.layout.document.furniture import Furniture, Repeats
from pagemill.layout.document.heights import Heights, Titles
from pagemill.layout.document.levels import Level, Votes, levels
from pagemill.layout.document.numbering import section_number
from pagemill.layout.document.outline import bookmarks
from pagemill.model.page import BlockKind, PageText

__all__ = ["MAX_LETTERS", "MAX_ROWS", "Styles", "learn"]

NO_LEVEL, MAX_DEPTH = Level(0), 7
MAX_LINES = 2_000  # of a page that are held against the outline
_TAGS = {f"H{level}": level for level in range(1, 7)}


@dataclass(frozen=True, slots=True)
class Styles:
    """`body` is the size of the body text in points, 0 where no text layer tells. `levels` are
    those of the faces of headings by the depth of their number. `title_shift` is 1 where a title
    stands above the first level of the outline. `line` is how tall the lines of the page at hand
    usually are. `is_mono` says that the body text is typed.
    """

    body: float = 0.0
    levels: Mapping[tuple[Face, int], Level] = field(default_factory=dict)
    title_shift: int = 0
    is_mono: bool = False
    has_large_numbers: bool = False
    has_heading_tags: bool = False
    first_page: int = 1
    heights: Heights = field(default_factory=Heights)
    furniture: Furniture = field(default_factory=Furniture)
    line: float = 10.0

    def level(self, face: Face, depth: int) -> Level:
        """That of a heading in this face whose number is `depth` deep, 0 for none; `NO_LEVEL` for
        text. Rows of several pieces may have a face that no line has alone.
        """
        if known := self.levels.get((face, depth)):
            return known
        for other in (*range(depth - 1, -1, -1), *range(depth + 1, MAX_DEPTH)):
            if known := self.levels.get((face, other)):
                deeper = max(0, depth - max(1, other))
                return replace(known, number=known.number + deeper)
        return NO_LEVEL

    def level_by_number(self, depth: int) -> Level:
        """That of a heading in the type of the text: one deeper than those whose number is one
        shorter; `NO_LEVEL` where there are none.
        """
        above = [level.number for (_, one), level in self.levels.items() if one == depth - 1 > 0]
        return Level(max(above) + 1) if above else NO_LEVEL


@dataclass(slots=True)
class _Learned:
    uses: Uses = field(default_factory=Uses)
    votes: Votes = field(default_factory=Votes)
    titles: Titles = field(default_factory=Titles)
    repeats: Repeats = field(default_factory=Repeats)
    first_page: int = 0
    tagged: int = 0
    bookmarked: int = 0
    letters: int = 0
    mono: int = 0

    @property
    def is_mono(self) -> bool:
        return 2 * self.mono > self.letters

    def learn(self, page: PageText) -> None:
        self.first_page = self.first_page or page.number
        self.uses.learn(page)
        self.titles.learn(page)
        self.repeats.learn(page)
        self._count_votes(page)

    def _count_votes(self, page: PageText) -> None:
        """What the outline and the tags say of this page's lines."""
        marked = bookmarks(page.marks.outline, page.blocks)
        for block in page.blocks[:MAX_LINES]:
            if block.kind is not BlockKind.LINE or not block.font_size:
                continue
            self.letters += len(block.text)
            self.mono += len(block.text) if block.is_mono else 0
            level = _TAGS.get(block.tag, 0)
            self.tagged += level > 0
            if not level and marked.titles and len(block.text) < MAX_LETTERS:
                entry = marked.entry([block.text], block.box.y0, block.font_size)
                level = entry.level if entry else 0
                self.bookmarked += level > 0
            if level:
                number = section_number(block.text)
                self.votes.add(face_of_line(block), number.depth if number else 0, level)


def learn(pages: Iterable[PageText]) -> Styles:
    """Looks at each page once and keeps a few counts of it."""
    learned = _Learned()
    for page in pages:
        learned.learn(page)
    is_shifted = learned.bookmarked > learned.tagged
    body, found = levels(
        learned.uses.of,
        learned.votes,
        is_shifted=is_shifted,
        is_noisy=learned.uses.is_noisy,
    )
    return Styles(
        body.size,
        found.of,
        found.shift,
        learned.is_mono,
        found.has_large_numbers,
        learned.tagged > 0,
        learned.first_page or 1,
        learned.titles.heights(),
        learned.repeats.furniture(),
    )
