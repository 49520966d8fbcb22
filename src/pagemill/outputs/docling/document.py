"""`docling`: the document as a DoclingDocument, `result.docling.json`, for programs that take what
Docling gives.

Built by docling-core, in memory as a whole; the library takes seconds to load, so only the child
that writes this output does. Boxes are in points with the origin at the top left, and say so.
Headers and footers are furniture, unless the job keeps them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import msgspec
from docling_core.types.doc import (
    ContentLayer,
    DocItem,
    DocItemLabel,
    DoclingDocument,
    ImageRef,
    ListGroup,
    ListItem,
    NodeItem,
    Size,
    TableCell,
    TableData,
    TextItem,
)
from pydantic import AnyUrl

from pagemill.model.markers import split_marker
from pagemill.model.options import KEEP
from pagemill.model.page import BlockKind, Box
from pagemill.outputs.captions import Captioned, with_captions
from pagemill.outputs.crops import DPI
from pagemill.outputs.docling.places import bounding_box, origin_of, provenance
from pagemill.outputs.escape import clean_code, clean_lines
from pagemill.outputs.flow import FURNITURE, Item, PageStart, Part, belongs_to_item, flow
from pagemill.outputs.grids import Placed, grid
from pagemill.outputs.link_text import safe_url
from pagemill.ports import Book, Folder

MEDIA_TYPE = "application/json"
_POINTS = 72
_LABELS = {
    BlockKind.CAPTION: DocItemLabel.CAPTION,
    BlockKind.FOOTNOTE: DocItemLabel.FOOTNOTE,
    BlockKind.HEADER: DocItemLabel.PAGE_HEADER,
    BlockKind.FOOTER: DocItemLabel.PAGE_FOOTER,
}
_SHOWN = (BlockKind.TABLE, BlockKind.FIGURE)


def write(book: Book, folder: Folder) -> None:
    writer = _Writer(DoclingDocument(name=PurePosixPath(book.filename).stem), book)
    writer.document.origin = origin_of(book)
    for item in with_captions(flow(book, furniture=True)):
        writer.add(item)
    with folder.write("docling", "result.docling.json", MEDIA_TYPE) as file:
        for line in _lines(writer.document.export_to_dict()):
            file.write(line)


def _lines(told: Mapping[str, object]) -> Iterator[bytes]:
    """JSON with a line for each item."""
    yield b"{"
    for index, (name, value) in enumerate(told.items()):
        yield (b",\n" if index else b"") + msgspec.json.encode(name) + b":"
        if isinstance(value, list):
            yield b"[" + b",\n".join(map(msgspec.json.encode, value)) + b"]"
        else:
            yield msgspec.json.encode(value)
    yield b"}\n"


@dataclass(slots=True)
class _OpenList:
    """A list that items may still join, and its last item, which a deeper list belongs to."""

    level: int
    group: ListGroup
    last: ListItem | None = None


@dataclass(slots=True)
class _Writer:
    """Adds items to a document in their order."""

    document: DoclingDocument
    book: Book
    lists: list[_OpenList] = field(default_factory=list)

    def add(self, item: Item | Captioned) -> None:
        if isinstance(item, Part) and item.block.kind is BlockKind.LIST_ITEM:
            self._list_item(item)
            return
        if isinstance(item, Part) and self._in_item(item):
            return
        match item:
            case PageStart():  # a list may go on over pages
                self.document.add_page(item.number, Size(width=item.width, height=item.height))
                return
            case Captioned():
                self._shown(item.part, self._text(item.caption))
            case Part() if item.block.kind in _SHOWN:
                self._shown(item)
            case Part():
                self._text(item)
        self.lists = []

    def _in_item(self, part: Part) -> bool:
        """Adds what belongs to the last item of a list; whether it does."""
        if not self.lists or not belongs_to_item(part.block):
            return False
        while len(self.lists) > 1 and self.lists[-1].level > (part.block.level or 1):
            self.lists.pop()
        self._text(part, self.lists[-1].last)
        return True

    def _text(self, part: Part, parent: NodeItem | None = None) -> TextItem | None:
        """None for a part without words."""
        block, text = part.block, _words(part)
        if not text:
            return None
        made: TextItem
        match block.kind:
            case BlockKind.HEADING:
                made = self.document.add_heading(text, level=max(1, block.level or 1))
            case BlockKind.CODE:
                made = self.document.add_code(clean_code(block.text), parent=parent)
            case BlockKind.FORMULA:
                made = self.document.add_formula(text, parent=parent)
            case kind:
                label = _LABELS.get(kind, DocItemLabel.TEXT)
                made = self.document.add_text(label, text, parent=parent)
        is_aside = block.kind in FURNITURE and self.book.options.headers_footers != KEEP
        made.content_layer = ContentLayer.FURNITURE if is_aside else ContentLayer.BODY
        _place(made, part, text)
        return made

    def _shown(self, part: Part, caption: TextItem | None = None) -> None:
        if part.block.cells:
            _place(self.document.add_table(_table(part), caption=caption), part, "")
            return
        picture = self.document.add_picture(image=self._image(part), caption=caption)
        _place(picture, part, "")
        if _words(part):
            text = self.document.add_text(DocItemLabel.TEXT, _words(part), parent=picture)
            _place(text, part, text.text)

    def _image(self, part: Part) -> ImageRef | None:
        """The crop beside the file, if the job has crops."""
        if not part.picture or "images" not in self.book.options.outputs:
            return None
        box: Box = part.places[0].box
        size = Size(width=box.width * DPI / _POINTS, height=box.height * DPI / _POINTS)
        return ImageRef(mimetype="image/jpeg", dpi=DPI, size=size, uri=Path(part.picture))

    def _list_item(self, part: Part) -> None:
        text = _words(part)
        if not text:
            return
        place = self._list_of(part.block.level or 1)
        marker = split_marker(text, is_item=True)
        is_number = marker is not None and marker.number is not None
        is_own = marker is not None and (is_number or marker.is_bullet)
        body = marker.rest if marker is not None and is_own else text
        place.last = self.document.add_list_item(
            body,
            enumerated=is_number,
            marker=marker.text if marker is not None and is_own else "-",
            orig=text,
            parent=place.group,
        )
        _place(place.last, part, body)

    def _list_of(self, level: int) -> _OpenList:
        while self.lists and self.lists[-1].level > level:
            self.lists.pop()
        if not self.lists or self.lists[-1].level < level:
            parent = self.lists[-1].last if self.lists else None
            self.lists.append(_OpenList(level, self.document.add_list_group(parent=parent)))
        return self.lists[-1]


def _words(part: Part) -> str:
    separator = " " if part.block.kind in (BlockKind.HEADING, BlockKind.LIST_ITEM) else "\n"
    return separator.join(clean_lines(part.block.text))


def _place(made: DocItem, part: Part, text: str) -> None:
    """Says where an item stands and, if all of it is a link, where it leads."""
    made.prov = provenance(part, len(text))
    links = part.block.links
    if isinstance(made, TextItem) and len(links) == 1 and links[0].text.split() == text.split():
        made.hyperlink = AnyUrl(safe_url(links[0].url)) if safe_url(links[0].url) else None


def _table(part: Part) -> TableData:
    made = grid(part.block.cells)
    cells = [_cell(cell, is_head=cell.row < made.head_rows) for row in made.rows for cell in row]
    return TableData(num_rows=len(made.rows), num_cols=made.columns, table_cells=cells)


def _cell(cell: Placed, *, is_head: bool) -> TableCell:
    return TableCell(
        text="\n".join(clean_lines(cell.text)),
        row_span=cell.row_span,
        col_span=cell.column_span,
        start_row_offset_idx=cell.row,
        end_row_offset_idx=cell.row + cell.row_span,
        start_col_offset_idx=cell.column,
        end_col_offset_idx=cell.column + cell.column_span,
        column_header=cell.is_header and is_head,
        row_header=cell.is_header and not is_head,
        bbox=bounding_box(cell.box) if cell.box else None,
    )
