"""Tasks that were given up: looking at them, and trying them again."""

from dataclasses import dataclass
from typing import Protocol

from pagemill.model.job import Failure, JobState
from pagemill.model.people import Caller
from pagemill.model.task import TaskKind


@dataclass(frozen=True, slots=True)
class DeadQuery:
    """Which of them, newest first. "" and 0 leave a filter out; `but_codes` are left out. `before`
    is the `cursor` of the last one of the page before.
    """

    user_id: str = ""
    code: str = ""
    engine: str = ""
    since_ms: int = 0
    but_codes: tuple[str, ...] = ()
    before: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A task that was given up. `page_no` is 0 for a document that could not be opened (`split`)
    and outputs that could not be written (`assemble`). `attempts` counts all, `deaths` those since
    it was last put back in which the worker died.
    """

    task_id: int
    job_id: str
    user_id: str
    filename: str
    job_state: JobState
    kind: TaskKind
    page_no: int
    engine: str
    failure: Failure
    attempts: int
    deaths: int
    at_ms: int

    @property
    def cursor(self) -> str:
        return f"{self.at_ms}.{self.task_id}"


@dataclass(frozen=True, slots=True)
class DeadReason:
    """Given-up tasks with one error code: how many, from when to when, and one of them."""

    code: str
    count: int
    first_ms: int
    last_ms: int
    example: DeadLetter


@dataclass(frozen=True, slots=True)
class Requeued:
    """What is tried again: jobs, newest failure first, and how many pages of them. `left_out` were
    met and stay, as their jobs still run or were cancelled. `before` is where the next batch
    begins; "" when all were met.
    """

    job_ids: tuple[str, ...] = ()
    pages: int = 0
    left_out: int = 0
    before: str = ""


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """An attempt at a page that brought no result. `attempt` counts from 1; with the last one
    (`is_final`) the page was given up.
    """

    attempt: int
    at_ms: int
    failure: Failure
    has_died: bool
    is_final: bool


class DeadLetters(Protocol):
    """As the ledger: every call is one transaction, or none. Thread-safe. What a query costs
    follows from how many tasks were given up, not from how many there are.
    """

    def dead(self, query: DeadQuery) -> list[DeadLetter]:
        """Raises `invalid_request` for a cursor that none has."""
        ...

    def reasons(self, query: DeadQuery) -> list[DeadReason]:
        """By error code, the most frequent first; without regard to `before` and `limit`."""
        ...

    def requeue(self, query: DeadQuery, by: Caller) -> Requeued:
        """Looks at `query.limit` of them, and makes all that match of their jobs ready again with a
        clean record, where the job has ended and was not cancelled: pages one by one, a split or an
        assembly with its job. What was read stays. One line a batch in the audit log,
        `queue.requeue`, unless nothing came of it. Raises as `dead`.
        """
        ...

    def attempts(self, job_id: str, page_no: int) -> list[PastAttempt]:
        """Failed attempts at a page, the first one first, as far as the job's events go back."""
        ...
