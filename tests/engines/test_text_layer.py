"""Whether a text layer is believed, by itself and after a look at the picture."""

import random
from dataclasses import replace
from string import ascii_lowercase

import pytest

from pagemill.engines.agreement import Agreement
from pagemill.engines.text_layer import (
    after_look,
    is_beyond_ocr,
    is_blank,
    is_scan,
    judge,
    wants_look,
)
from pagemill.model.options import BALANCED, BEST, FAST
from pagemill.model.page import Block, BlockKind, Box, NativeText, PageFlag

PROSE = (
    "However, it did not last long; the shell buried itself in the earth and burst. "
    "Nobody was hurt, but the whole street came out to look at the hole it had made. "
) * 4
TABLE = "1,204.50 998.10 77.3% (12.4) 2025-11-21 0042 -17.00 €3.99 1,204.50 998.10 77.3% " * 3
CONTENTS = "Chapter . . . . . . . . . . . . . . . . . . . . . . . . 12 " * 12
LEADERS = "Heading......................................................... 3 " * 8
FORMULAS = "Sei f: X -> Y stetig, dann gilt d(x, y) < r und pi(S, x) = Z. " * 10
NAMES = (
    "Rechnung Nr. 471102 Lieferant GmbH Kundennummer Zahlungsbedingungen Artikelnummer "
    "Trennblätter A4 Joghurt Banane Umsatzsteuer Gesamtbetrag Stückpreis Bankleitzahl Kontonummer "
)
COLUMNS = "Gerhard Oldenburg Wiesbaden Ingolstadt Kaiserslautern Hannover Rosenheim " * 3
RUSSIAN = "Однако это длилось недолго: снаряд зарылся в землю и разорвался. " * 6
JAPANESE = "これは日本語の文章です。改行はありません。" * 12
VIETNAMESE = "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi. " * 4
CZECH = "Všichni lidé se rodí svobodní a sobě rovní co do důstojnosti a práv. " * 6
LATVIAN = "Visi cilvēki piedzimst brīvi un vienlīdzīgi savā pašcieņā un tiesībās. " * 4
ICELANDIC = "Hver maður er borinn frjáls og jafn öðrum að virðingu og réttindum. " * 4
ALBANIAN = "Të gjithë njerëzit lindin të lirë dhe të barabartë në dinjitet dhe në të drejta. " * 4
GLYPH_NUMBERS = '"7+%- \'&$ #*!( )%+7 -"%& ' * 10


def shifted(text: str, by: int) -> str:
    """Every letter `by` places further on: a map off by some glyphs."""
    later = ascii_lowercase[by:] + ascii_lowercase[:by]
    return text.lower().translate(str.maketrans(ascii_lowercase, later))


def permuted(text: str, seed: int) -> str:
    """Vowels stay vowels and consonants consonants, so that no count of them tells."""
    pick = random.Random(seed)
    vowels, consonants = "aeiou", "bcdfghjklmnpqrstvwxyz"
    to = "".join(pick.sample(vowels, 5)) + "".join(pick.sample(consonants, 21))
    return text.lower().translate(str.maketrans(vowels + consonants, to))


def noise(letters: int) -> str:
    pick = random.Random(letters)
    return " ".join("".join(pick.choices(ascii_lowercase + "aeiou", k=6)) for _ in range(letters))


def page(text: str = PROSE, **signals: object) -> NativeText:
    """A text layer that nothing speaks against, but for what `signals` change."""
    line = Block(BlockKind.LINE, Box(0, 0, 400, 12), text)
    good = NativeText((line,) if text else (), len("".join(text.split())), 1.0, 0.0, 0.0, 0.0)
    return replace(good, **signals)


