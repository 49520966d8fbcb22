"""Pages that were read, thought about again: a block's text put right by hand, a page read once
more.
"""

import secrets
from dataclasses import dataclass

import msgspec

from pagemill.errors import PagemillError
from pagemill.model.correcting import block_at, corrected, text_of
from pagemill.model.job import Job
from pagemill.model.options import Choices, parse_options
from pagemill.model.page import PageText, page_key
from pagemill.model.people import LOCAL, Caller
from pagemill.ports import Bell, Correction, CorrectionQuery, Ledger, NewCorrection, Shelf
from pagemill.service.new_jobs import short
from pagemill.service.shown import read_page

TRIES = 20  # against others who correct the same page just then
MAX_TEXT = 100_000
_REFUSED = frozenset({"page_not_ready", "page_not_found", "job_not_found"})  # surely not written


class TextChanged(PagemillError):
    """A block no longer reads as whoever wants to correct it saw it. `text` is what it says now."""

    def __init__(self, text: str) -> None:
        super().__init__("text_changed", "The block was corrected or read again meanwhile")
        self.text = text


@dataclass(frozen=True, slots=True)
class Wish:
    """What a block shall say: `block` is its place in the page text, from 0. `before` is what the
    person saw; None where nobody looked.
    """

    page: int
    block: int
    text: str
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Corrected:
    """A block's text, and what it was before; equal where there was nothing to change."""

    job: Job
    text: str
    before: str


@dataclass(frozen=True, slots=True)
class RevisionDesk:
    """Of jobs that the caller may see: all raise `job_not_found`, `page_not_found`."""

    ledger: Ledger
    shelf: Shelf
    bell: Bell
    choices: Choices

    def correct(self, ref: str, wish: Wish, who: Caller = LOCAL) -> Corrected:
        """The block says `wish.text` from now on, in the page text at once and in all outputs soon.
        It is on the disk for good when this returns. Asked for twice it is done once.

        Raises `page_not_ready`, `block_not_found`, `invalid_request`, TextChanged (`text_changed`).
        """
        if len(wish.text) > MAX_TEXT:
            raise PagemillError("invalid_request", f"`text` is longer than {MAX_TEXT:,} letters")
        job = self.ledger.job(ref, who.sees)
        for _ in range(TRIES):
            done = self._try(job, wish, who)
            if done is not None:
                return done
        raise PagemillError("ledger_busy", "Others correct the same page just now")

    def corrections(
        self, ref: str, query: CorrectionQuery, who: Caller = LOCAL
    ) -> list[Correction]:
        return self.ledger.revisions.corrections(self.ledger.job(ref, who.sees).id, query)

    def read_again(
        self, ref: str, number: int, engine: str = "", password: str = "", who: Caller = LOCAL
    ) -> Job:
        """One page once more, with `engine` if given; the others stay. Raises `invalid_options`,
        `page_not_ready`, `invalid_state`, `quota_pages`.
        """
        if engine:
            parse_options({"engine": engine}, self.choices)
        job = self.ledger.job(ref, who.sees)
        word = short(password, "password")
        job = self.ledger.revisions.read_again(job.id, number, engine, word, who)
        self.bell.ring()
        return job

    def _try(self, job: Job, wish: Wish, who: Caller) -> Corrected | None:
        """None where the page got another text while this one was written."""
        state = self.ledger.page(job.id, wish.page)
        page = read_page(self.shelf, job, state)
        before = text_of(block_at(page, wish.block))
        changed = corrected(page, wish.block, wish.text)
        text = text_of(changed.blocks[wish.block])
        if text == before:
            return Corrected(job, text, before)
        if wish.before is not None and wish.before != before:
            raise TextChanged(before)
        token = secrets.token_hex(16)
        key = page_key(job.id, wish.page, token)
        self._put(key, changed)
        new = NewCorrection(
            wish.page, wish.block, before, text, state.token, token, changed.confidence
        )
        try:
            told = self.ledger.revisions.correct(job.id, new, who)
        except PagemillError as error:
            if error.code in _REFUSED:
                self.shelf.delete([key])
            raise
        if told is None:
            self.shelf.delete([key])
            return None
        self.bell.ring()
        return Corrected(told, text, before)

    def _put(self, key: str, page: PageText) -> None:
        """Synced: what a person has written is not read again from any document."""
        with self.shelf.upload() as upload:
            upload.write(msgspec.json.encode(page))
            upload.keep(key)
