"""The blocks of a book as a reader takes them in: without running headers, and what runs on over
columns and pages in one piece.

Walks the book once. Only blocks that may still run on are held back, with what stands behind
them: at most those of two pages, for `continues` speaks of the last block of its kind.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from pagemill.model.joining import joined
from pagemill.model.options import KEEP
from pagemill.model.page import Block, BlockKind, Box, PageText
from pagemill.outputs.figures import links
from pagemill.outputs.running_tables import appended
from pagemill.ports import Book, Gap

FURNITURE = frozenset({BlockKind.HEADER, BlockKind.FOOTER})
_WITHIN = frozenset({BlockKind.PARAGRAPH, BlockKind.CODE, BlockKind.FORMULA})
_TEXT = _WITHIN | {BlockKind.HEADING, BlockKind.LIST_ITEM}  # no table goes on behind it
MOST_BLOCKS, MOST_CELLS = 200, 20_000  # of what is joined; beyond, a block stands by itself
_STAYS_OPEN = 1  # pages: a block may go on behind a page of pictures


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part stands, or goes on: `start` is the first letter of its text, or the first row
    of its table, that stands there.
    """

    page: int
    box: Box
    start: int = 0


@dataclass(frozen=True, slots=True)
class PageStart:
    """A page begins: its size in points, and what is to be said of it."""

    number: int
    width: float
    height: float
    flags: tuple[str, ...]
    confidence: float | None
    language: str

    @classmethod
    def of(cls, page: PageText) -> "PageStart":
        size = (page.width, page.height)
        return cls(page.number, *size, page.flags, page.confidence, page.language)


@dataclass(slots=True)
class Part:
    """A block, or several that are one to a reader. `picture` is the path of its crop, or ""."""

    block: Block
    places: list[Place]
    picture: str = ""
    is_settled: bool = False
    count: int = 1

    @property
    def turns(self) -> list[Place]:
        """The places at which another page begins."""
        return [after for before, after in pairwise(self.places) if after.page != before.page]

    def takes(self, block: Block) -> bool:
        """Whether there is room for more of it, and nothing was handed out yet."""
        if (
            self.is_settled
            or self.count >= MOST_BLOCKS
            or bool(block.cells) != bool(self.block.cells)
        ):
            return False
        return len(self.block.cells) + len(block.cells) <= MOST_CELLS

    def add(self, block: Block, page: int) -> None:
        self.count += 1
        if block.cells:
            cells, start = appended(self.block.cells, block.cells)
            self.block = replace(self.block, cells=cells, links=self.block.links + block.links)
        else:
            start = self._add_text(block)
        self.places.append(Place(page, block.box, start))

    def _add_text(self, block: Block) -> int:
        keeps_lines = "\n" in self.block.text and "\n" in block.text
        separator = "\n" if keeps_lines or self.block.kind is BlockKind.CODE else " "
        texts = [text for text in (self.block.text, block.text) if text.strip()]
        text = joined(texts, separator) if texts else ""
        self.block = replace(self.block, text=text, links=self.block.links + block.links)
        return len(text) - len(block.text) if block.text.strip() else len(text)


Item = PageStart | Part | Gap


def belongs_to_item(block: Block) -> bool:
    """Whether a block is no item of a list itself, but part of the item before it."""
    return block.level is not None and block.kind in _WITHIN


def flow(book: Book, *, over_pages: bool = True, furniture: bool = False) -> Iterator[Item]:
    """Everything of the book in reading order. With `over_pages`, text that runs on over a page's
    end stands whole before the page that it ends on. Headers and footers are there if the job
    keeps them, or with `furniture`.
    """
    has_furniture = furniture or book.options.headers_footers == KEEP
    held = _Held()
    for page in book.pages():
        if isinstance(page, Gap):
            yield from held.release()
            yield page
            continue
        if not over_pages:
            yield from held.release()
        _hold(held, page, has_furniture=has_furniture)
        yield from held.release(before=page.number - _STAYS_OPEN)
    yield from held.release()


def page_flow(page: PageText, *, has_furniture: bool) -> list[Item]:
    """The same for one page alone."""
    held = _Held()
    _hold(held, page, has_furniture=has_furniture)
    return list(held.release())


@dataclass(slots=True)
class _Held:
    """What may not be handed out yet, and the last part of each kind in it."""

    items: list[Item] = field(default_factory=list)
    last: dict[BlockKind, Part] = field(default_factory=dict)

    def add(self, block: Block, page: int, picture: str) -> None:
        before = self.last.get(block.kind)
        if block.continues and before is not None and before.takes(block):
            before.add(block, page)
            return
        part = Part(block, [Place(page, block.box)], picture)
        self.items.append(part)
        self.last[block.kind] = part
        if block.kind in _TEXT:
            self.last.pop(BlockKind.TABLE, None)

    def release(self, before: int | None = None) -> Iterator[Item]:
        """Everything up to the first part that may still run on: the last of its kind, unless it
        ended on a page `before` this one.
        """
        is_open = {
            id(part)
            for kind, part in self.last.items()
            if before is not None and part.places[-1].page >= before and kind not in FURNITURE
        }
        count = next(
            (index for index, item in enumerate(self.items) if id(item) in is_open),
            len(self.items),
        )
        done, self.items = self.items[:count], self.items[count:]
        for item in done:
            if isinstance(item, Part):
                item.is_settled = True
        yield from done


def _hold(held: _Held, page: PageText, *, has_furniture: bool) -> None:
    crops = links(page)
    held.items.append(PageStart.of(page))
    for block in page.blocks:
        if has_furniture or block.kind not in FURNITURE:
            held.add(block, page.number, crops(block))