@pytest.mark.parametrize(
    "native",
    [
        page(),
        page("Potato"),  # short, but all there is
        page(TABLE),
        page(CONTENTS),
        page(LEADERS),
        page(FORMULAS),
        page(NAMES),
        page(COLUMNS),
        page(RUSSIAN),
        page(JAPANESE),
        page(VIETNAMESE),
        page(PROSE, unmapped_share=0.04, letter_share=0.92),  # formulas
        page(PROSE, picture_share=0.25),  # a figure
        page(PROSE * 3, picture_share=1.0),  # a tinted background
        page(PROSE, is_vector_heavy=True),  # a drawing with its description
        page(PROSE, invisible_share=0.35),  # a search aid beside the real text
        page(PROSE.replace("did", "d\ufffdd", 2)),  # two letters that no font knows
        page(CZECH),
        page(LATVIAN),
        page(ICELANDIC),
        page(ALBANIAN),
    ],
)
def test_a_text_layer_that_makes_sense_is_believed_without_a_look(native):
    verdict = judge(native)
    assert (verdict.is_believed, verdict.flags) == (True, ())
    assert not wants_look(verdict, native, BALANCED)


@pytest.mark.parametrize(
    ("native", "reason"),
    [
        (page("", picture_share=1.0), "is a picture"),
        (page("", picture_share=0.02), "is a picture"),  # a strip of a scan cut into strips
        (page("", is_vector_heavy=True), "drawn as paths"),
        (page("Page 3 of 9", is_vector_heavy=True), "mostly drawn as paths"),
        (page("Received 12 May", picture_share=1.0), "mostly a picture"),
        (page(PROSE, picture_share=0.95), "mostly a picture"),
    ],
)
def test_what_the_text_layer_does_not_hold_is_read_from_the_picture(native, reason):
    verdict = judge(native)
    assert reason in verdict.reason
    assert (verdict.is_believed, verdict.flags) == (False, ())
    assert not wants_look(verdict, native, BEST)


@pytest.mark.parametrize(
    "native",
    [
        page(shifted(PROSE, 3)),  # `WKH TXLFN`
        page(GLYPH_NUMBERS),
        page('"7+%-'),
        page(PROSE, unmapped_share=0.16),
        page("\ufffd\ufffd", unmapped_share=1.0, letter_share=0.0),
        page(PROSE, letter_share=0.4),
        page(PROSE.replace("did", "d\ufffdd").replace("hurt", "h\ue000rt")),
    ],
)
def test_a_text_layer_that_makes_no_sense_needs_no_look(native):
    verdict = judge(native)
    assert (verdict.is_believed, verdict.flags) == (False, (PageFlag.GARBAGE_TEXT_LAYER,))
    assert not wants_look(verdict, native, BEST)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (shifted(PROSE, 1), "no language"),
        (shifted(PROSE, 13), "no language"),
        (permuted(PROSE, 1), "no language"),
        (permuted(PROSE, 2), "no language"),
        (permuted(NAMES * 2, 3), "no language"),
        (noise(60), "no language"),
        (" ".join(PROSE.replace(" ", "")), "torn into letters"),
        (PROSE.replace(" ", ""), "no spaces"),
        (PROSE.replace("o", "о").replace("e", "е"), "mix scripts"),  # Cyrillic ones
    ],
)
def test_letters_that_no_language_puts_together_are_suspicious(text, reason):
    verdict = judge(page(text))
    assert reason in verdict.reason
    assert (verdict.is_believed, verdict.flags) == (False, (PageFlag.GARBAGE_TEXT_LAYER,))
    assert wants_look(verdict, page(text), BALANCED)


def test_a_few_words_are_too_few_to_suspect():
    assert judge(page(shifted("However, it did not last long; the shell", 1))).is_believed


@pytest.mark.parametrize(
    ("native", "mode", "is_believed"),
    [
        (page(PROSE * 5, picture_share=1.0, invisible_share=0.9), FAST, True),
        (page(PROSE, picture_share=1.0, invisible_share=1.0), FAST, True),
        (page(RUSSIAN, picture_share=1.0, invisible_share=1.0), FAST, False),
        (page(TABLE, picture_share=1.0, invisible_share=1.0), FAST, False),
        (page("Received in May", picture_share=1.0, invisible_share=1.0), FAST, False),
        (page(permuted(PROSE, 2), picture_share=1.0, invisible_share=1.0), FAST, False),
        (page(PROSE, picture_share=1.0, invisible_share=1.0), BALANCED, False),
        (page(PROSE * 5, invisible_share=1.0), BEST, False),
    ],
)
def test_an_invisible_layer_is_believed_only_where_nobody_looks_and_it_is_prose(
    native, mode, is_believed
):
    verdict = judge(native, mode)
    assert (verdict.is_believed, verdict.flags) == (is_believed, ())
    assert "invisible" in verdict.reason


