"""What can be opened, what cannot, and what is said about it."""

import gc
import random
import subprocess
import sys
from pathlib import Path

import pytest

from pagemill.documents import PageOpener
from pagemill.errors import PagemillError
from pagemill.model.document import PDF, UNKNOWN
from pagemill.ports import OpenDocument
from pagemill.testing.documents import (
    damaged_pdf,
    encrypted_pdf,
    holed_pdf,
    long_pdf,
    picture,
    text_pdf,
    tiff,
)

MAX_PIXELS = 4_000_000


@pytest.fixture
def opener() -> PageOpener:
    return PageOpener(MAX_PIXELS)


def code_of(opener: PageOpener, path: Path, password: str = "") -> str:
    with pytest.raises(PagemillError) as raised:
        opener.open(path, UNKNOWN, password)
    return raised.value.code


def code_of_page(document: OpenDocument, number: int) -> str:
    try:
        page = document.page(number)
        page.native_text()
        page.render(40)
    except PagemillError as error:
        return error.code
    return ""


def written(folder: Path, data: bytes, name: str = "document") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def said_on(document: OpenDocument, number: int) -> str:
    return "\n".join(line.text for line in document.page(number).native_text().lines)


@pytest.mark.parametrize(
    ("data", "media_type", "pages"),
    [
        (text_pdf(3), PDF, 3),
        (picture("# Hello"), "image/png", 1),
        (picture("# Hello", "JPEG"), "image/jpeg", 1),
        (picture("# Hello", "WEBP"), "image/webp", 1),
        (picture("# Hello", "BMP"), "image/bmp", 1),
        (picture("# Hello", "GIF"), "image/gif", 1),
        (picture("# Hello", "JPEG2000"), "image/jp2", 1),
        (tiff(4), "image/tiff", 4),
    ],
)
def test_the_bytes_tell_the_kind_and_the_name_is_not_asked(
    opener: PageOpener, tmp_path: Path, data: bytes, media_type: str, pages: int
) -> None:
    document = opener.open(written(tmp_path, data, "misnamed.docx"), "application/msword")
    assert (document.media_type, document.pages) == (media_type, pages)
    document.close()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"%PDF-", "corrupt"),
        (b"just some text that is no document", "not_a_document"),
        (b"BM begins this letter about business matters", "not_a_document"),
        (b"PK\x03\x04" + bytes(2000), "not_a_document"),
        (damaged_pdf(), "corrupt"),
        (b"%PDF-1.7\n" + bytes(5000), "corrupt"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "corrupt"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "corrupt"),
        (b"II*\x00" + bytes(100), "corrupt"),
        (b"GIF89a" + b"\xff" * 100, "corrupt"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(50), "corrupt"),
        (encrypted_pdf("secret"), "password_required"),
    ],
)
def test_what_cannot_be_opened_is_named(
    opener: PageOpener, tmp_path: Path, data: bytes, code: str
) -> None:
    assert code_of(opener, written(tmp_path, data)) == code


def test_a_password_opens_and_a_wrong_one_is_told_from_none(
    opener: PageOpener, tmp_path: Path
) -> None:
    path = written(tmp_path, encrypted_pdf("s3crét", ["Hidden words"]))
    document = opener.open(path, PDF, "s3crét")
    assert said_on(document, 1) == "Hidden words"
    document.close()
    with pytest.raises(PagemillError, match="wrong"):
        opener.open(path, PDF, "guess")
    with pytest.raises(PagemillError, match="encrypted"):
        opener.open(path, PDF)


def test_a_document_locked_against_use_only_opens_without_password(
    opener: PageOpener, tmp_path: Path
) -> None:
    document = opener.open(written(tmp_path, encrypted_pdf("", ["Open words"])), PDF)
    assert said_on(document, 1) == "Open words"
    document.close()


