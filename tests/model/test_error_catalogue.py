"""Errors: every one has a code, a cause, a next step, a status and an exit code."""

import pickle
import re

import pytest

from pagemill.errors import (
    CATALOGUE,
    EXIT_FAILED,
    EXIT_UNAVAILABLE,
    EXIT_USAGE,
    ErrorKind,
    PagemillError,
)


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=lambda kind: kind.code)
def test_every_row_is_complete(kind: ErrorKind) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", kind.code)
    assert kind.title[0].isupper()
    assert not kind.title.endswith(".")
    assert kind.hint.endswith(".")
    assert 400 <= kind.status <= 599
    assert kind.exit_code in {EXIT_FAILED, EXIT_USAGE, EXIT_UNAVAILABLE}


def test_codes_are_listed_once() -> None:
    from pagemill import errors

    assert len(CATALOGUE) == len(errors._ROWS)


def test_an_error_speaks_for_itself_or_takes_the_words_of_its_kind() -> None:
    bare = PagemillError("corrupt")
    assert (str(bare), bare.hint) == (CATALOGUE["corrupt"].title, CATALOGUE["corrupt"].hint)
    told = PagemillError("corrupt", "Page tree is a loop", "Print it anew.")
    assert (told.message, told.hint, told.code) == (
        "Page tree is a loop",
        "Print it anew.",
        "corrupt",
    )


def test_an_error_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(PagemillError("corrupt", "cause", "hint")))
    assert (error.code, error.message, error.hint) == ("corrupt", "cause", "hint")


def test_codes_outside_the_catalogue_cannot_be_raised() -> None:
    with pytest.raises(KeyError):
        PagemillError("made_up")
