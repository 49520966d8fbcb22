"""The makers and the clock that tests and plug-in authors lean on."""

import io

import pikepdf
import pytest

from pagemill.model.document import media_type_of
from pagemill.testing import documents
from pagemill.testing.clock import SettableClock


@pytest.mark.parametrize(
    "make",
    [
        lambda: documents.text_pdf(2),
        lambda: documents.picture_pdf(1),
        lambda: documents.long_pdf(20, 0.25),
        lambda: documents.holed_pdf(3, {2}),
        lambda: documents.tiff(2),
        lambda: documents.picture("# Hi", "JPEG"),
        documents.damaged_pdf,
        lambda: documents.forms_pdf(4),
        lambda: documents.strokes_pdf(2000),
        documents.vast_pdf,
        lambda: documents.giant_pdf(1),
    ],
)
def test_equal_arguments_give_equal_bytes(make: object) -> None:
    assert make() == make()  # type: ignore[operator]


def test_made_documents_are_small() -> None:
    assert len(documents.text_pdf(1)) < 3_000
    assert len(documents.picture_pdf(1)) < 40_000
    assert len(documents.long_pdf(1000)) < 1_500_000


@pytest.mark.parametrize(
    ("make", "limit"),
    [
        (documents.forms_pdf, 8_000),
        (documents.strokes_pdf, 500_000),
        (documents.vast_pdf, 20_000),
        (documents.giant_pdf, 30_000),
    ],
)
def test_hostile_documents_are_small_and_hurt_with_their_second_page(make, limit) -> None:
    made = make()
    assert len(made) < limit
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert len(pdf.pages) == 3
        assert ["/Font" in page.obj.Resources for page in pdf.pages] == [True, False, True]


def test_hostile_documents_are_as_large_as_they_say() -> None:
    with pikepdf.open(io.BytesIO(documents.strokes_pdf(5000))) as pdf:
        assert pdf.pages[1].Contents.read_bytes().count(b" l S\n") == 5000
    with pikepdf.open(io.BytesIO(documents.vast_pdf())) as pdf:
        assert list(pdf.pages[1].MediaBox) == [0, 0, 1_000_000, 1_000_000]
    with pikepdf.open(io.BytesIO(documents.giant_pdf())) as pdf:
        picture = pdf.pages[1].Resources.XObject.Im0
        assert 120_000_000 <= int(picture.Width) * int(picture.Height) < 125_000_000
        assert int(picture.BitsPerComponent) == 1


def test_a_share_of_a_long_document_is_pictures() -> None:
    with pikepdf.open(io.BytesIO(documents.long_pdf(40, 0.25))) as pdf:
        pictures = [
            number for number, page in enumerate(pdf.pages, 1) if "/XObject" in page.obj.Resources
        ]
    assert pictures == list(range(4, 41, 4))


def test_signatures_are_true() -> None:
    made = {
        "application/pdf": documents.damaged_pdf(),
        "image/png": documents.picture("x"),
        "image/jp2": documents.picture("x", "JPEG2000"),
        "image/tiff": documents.tiff(1),
    }
    assert {kind: media_type_of(data[:1024]) for kind, data in made.items()} == {
        kind: kind for kind in made
    }


def test_a_settable_clock_stands_still_until_it_is_moved() -> None:
    clock = SettableClock(now_ms=1_000)
    before = clock.monotonic()
    clock.advance(1.5)
    clock.advance(ms=250)
    assert clock.now_ms() == 2_750
    assert clock.monotonic() - before == 1.75
    clock.set(500)
    assert clock.now_ms() == 500
    assert clock.monotonic() - before == 1.75
