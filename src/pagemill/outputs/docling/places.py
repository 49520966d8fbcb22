"""Places and files as docling-core names them."""

import hashlib
import math

from docling_core.types.doc import BoundingBox, CoordOrigin, DocumentOrigin, ProvenanceItem
from pydantic import ValidationError

from pagemill.errors import PagemillError
from pagemill.model.document import media_type_of
from pagemill.model.page import Box
from pagemill.outputs.flow import Part
from pagemill.ports import Book

_HEAD = 1024  # bytes by which a file is known


def bounding_box(box: Box) -> BoundingBox:
    """In points, from the top left; what is no number becomes 0."""
    left, top, right, bottom = (
        round(side, 2) if math.isfinite(side) else 0.0 for side in (box.x0, box.y0, box.x1, box.y1)
    )
    return BoundingBox(l=left, t=top, r=right, b=bottom, coord_origin=CoordOrigin.TOPLEFT)


def provenance(part: Part, length: int) -> list[ProvenanceItem]:
    """One for each place; the letters that stand there, of a text of `length`."""
    is_text = not part.block.cells
    starts = [min(place.start, length) if is_text else 0 for place in part.places]
    ends = [*starts[1:], length] if is_text else [0] * len(starts)
    return [
        ProvenanceItem(page_no=place.page, bbox=bounding_box(place.box), charspan=(start, end))
        for place, start, end in zip(part.places, starts, ends, strict=True)
    ]


def origin_of(book: Book) -> DocumentOrigin | None:
    """The file; None where it may not be opened, or docling-core does not know its kind."""
    try:
        path = book.document_path()
        with path.open("rb") as file:
            media_type = media_type_of(file.read(_HEAD))
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").digest()
        return DocumentOrigin(
            mimetype=media_type or "",
            binary_hash=int.from_bytes(digest[:8], "big"),
            filename=book.filename,
        )
    except (PagemillError, OSError, ValidationError):
        return None
