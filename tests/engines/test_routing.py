"""Which engine reads a page by itself."""

from dataclasses import replace

import pytest

from pagemill.engines.routing import Candidate, choose
from pagemill.engines.text_layer import Verdict, judge
from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from pagemill.model.page import Block, BlockKind, Box, NativeText, PageFlag

PROSE = (
    "However, it did not last long; the shell buried itself in the earth and burst. "
    "Nobody was hurt, but the whole street came out to look at the hole it had made. "
) * 4
RUSSIAN = "Однако это длилось недолго: снаряд зарылся в землю и разорвался. " * 6
JAPANESE = "これは日本語の文章です。改行はありません。" * 12
NONSENSE = "".join(chr(ord(c) + 1) if c.isalpha() else c for c in PROSE)  # `Ipxfwfs`
READY = (Candidate("ppocr"), Candidate("tesseract"))


def page(text: str = PROSE, **signals: object) -> NativeText:
    """A text layer that nothing speaks against, but for what `signals` change."""
    line = Block(BlockKind.LINE, Box(0, 0, 400, 12), text)
    good = NativeText((line,) if text else (), len("".join(text.split())), 1.0, 0.0, 0.0, 0.0)
    return replace(good, **signals)


@pytest.mark.parametrize(
    ("native", "engine", "flags"),
    [
        (page(), "text", ()),
        (page(""), "text", (PageFlag.BLANK,)),
        (page("", picture_share=1.0), "ppocr", ()),
        (page(PROSE, invisible_share=1.0), "ppocr", ()),
        (page(NONSENSE), "ppocr", (PageFlag.GARBAGE_TEXT_LAYER,)),
        (page(PROSE, unmapped_share=0.16), "ppocr", (PageFlag.GARBAGE_TEXT_LAYER,)),
    ],
)
def test_a_text_layer_that_is_believed_is_used_and_else_the_picture_is_read(native, engine, flags):
    route = choose(native, READY)
    assert (route.engine, route.flags) == (engine, flags)
    assert route.reason == judge(native).reason


def test_the_verdict_after_a_look_at_the_picture_counts():
    agrees = Verdict("the text layer agrees with the picture", is_believed=True)
    assert choose(page(NONSENSE), READY, verdict=agrees).engine == "text"
    lies = Verdict("the text layer lies", is_believed=False)
    assert choose(page(), READY, verdict=lies).engine == "ppocr"


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


def test_a_layer_that_is_only_suspicious_is_kept_where_nobody_can_read_the_picture():
    stuck = (Candidate("ppocr", Failure("language_missing", "no Thai")),)
    route = choose(page(NONSENSE), stuck, ("th",))
    assert (route.engine, route.flags) == ("text", (PageFlag.GARBAGE_TEXT_LAYER,))
    assert route.reason.endswith("; not read anew: no Thai")
    with pytest.raises(PagemillError, match="no Thai"):
        choose(page(PROSE, unmapped_share=0.16), stuck, ("th",))
