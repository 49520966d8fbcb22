"""Pages in letters that PP-OCR lacks: refused by name, never silently empty or wrong.

The words are Babel's; the fonts are none of those the layer was fitted to.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from babel import Locale
from PIL import Image, ImageDraw, ImageFont
from rapidfuzz.fuzz import ratio

from pagemill.documents import PageOpener
from pagemill.engines.failures import UnreadScript
from pagemill.engines.line_reader import RECOGNITION
from pagemill.engines.ppocr import PpOcrEngine, models_folder
from pagemill.engines.script_votes import Vote, is_strange, open_voter, script_of
from pagemill.model.page import PageFlag
from pagemill.ports import ReadOptions
from pagemill.testing.degraded import blur, coarse, noise, skewed

FONTS = Path("/usr/share/fonts/truetype")
SANS, SERIF = "dejavu/DejaVuSans.ttf", "dejavu/DejaVuSerif.ttf"
CHINESE = "wqy/wqy-microhei.ttc"
SCRIPTS = {
    "ru": ("Cyrl", SERIF),
    "uk": ("Cyrl", SANS),
    "el": ("Grek", SERIF),
    "ar": ("Arab", SANS),
    "fa": ("Arab", SANS),
    "he": ("Hebr", SANS),
    "hi": ("Deva", "lohit-devanagari/Lohit-Devanagari.ttf"),
    "th": ("Thai", "tlwg/Loma.ttf"),
    "ko": ("Kore", CHINESE),
    "vi": ("Viet", SERIF),
    "hy": ("Armn", SERIF),
    "ka": ("Geor", SANS),
    "bn": ("Beng", "lohit-bengali/Lohit-Bengali.ttf"),
    "ta": ("Taml", "lohit-tamil/Lohit-Tamil.ttf"),
}
VIETNAMESE = """\
Tất cả mọi người sinh ra đều được tự do
và bình đẳng về nhân phẩm và quyền. Mọi
con người đều được tạo hóa ban cho lý trí
và lương tâm và cần phải đối xử với nhau
trong tình bằng hữu. Ai cũng được hưởng
những quyền tự do này không phân biệt
chủng tộc, màu da, nam nữ, ngôn ngữ,
tôn giáo, chính kiến hay quan niệm."""
LATIN = ("en", "de", "fr", "pl", "tr", "cs", "hu", "sv", "lt", "sw")
WORSE = {
    "blurred": blur,
    "noisy": noise,
    "coarse": lambda picture: coarse(picture, 1.6),
    "crooked": lambda picture: skewed(picture, 3.0),
}
TURNS = {"upside down": 180, "on its left side": 270, "on its right side": 90}
SAMPLES = Path(__file__).parents[1] / "samples"
SCANS = (
    *("epson.pdf", "eurotext.tif", "linn-rotated_skew.pdf", "linn.png", "lorem-ipsum-scan.pdf"),
    *("masks.pdf", "multicolumn.pdf", "phototest-rotated-R.png", "typewriter.png", "vicksburg.pdf"),
)


def lines_in(language: str, count: int = 12) -> list[str]:
    """Names of countries, a few in each line; those of a Vietnamese list bear few marks."""
    if language == "vi":
        return VIETNAMESE.splitlines()
    names = [name for _, name in sorted(Locale.parse(language).territories.items())][20:]
    return [" ".join(names[at : at + 3])[:42] for at in range(0, 3 * count, 3)]


def sheet(lines: list[str], font: str) -> Image.Image:
    """An A5 page of 150 dpi."""
    paper = Image.new("L", (874, 1240), 255)
    pen = ImageDraw.Draw(paper)
    face = ImageFont.truetype(FONTS / font, 26)
    for row, line in enumerate(lines):
        pen.text((60, 80 + 60 * row), line, font=face, fill=0)
    return paper


def sheet_in(language: str) -> Image.Image:
    font = SCRIPTS[language][1] if language in SCRIPTS else SERIF
    return sheet(lines_in(language), font)


@pytest.fixture
def scanned(page_of) -> Callable[..., object]:
    def page(picture: Image.Image) -> object:
        made = page_of()
        made.image, made.dpi = picture, 150
        return made

    return page


@pytest.mark.parametrize("language", SCRIPTS)
def test_a_page_in_unknown_letters_is_refused_by_their_name_with_the_remedy(
    ppocr, scanned, language
):
    script, _ = SCRIPTS[language]
    with pytest.raises(UnreadScript) as caught:
        ppocr.read(scanned(sheet_in(language)), ReadOptions())
    assert (caught.value.script, caught.value.code) == (script, "language_missing")
    assert "tesseract-ocr-" in caught.value.hint


@pytest.mark.parametrize("how", [*TURNS, *WORSE])
@pytest.mark.parametrize("language", ["ru", "vi"])
def test_so_is_one_that_was_scanned_badly(ppocr, scanned, language, how):
    picture = sheet_in(language)
    worse = WORSE[how](picture) if how in WORSE else picture.rotate(-TURNS[how], expand=True)
    with pytest.raises(UnreadScript) as caught:
        ppocr.read(scanned(worse), ReadOptions())
    assert caught.value.script == SCRIPTS[language][0]


@pytest.mark.parametrize("language", LATIN)
def test_latin_letters_of_any_language_are_read(ppocr, scanned, language):
    text = ppocr.read(scanned(sheet_in(language)), ReadOptions())
    read = "\n".join(block.text for block in text.blocks)
    assert ratio(read, "\n".join(lines_in(language))) > 95
    assert text.flags == ()


@pytest.mark.parametrize("language", ["ja", "zh", "zh_Hant"])
def test_japanese_and_chinese_are_read(ppocr, scanned, language):
    lines = ["".join(line.split())[:24] for line in lines_in(language)]
    text = ppocr.read(scanned(sheet(lines, CHINESE)), ReadOptions())
    read = "\n".join("".join(block.text.split()) for block in text.blocks)
    assert ratio(read, "\n".join(lines)) > 90
    assert text.flags == ()


@pytest.mark.parametrize("how", [*TURNS, *WORSE])
def test_latin_letters_scanned_badly_are_not_taken_for_others(ppocr, scanned, how):
    picture = sheet_in("en")
    worse = WORSE[how](picture) if how in WORSE else picture.rotate(-TURNS[how], expand=True)
    text = ppocr.read(scanned(worse), ReadOptions())
    assert text.rotation == (360 - TURNS.get(how, 0)) % 360
    assert not {PageFlag.OTHER_SCRIPT, PageFlag.LOW_COVERAGE} & set(text.flags)


@pytest.mark.parametrize("name", SCANS)
def test_no_real_scan_of_a_latin_page_is_refused(ppocr, name):
    document = PageOpener(max_pixels=40_000_000).open(SAMPLES / name, "application/octet-stream")
    text = ppocr.read(document.page(1), ReadOptions())
    document.close()
    assert text.blocks
    assert not {PageFlag.OTHER_SCRIPT, PageFlag.LOW_COVERAGE} & set(text.flags)


def test_every_runtime_sees_the_same_script(ppocr_by: dict[str, PpOcrEngine], scanned):
    for engine in ppocr_by.values():
        with pytest.raises(UnreadScript, match="Greek"):
            engine.read(scanned(sheet_in("el")), ReadOptions())


def test_who_named_a_language_gets_the_page_read_as_told_but_flagged(ppocr, scanned):
    text = ppocr.read(scanned(sheet_in("ru")), ReadOptions(languages=("en",)))
    assert PageFlag.OTHER_SCRIPT in text.flags


def test_a_page_of_letters_that_nobody_taught_it_is_flagged_at_least(ppocr, scanned):
    tifinagh = [chr(0x2D30 + (7 * at) % 49) for at in range(400)]
    lines = ["".join(tifinagh[at : at + 30]) for at in range(0, 360, 30)]
    text = ppocr.read(scanned(sheet(lines, SANS)), ReadOptions(languages=("en",)))
    assert {PageFlag.OTHER_SCRIPT, PageFlag.LOW_COVERAGE} & set(text.flags)


def test_the_layer_fits_the_installed_model_and_no_other():
    model = (models_folder() / RECOGNITION).read_bytes()
    voter = open_voter(model)
    assert voter is not None
    vote = voter.vote(np.zeros((20, 120), np.float32), 100)
    assert sum(vote.shares.values()) == pytest.approx(1.0)
    assert vote.weight == 13
    assert open_voter(model + b"!") is None


def test_long_lines_outvote_short_ones():
    russian, english = Vote({"Cyrl": 0.9, "Latn": 0.1}, 60), Vote({"Cyrl": 0.0, "Latn": 1.0}, 15)
    assert script_of([russian, english]) == "Cyrl"
    assert script_of([russian, *[english] * 4]) == ""


def test_numbers_and_rules_do_not_vote():
    russian, sums = Vote({"Cyrl": 1.0}, 80), Vote({"Zyyy": 0.9, "Latn": 0.1}, 300)
    assert script_of([russian, sums]) == "Cyrl"
    assert is_strange([sums])


def test_two_words_are_not_enough_to_judge_a_page():
    assert script_of([Vote({"Cyrl": 1.0}, 30)]) == ""


def test_nothing_is_strange_where_nothing_was_asked():
    assert not is_strange([])
    assert script_of([]) == ""
