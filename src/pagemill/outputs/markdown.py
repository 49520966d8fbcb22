"""`markdown`: the document as GitHub-flavoured Markdown, `result.md`.

What runs on over pages is joined unless breaks are shown between them. A page whose flags are
worth knowing has a comment before what begins on it: `<!-- page 3: confidence 0.62, degraded -->`.
"""

from collections.abc import Iterable, Iterator, Sequence

from pagemill.model.options import KEEP, Options
from pagemill.model.page import Block, BlockKind, PageText
from pagemill.outputs.flow import Item, PageStart, Part, belongs_to_item, flow, page_flow
from pagemill.outputs.page_notes import is_telling, note, page_comment
from pagemill.outputs.render import Piece, gap_pieces, joined, list_pieces, pieces
from pagemill.ports import Book, Folder, Gap

MOST_ITEMS = 10_000  # of one list, which is in memory while it is written
_USUAL = Options()
MEDIA_TYPE = "text/markdown; charset=utf-8"


class MarkdownOutput:
    """Implements `ports.Output`."""

    name = "markdown"

    def write(self, book: Book, folder: Folder) -> None:
        items = flow(book, over_pages=book.options.page_breaks == "none")
        with folder.write(self.name, "result.md", MEDIA_TYPE) as file:
            for text in joined(_pieces(items, book.options)):
                file.write(text.encode())


def page_markdown(page: PageText, options: Options = _USUAL) -> str:
    """One laid-out page alone, without links to pictures and without page breaks."""
    alone = Options(headers_footers=options.headers_footers)
    items = page_flow(page, has_furniture=options.headers_footers == KEEP)
    return "".join(joined(_pieces(items, alone)))


def _pieces(items: Iterable[Item], options: Options) -> Iterator[Piece]:
    """List items that follow each other are one list, over pages too if nothing stands between."""
    run: list[Block] = []
    is_first = True
    for item in items:
        if isinstance(item, Part) and _is_in_list(item.block, run):
            if len(run) == MOST_ITEMS:
                yield from list_pieces(run)
                run = []
            run.append(item.block)
            continue
        made = list(_shown(item, options, is_first=is_first))
        is_first = is_first and isinstance(item, Part)
        if made:
            yield from list_pieces(run)
            run = []
            yield from made
    yield from list_pieces(run)


def _is_in_list(block: Block, run: Sequence[Block]) -> bool:
    """An item, or what belongs to the item before it."""
    return block.kind is BlockKind.LIST_ITEM or (bool(run) and belongs_to_item(block))


def _shown(item: Item, options: Options, *, is_first: bool) -> Iterator[Piece]:
    match item:
        case PageStart():
            yield from _page_break(options, item, is_first=is_first)
        case Gap():
            yield from _page_break(options, item, is_first=is_first)
            yield from gap_pieces(item)
        case Part():
            yield from pieces(item.block, item.picture if "images" in options.outputs else "")


def _page_break(options: Options, page: PageStart | Gap, *, is_first: bool) -> Iterator[Piece]:
    """What stands before a page; comments name every page, the others part two."""
    match options.page_breaks:
        case "rule" if not is_first:
            yield Piece("---")
        case "form_feed" if not is_first:
            yield Piece("\f")
    is_noted = isinstance(page, PageStart) and is_telling(page)
    if is_noted or options.page_breaks == "comment":
        yield Piece(page_comment(page.number, note(page) if isinstance(page, PageStart) else ""))
