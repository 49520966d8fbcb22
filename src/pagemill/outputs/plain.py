"""`text`: the words alone, `result.txt`, with a form feed between pages."""

from collections.abc import Iterator

from pagemill.model.page import Block, BlockKind, PageText
from pagemill.outputs.escape import clean_lines
from pagemill.outputs.render import grid_of
from pagemill.ports import Book, Folder, Gap


class TextOutput:
    """Implements `ports.Output`."""

    name = "text"

    def write(self, book: Book, folder: Folder) -> None:
        with folder.write(self.name, "result.txt", "text/plain; charset=utf-8") as file:
            for index, page in enumerate(book.pages()):
                file.write(b"\f" if index else b"")
                file.write(_page(page).encode())


def _page(page: PageText | Gap) -> str:
    if isinstance(page, Gap):
        reason = " ".join(clean_lines(page.failure.message))
        return f"[Page {page.number} could not be read: {reason}]\n"
    return "".join(_with_distance(page))


def _with_distance(page: PageText) -> Iterator[str]:
    """Blank lines between blocks, none between the items of a list."""
    before: BlockKind | None = None
    for block in page.blocks:
        text = _plain(block)
        if text:
            is_same_list = before is BlockKind.LIST_ITEM and block.kind is before
            yield "\n" if before and not is_same_list else ""
            yield text + "\n"
            before = block.kind


def _plain(block: Block) -> str:
    if block.cells:
        return "\n".join(
            "\t".join(" ".join(clean_lines(text)) for text in row) for row in grid_of(block.cells)
        )
    return "\n".join(clean_lines(block.text))
