"""Jobs: one conversion of one document, and the pure rules about them."""

from dataclasses import dataclass
from enum import StrEnum

from pagemill.errors import PagemillError
from pagemill.model.document import Document
from pagemill.model.options import Options
from pagemill.model.people import Caller

HEAD_START_MS = 60_000
MIN_PRIORITY, MAX_PRIORITY = 0, 10
_MEGABYTE = 1024 * 1024
_PRIORITY_BY_SIZE = ((1, 10), (5, 8), (10, 6), (50, 4))


class JobState(StrEnum):
    QUEUED = "queued"
    PROCESSING = "processing"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in FINAL


FINAL = frozenset({JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED})

_ALLOWED = {
    "cancel": frozenset({JobState.QUEUED, JobState.PROCESSING, JobState.PAUSED}),
    "pause": frozenset({JobState.QUEUED, JobState.PROCESSING}),
    "resume": frozenset({JobState.PAUSED}),
    "retry": FINAL,
    "reprioritise": frozenset({JobState.QUEUED, JobState.PROCESSING, JobState.PAUSED}),
}


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file the job gives back. `name` is the output's (`images` has many files), `path` is
    relative to the job's folder on the shelf.
    """

    name: str
    path: str
    media_type: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something went wrong, in words for a person."""

    code: str
    message: str
    hint: str = ""

    @classmethod
    def of(cls, error: PagemillError) -> "Failure":
        return cls(error.code, error.message, error.hint)


@dataclass(frozen=True, slots=True)
class Job:
    """A job as the ledger knows it at one moment.

    `pages_total` is None until the document was opened. `pages_left` counts pages that are neither
    done nor failed. `version` grows by one with every change and equals the last event's `seq`.
    `note` is a JSON object that came with the job and goes out with it. `stored_bytes` counts the
    document and, once the job is completed, page texts and outputs.
    """

    id: str
    handle: str
    user_id: str
    document: Document
    filename: str
    options: Options
    state: JobState
    priority: int
    version: int
    created_ms: int
    updated_ms: int
    started_ms: int | None = None
    finished_ms: int | None = None
    expires_ms: int | None = None
    pages_total: int | None = None
    pages_left: int = 0
    pages_done: int = 0
    pages_failed: int = 0
    pages_cached: int = 0
    failure: Failure | None = None
    outputs: tuple[OutputFile, ...] = ()
    note: str = "{}"
    stored_bytes: int = 0
    traceparent: str = ""

    @property
    def folder(self) -> str:
        return job_folder(self.id)

    @property
    def progress(self) -> int:
        """0 to 100; 100 only when nothing is left to do."""
        if self.state is JobState.COMPLETED:
            return 100
        if not self.pages_total:
            return 0
        return min(99, 100 * (self.pages_done + self.pages_failed) // self.pages_total)

    def eta_seconds(self, now_ms: int) -> float | None:
        """Seconds left at the pace so far; None while nothing is known to measure by."""
        read = self.pages_done - self.pages_cached
        if self.state is not JobState.PROCESSING or self.started_ms is None or read < 1:
            return None
        return max(0.0, (now_ms - self.started_ms) / 1000 / read * self.pages_left)


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be written down. `idempotency_key` makes a second submission find the first.

    `by` asks for it; its user owns it. `note` is a JSON object. `keep_ms` bounds how long it stays
    once it has ended, `soft_ms` and `hard_ms` how long it may run after the document was opened:
    at the first, pages not begun are given up; at the second, the job fails. A job that `is_urgent`
    begins even if its user wants jobs to wait. Its spans stand below `traceparent`, if any.
    """

    id: str
    by: Caller
    document: Document
    filename: str
    options: Options
    priority: int
    handle: str = ""
    password: str = ""
    idempotency_key: str = ""
    note: str = "{}"
    keep_ms: int | None = None
    soft_ms: int | None = None
    hard_ms: int | None = None
    is_urgent: bool = False
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class NewUpload:
    """A document to be kept until somebody asks for a job on it."""

    id: str
    by: Caller
    document: Document
    filename: str


def job_folder(job_id: str) -> str:
    return f"jobs/{job_id}"


def priority_for_size(size_bytes: int) -> int:
    """Small files first: 10 up to 1 MB, 8 up to 5, 6 up to 10, 4 up to 50, else 2."""
    for megabytes, priority in _PRIORITY_BY_SIZE:
        if size_bytes <= megabytes * _MEGABYTE:
            return priority
    return 2


def rank(created_ms: int, priority: int) -> int:
    """Where a job stands in its user's row, lowest first: a point of priority is worth a minute of
    waiting, so nothing starves and no row ever has to be rewritten to age.
    """
    return created_ms - priority * HEAD_START_MS


def require(command: str, state: JobState) -> None:
    """Raises `invalid_state` unless `command` makes sense in `state`."""
    allowed = _ALLOWED[command]
    if state not in allowed:
        raise PagemillError(
            "invalid_state",
            f"The job is {state}; it cannot be told to {command}",
            f"Possible while it is: {', '.join(sorted(allowed))}.",
        )
