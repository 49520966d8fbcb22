"""`annotated`: Markdown that says of every block where it stands, `result.annotated.md`.

Before each page and each block stands a comment with JSON: `<!-- page {"number": 1, ...} -->` and
`<!-- block {"page": 1, "n": 0, "kind": "heading", "box": [72, 90, 300, 110], ...} -->`. Boxes are
left, top, right, bottom in points of the page, whose size the page's comment tells.
"""

from collections.abc import Iterator, Mapping

import msgspec

from pagemill.model.page import Block, PageText
from pagemill.outputs.figures import links
from pagemill.outputs.markdown import MEDIA_TYPE
from pagemill.outputs.render import Piece, gap_pieces, joined, pieces
from pagemill.ports import Book, Folder, Gap


class AnnotatedOutput:
    """Implements `ports.Output`."""

    name = "annotated"

    def write(self, book: Book, folder: Folder) -> None:
        with folder.write(self.name, "result.annotated.md", MEDIA_TYPE) as file:
            for text in joined(_book(book)):
                file.write(text.encode())


def _book(book: Book) -> Iterator[Piece]:
    for page in book.pages():
        if isinstance(page, Gap):
            yield from gap_pieces(page)
        else:
            yield from _page(page, has_pictures="images" in book.options.outputs)


def _page(page: PageText, *, has_pictures: bool) -> Iterator[Piece]:
    crop = links(page)
    yield _comment("page", _about_page(page))
    for index, block in enumerate(page.blocks):
        comment = _comment("block", _about_block(page.number, index, block))
        body = "\n\n".join(
            piece.text for piece in pieces(block, crop(block) if has_pictures else "")
        )
        yield Piece(f"{comment.text}\n\n{body}" if body else comment.text)


def _about_page(page: PageText) -> dict[str, object]:
    sure = page.confidence
    return {
        "number": page.number,
        "width": round(page.width, 1),
        "height": round(page.height, 1),
        "engine": page.engine,
        "rotation": page.rotation,
        "confidence": None if sure is None else round(sure, 3),
        "flags": list(page.flags),
    }


def _about_block(page_no: int, index: int, block: Block) -> dict[str, object]:
    box = block.box
    about: dict[str, object] = {"page": page_no, "n": index, "kind": str(block.kind)}
    about["box"] = [round(side, 1) for side in (box.x0, box.y0, box.x1, box.y1)]
    if block.level is not None:
        about["level"] = block.level
    if block.continues:
        about["continues"] = True
    if block.confidence is not None:
        about["confidence"] = round(block.confidence, 3)
    return about


def _comment(what: str, about: Mapping[str, object]) -> Piece:
    """Dashes and brackets inside strings are written as escapes: a comment cannot end early."""
    text = msgspec.json.encode(about).decode()
    safe = text.replace("--", "-\\u002d").replace(">", "\\u003e").replace("<", "\\u003c")
    return Piece(f"<!-- {what} {safe} -->")
