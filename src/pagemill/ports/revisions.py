"""Second thoughts about pages: text put right by hand, and pages that are read once more."""

from dataclasses import dataclass
from typing import Protocol

from pagemill.model.job import Job
from pagemill.model.people import LOCAL, Caller


@dataclass(frozen=True, slots=True)
class NewCorrection:
    """One block of a page reads otherwise. `block` is its place among the blocks of the page text,
    from 0. `seen` is the token of the page text that was corrected, `token` that of the one with
    the correction in it, which is on the shelf already; `confidence` is that of the whole page.
    """

    page: int
    block: int
    before: str
    after: str
    seen: str
    token: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody put right. It `is_superseded` once its page was read again."""

    id: int
    page: int
    block: int
    before: str
    after: str
    user_id: str
    at_ms: int
    is_superseded: bool = False


@dataclass(frozen=True, slots=True)
class CorrectionQuery:
    """Newest first. `page` 0 means all pages. `before` is the id of the last one of the page of
    answers before, 0 at first.
    """

    page: int = 0
    before: int = 0
    limit: int = 100


class Revisions(Protocol):
    """As the ledger: every call is one transaction, or none. Thread-safe. What is done is written
    into the audit log: `page.correct`, `page.retry`.
    """

    def correct(self, job_id: str, new: NewCorrection, by: Caller = LOCAL) -> Job | None:
        """From now on the page's text is the new one; the old one goes to the trash, and answers
        no other job. The outputs of a completed job are written again; an assembly that waits takes
        the new text, and one that is at work is followed by another. None, with nothing changed,
        where the page's text is no longer the one that was seen.

        Raises `page_not_found`, `page_not_ready` for a page that is not done.
        """
        ...

    def corrections(self, job_id: str, query: CorrectionQuery) -> list[Correction]: ...

    def read_again(
        self, job_id: str, number: int, engine: str = "", password: str = "", by: Caller = LOCAL
    ) -> Job:
        """A page that is done, failed or cancelled is ready again, with a clean record, for
        `engine` if given, past the page cache; assembly waits for it. Other pages stay. It counts
        as a page of the day. What was read before stays the page's text until it is read again,
        and for good if it cannot be.

        Raises `page_not_found`, `page_not_ready` for a page in work, `quota_pages`, and
        `invalid_state` where other pages of the job were cancelled.
        """
        ...
