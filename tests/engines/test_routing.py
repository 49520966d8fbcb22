"""Which engine reads a page by itself."""

from dataclasses import replace

import pytest

from pagemill.engines.routing import Candidate, choose
from pagemill.engines.text_layer import doubt_about, is_blank
from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from pagemill.model.page import Block, BlockKind, Box, NativeText, PageFlag

PROSE = (
    "However, it did not last long; the shell buried itself in the earth and burst. "
    "Nobody was hurt, but the whole street came out to look at the hole it had made. "
) * 4
TABLE = "1,204.50 998.10 77.3% (12.4) 2025-11-21 0042 -17.00 €3.99 1,204.50 998.10 77.3% " * 3
CONTENTS = "Chapter . . . . . . . . . . . . . . . . . . . . . . . . 12 " * 12
LEADERS = "Heading......................................................... 3 " * 8
RUSSIAN = "Однако это длилось недолго: снаряд зарылся в землю и разорвался. " * 6
JAPANESE = "これは日本語の文章です。改行はありません。" * 12
CZECH = "Všichni lidé se rodí svobodní a sobě rovní co do důstojnosti a práv. " * 6
SHIFTED = "".join(chr(ord(c) + 3) if c.isalpha() else c for c in PROSE)  # `WKH TXLFN`
GLYPH_NUMBERS = '"7+%- \'&$ #*!( )%+7 -"%& ' * 10
READY = (Candidate("ppocr"), Candidate("tesseract"))


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
        page(RUSSIAN),
        page(JAPANESE),
        page(PROSE, unmapped_share=0.04, letter_share=0.92),  # formulas
        page(PROSE, picture_share=0.25),  # a figure
        page(PROSE * 3, picture_share=1.0),  # a tinted background
        page(PROSE, is_vector_heavy=True),  # a drawing with its description
        page(PROSE, invisible_share=0.35),  # a search aid beside the real text
        page(CZECH),
    ],
)
def test_a_text_layer_that_makes_sense_is_used(native):
    route = choose(native, READY)
    assert (route.engine, route.flags) == ("text", ())


@pytest.mark.parametrize(
    ("native", "reason"),
    [
        (page("", picture_share=1.0), "is a picture"),
        (page("", picture_share=0.02), "is a picture"),  # a strip of a scan cut into strips
        (page("", is_vector_heavy=True), "drawn as paths"),
        (page("Page 3 of 9", is_vector_heavy=True), "mostly drawn as paths"),
        (page("Received 12 May", picture_share=1.0), "mostly a picture"),
        (page(PROSE, picture_share=0.95), "mostly a picture"),
        (page(PROSE, picture_share=1.0, invisible_share=1.0), "earlier OCR"),
        (page(PROSE * 5, picture_share=1.0, invisible_share=0.9), "earlier OCR"),
        (page(PROSE * 5, invisible_share=1.0), "earlier OCR"),
    ],
)
def test_what_the_text_layer_does_not_hold_is_read_from_the_picture(native, reason):
    route = choose(native, READY)
    assert route.engine == "ppocr"
    assert reason in route.reason
    assert route.flags == ()


@pytest.mark.parametrize(
    "native",
    [
        page(SHIFTED),
        page(GLYPH_NUMBERS),
        page('"7+%-'),
        page(PROSE, unmapped_share=0.16),
        page("\ufffd\ufffd", unmapped_share=1.0, letter_share=0.0),
        page(PROSE, letter_share=0.4),
    ],
)
def test_a_text_layer_that_makes_no_sense_is_read_anew_and_flagged(native):
    route = choose(native, READY)
    assert route.engine == "ppocr"
    assert route.flags == (PageFlag.GARBAGE_TEXT_LAYER,)


@pytest.mark.parametrize(
    "native",
    [
        page(RUSSIAN, picture_share=1.0, invisible_share=1.0),  # an earlier OCR in the right script
        page("يبيبَح ϲΒϴΒ habibi", unmapped_share=0.21, letter_share=0.87),
    ],
)
def test_a_doubtful_layer_is_kept_where_ocr_would_guess_at_a_script_nobody_named(native):
    route = choose(native, READY)
    assert route.engine == "text"
    assert "told the language" in route.reason
    assert choose(native, READY[1:], ("ru",)).engine == "tesseract"


@pytest.mark.parametrize(
    "native",
    [
        page(RUSSIAN, unmapped_share=1.0),  # letters by chance: glyph numbers of a large font
        page(JAPANESE, picture_share=1.0, invisible_share=1.0),
        page("", picture_share=1.0),
    ],
)
def test_other_doubtful_layers_are_not_kept(native):
    assert choose(native, READY).engine == "ppocr"


def test_a_blank_page_needs_no_ocr():
    route = choose(page(""), READY)
    assert (route.engine, route.flags) == ("text", (PageFlag.BLANK,))
    assert is_blank(page(""))
    assert not is_blank(page("x"))


def test_a_good_text_layer_is_used_even_where_no_engine_could_read_the_picture():
    stuck = (Candidate("ppocr", Failure("language_missing", "no Cyrillic")),)
    assert choose(page(RUSSIAN), stuck).engine == "text"


def test_the_next_engine_reads_what_the_first_one_cannot_and_the_reason_says_why():
    failure = Failure("language_missing", "no letters of: ru")
    route = choose(
        page("", picture_share=1.0), (Candidate("ppocr", failure), Candidate("tesseract"))
    )
    assert route.engine == "tesseract"
    assert route.reason == "the page is a picture; not by ppocr: no letters of: ru"


@pytest.mark.parametrize(
    ("obstacles", "code", "hint"),
    [
        (
            [
                Failure("language_missing", "no letters", "a"),
                Failure("language_missing", "no", "b"),
            ],
            "language_missing",
            "b",
        ),
        (
            [Failure("language_missing", "no letters", "a"), Failure("engine_missing", "no", "b")],
            "language_missing",
            "a",
        ),
        (
            [Failure("engine_missing", "no x", "a"), Failure("engine_missing", "no y", "b")],
            "engine_missing",
            "b",
        ),
    ],
)
def test_when_nobody_can_read_the_page_the_error_says_what_to_install(obstacles, code, hint):
    candidates = [Candidate(f"engine{n}", failure) for n, failure in enumerate(obstacles)]
    with pytest.raises(PagemillError) as caught:
        choose(page("", picture_share=1.0), candidates)
    assert (caught.value.code, caught.value.hint) == (code, hint)
    for failure in obstacles:
        assert failure.message in caught.value.message


def test_formulas_are_poor_in_vowels_but_not_that_poor():
    formula = "Sei f: X -> Y stetig, dann gilt d(x, y) < r und pi(S, x) = Z. " * 10
    assert doubt_about(page(formula)) is None
