"""`metadata`: how the document was read, `metadata.json`: engines, flags, times, failures.

`{"document": {...}, "pages": [...], "totals": {...}}`; times in milliseconds.
"""

from collections import Counter
from dataclasses import dataclass, field

import msgspec

from pagemill.model.page import PageText
from pagemill.outputs.result_json import about, failed
from pagemill.ports import Book, Folder, Gap


@dataclass(slots=True)
class _Totals:
    """Sums over the pages seen so far."""

    read: int = 0
    failed_pages: list[int] = field(default_factory=list)
    blocks: int = 0
    characters: int = 0
    render_ms: int = 0
    read_ms: int = 0
    layout_ms: int = 0
    engines: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)

    def add(self, page: PageText) -> None:
        self.read += 1
        self.blocks += len(page.blocks)
        self.characters += _characters(page)
        self.render_ms += page.render_ms
        self.read_ms += page.read_ms
        self.layout_ms += page.layout_ms
        self.engines[page.engine] += 1
        self.flags.update(page.flags)
        if page.language:
            self.languages[page.language] += 1


class MetadataOutput:
    """Implements `ports.Output`."""

    name = "metadata"

    def write(self, book: Book, folder: Folder) -> None:
        totals = _Totals()
        with folder.write(self.name, "metadata.json", "application/json") as file:
            file.write(b'{"document":' + msgspec.json.encode(about(book)) + b',"pages":[')
            for index, page in enumerate(book.pages()):
                entry = _entry(page, totals)
                file.write((b",\n" if index else b"\n") + msgspec.json.encode(entry))
            file.write(b'\n],"totals":' + msgspec.json.encode(totals) + b"}\n")


def _entry(page: PageText | Gap, totals: _Totals) -> dict[str, object]:
    if isinstance(page, Gap):
        totals.failed_pages.append(page.number)
        return failed(page)
    totals.add(page)
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "engine": page.engine,
        "engine_version": page.engine_version,
        "reason": page.reason,
        "language": page.language,
        "rotation": page.rotation,
        "skew": page.skew,
        "dpi": page.dpi,
        "flags": page.flags,
        "confidence": page.confidence,
        "blocks": len(page.blocks),
        "characters": _characters(page),
        "render_ms": page.render_ms,
        "read_ms": page.read_ms,
        "layout_ms": page.layout_ms,
    }


def _characters(page: PageText) -> int:
    return sum(len(block.text) + sum(len(c.text) for c in block.cells) for block in page.blocks)
