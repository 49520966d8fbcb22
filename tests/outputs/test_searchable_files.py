"""searchable.pdf of files that are locked, damaged, hostile, long or oddly packed."""

import base64
import io
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Name

from outputs.books import TIMEOUT, book_of
from outputs.found_text import box_of, is_near, problems_of, text_of
from outputs.searchables import PLACE, line, read, searchable
from pagemill.model.page import PageText
from pagemill.ports import Gap
from pagemill.testing.documents import (
    bomb_pdf,
    encrypted_pdf,
    forms_pdf,
    giant_pdf,
    holed_pdf,
    picture_pdf,
    strokes_pdf,
    text_pdf,
    vast_pdf,
)


@pytest.mark.parametrize("password", ["sesame", ""])
def test_an_encrypted_document_opens_with_the_password_of_the_job(
    tmp_path: Path, password: str
) -> None:
    path = tmp_path / "secret.pdf"
    path.write_bytes(encrypted_pdf(password, ["seen words"]))
    book = book_of([read(line("Found here"))], path)
    book.password = password
    pdf = searchable(book)
    assert is_near(box_of(pdf, "Found here"), PLACE)
    assert "seen words" in text_of(pdf)


@pytest.mark.parametrize("lost", [b"startxref", b"/Size", b"trailer"])
def test_a_damaged_document_that_can_be_mended_is_mended(scan: Path, lost: bytes) -> None:
    data = scan.read_bytes()
    assert lost in data
    scan.write_bytes(data.replace(lost, b"dog-eared"))
    pdf = searchable(book_of([read(line("Found here"))], scan))
    assert is_near(box_of(pdf, "Found here"), PLACE)
    assert problems_of(pdf) == []


def test_a_document_that_needs_nothing_is_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "good.pdf"
    path.write_bytes(text_pdf(["good words"]))
    native = PageText(1, 612, 792, (line("good words"),), "text", "1")
    assert searchable(book_of([native], path)) == path.read_bytes()


def test_numbers_that_lie_in_the_file_by_themselves_are_no_trouble(scan: Path) -> None:
    with pikepdf.open(scan, allow_overwriting_input=True) as pdf:
        pdf.Root.Some = pdf.make_indirect(7)
        pdf.save(scan)
    assert text_of(searchable(book_of([read(line("x"))], scan))) == "x"


def test_a_document_with_holes_keeps_its_number_of_pages(tmp_path: Path) -> None:
    path = tmp_path / "holes.pdf"
    path.write_bytes(holed_pdf(3, [2]))
    native = PageText(1, 612, 792, (line("drawn words"),), "text", "1")
    pdf = searchable(book_of([native, Gap(2, TIMEOUT), read(line("third"), number=3)], path))
    assert "third" in text_of(pdf, 3)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) == 3


def test_a_thousand_pages_share_one_font(tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    with pikepdf.open(io.BytesIO(picture_pdf(["words"], dpi=20))) as one, pikepdf.new() as pdf:
        for _ in range(1000):
            pdf.pages.append(one.pages[0])
        pdf.save(path)
    pages = [read(line(f"leaf {n}"), number=n) for n in range(1, 1001)]
    result = searchable(book_of(pages, path))
    assert [text_of(result, n) for n in (1, 500, 1000)] == ["leaf 1", "leaf 500", "leaf 1000"]
    assert result.count(b"/FontFile2") == 1
    assert len(result) < path.stat().st_size + 1_000_000


def test_the_same_picture_on_many_pages_is_kept_once(tmp_path: Path) -> None:
    path = tmp_path / "shared.pdf"
    with pikepdf.open(io.BytesIO(picture_pdf(["words"]))) as pdf:
        pdf.pages.append(pdf.pages[0])
        pdf.save(path)
    pages: Sequence[PageText] = [read(line("one")), read(line("two"), number=2)]
    result = searchable(book_of(pages, path))
    assert [text_of(result, n) for n in (1, 2)] == ["one", "two"]
    assert len(result) < path.stat().st_size + 6000


@pytest.mark.parametrize("content", [b"q q 0.1 0 0 0.1 9 9 cm", b"Q Q (never ended", b"BT [ <00"])
def test_whatever_the_content_of_a_page_leaves_undone_text_stands_right(
    scan: Path, content: bytes
) -> None:
    with pikepdf.open(scan, allow_overwriting_input=True) as pdf:
        pdf.pages[0].contents_add(content, prepend=True)
        pdf.save(scan)
    assert is_near(box_of(searchable(book_of([read(line("Found"))], scan)), "Found"), PLACE)


@pytest.mark.parametrize(
    ("packing", "data", "is_copied"),
    [
        ("/FlateDecode", zlib.compress(b"a picture" * 9, 1), True),
        ("/RunLengthDecode", b"\x08a picture\x80", True),
        ("/DCTDecode", b"\xff\xd8 not much of a JPEG", True),
        ("/ASCII85Decode", base64.a85encode(b"a picture") + b"~>", False),
        ("", b"a picture" * 9, False),
    ],
)
def test_packed_streams_are_copied_and_loose_ones_packed_without_loss(
    scan: Path, packing: str, data: bytes, is_copied: bool
) -> None:
    with pikepdf.open(scan, allow_overwriting_input=True) as pdf:
        other = pikepdf.Stream(pdf, data, **({"Filter": Name(packing)} if packing else {}))
        pdf.pages[0].obj.Resources.XObject["/Other"] = other
        pdf.save(scan, compress_streams=False)
    result = searchable(book_of([read(line("x"))], scan))
    with pikepdf.open(scan) as before, pikepdf.open(io.BytesIO(result)) as after:
        one, two = (pdf.pages[0].obj.Resources.XObject.Other for pdf in (before, after))
        assert (one.read_raw_bytes() == two.read_raw_bytes() == data) == is_copied
        if not is_copied:
            assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize(
    "hostile",
    [bomb_pdf, forms_pdf, strokes_pdf, vast_pdf, giant_pdf],
    ids=lambda make: make.__name__,
)
def test_hostile_pages_get_their_text_like_others(
    tmp_path: Path, hostile: Callable[[], bytes]
) -> None:
    path = tmp_path / "hostile.pdf"
    path.write_bytes(hostile())
    pages = [read(line("one"), number=1), read(line("two"), number=2)]
    pdf = searchable(book_of(pages, path))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        shown = [page.Contents[0].read_bytes() for page in list(opened.pages)[:2]]
    assert [
        b"(%s) Tj" % text.encode("utf-16-be") in content
        for text, content in zip(("one", "two"), shown, strict=True)
    ] == [True, True]
