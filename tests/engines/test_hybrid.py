"""The `hybrid` engine: who reads which line."""

import re

import pytest
from PIL import ImageDraw

from pagemill.engines.hybrid import HybridEngine
from pagemill.engines.hybrid_reader import read_both
from pagemill.engines.tesseract import TesseractEngine
from pagemill.engines.words import Word
from pagemill.errors import PagemillError
from pagemill.model.page import PageFlag
from pagemill.ports import ReadOptions
from pagemill.testing.degraded import noise, shadow, speckle

PROSE = """However, it did not last long:
the shell buried itself in the
earth and burst. Nobody was hurt,
but everyone in the street came
out to look at the hole it made,
and children were told to keep
away until somebody was found
to mend it again and go home."""


def words(text) -> list[str]:
    """In no promised order."""
    return sorted(" ".join(block.text for block in text.blocks).split())


def test_tesseract_reads_clear_lines_and_the_reason_says_how_many(hybrid, page_of):
    text = hybrid.read(page_of(PROSE, dpi=200), ReadOptions())
    assert words(text) == sorted(PROSE.split())
    said = re.fullmatch(r"Tesseract read (\d+) % of the lines, ppocr the rest", text.reason)
    told_the_way_up = 4
    assert int(said[1]) == round(100 * (1 - told_the_way_up / len(text.blocks)))


def test_a_line_that_tesseract_cannot_see_is_read_all_the_same(hybrid, tesseract, page_of):
    """White on black within a page: Tesseract leaves it out."""
    page = page_of(PROSE, dpi=200)
    draw = ImageDraw.Draw(page.image)
    draw.rectangle((60, 470, 780, 540), fill=0)
    draw.text((80, 480), "PAID", fill=200, font_size=40)
    assert "PAID" in words(hybrid.read(page, ReadOptions()))


@pytest.mark.parametrize("turn", [90, 180, 270, -4, 3])
def test_turned_and_crooked_pages_are_read_and_boxes_fit_them_as_they_lie(hybrid, page_of, turn):
    page = page_of(PROSE, dpi=200, turn=turn)
    text = hybrid.read(page, ReadOptions())
    assert words(text) == sorted(PROSE.split())
    assert "Tesseract read" in text.reason
    assert (PageFlag.ROTATED in text.flags) == (turn % 90 == 0)
    for block in text.blocks:
        assert (block.box.height > block.box.width) == (turn in {90, 270}) or len(block.text) < 5
        assert 0 <= block.box.x0 < block.box.x1 <= page.width
        assert 0 <= block.box.y0 < block.box.y1 <= page.height


def test_letters_beyond_english_are_left_to_ppocr_unless_their_language_is_named(hybrid, pdf_page):
    printed = "\n".join(f"Größe {n} über Straßen und Flüsse" for n in range(10, 20))
    german = pdf_page(printed)
    unnamed = hybrid.read(german, ReadOptions())
    assert unnamed.reason == "ppocr read all lines"
    named = hybrid.read(german, ReadOptions(("de",)))
    assert "Tesseract read" in named.reason
    assert words(unnamed) == words(named) == sorted(printed.split())


@pytest.mark.parametrize("is_guess", [True, False])
def test_letters_beyond_english_that_ppocr_meets_on_its_way_make_it_read_all(
    ppocr, pdf_page, is_guess
):
    picture = pdf_page(f"{PROSE}\nGrößen müssen").render(200)
    found = ppocr.reader.find(picture.pixels)
    lowest = max(quad[:, 1].max() for quad in found.quads)
    others = [quad for quad in found.quads if quad[:, 1].max() < lowest]

    def find_words(_level, _factor):
        return [Word((*quad.min(axis=0), *quad.max(axis=0)), "wrong", 0.99) for quad in others]

    reading = read_both(ppocr.reader, found, find_words, is_guess=is_guess)
    read = " ".join(line.text for line in reading.lines)
    assert "Größen müssen" in read
    assert ("wrong" in read) == (not is_guess)
    assert (reading.note == "ppocr read all lines") == is_guess


@pytest.mark.parametrize("language", ["zu", "ja"])
def test_a_language_without_a_pack_or_of_other_letters_is_left_to_ppocr(hybrid, page_of, language):
    text = hybrid.read(page_of(PROSE), ReadOptions((language,)))
    assert text.reason == "ppocr read all lines"


def test_a_page_of_few_lines_is_left_to_ppocr(ppocr, tesseract, page_of, pdf_page):
    hybrid = HybridEngine(ppocr, tesseract)
    assert hybrid.read(page_of(PROSE), ReadOptions()).reason == "ppocr read all lines"
    letter = pdf_page("\n".join(" ".join(PROSE.split()[row:][:14]) for row in range(24)))
    assert "Tesseract read" in hybrid.read(letter, ReadOptions()).reason


def test_a_script_that_ppocr_does_not_know_is_refused(hybrid, page_of):
    assert not hybrid.can_read(("ru",))
    with pytest.raises(PagemillError) as caught:
        hybrid.read(page_of(), ReadOptions(("ru",)))
    assert caught.value.code == "language_missing"


def test_without_tesseract_it_is_missing_and_says_what_to_install(ppocr, tmp_path):
    failure = HybridEngine(ppocr, TesseractEngine([tmp_path])).missing()
    assert failure is not None
    assert "apt-get install tesseract-ocr-eng" in failure.hint


def test_its_version_changes_with_either_of_the_two(ppocr_by, tesseract, tmp_path):
    (tmp_path / "eng.traineddata").write_bytes(b"x")
    others = (tesseract, TesseractEngine([tmp_path]))
    made = {HybridEngine(one, other).version for one in ppocr_by.values() for other in others}
    assert len(made) == len(ppocr_by) * len(others)


@pytest.mark.parametrize(("dpi", "factor"), [(72, 1.5), (200, 1.0)])
def test_tesseract_is_shown_small_print_enlarged(ppocr, page_of, dpi, factor):
    picture = page_of(PROSE, dpi=dpi).render(dpi)
    found = ppocr.reader.find(picture.pixels)
    shown = []

    def find_words(ready, enlarged):
        shown.append((ready.pixels.shape, enlarged))
        return [Word(tuple(enlarged * quad[[0, 2]].ravel()), "word", 0.99) for quad in found.quads]

    reading = read_both(ppocr.reader, found, find_words)
    height, width, _ = picture.pixels.shape
    assert shown == [((round(factor * height), round(factor * width)), factor)]
    assert "Tesseract read" in reading.note
    assert "word" in [line.text for line in reading.lines]


@pytest.mark.parametrize("worse", [noise, speckle, shadow])
def test_tesseract_is_shown_a_bad_copy_cleaned(hybrid, page_of, worse):
    page = page_of(PROSE, dpi=200)
    page.image = worse(page.image)
    text = hybrid.read(page, ReadOptions())
    assert "Tesseract read" in text.reason
    assert words(text) == sorted(PROSE.split())
