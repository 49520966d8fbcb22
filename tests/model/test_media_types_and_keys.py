"""Documents are known by their bytes; names on the shelf are plain."""

import pytest

from pagemill.model.document import (
    PDF,
    SUFFIXES,
    UNKNOWN,
    Document,
    document_key,
    media_type_of,
)
from pagemill.model.page import Block, BlockKind, Box, PageText, around, page_key


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"%PDF-1.7\n", PDF),
        (b"\r\n junk before %PDF-1.4", PDF),
        (b"x" * 1019 + b"%PDF-", PDF),
        (b"x" * 1020 + b"%PDF-", UNKNOWN),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\x89PNG\n", UNKNOWN),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"II*\x00", "image/tiff"),
        (b"MM\x00*", "image/tiff"),
        (b"II+\x00", "image/tiff"),
        (b"GIF89a", "image/gif"),
        (b"BM....", "image/bmp"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", UNKNOWN),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
        (b"\xff\x4f\xff\x51", "image/jp2"),
        (b"", UNKNOWN),
        (b"PK\x03\x04", UNKNOWN),
    ],
)
def test_bytes_say_what_a_file_is(head: bytes, media_type: str) -> None:
    assert media_type_of(head) == media_type


@pytest.mark.parametrize(("media_type", "suffix"), [*SUFFIXES.items(), (UNKNOWN, ".bin")])
def test_documents_lie_under_their_hash(media_type: str, suffix: str) -> None:
    sha256 = "ab" + "c" * 62
    key = f"documents/ab/{sha256}{suffix}"
    assert document_key(sha256, media_type) == Document(sha256, media_type, 1).key == key


def test_page_texts_are_named_by_page_and_token() -> None:
    assert page_key("j", 7, "t0") == "jobs/j/pages/0007.t0.json"
    assert page_key("j", 12345, "t0") == "jobs/j/pages/12345.t0.json"


def test_boxes_have_a_size_and_a_common_frame() -> None:
    boxes = [Box(1, 2, 3, 4), Box(0, 3, 2, 9)]
    assert around(boxes) == Box(0, 2, 3, 9)
    assert (boxes[1].width, boxes[1].height) == (2, 6)


@pytest.mark.parametrize(
    ("blocks", "confidence"),
    [
        ((), None),
        ((("text layer", None),), None),
        ((("", 0.5),), None),
        ((("abcd", 0.5),), 0.5),
        ((("abc", 1.0), ("d", 0.0), ("text layer", None)), 0.75),
    ],
)
def test_the_confidence_of_a_page_is_weighed_by_letters(
    blocks: tuple[tuple[str, float | None], ...], confidence: float | None
) -> None:
    box = Box(0, 0, 1, 1)
    parts = tuple(Block(BlockKind.LINE, box, text, sure) for text, sure in blocks)
    page = PageText(1, 10, 10, (), "text", "1").with_blocks(parts)
    assert page.confidence == confidence
