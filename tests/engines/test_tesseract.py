"""The `tesseract` engine, and the packs it needs."""

from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest

from pagemill.engines.tesseract import TesseractEngine, pack_folders
from pagemill.errors import PagemillError
from pagemill.model.page import PageFlag
from pagemill.ports import ReadOptions
from pagemill.testing import degraded
from pagemill.testing.documents import draw, page_body

PROSE = """However, it did not last long: the shell
buried itself in the earth and burst there.
Nobody was hurt, but everyone in the street
came out to look at the hole it had made,
and the children were told to keep away
until somebody was found to fill it again."""


def engine_with(folder: Path, *packs: str) -> TesseractEngine:
    """Packs that exist by name only: enough to be asked, not to read."""
    folder.mkdir(exist_ok=True)
    for name in packs:
        (folder / f"{name}.traineddata").write_bytes(b"x")
    return TesseractEngine([folder])


def test_without_any_pack_it_is_missing_and_says_what_to_install(tmp_path):
    engine = engine_with(tmp_path, "osd")
    failure = engine.missing()
    assert failure is not None
    assert failure.code == "engine_missing"
    assert "apt-get install tesseract-ocr-eng" in failure.hint
    with pytest.raises(PagemillError, match="no language data"):
        engine.load()


@pytest.mark.parametrize(
    ("language", "package"),
    [
        ("ru", "tesseract-ocr-rus"),
        ("zh-Hant", "tesseract-ocr-chi-tra"),
        ("ger", "tesseract-ocr-deu"),
    ],
)
def test_a_missing_pack_is_named(tmp_path, page_of, language, package):
    engine = engine_with(tmp_path, "eng")
    assert not engine.can_read((language,))
    with pytest.raises(PagemillError) as caught:
        engine.read(page_of(), ReadOptions(languages=("en", language)))
    assert caught.value.code == "language_missing"
    assert f"apt-get install {package}`" in caught.value.hint


def test_a_language_nobody_knows_is_not_offered_as_a_package(tmp_path):
    failure = engine_with(tmp_path, "eng").language_failure(("xx",))
    assert "xx" in failure.message
    assert "apt-get" not in failure.hint


def test_packs_added_by_hand_are_used_whatever_they_are_called(tmp_path):
    assert engine_with(tmp_path, "eng", "enochian").can_read(("enochian",))


def test_another_pack_is_another_version(tmp_path):
    one = engine_with(tmp_path / "one", "eng")
    two = engine_with(tmp_path / "two", "eng", "deu")
    assert one.version != two.version
    assert one.version == engine_with(tmp_path / "three", "eng").version


def test_the_variable_of_tesseract_comes_first_then_the_newest_debian_folder(tmp_path):
    for version in ("4.00", "5"):
        (tmp_path / "usr/share/tesseract-ocr" / version / "tessdata").mkdir(parents=True)
    folders = pack_folders({"TESSDATA_PREFIX": "/mine"}, tmp_path)
    assert folders[:4] == [
        Path("/mine"),
        Path("/mine/tessdata"),
        tmp_path / "usr/share/tesseract-ocr/5/tessdata",
        tmp_path / "usr/share/tesseract-ocr/4.00/tessdata",
    ]
    assert tmp_path / "usr/share/tessdata" in folders


def test_the_first_folder_with_packs_is_used(tmp_path):
    engine_with(tmp_path / "full", "eng", "deu")
    engine = TesseractEngine([tmp_path / "none", tmp_path / "full"])
    assert engine.languages() == ["deu", "eng"]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_is_read_and_its_boxes_fit_the_page_as_it_lies(tesseract, page_of, turn):
    if "osd" not in tesseract._packs:
        pytest.fail("the orientation pack is not installed: apt-get install tesseract-ocr-osd")
    page = page_of(PROSE, turn=turn)
    text = tesseract.read(page, ReadOptions())
    assert "buried itself in the earth" in " ".join(block.text for block in text.blocks)
    assert text.rotation == 360 - turn
    assert text.flags == (PageFlag.ROTATED,)
    for block in text.blocks:
        if len(block.text) > 4:
            assert (block.box.height > block.box.width) == (turn != 180)
        assert 0 <= block.box.x0 < block.box.x1 <= page.width
        assert 0 <= block.box.y0 < block.box.y1 <= page.height


@pytest.mark.parametrize("flaw", ["shadow", "speckle", "skew 5", "skew 10"])
def test_a_flawed_copy_is_read_as_well_as_a_clean_page(tesseract, page_of, flaw):
    page = page_of()
    page.image = degraded.usual(page.dpi)[flaw](wide(PROSE))
    text = tesseract.read(page, ReadOptions())
    read = " ".join(block.text for block in text.blocks)
    assert SequenceMatcher(None, read, PROSE.replace("\n", " "), False).ratio() > 0.97


def wide(words):
    """Drawn so that no line wraps."""
    return draw(words, dpi=150, size=(360.0, 200.0))


@pytest.mark.parametrize("radius", [2.0, 2.5])
def test_a_blurred_page_is_not_called_turned(tesseract, page_of, radius):
    """Tesseract takes such lines for columns of vertical writing, and reads them all the same."""
    page = page_of()
    words = "\n".join(page_body(number, 6) for number in range(1, 7))
    page.image = degraded.blur(draw(words, dpi=150), radius)
    text = tesseract.read(page, ReadOptions())
    assert len(text.blocks) > 30
    assert (text.rotation, text.flags) == (0, ())


@pytest.mark.parametrize("skew", [-8.0, 3.0])
def test_a_skewed_page_says_by_how_much_and_its_boxes_fit_it_as_it_lies(tesseract, page_of, skew):
    page = page_of()
    page.image = degraded.skewed(wide(PROSE), skew)
    text = tesseract.read(page, ReadOptions())
    assert text.skew == pytest.approx(skew, abs=0.2)
    assert text.flags == (PageFlag.SKEWED,)
    ink = np.asarray(page.image) < 128
    boxes = [[round(page.dpi / 72 * side) for side in corners(block.box)] for block in text.blocks]
    inside = np.zeros_like(ink)
    for x0, y0, x1, y1 in boxes:
        assert ink[y0:y1, x0:x1].any()
        inside[y0:y1, x0:x1] = True
    assert len(boxes) == len(PROSE.splitlines())
    assert (ink & inside).sum() > 0.97 * ink.sum()
    assert inside.mean() < 0.6


def corners(box):
    return box.x0, box.y0, box.x1, box.y1


def test_a_coarse_picture_is_drawn_as_it_is_and_made_finer_after_that(tesseract, page_of):
    page = page_of(PROSE, dpi=72)
    text = tesseract.read(page, ReadOptions())
    assert page.asked == [72]
    assert text.dpi == 144
    assert all(block.box.x1 <= page.width for block in text.blocks)
    assert max(block.box.y1 for block in text.blocks) > page.height / 2


def test_the_languages_may_change_from_page_to_page(tesseract, pdf_page):
    if not tesseract.can_read(("de", "en")):
        pytest.fail("needs the packs eng and deu")
    german = pdf_page("Größe und Maße über Straßen")
    for languages in (("de",), ("en",), ("de", "en")):
        text = tesseract.read(german, ReadOptions(languages=languages))
        assert ("Größe" in text.blocks[0].text) == ("de" in languages)
