"""`json`: everything known of every page, `result.json`, one JSON document written as a stream.

`{"document": {...}, "pages": [...]}`; a page holds its laid-out `blocks` and the engine's
`raw_blocks`; a page that was given up is `{"number": 7, "error": {...}}`. Only raw blocks have
`words`, and of a page's `marks` there are its links and bookmarks: thousands of rules and fills
would be most of the file.
"""

from collections.abc import Iterator
from dataclasses import replace

import msgspec

from pagemill.model.page import Block, Marks, PageText
from pagemill.ports import Book, Folder, Gap


class JsonOutput:
    """Implements `ports.Output`."""

    name = "json"

    def write(self, book: Book, folder: Folder) -> None:
        with folder.write(self.name, "result.json", "application/json") as file:
            file.write(b'{"document":' + msgspec.json.encode(about(book)) + b',"pages":[')
            for chunk in _listed(book):
                file.write(chunk)
            file.write(b"\n]}\n")


def about(book: Book) -> dict[str, object]:
    options = book.options.as_dict()
    return {"filename": book.filename, "pages": book.total, "options": options}


def failed(gap: Gap) -> dict[str, object]:
    return {"number": gap.number, "error": msgspec.to_builtins(gap.failure)}


def _listed(book: Book) -> Iterator[bytes]:
    pairs = zip(book.pages(), book.raw_pages(), strict=True)
    for index, (page, raw) in enumerate(pairs):
        yield (b",\n" if index else b"\n") + msgspec.json.encode(_entry(page, raw))


def _entry(page: PageText | Gap, raw: PageText | Gap) -> dict[str, object]:
    if isinstance(page, Gap):
        return failed(page)
    entry: dict[str, object] = msgspec.to_builtins(replace(page, blocks=(), marks=Marks()))
    entry["confidence"] = page.confidence
    entry["marks"] = {"links": page.marks.links, "outline": page.marks.outline}
    entry["blocks"] = [_told(block) for block in page.blocks]
    raw_blocks = () if isinstance(raw, Gap) else raw.blocks
    entry["raw_blocks"] = [_told(block) | {"words": _rounded(block)} for block in raw_blocks]
    return entry


def _told(block: Block) -> dict[str, object]:
    told: dict[str, object] = msgspec.to_builtins(replace(block, words=()))
    del told["words"]
    return told


def _rounded(block: Block) -> list[list[float]]:
    """Left and right edge of each word, to a hundredth of a point."""
    return [[round(left, 2), round(right, 2)] for left, right in block.words]
