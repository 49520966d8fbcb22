"""Scripts by name: who reads them, and what to install."""

import pytest

from pagemill.engines.languages import has_pack, is_read_by_ppocr
from pagemill.engines.scripts import SCRIPTS, packs_for, unread_script

MOST = ("ara", "bul", "chi_sim", "deu", "ell", "eng", "hin", "kor", "osd", "rus", "ukr", "vie")


@pytest.mark.parametrize(
    ("script", "packs"),
    [
        ("Cyrl", ("rus", "ukr", "bul", "eng")),
        ("Grek", ("ell", "eng")),
        ("Arab", ("ara", "eng")),
        ("Kore", ("kor", "eng")),
        ("Viet", ("vie", "eng")),
    ],
)
def test_a_script_is_read_with_its_languages_that_are_here_and_english(script, packs):
    assert packs_for(script, MOST) == packs


def test_a_pack_of_the_whole_script_counts_after_those_of_its_languages():
    assert packs_for("Cyrl", {"script/Cyrillic", "rus"}) == ("rus", "script/Cyrillic")
    assert packs_for("Cyrl", {"script/Cyrillic"}) == ("script/Cyrillic",)


@pytest.mark.parametrize("script", ["Hebr", "Latn", "Xxxx", ""])
def test_english_alone_is_no_pack_for_another_script(script):
    assert packs_for(script, MOST) == ()


def test_every_language_of_a_script_has_a_pack_and_is_none_of_ppocrs():
    languages = [language for script in SCRIPTS.values() for language in script.languages]
    assert len(languages) == len(set(languages))
    assert all(map(has_pack, languages))
    assert not any(map(is_read_by_ppocr, languages))


def test_a_refusal_names_the_letters_the_languages_and_the_packs():
    refusal = unread_script("Cyrl", "ppocr")
    assert (refusal.code, refusal.script) == ("language_missing", "Cyrl")
    assert refusal.message == "The page is written in Cyrillic letters, which ppocr cannot read"
    assert "Russian (rus) or Ukrainian (ukr)" in refusal.hint
    assert "apt-get install tesseract-ocr-rus tesseract-ocr-ukr" in refusal.hint
