"""Text layers of real documents, compared with their pictures where that is wanted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pagemill.documents import PageOpener
from pagemill.engines import EngineRegistry
from pagemill.engines.ppocr import PpOcrEngine
from pagemill.model.options import AUTO, BALANCED, BEST, FAST
from pagemill.model.page import PageFlag
from pagemill.ports import DocumentPage, ReadOptions, Route
from pagemill.testing.documents import (
    mismapped_pdf,
    permuted_letters,
    picture_pdf,
    random_words,
    shifted_letters,
    text_pdf,
)

LETTER = (
    "Dear Sir, we thank you for your letter of the second of May and are pleased to say that the "
    "goods you asked for will be sent by the end of this week. The bill is with them, and we ask "
    "you to pay it within thirty days. Should anything be missing or broken, please write to us."
)
ANOTHER = (
    "It rained all night, and in the morning the river stood so high that nobody could cross the "
    "bridge. The children were told to stay at home, which they did gladly, while their father "
    "went out to see whether the boats were still tied up where he had left them in the evening."
)
GARBAGE = (PageFlag.GARBAGE_TEXT_LAYER,)
AGREES, LIES = "agrees with the picture", "something else than the picture"


@pytest.fixture
def registry(ppocr: PpOcrEngine) -> EngineRegistry:
    return EngineRegistry(factories={"ppocr": lambda: ppocr})


@pytest.fixture
def first_page(tmp_path: Path) -> Iterator:
    opened = []

    def open_page(data: bytes) -> DocumentPage:
        path = tmp_path / f"{len(opened)}.pdf"
        path.write_bytes(data)
        opened.append(PageOpener(max_pixels=40_000_000).open(path, "application/pdf"))
        return opened[-1].page(1)

    yield open_page
    for document in opened:
        document.close()


def route(registry: EngineRegistry, page: DocumentPage, mode: str) -> Route:
    """As in a page's own step; told apart from one that was not looked at by its reason."""
    return registry.route(page, AUTO, ReadOptions(mode=mode))


@pytest.mark.parametrize("letters", [shifted_letters(1), shifted_letters(13), permuted_letters()])
def test_a_layer_of_other_letters_than_the_picture_is_caught(registry, first_page, letters):
    page = first_page(mismapped_pdf([LETTER], letters))
    for mode, reason in ((FAST, "no language"), (BALANCED, LIES), (BEST, LIES)):
        chosen = route(registry, page, mode)
        assert (chosen.engine, chosen.flags) == ("ppocr", GARBAGE)
        assert reason in chosen.reason


def test_a_layer_that_looks_like_garbage_but_is_on_the_page_is_kept(registry, first_page):
    page = first_page(text_pdf([random_words(60)]))
    assert route(registry, page, FAST).flags == GARBAGE
    chosen = route(registry, page, BALANCED)
    assert (chosen.engine, chosen.flags) == ("text", ())
    assert AGREES in chosen.reason


@pytest.mark.parametrize(
    ("hidden", "fast", "balanced", "reason", "flags"),
    [
        (LETTER, "text", "text", AGREES, ()),
        (ANOTHER, "text", "ppocr", LIES, GARBAGE),  # prose: only the picture tells
        (random_words(60), "ppocr", "ppocr", LIES, GARBAGE),
    ],
)
def test_an_earlier_ocr_is_believed_if_the_picture_bears_it_out(
    registry, first_page, hidden, fast, balanced, reason, flags
):
    page = first_page(picture_pdf([LETTER], hidden_text=hidden))
    assert route(registry, page, FAST).engine == fast
    for mode in (BALANCED, BEST):
        chosen = route(registry, page, mode)
        assert (chosen.engine, chosen.flags) == (balanced, flags)
        assert reason in chosen.reason


def test_a_good_layer_is_looked_at_only_in_the_best_mode(registry, first_page):
    page = first_page(text_pdf([LETTER]))
    for mode, reason in ((FAST, "good"), (BALANCED, "good"), (BEST, AGREES)):
        chosen = route(registry, page, mode)
        assert chosen.engine == "text"
        assert reason in chosen.reason


def test_an_earlier_ocr_that_lacks_most_of_the_picture_is_not_used(registry, first_page):
    page = first_page(picture_pdf([f"{LETTER} {ANOTHER}"], hidden_text=LETTER[:60]))
    chosen = route(registry, page, BALANCED)
    assert (chosen.engine, chosen.flags) == ("ppocr", ())
    assert "lacks" in chosen.reason


def test_a_page_lying_on_its_side_is_compared_as_it_lies(registry, first_page):
    chosen = route(registry, first_page(text_pdf([LETTER], rotate=90)), BEST)
    assert (chosen.engine, chosen.flags) == ("text", ())
    assert AGREES in chosen.reason


@pytest.mark.parametrize(
    ("data", "mode"),
    [
        (text_pdf([LETTER]), BEST),
        (mismapped_pdf([LETTER], permuted_letters()), BALANCED),
        (picture_pdf([LETTER], hidden_text=LETTER), BALANCED),
    ],
)
def test_where_nobody_may_look_the_choice_is_left_open(first_page, data, mode):
    registry = EngineRegistry()
    chosen = registry.route(first_page(data), AUTO, ReadOptions(mode=mode), may_look=False)
    assert chosen.engine == AUTO
    assert "when the page is read" in chosen.reason


def test_a_layer_that_needs_no_look_is_chosen_at_once(first_page):
    page = first_page(text_pdf([LETTER]))
    assert EngineRegistry().route(page, AUTO, ReadOptions(), may_look=False).engine == "text"


def test_languages_that_ppocr_cannot_read_leave_the_layers_own_verdict(registry, first_page):
    page = first_page(picture_pdf([LETTER], hidden_text=LETTER))
    chosen = registry.route(page, AUTO, ReadOptions(languages=("en", "ru")))
    assert "earlier OCR" in chosen.reason
