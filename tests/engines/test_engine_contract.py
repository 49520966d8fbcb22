"""What every engine of the house keeps, whatever it is made of."""

import re

import msgspec
import pytest
from PIL import Image

from pagemill.model.page import BlockKind, NativeText, PageFlag, PageText
from pagemill.ports import ReadOptions

OPTIONS = ReadOptions()
NOTHING = NativeText((), 0, 0.0, 0.0, 0.0, 0.0)


def words(text: PageText) -> list[str]:
    return re.findall(r"\w+", " ".join(block.text for block in text.blocks))


def test_an_engine_says_who_it_is(engine):
    assert engine.name in {"text", "ppocr", "tesseract", "hybrid"}
    assert engine.version
    assert engine.missing() is None
    assert engine.can_read(())


def test_every_word_is_read_with_its_spaces(engine, page_of):
    text = engine.read(page_of(), OPTIONS)
    assert words(text) == re.findall(
        r"\w+", "The quick brown fox jumps over the lazy dog and counts 42 leaves"
    )


def test_lines_are_blocks_of_kind_line_in_points_of_the_page(engine, page_of):
    page = page_of()
    text = engine.read(page, OPTIONS)
    assert [block.kind for block in text.blocks] == [BlockKind.LINE] * 3
    assert (text.width, text.height) == (page.width, page.height)
    for row, block in enumerate(text.blocks):
        middle = (block.box.y0 + block.box.y1) / 2
        assert middle == pytest.approx(48 + 14.3 * row, abs=4)
        assert 30 < block.box.x0 < 45
        assert 120 < block.box.x1 <= page.width


def test_confidence_is_a_share_or_none(engine, page_of):
    for block in engine.read(page_of(), OPTIONS).blocks:
        assert block.confidence is None or 0.5 < block.confidence <= 1.0


def test_the_reading_says_which_page_and_by_whom(engine, page_of):
    text = engine.read(page_of(), ReadOptions(languages=("en",)))
    assert (text.number, text.engine, text.engine_version) == (7, engine.name, engine.version)
    assert text.language == "en"


def test_the_same_page_reads_the_same_twice(engine, page_of):
    first, second = (engine.read(page_of(), OPTIONS) for _ in range(2))
    assert first.blocks == second.blocks


def test_a_reading_survives_its_json(engine, page_of):
    text = engine.read(page_of(), OPTIONS)
    assert msgspec.json.decode(msgspec.json.encode(text), type=PageText) == text


def test_a_blank_page_has_no_blocks_and_says_so(engine, page_of):
    page = page_of("")
    page.native = NOTHING
    text = engine.read(page, OPTIONS)
    assert text.blocks == ()
    assert text.flags == (PageFlag.BLANK,)


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (3, 3)])
def test_a_page_of_hardly_any_pixels_is_read_as_blank(engine, page_of, size):
    page = page_of("")
    page.native, page.image = NOTHING, Image.new("L", size, 255)
    assert engine.read(page, OPTIONS).blocks == ()


def test_a_page_that_is_all_black_is_read_as_blank(engine, page_of):
    page = page_of("")
    page.native, page.image = NOTHING, Image.new("L", (800, 1000), 0)
    assert engine.read(page, OPTIONS).blocks == ()


def test_loading_again_changes_nothing(engine, page_of):
    before = engine.read(page_of(), OPTIONS)
    engine.load()
    assert engine.read(page_of(), OPTIONS).blocks == before.blocks


def test_reading_prints_nothing_and_leaves_no_files(engine, page_of, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    engine.read(page_of(), OPTIONS)
    engine.read(page_of(""), OPTIONS)
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_only_engines_that_need_a_picture_draw_one(engine, page_of):
    page = page_of()
    engine.read(page, OPTIONS)
    assert bool(page.asked) == engine.needs_picture


def test_a_picture_below_the_wanted_size_is_flagged(engine, page_of):
    page = page_of()
    page.is_capped = True
    text = engine.read(page, OPTIONS)
    assert (PageFlag.SCALED_DOWN in text.flags) == engine.needs_picture
