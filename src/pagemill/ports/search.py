"""The full text of finished jobs, and the values an index of it speaks in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pagemill.model.search import Wanted

MOST_HITS = 1000


@dataclass(frozen=True, slots=True)
class FinishedJob:
    """A completed job as the ledger knows it. `version` grows with every change."""

    id: str
    user_id: str
    version: int
    finished_ms: int


@dataclass(frozen=True, slots=True)
class IndexedPage:
    """The text of one page. `token` tells it from what an earlier reading gave."""

    job_id: str
    user_id: str
    number: int
    token: str
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """How far an index has followed the ledger: the job that finished last of those it has."""

    finished_ms: int = 0
    job_id: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked for, in whose pages ("": everybody's), in which job ("": in all)."""

    wanted: Wanted
    user_id: str = ""
    job_id: str = ""
    skip: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Found:
    """The best pages, the newest first among equals. `total` counts up to `MOST_HITS`; `has_more`
    says that there are more. `is_complete` is false while the index has not caught up.
    """

    pages: tuple[IndexedPage, ...] = ()
    total: int = 0
    has_more: bool = False
    is_complete: bool = True


class SearchIndex(Protocol):
    """Derived from ledger and shelf: it may be thrown away at any time and is made anew. What is
    written is written whole or not at all, and doing it twice does no more than once. Thread-safe.

    All raise `search_unavailable` or `disk_full`.
    """

    def find(self, looked: Looked) -> Found: ...

    # filling it
    def prepare(self) -> bool:
        """Makes what is not there, and makes anew what is damaged or of another form. Whether it
        did: the index is empty then.
        """
        ...

    def mark(self) -> Mark: ...

    def set_mark(self, mark: Mark, *, is_complete: bool) -> None: ...

    def versions(self, job_ids: Sequence[str]) -> dict[str, int]:
        """Of the jobs that are in it, by job id; 0 for one of which only some pages are."""
        ...

    def pages(self, job_id: str) -> dict[int, str]:
        """The tokens of a job's pages that are in it, by page number."""
        ...

    def put(self, pages: Sequence[IndexedPage], whole: Sequence[FinishedJob] = ()) -> None:
        """Pages take the place of others of their number; jobs of `whole` are in it now."""
        ...

    def drop_pages(self, job_id: str, numbers: Sequence[int]) -> None: ...

    def jobs(self, after: str, limit: int) -> list[str]:
        """Ids of jobs of which something is in it, in their order."""
        ...

    def drop(self, job_ids: Sequence[str]) -> None: ...

    def close(self) -> None: ...


class Finished(Protocol):
    """Completed jobs of a ledger, for those who follow it. Reads only. Thread-safe."""

    def since(self, mark: Mark, limit: int) -> list[FinishedJob]:
        """Those that finished after the marked one, in that order."""
        ...

    def after(self, job_id: str, limit: int) -> list[FinishedJob]:
        """In the order of their ids."""
        ...
