"""Which jobs have changed: asked by those who watch many."""

from dataclasses import dataclass
from typing import Protocol

from pagemill.model.job import Job


@dataclass(frozen=True, slots=True)
class Change:
    """A job that changed, as it is now: None if it is gone. `number` is that of its last change;
    the changes of all jobs are numbered in the order of their commits.
    """

    number: int
    job_id: str
    user_id: str
    job: Job | None


class Changes(Protocol):
    """As the ledger: every call is one transaction, or none. Thread-safe. Reads only."""

    def bounds(self) -> tuple[int, int]:
        """The numbers of the first and the last change that are known; (1, 0) without any. What
        is long ago is forgotten.
        """
        ...

    def after(self, number: int, limit: int, user_id: str = "") -> list[Change]:
        """The jobs among the `limit` changes of anybody that followed `number`, each once, by their
        last changes; with `user_id` only theirs. One statement.
        """
        ...
