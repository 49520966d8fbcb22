"""Furniture: running headers, footers and page numbers, found over the whole document.

A text that stands at the same height of several pages, but for its numbers, is furniture; so is a
number that counts the pages. What does so far into the page is a form, which says the same on
every page. On a page alone only the plainest is taken: whoever takes too much loses text.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pagemill.layout.document.edges import (
    BOTTOM,
    STEP,
    STEP_READ,
    TOP,
    ZONE,
    Row,
    label_of,
    number_at_end,
    rows_at,
    signature,
    step_of,
)
from pagemill.model.page import Block, BlockKind, Box, PageText
from pagemill.model.upright import Upright

MAX_KEYS = 20_000  # then those seen on one page alone are forgotten
FORM_ROWS = 3  # so many rows beyond the zone that repeat on half of the pages make a form
FEW = 5  # pages: in more of them three must agree, in fewer two
ALONE, BESIDE = 0.08, 0.25  # of all pages: so many have a number that counts on
BAND = 0.3  # of all pages: what else stands where so many have furniture is furniture

Key = tuple[str, int, str]  # edge, height, and what stands there
Offset = tuple[str, int, int]  # edge, height, and by how much a number differs from its page's
_Any = TypeVar("_Any", Key, Offset)


@dataclass(frozen=True, slots=True)
class Furniture:
    """`texts` says on how many pages a text stands at a height; `offsets` are the differences
    between printed and counted page numbers, by edge; `bands` the heights that furniture usually
    has, with the size of its type. `forms` are the edges where forms stand, `varied` the texts of
    which the numbers differ from page to page.
    """

    pages: int = 0
    texts: Mapping[Key, int] = field(default_factory=dict)
    offsets: Mapping[Offset, int] = field(default_factory=dict)
    bands: frozenset[tuple[str, int, float]] = frozenset()
    forms: frozenset[str] = frozenset()
    varied: frozenset[Key] = frozenset()

    def count(self, edge: str, step: int, text: str) -> int:
        """On how many pages this text stands at this height; 0 where it is no furniture."""
        if edge in self.forms or not (said := signature(text)):
            return 0
        return max(self.texts.get((edge, near, said), 0) for near in _near(step))

    def is_footer(self, text: str, y: float) -> bool:
        """Whether a text whose middle stands `y` points above the lower edge is a footer."""
        steps = step_of(y, STEP), step_of(y, STEP_READ)
        is_number = not any(map(str.isalpha, text))
        return is_number or any(self.count(BOTTOM, step, text) for step in steps)

    def varies(self, edge: str, step: int, text: str) -> bool:
        """Whether its numbers are others on other pages, as those of headings are."""
        said = signature(text)
        return any((edge, near, said) in self.varied for near in _near(step))

    def counts_on(self, edge: str, step: int, offset: int, *, is_alone: bool) -> bool:
        """Whether numbers at this height are so much more than the number of their page. Beside a
        text they must do so more often: footnotes count on by chance.
        """
        many = max(3 if self.pages > FEW else 2, (ALONE if is_alone else BESIDE) * self.pages)
        return any(self.offsets.get((edge, near, offset), 0) >= many for near in _near(step))

    def is_in_band(self, edge: str, step: int, size: float) -> bool:
        if edge in self.forms:
            return False
        sized = round(2 * size)
        return any(
            (edge, near, other / 2) in self.bands
            for near in _near(step)
            for other in (sized - 1, sized, sized + 1)
        )


@dataclass(slots=True)
class Repeats:
    """What stood at the edges of the pages so far."""

    pages: int = 0
    texts: Counter[Key] = field(default_factory=Counter)
    deep: Counter[Key] = field(default_factory=Counter)
    offsets: Counter[Offset] = field(default_factory=Counter)
    sizes: dict[Key, float] = field(default_factory=dict)
    said: dict[Key, str | None] = field(default_factory=dict)  # None where it varies

    def learn(self, page: PageText) -> None:
        self.pages += 1
        lines = [block for block in page.blocks if block.kind is BlockKind.LINE and block.text]
        height, box_of = places(page)
        for edge in (TOP, BOTTOM):
            rows = rows_at(edge, lines, lambda block: box_of(block.box), height)
            self._learn(edge, rows, page.number, ZONE * height)
        for texts in (self.texts, self.deep):
            _forget_singles(texts)
        _forget_singles(self.offsets)
        if len(self.sizes) > 2 * MAX_KEYS:
            self.sizes = {key: size for key, size in self.sizes.items() if key in self.texts}
            self.said = {key: text for key, text in self.said.items() if key in self.texts}

    def _learn(self, edge: str, rows: Sequence[Row[Block]], number: int, zone: float) -> None:
        seen: set[Key] = set()
        offsets: set[Offset] = set()
        for row in rows:
            for piece in row.pieces:
                label = label_of(piece.text)
                counted = label.value if label else number_at_end(piece.text)
                if counted is not None:
                    offsets.add((edge, row.step, counted - number))
                said = "" if label else signature(piece.text)
                key = (edge, row.step, said)
                if not said or key in seen:
                    continue
                seen.add(key)
                if row.y >= zone:
                    self.deep[key] += 1
                    continue
                self.texts[key] += 1
                self.sizes[key] = piece.font_size
                if self.said.setdefault(key, piece.text) != piece.text:
                    self.said[key] = None
        self.offsets.update(offsets)

    def furniture(self) -> Furniture:
        if self.pages < 2:
            return Furniture(self.pages)
        least = 3 if self.pages > FEW else 2
        texts = {key: count for key in self.texts if (count := _around(self.texts, key)) >= least}
        offsets = {
            key: count for key in self.offsets if (count := _around(self.offsets, key)) >= least
        }
        forms = {edge for edge in (TOP, BOTTOM) if self._is_form(edge)}
        bands: Counter[tuple[str, int, float]] = Counter()
        for key in texts:
            bands[key[0], key[1], round(2 * self.sizes.get(key, 0.0)) / 2] += self.texts[key]
        usual = {band for band, count in bands.items() if count >= max(3, BAND * self.pages)}
        varied = frozenset(key for key in texts if self.said.get(key) is None)
        return Furniture(self.pages, texts, offsets, frozenset(usual), frozenset(forms), varied)

    def _is_form(self, edge: str) -> bool:
        half = max(2, self.pages / 2)
        return (
            sum(key[0] == edge and count >= half for key, count in self.deep.items()) >= FORM_ROWS
        )


def places(page: PageText) -> tuple[float, Callable[[Box], Box]]:
    """The height of the page as it is read, and where on it a box lies."""
    if not page.rotation and not page.skew:
        return page.height, lambda box: box
    upright = Upright(page.width, page.height, page.rotation, page.skew)
    return upright.size[1], upright.level


def is_spread(page: PageText) -> bool:
    """Whether it is wider than tall and so may be two pages of a book."""
    wide, high = Upright(page.width, page.height, page.rotation, page.skew).size
    return wide > high


def _near(step: int) -> tuple[int, int, int]:
    return step - 1, step, step + 1


def _around(counter: Counter[_Any], key: _Any) -> int:
    """How often it was seen at its height or the next one."""
    edge, step, said = key
    return counter[key] + max(counter[edge, step - 1, said], counter[edge, step + 1, said])


def _forget_singles(counter: Counter[_Any]) -> None:
    if len(counter) <= MAX_KEYS:
        return
    for key in [key for key, count in counter.items() if count < 2]:
        del counter[key]
    for key in [key for key, _ in counter.most_common()[MAX_KEYS // 2 :]]:
        del counter[key]