def test_a_pdf_that_pdfium_refuses_is_repaired_and_leaves_no_file(
    opener: PageOpener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    broken = text_pdf(["Saved words"]).replace(b"trailer ", b"trailer 3 ")
    document = opener.open(written(tmp_path, broken), PDF)
    assert said_on(document, 1) == "Saved words"
    assert len(list(scratch.iterdir())) == 1
    document.close()
    assert list(scratch.iterdir()) == []
    assert code_of(opener, written(tmp_path, damaged_pdf())) == "corrupt"
    assert list(scratch.iterdir()) == []


def test_a_damaged_page_fails_alone(opener: PageOpener, tmp_path: Path) -> None:
    document = opener.open(written(tmp_path, holed_pdf(4, {2})), PDF)
    assert document.pages == 4
    with pytest.raises(PagemillError) as raised:
        document.page(2)
    assert raised.value.code == "page_unrenderable"
    assert [said_on(document, n).split("\n")[0] for n in (1, 3, 4)] == [
        "Page 1 of 4",
        "Page 3 of 4",
        "Page 4 of 4",
    ]
    document.close()


@pytest.mark.parametrize("number", [0, -1, 3])
@pytest.mark.parametrize("data", [text_pdf(2), tiff(2)])
def test_there_is_no_page_before_the_first_or_after_the_last(
    opener: PageOpener, tmp_path: Path, data: bytes, number: int
) -> None:
    document = opener.open(written(tmp_path, data), PDF)
    with pytest.raises(PagemillError) as raised:
        document.page(number)
    assert raised.value.code == "page_unrenderable"
    document.close()


@pytest.mark.parametrize("data", [text_pdf(3), tiff(3)])
def test_pages_may_be_used_in_any_order_while_the_document_is_open(
    opener: PageOpener, tmp_path: Path, data: bytes
) -> None:
    document = opener.open(written(tmp_path, data), PDF)
    pages = [document.page(number) for number in (3, 1, 2)]
    again = [pages[i].render(50).pixels for i in (0, 1, 2, 0)]
    assert (again[0] == again[3]).all()
    assert not (again[0] == again[1]).all()
    document.close()


@pytest.mark.parametrize("data", [text_pdf(2), tiff(2), picture("x"), encrypted_pdf("", 1)])
def test_closing_lets_go_of_the_file(opener: PageOpener, tmp_path: Path, data: bytes) -> None:
    path = written(tmp_path, data)
    gc.collect()
    before = len(list(Path("/proc/self/fd").iterdir()))
    document = opener.open(path, PDF)
    document.page(1).render(40)
    document.close()
    document.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize("seed", range(60))
def test_bent_bytes_give_pages_or_an_error_with_a_code(
    opener: PageOpener, tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    makers = (lambda: text_pdf(2), lambda: tiff(2), lambda: picture("# Hi", dpi=50))
    formats = ("JPEG", "GIF", "BMP", "WEBP", "JPEG2000")
    data = bytearray(
        dice.choice([*makers, *[lambda f=f: picture("# Hi", f, dpi=50) for f in formats]])()
    )
    for _ in range(dice.randint(1, 30)):
        data[dice.randrange(16, len(data))] = dice.randrange(256)
    del data[dice.choice([len(data), dice.randrange(20, len(data))]) :]
    try:
        document = opener.open(written(tmp_path, bytes(data)), PDF)
    except PagemillError:
        return
    codes = {code_of_page(document, number) for number in range(1, min(document.pages, 3) + 1)}
    document.close()
    assert codes <= {"", "page_unrenderable", "page_memory"}


WALK = """
import resource, sys
from pathlib import Path
from pagemill.documents import PageOpener
document = PageOpener(4_000_000).open(Path(sys.argv[1]), "")
def walk(pages):
    for number in pages:
        page = document.page(number)
        page.native_text(), page.native_dpi(), page.render(60)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(walk(range(1, 101)), walk(range(101, 401)))
"""


def test_memory_stays_flat_over_many_pages(tmp_path: Path) -> None:
    path = written(tmp_path, long_pdf(400, 0.1))
    walked = subprocess.run(
        [sys.executable, "-c", WALK, str(path)], check=True, capture_output=True, text=True
    )
    after_100, after_400 = map(int, walked.stdout.split())
    assert after_400 - after_100 < 60
