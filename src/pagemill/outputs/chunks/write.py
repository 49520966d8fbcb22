"""`chunks`: the document in pieces for retrieval, `result.chunks.jsonl`, one JSON object a line.

`{"n": 0, "kind": "text", "text": "...", "headings": ["Part", "Section"], "pages": [3, 4],
"boxes": [{"page": 3, "box": [72, 90, 300, 110]}]}`. A chunk holds text under one path of
headings; it ends at the end of a block, of a sentence where a block is long. A table is chunks of
its own, in Markdown, each with the table's head. Boxes are left, top, right, bottom in points.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import msgspec

from pagemill.model.page import BlockKind
from pagemill.outputs.captions import Captioned, with_captions
from pagemill.outputs.chunks.pieces import MOST, Piece, table_pieces, text_pieces
from pagemill.outputs.flow import Part, Place, flow
from pagemill.ports import Book, Folder

MEDIA_TYPE = "application/jsonl"
ENOUGH = 1000  # letters after which a chunk takes no further block
TEXT, TABLE, HEADING = "text", "table", "heading"


class ChunksOutput:
    """Implements `ports.Output`."""

    name = "chunks"

    def write(self, book: Book, folder: Folder) -> None:
        with folder.write(self.name, "result.chunks.jsonl", MEDIA_TYPE) as file:
            for n, chunk in enumerate(_chunks(book)):
                file.write(msgspec.json.encode({"n": n, **chunk}) + b"\n")


Chunk = dict[str, object]


def _chunks(book: Book) -> Iterator[Chunk]:
    packer = _Packer()
    for item in with_captions(flow(book)):
        match item:
            case Captioned() if item.part.block.cells:
                yield from packer.table(item.part, item.caption)
            case Captioned():
                parts = (item.part, item.caption)
                for part in reversed(parts) if item.is_above else parts:
                    yield from packer.text(part)
            case Part() if item.block.kind is BlockKind.HEADING:
                yield from packer.heading(item)
            case Part() if item.block.cells:
                yield from packer.table(item)
            case Part():
                yield from packer.text(item)
            case _:  # pages begin and are missing without a word
                pass
    yield from packer.end()


@dataclass(slots=True)
class _Heading:
    """A heading over what comes. `is_shown` once a chunk has it in its path."""

    level: int
    text: str
    place: Place
    is_shown: bool = False


@dataclass(slots=True)
class _Packer:
    """Puts pieces together under the headings they stand under."""

    path: list[_Heading] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    length: int = 0

    def heading(self, part: Part) -> Iterator[Chunk]:
        """Headings with nothing under them are chunks themselves: no word is lost."""
        text = " ".join(part.block.text.split())
        if not text:
            return
        yield from self._flush()
        level = part.block.level or 1
        yield from self._leave(level)
        self.path.append(_Heading(level, text, part.places[0]))

    def text(self, part: Part) -> Iterator[Chunk]:
        for piece in text_pieces(part):
            if self.length >= ENOUGH or (self.pieces and self.length + len(piece.text) > MOST):
                yield from self._flush()
            self.pieces.append(piece)
            self.length += len(piece.text)

    def table(self, part: Part, caption: Part | None = None) -> Iterator[Chunk]:
        yield from self._flush()
        for piece in table_pieces(part, caption):
            yield self._chunk(TABLE, [piece])

    def end(self) -> Iterator[Chunk]:
        yield from self._flush()
        yield from self._leave(0)

    def _flush(self) -> Iterator[Chunk]:
        if self.pieces:
            yield self._chunk(TEXT, self.pieces)
        self.pieces, self.length = [], 0

    def _leave(self, level: int) -> Iterator[Chunk]:
        """Takes headings of this level and deeper off the path."""
        count = next((n for n, h in enumerate(self.path) if h.level >= level), len(self.path))
        shown = sum(heading.is_shown for heading in self.path)  # those above the others
        left = self.path[max(shown, count) :]
        if left:
            del self.path[max(shown, count) :]
            text = "\n".join(heading.text for heading in left)
            yield self._chunk(HEADING, [Piece(text, [heading.place for heading in left])])
        del self.path[count:]

    def _chunk(self, kind: str, pieces: list[Piece]) -> Chunk:
        for heading in self.path:
            heading.is_shown = True
        places = list(dict.fromkeys(place for piece in pieces for place in piece.places))
        return {
            "kind": kind,
            "text": _joined(pieces),
            "headings": [heading.text for heading in self.path],
            "pages": sorted({place.page for place in places}),
            "boxes": [{"page": place.page, "box": _sides(place)} for place in places],
        }


def _joined(pieces: list[Piece]) -> str:
    """List items on lines of their own, other blocks with a blank line between."""
    text = pieces[0].text
    for before, piece in pairwise(pieces):
        text += ("\n" if before.is_item and piece.is_item else "\n\n") + piece.text
    return text


def _sides(place: Place) -> list[float]:
    box = place.box
    return [round(side, 1) for side in (box.x0, box.y0, box.x1, box.y1)]
