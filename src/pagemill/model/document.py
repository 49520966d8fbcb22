"""Documents: the bytes a user gave us, known by their SHA-256."""

from dataclasses import dataclass

PDF = "application/pdf"
UNKNOWN = "application/octet-stream"

SUFFIXES = {
    PDF: ".pdf",
    "image/tiff": ".tiff",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "image/gif": ".gif",
    "image/jp2": ".jp2",
}

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"\xff\x4f\xff\x51", "image/jp2"),
)


@dataclass(frozen=True, slots=True)
class Document:
    """What the ledger knows of a document. `pages` is None until somebody has opened it."""

    sha256: str
    media_type: str
    size_bytes: int
    pages: int | None = None

    @property
    def key(self) -> str:
        return document_key(self.sha256, self.media_type)


def media_type_of(head: bytes) -> str:
    """What the first 1,024 bytes say the file is; file names are never asked.

    The `%PDF-` mark may stand anywhere in the first 1,024 bytes (PDF 32000-1 annex H.3.4.1).
    """
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return PDF if b"%PDF-" in head[:1024] else UNKNOWN


def document_folders() -> list[str]:
    """Every folder that `document_key` can name."""
    return [f"documents/{first:02x}" for first in range(256)]


def document_key(sha256: str, media_type: str) -> str:
    """Where the bytes lie on the shelf: `documents/ab/abcd…ef.pdf`."""
    return f"documents/{sha256[:2]}/{sha256}{SUFFIXES.get(media_type, '.bin')}"
