"""`text`: the words alone, `result.txt`, with a form feed between pages."""

from collections.abc import Iterable, Iterator

from pagemill.model.page import Block, BlockKind
from pagemill.outputs.escape import clean_lines
from pagemill.outputs.flow import Item, Part, flow
from pagemill.outputs.grids import texts_of
from pagemill.ports import Book, Folder, Gap


class TextOutput:
    """Implements `ports.Output`."""

    name = "text"

    def write(self, book: Book, folder: Folder) -> None:
        with folder.write(self.name, "result.txt", "text/plain; charset=utf-8") as file:
            for text in _texts(flow(book, over_pages=False)):
                file.write(text.encode())


def _texts(items: Iterable[Item]) -> Iterator[str]:
    """Blank lines between blocks, none between the items of a list."""
    before: BlockKind | None = None
    is_first = True
    for item in items:
        if isinstance(item, Part):
            text = _plain(item.block)
            if text:
                is_same_list = before is BlockKind.LIST_ITEM and item.block.kind is before
                yield "\n" if before and not is_same_list else ""
                yield text + "\n"
                before = item.block.kind
            continue
        yield "" if is_first else "\f"
        is_first, before = False, None
        if isinstance(item, Gap):
            reason = " ".join(clean_lines(item.failure.message))
            yield f"[Page {item.number} could not be read: {reason}]\n"


def _plain(block: Block) -> str:
    if block.cells:
        return "\n".join(
            "\t".join(" ".join(clean_lines(text)) for text in row) for row in texts_of(block.cells)
        )
    return "\n".join(clean_lines(block.text))
