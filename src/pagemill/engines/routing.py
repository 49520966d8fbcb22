"""Which engine reads a page when the choice is left to us. Pure.

The text layer, where it may be believed; else the page is drawn and read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pagemill.engines.text_layer import Verdict, is_beyond_ocr, judge
from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from pagemill.model.page import NativeText
from pagemill.ports import Route

TEXT = "text"

_BEYOND = "OCR needs to be told the language of such letters"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An OCR engine, and why it cannot read this document here; None if it can."""

    name: str
    obstacle: Failure | None = None


def choose(
    native: NativeText,
    candidates: Sequence[Candidate],
    languages: Sequence[str] = (),
    verdict: Verdict | None = None,
) -> Route:
    """The text layer if it is believed, else the first candidate without an obstacle.

    `verdict` is the one after a look at the picture, if there was one. A doubtful layer in, say,
    Cyrillic is kept where no language was named: OCR would turn it into Latin letters and sound
    sure of them. One that is only suspicious is kept where nobody can read the picture.
    `candidates` has at least one. Raises `language_missing` or `engine_missing`, with what to
    install, when the page needs OCR and every candidate has an obstacle.
    """
    verdict = verdict or judge(native)
    if verdict.is_believed:
        return Route(TEXT, verdict.reason, verdict.flags)
    if not languages and is_beyond_ocr(native):
        return Route(TEXT, f"{verdict.reason}, but {_BEYOND}", verdict.flags)
    for candidate in candidates:
        if candidate.obstacle is None:
            return Route(candidate.name, _because(verdict, candidate, candidates), verdict.flags)
    failure = _no_reader(candidates)
    if verdict.is_open:
        return Route(TEXT, f"{verdict.reason}; not read anew: {failure.message}", verdict.flags)
    raise failure


def _because(verdict: Verdict, chosen: Candidate, candidates: Sequence[Candidate]) -> str:
    first = candidates[0]
    if chosen is first or first.obstacle is None:
        return verdict.reason
    return f"{verdict.reason}; not by {first.name}: {first.obstacle.message}"


def _no_reader(candidates: Sequence[Candidate]) -> PagemillError:
    """The last candidate is the one that can be helped by installing something: its hint."""
    obstacles = [candidate.obstacle for candidate in candidates if candidate.obstacle is not None]
    languages = [failure for failure in obstacles if failure.code == "language_missing"]
    telling = (languages or obstacles)[-1]
    message = "; ".join(dict.fromkeys(failure.message for failure in obstacles))
    return PagemillError(telling.code, message, telling.hint)
