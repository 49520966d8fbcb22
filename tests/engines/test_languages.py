"""Names of languages, and who reads them."""

import pytest

from pagemill.engines.languages import (
    _PACKS,
    COMMON,
    debian_package,
    english_name,
    has_pack,
    install_command,
    is_latin,
    is_read_by_ppocr,
    tesseract_code,
    tesseract_codes,
)
from pagemill.engines.tesseract import TesseractEngine

LATIN_CHINESE_JAPANESE = (
    *("en", "eng", "de", "fr", "pl", "cs", "tr", "hu", "is", "lv", "sr-Latn", "haw"),
    *("zh", "zh-Hant", "chi_sim", "ja", "jpn"),
)
OTHERS = (
    *("ru", "uk", "bg", "sr", "uz-Cyrl", "el", "ar", "fa", "he", "hi", "bn", "ta", "th", "ko"),
    *("vi", "yo", "ka", "hy", "am", "km", "xx", "tlh"),
)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("de", "deu"),
        ("ger", "deu"),
        ("deu", "deu"),
        ("de-AT", "deu"),
        ("pt_BR", "por"),
        ("zh", "chi_sim"),
        ("zho", "chi_sim"),
        ("zh-Hans", "chi_sim"),
        ("zh-Hant", "chi_tra"),
        ("zh_TW", "chi_tra"),
        ("chi_tra", "chi_tra"),
        ("sr", "srp"),
        ("sr-Latn", "srp_latn"),
        ("nb", "nor"),
        ("haw", "haw"),
        ("xx", "xx"),
    ],
)
def test_every_usual_name_of_a_language_is_understood(given, code):
    assert tesseract_code(given) == code


def test_the_same_language_by_two_names_is_one():
    assert tesseract_codes(("de", "ger", "en", "eng")) == ("deu", "eng")


@pytest.mark.parametrize("language", LATIN_CHINESE_JAPANESE)
def test_ppocr_reads_latin_chinese_and_japanese(language):
    assert is_read_by_ppocr(language)


@pytest.mark.parametrize("language", OTHERS)
def test_ppocr_does_not_read_what_it_lacks_letters_for_or_nobody_knows(language):
    assert not is_read_by_ppocr(language)


def test_the_debian_package_of_a_language():
    assert debian_package("ru") == "tesseract-ocr-rus"
    assert debian_package("zh") == "tesseract-ocr-chi-sim"


def test_languages_without_a_pack():
    assert has_pack("vi")
    assert has_pack("srp_latn")
    assert not has_pack("haw")
    assert not has_pack("xx")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("ger", "German (deu)"),
        ("zh-Hant", "Chinese traditional (chi_tra)"),
        ("sr-Latn", "Serbian in Latin letters (srp_latn)"),
        ("xx", "xx"),
    ],
)
def test_a_language_is_named_as_people_do(given, name):
    assert english_name(given) == name


def test_every_language_with_a_pack_has_a_name():
    unnamed = [code for code in _PACKS if english_name(code) == code]
    assert unnamed == []


def test_common_languages_have_packs():
    assert all(has_pack(code) and tesseract_code(code) == code for code in COMMON)


def test_one_command_installs_several_packs_each_once():
    command = "apt-get install tesseract-ocr-deu tesseract-ocr-chi-sim"
    assert install_command(("de", "ger", "zh")) == command


def test_the_pack_of_a_whole_script_keeps_its_name_and_is_found_in_its_folder(tmp_path):
    assert tesseract_code("script/Cyrillic") == "script/Cyrillic"
    (tmp_path / "script").mkdir()
    for name in ("eng", "script/Cyrillic"):
        (tmp_path / f"{name}.traineddata").write_bytes(b"x")
    engine = TesseractEngine([tmp_path])
    assert engine.languages() == ["eng", "script/Cyrillic"]
    assert engine.can_read(("script/Cyrillic", "eng"))
    assert not engine.can_read(("rus",))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("en", True),
        ("ger", True),
        ("zu", True),
        ("sr-Latn", True),
        ("sr", False),
        ("ja", False),
        ("zh-Hant", False),
        ("vi", False),  # Latin letters, but not all of them are PP-OCR's
        ("xx", False),
    ],
)
def test_languages_in_latin_letters_are_told_from_the_others_that_ppocr_reads(code, expected):
    assert is_latin(code) is expected
