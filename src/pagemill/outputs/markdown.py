"""`markdown`: the document as GitHub-flavoured Markdown, `result.md`."""

from collections.abc import Iterator

from pagemill.model.options import Options
from pagemill.model.page import PageText
from pagemill.outputs.figures import links
from pagemill.outputs.render import Link, Piece, gap_pieces, joined, no_link, pieces
from pagemill.ports import Book, Folder, Gap

MEDIA_TYPE = "text/markdown; charset=utf-8"


class MarkdownOutput:
    """Implements `ports.Output`."""

    name = "markdown"

    def write(self, book: Book, folder: Folder) -> None:
        with folder.write(self.name, "result.md", MEDIA_TYPE) as file:
            for text in joined(_book(book)):
                file.write(text.encode())


def page_markdown(page: PageText) -> str:
    """One laid-out page alone, without links to pictures and without page breaks."""
    return "".join(joined(pieces(page.blocks)))


def _book(book: Book) -> Iterator[Piece]:
    for index, page in enumerate(book.pages()):
        yield from page_break(book.options, page.number, is_first=index == 0)
        if isinstance(page, Gap):
            yield from gap_pieces(page)
        else:
            yield from pieces(page.blocks, _link(page, book.options))


def _link(page: PageText, options: Options) -> Link:
    return links(page) if "images" in options.outputs else no_link


def page_break(options: Options, number: int, *, is_first: bool) -> Iterator[Piece]:
    """What stands before a page; comments name every page, the others part two."""
    match options.page_breaks:
        case "comment":
            yield Piece(f"<!-- page {number} -->")
        case "rule" if not is_first:
            yield Piece("---")
        case "form_feed" if not is_first:
            yield Piece("\f")
