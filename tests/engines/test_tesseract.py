"""The `tesseract` engine, and the packs it needs."""

from pathlib import Path

import pytest

from pagemill.engines.tesseract import TesseractEngine, pack_folders
from pagemill.errors import PagemillError
from pagemill.model.page import PageFlag
from pagemill.ports import ReadOptions

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


def test_the_languages_may_change_from_page_to_page(tesseract, pdf_page):
    if not tesseract.can_read(("de", "en")):
        pytest.fail("needs the packs eng and deu")
    german = pdf_page("Größe und Maße über Straßen")
    for languages in (("de",), ("en",), ("de", "en")):
        text = tesseract.read(german, ReadOptions(languages=languages))
        assert ("Größe" in text.blocks[0].text) == ("de" in languages)
