"""Files that came from folders: what is known of them, and taking many in at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pagemill.model.job import NewJob
from pagemill.model.people import Caller


class Taken(StrEnum):
    """What became of a file when it was taken in."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Source:
    """A file of a folder as it was when it was last taken in. `key` is a digest of its path and of
    the options that were asked for; `path` is for people. `job_id` is the file's job, or that of
    the same bytes; the job may have been deleted since. `sha256` is empty where nothing was read.
    """

    key: str
    path: str
    size_bytes: int
    mtime_ns: int
    sha256: str = ""
    outcome: Taken = Taken.ACCEPTED
    job_id: str = ""
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file to be taken in, with the job it asks for. Without one the source says why it was
    refused, so that nobody reads it again.
    """

    source: Source
    job: NewJob | None = None


class Sources(Protocol):
    """As the ledger: every call is one transaction, or none. Thread-safe."""

    def known(self, user_id: str, keys: Sequence[str]) -> dict[str, Source]:
        """By key, those that were taken in before, without those whose bytes were lost since: they
        are to be brought again. One statement however many.
        """
        ...

    def take(self, by: Caller, batch: Sequence[Arrival]) -> list[Source]:
        """Writes documents, jobs, split tasks, events and sources of a whole batch, all of it or
        nothing; durable on the disk when it returns. Gives every source as it came out, in order.

        A job whose idempotency key has one already is none: its source names the other as a
        duplicate, within the batch too; bytes that were lost are there again. Beyond the user's
        limits a source comes back as refused (`too_many_jobs`, `quota_pages`, `quota_bytes`) and
        is not written, so that it is tried again. The audit log gets one line a batch,
        `job.ingest`, and none if no job came of it.
        Raises `invalid_options`.
        """
        ...
