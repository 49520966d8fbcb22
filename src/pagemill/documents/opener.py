"""Opens a file as what its first bytes say it is."""

from pathlib import Path

from pagemill.documents.images import open_image
from pagemill.documents.pdf.book import open_pdf
from pagemill.errors import PagemillError
from pagemill.model.document import PDF, UNKNOWN, media_type_of
from pagemill.ports.documents import OpenDocument

HEAD_BYTES = 1024
LEAST_BYTES = 16  # no kind of document fits in fewer


class PageOpener:
    """Implements `ports.Documents`. `max_pixels` caps every picture drawn of a page."""

    def __init__(self, max_pixels: int) -> None:
        self._max_pixels = max_pixels

    def open(self, path: Path, media_type: str, password: str = "") -> OpenDocument:
        """The file's first bytes decide; `media_type`, which a name may have suggested, does not.

        Raises `empty_file`, `not_a_document`, `corrupt`, `password_required`, `too_large`.
        """
        head = _head(path)
        if not head:
            raise PagemillError("empty_file")
        found = media_type_of(head)
        if len(head) < LEAST_BYTES:
            raise PagemillError("corrupt", f"The file ends after {len(head)} bytes")
        if found == UNKNOWN:
            raise PagemillError("not_a_document", _unlike(media_type))
        if found == PDF:
            return open_pdf(path, password, self._max_pixels)
        return open_image(path, found, self._max_pixels)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _unlike(media_type: str) -> str:
    claim = "" if media_type == UNKNOWN else f", though it was taken for {media_type}"
    return f"The file begins like no kind of document that Pagemill opens{claim}"