@pytest.mark.parametrize(
    ("native", "modes"),
    [
        (page(), {BEST}),
        (page(JAPANESE), {BEST}),
        (page(permuted(PROSE, 1)), {BALANCED, BEST}),
        (page(PROSE, invisible_share=1.0, picture_share=1.0), {BALANCED, BEST}),
        (page(PROSE, invisible_share=1.0, is_vector_heavy=True), {BALANCED, BEST}),
        (page(PROSE, invisible_share=1.0), set()),  # nothing to see
        (page(RUSSIAN), set()),  # OCR that knows no Cyrillic would see nothing but a lie
        (page(RUSSIAN, invisible_share=1.0, picture_share=1.0), set()),
        (page(""), set()),
    ],
)
def test_the_mode_says_which_layers_are_compared_with_the_picture(native, modes):
    assert {m for m in (FAST, BALANCED, BEST) if wants_look(judge(native, m), native, m)} == modes


@pytest.mark.parametrize(
    ("seen", "reason", "flags"),
    [
        (Agreement(same=300), "agrees", ()),
        (Agreement(same=280, other=20), "agrees", ()),  # the reader errs, too
        (Agreement(same=200, absent=90), "agrees", ()),  # words in a figure
        (Agreement(other=300), "something else", (PageFlag.GARBAGE_TEXT_LAYER,)),
        (Agreement(same=200, other=90), "something else", (PageFlag.GARBAGE_TEXT_LAYER,)),
        (Agreement(other=40, absent=260), "something else", (PageFlag.GARBAGE_TEXT_LAYER,)),
        (Agreement(same=60, absent=300), "lacks", ()),
    ],
)
def test_a_look_decides(seen, reason, flags):
    for native in (page(), page(permuted(PROSE, 1)), page(PROSE, invisible_share=1.0)):
        verdict = after_look(judge(native, BEST), seen)
        assert reason in verdict.reason
        assert (verdict.is_believed, verdict.flags) == (reason == "agrees", flags)


@pytest.mark.parametrize(
    ("same", "is_believed"), [(200, True), (185, True), (175, False), (165, False)]
)
def test_an_earlier_ocr_that_has_mistakes_is_read_anew_but_is_no_garbage(same, is_believed):
    scan = page(PROSE, picture_share=1.0, invisible_share=1.0)
    verdict = after_look(judge(scan), Agreement(same=same, other=200 - same))
    assert (verdict.is_believed, verdict.flags) == (is_believed, ())


@pytest.mark.parametrize("seen", [Agreement(), Agreement(same=3), Agreement(other=7)])
def test_a_look_that_shows_next_to_nothing_changes_nothing(seen):
    for native in (page(), page(permuted(PROSE, 1)), page(PROSE, invisible_share=1.0)):
        assert after_look(judge(native), seen) == judge(native)


def test_a_blank_page_has_nothing_to_read():
    assert judge(page("")).flags == (PageFlag.BLANK,)
    assert is_blank(page(""))
    assert not is_blank(page("x"))


@pytest.mark.parametrize(
    ("native", "is_beyond"),
    [
        (page(RUSSIAN), True),
        (page("يبيبَح ϲΒϴΒ habibi", unmapped_share=0.21, letter_share=0.87), True),
        (page(RUSSIAN, unmapped_share=1.0), False),  # letters by chance: numbers of glyphs
        (page(JAPANESE), False),
        (page(VIETNAMESE), False),
        (page(CZECH), False),
    ],
)
def test_letters_that_ocr_does_not_read_unless_told_are_known(native, is_beyond):
    assert is_beyond_ocr(native) == is_beyond


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        ({"picture_share": 1.0, "invisible_share": 1.0}, True),
        ({"picture_share": 1.0, "invisible_share": 0.0}, False),  # letters on a background
        ({"picture_share": 0.4, "invisible_share": 1.0}, False),
        ({}, False),
    ],
)
def test_a_scan_is_a_picture_that_hides_its_text(signals: dict, expected: bool) -> None:
    assert is_scan(page(**signals)) == expected
