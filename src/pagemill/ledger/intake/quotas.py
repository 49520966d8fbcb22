"""What a user may take up, checked in the transaction that takes it: exact, however many ask."""

from pagemill.access import day_of, seconds_to_tomorrow, strictest
from pagemill.errors import PagemillError
from pagemill.ledger.statements import Transaction
from pagemill.model.document import Document
from pagemill.model.job import Failure
from pagemill.model.people import UserLimits
from pagemill.model.retention import MB, Bounds, retention_of

RETRY_JOBS_SECONDS = 30


class Room:
    """What a user has taken up, counted on as the jobs of one transaction are let in. What has no
    limit is not asked for.
    """

    def __init__(self, tx: Transaction, user_id: str, limits: UserLimits) -> None:
        self._tx = tx
        self._user_id = user_id
        self._limits = limits
        self._stored = tx.sql.stored_bytes(user_id=user_id) if limits.max_stored_mb else 0
        self._waiting = tx.sql.count_waiting(user_id=user_id) if limits.max_waiting_jobs else 0
        self._pages = _pages_today(tx, user_id) if limits.pages_per_day else 0

    def take(self, document: Document, *, is_held: bool = False) -> None:
        """One more job. Raises `quota_bytes`, `too_many_jobs`, `quota_pages`, and counts nothing
        then.
        """
        size = self._needed(document)
        _check_space(self._limits, self._stored, size)
        self._check_waiting()
        if self._limits.pages_per_day and self._pages >= self._limits.pages_per_day:
            raise _pages_used_up(self._tx, self._pages, self._limits.pages_per_day)
        self._stored += size
        self._waiting += not is_held

    def _needed(self, document: Document) -> int:
        """What it takes up beyond what the same bytes do as an upload without a job."""
        if not self._limits.max_stored_mb:
            return 0
        counted = self._tx.sql.waiting_bytes(user_id=self._user_id, sha256=document.sha256)
        return document.size_bytes - int(counted)

    def _check_waiting(self) -> None:
        allowed = self._limits.max_waiting_jobs
        if allowed and self._waiting >= allowed:
            raise PagemillError(
                "too_many_jobs",
                f"{self._waiting} of your jobs are waiting, and {allowed} may",
                retry_after=RETRY_JOBS_SECONDS,
            )


def check_space(tx: Transaction, user_id: str, limits: UserLimits, size_bytes: int) -> None:
    """Raises `quota_bytes`."""
    if limits.max_stored_mb:
        _check_space(limits, tx.sql.stored_bytes(user_id=user_id), size_bytes)


def _check_space(limits: UserLimits, stored: int, size_bytes: int) -> None:
    if limits.max_stored_mb and stored + size_bytes > limits.max_stored_mb * MB:
        raise PagemillError(
            "quota_bytes",
            f"Your documents and results take {stored / MB:.1f} of {limits.max_stored_mb} MB, and"
            f" this one needs {size_bytes / MB:.1f}",
        )


def take_pages(tx: Transaction, user_id: str, limits: UserLimits, pages: int) -> Failure | None:
    """Counts the pages of a document that was just opened, or says why it may not be read."""
    if limits.pages_per_day:
        used = _pages_today(tx, user_id)
        if used + pages > limits.pages_per_day:
            return Failure(
                "quota_pages",
                f"The document has {pages} pages to read, and {used} of {limits.pages_per_day} are"
                " used up today",
                "Retry it after midnight UTC, or ask the operator to raise `pages_per_day`.",
            )
    tx.sql.add_page_usage(user_id=user_id, day=day_of(tx.now_ms), pages=pages)
    return None


def take_page(tx: Transaction, user_id: str, limits: UserLimits) -> None:
    """Counts a page that is read once more. Raises `quota_pages`."""
    used = _pages_today(tx, user_id) if limits.pages_per_day else 0
    if limits.pages_per_day and used >= limits.pages_per_day:
        raise _pages_used_up(tx, used, limits.pages_per_day)
    tx.sql.add_page_usage(user_id=user_id, day=day_of(tx.now_ms), pages=1)


def kept_ms(limits: UserLimits, bounds: Bounds, asked_ms: int | None = None) -> int | None:
    """How long a job of this user stays after its end; None is for good."""
    return strictest(retention_of(limits).age_ms, bounds.all.age_ms, asked_ms)


def _pages_today(tx: Transaction, user_id: str) -> int:
    return tx.sql.pages_of_day(user_id=user_id, day=day_of(tx.now_ms)) or 0


def _pages_used_up(tx: Transaction, used: int, allowed: int) -> PagemillError:
    return PagemillError(
        "quota_pages",
        f"{used} of {allowed} pages are used up today",
        retry_after=seconds_to_tomorrow(tx.now_ms),
    )
