"""Which engine reads a page when the choice is left to us. Pure.

The text layer, where it may be believed; else the page is drawn and read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pagemill.engines.text_layer import Doubt, doubt_about, is_beyond_ocr, is_blank
from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from pagemill.model.page import NativeText, PageFlag
from pagemill.ports import Route

TEXT = "text"

_BEYOND = "OCR needs to be told the language of such letters"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An OCR engine, and why it cannot read this document here; None if it can."""

    name: str
    obstacle: Failure | None = None


def choose(
    native: NativeText, candidates: Sequence[Candidate], languages: Sequence[str] = ()
) -> Route:
    """The text layer if it makes sense, else the first candidate without an obstacle.

    A doubtful layer in, say, Cyrillic is kept where no language was named: OCR would turn it into
    Latin letters and sound sure of them. `candidates` has at least one. Raises `language_missing`
    or `engine_missing`, with what to install, when the page needs OCR and every candidate has an
    obstacle.
    """
    if is_blank(native):
        return Route(TEXT, "the page is blank", (PageFlag.BLANK,))
    doubt = doubt_about(native)
    if doubt is None:
        return Route(TEXT, "the page has a good text layer")
    if not languages and is_beyond_ocr(native):
        return Route(TEXT, f"{doubt.reason}, but {_BEYOND}", doubt.flags)
    for candidate in candidates:
        if candidate.obstacle is None:
            return Route(candidate.name, _because(doubt, candidate, candidates), doubt.flags)
    raise _no_reader(candidates)


def _because(doubt: Doubt, chosen: Candidate, candidates: Sequence[Candidate]) -> str:
    first = candidates[0]
    if chosen is first or first.obstacle is None:
        return doubt.reason
    return f"{doubt.reason}; not by {first.name}: {first.obstacle.message}"


def _no_reader(candidates: Sequence[Candidate]) -> PagemillError:
    """The last candidate is the one that can be helped by installing something: its hint."""
    obstacles = [candidate.obstacle for candidate in candidates if candidate.obstacle is not None]
    languages = [failure for failure in obstacles if failure.code == "language_missing"]
    telling = (languages or obstacles)[-1]
    message = "; ".join(dict.fromkeys(failure.message for failure in obstacles))
    return PagemillError(telling.code, message, telling.hint)
