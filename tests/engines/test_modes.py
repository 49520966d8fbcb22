"""Which OCR engine a mode comes to, and who reads letters that the first one cannot."""

import pytest

from pagemill.engines.failures import UnreadScript
from pagemill.engines.modes import preferred, rerouted
from pagemill.engines.scripts import unread_script
from pagemill.errors import PagemillError
from pagemill.model.options import MODES

PPOCR, HYBRID, TESSERACT = "ppocr", "hybrid", "tesseract"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("languages", [(), ("en",), ("de", "fr"), ("ja",), ("ru",)])
def test_a_processor_that_is_fast_at_bf16_has_ppocr_first_in_every_mode(mode, languages):
    assert preferred(mode, languages, has_fast_ppocr=True) == (PPOCR, TESSERACT)


@pytest.mark.parametrize(
    ("mode", "languages", "first"),
    [
        ("fast", ("en",), TESSERACT),
        ("fast", ("de",), TESSERACT),
        ("fast", ("de", "en"), HYBRID),  # two languages make Tesseract slow
        ("fast", (), HYBRID),  # whoever is told no language must see when letters are others
        ("fast", ("ja",), PPOCR),
        ("balanced", (), HYBRID),
        ("balanced", ("en",), HYBRID),
        ("balanced", ("de", "fr"), HYBRID),
        ("balanced", ("zh",), PPOCR),
        ("balanced", ("en", "ja"), PPOCR),
        ("balanced", ("ru",), PPOCR),  # which has an obstacle: Tesseract is next
        ("best", (), PPOCR),
        ("best", ("en",), PPOCR),
    ],
)
def test_others_have_the_engine_that_suits_the_mode(mode, languages, first):
    names = preferred(mode, languages, has_fast_ppocr=False)
    assert names[0] == first
    assert {PPOCR, TESSERACT} <= set(names)


def test_letters_that_ppocr_cannot_read_go_to_tesseract_with_the_packs_that_are_here():
    route, packs = rerouted(unread_script("Cyrl", "ppocr"), ["eng", "fra", "rus", "ukr"])
    assert packs == ("rus", "ukr", "eng")
    assert route.engine == TESSERACT
    assert route.reason == (
        "the page is written in Cyrillic letters, which ppocr cannot read; read as rus, ukr, eng"
    )


def test_without_a_pack_for_the_script_the_error_names_it_and_what_to_install():
    with pytest.raises(PagemillError, match="Cyrillic") as caught:
        rerouted(unread_script("Cyrl", "ppocr"), ["eng", "deu"])
    assert caught.value.code == "language_missing"
    assert "no language data for them here" in caught.value.message
    assert caught.value.hint == (
        "Install Russian (rus), or another language: `apt-get install tesseract-ocr-rus`."
    )


def test_a_script_without_a_name_keeps_the_hint_of_who_saw_it():
    with pytest.raises(PagemillError, match="runes") as caught:
        rerouted(UnreadScript("Runr", "The page shows runes", "Learn to read them."), ["eng"])
    assert (caught.value.code, caught.value.hint) == ("language_missing", "Learn to read them.")
