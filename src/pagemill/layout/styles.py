"""What holds for a whole document: the size of its body text and the sizes of its headings."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pagemill.model.page import BlockKind, PageText

MAX_LEVEL = 4
LARGER = 1.15  # times the body size
SAME = 1.08  # sizes closer than this are one level
MAX_SHARE = 0.3  # of all letters: what is more common than this is text, not headings
MAX_LETTERS, MAX_ROWS = 200, 3
TALLER, MUCH_TALLER = 1.25, 1.7  # times the usual line: headings of the second and first level
_MAX_SIZE = 400.0


@dataclass(frozen=True, slots=True)
class Styles:
    """Sizes in points. `body` is 0 where no text layer tells; `sizes` are the heading sizes, the
    largest first. `is_bold_rare` says that bold type stands out. `line` is how tall the lines of
    the page at hand usually are.
    """

    body: float = 0.0
    sizes: tuple[float, ...] = ()
    is_bold_rare: bool = False
    line: float = 10.0

    def level(self, font_size: float, *, is_bold: bool) -> int | None:
        """The heading level for type like this, or None for body text."""
        if not self.body or not font_size:
            return None
        for level, size in enumerate(self.sizes, start=1):
            if font_size * SAME > size:
                return min(level, MAX_LEVEL)
        if is_bold and self.is_bold_rare and font_size > 0.95 * self.body:
            return min(len(self.sizes) + 1, MAX_LEVEL)
        return None

    def level_by_height(self, height: float) -> int:
        """The level of a title of which nothing is known but how tall its lines are."""
        ratio = height / self.line
        return 1 if ratio > MUCH_TALLER else 2 if ratio > TALLER else 3


def learn(pages: Iterable[PageText]) -> Styles:
    """Counts letters by size over all pages, one page in memory at a time."""
    letters: Counter[float] = Counter()
    bold = 0
    for page in pages:
        for block in page.blocks:
            if block.kind is BlockKind.LINE and 0 < block.font_size < _MAX_SIZE:
                letters[round(block.font_size * 2) / 2] += len(block.text)
                bold += len(block.text) if block.is_bold else 0
    total = sum(letters.values())
    if not total:
        return Styles()
    body = max(letters, key=lambda size: (letters[size], -size))
    return Styles(body, _heading_sizes(letters, body, total), 3 * bold < total)


def _heading_sizes(letters: Counter[float], body: float, total: int) -> tuple[float, ...]:
    """The smallest size of each group of sizes that are nearly one."""
    groups: list[list[float]] = []
    for size in sorted(letters, reverse=True):
        if size < max(LARGER * body, body + 0.9) or letters[size] > MAX_SHARE * total:
            continue
        if groups and groups[-1][0] < size * SAME:
            groups[-1].append(size)
        else:
            groups.append([size])
    return tuple(group[-1] for group in groups)
