"""What is handed out and what is not: stops, pools and their limits, the order of jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pagemill.model.people import Caller
from pagemill.model.task import TaskKind


class StopScope(StrEnum):
    """What can be stopped: the whole queue (its name is ""), one user's work, one engine's."""

    QUEUE = "queue"
    USER = "user"
    ENGINE = "engine"


@dataclass(frozen=True, slots=True)
class Stop:
    """Nothing of it is handed out; what runs goes on. `by` is the user who said so."""

    scope: StopScope
    name: str
    since_ms: int
    by: str


@dataclass(frozen=True, slots=True)
class PoolState:
    """A pool is an engine, `auto` (its pages choose one when they are read) or `cpu` (opening and
    assembling). `max_running` None: no limit. `ready` tasks could run now, `waiting` ones are in
    their back-off. While `trips` is above 0 one task at a time is let through, and none at all
    until `rests_until_ms` (0 when it does not rest).
    """

    name: str
    max_running: int | None = None
    running: int = 0
    ready: int = 0
    waiting: int = 0
    rests_until_ms: int = 0
    trips: int = 0
    is_stopped: bool = False


@dataclass(frozen=True, slots=True)
class InWork:
    """A task that runs. `page_no` is 0 where a document is opened or its outputs are written;
    `node` is the agent that has it.
    """

    job_id: str
    user_id: str
    kind: TaskKind
    page_no: int
    pool: str
    attempt: int
    node: str


class Scheduling(Protocol):
    """As the ledger: every call is one transaction, or none. Thread-safe. What is done is written
    into the audit log in the same transaction, with `by`. To drain is to stop, and to wait until
    `running` says 0.
    """

    def stops(self) -> list[Stop]:
        """What is stopped now, the oldest first."""
        ...

    def stop(self, scope: StopScope, name: str, by: Caller) -> bool:
        """Whether that is new, or was a user's own stop and is now somebody else's. Raises
        `user_not_found`; an engine need not be known yet.
        """
        ...

    def go_on(self, scope: StopScope, name: str, by: Caller) -> bool:
        """Whether it was stopped, and by whom `by` may undo it: an admin undoes every stop, others
        their own. Agents are to be rung.
        """
        ...

    def pools(self) -> list[PoolState]:
        """All pools that ever had work or a limit, by name. Counts what is ready: for people, and
        for loops of some seconds.
        """
        ...

    def limit_pool(self, name: str, max_running: int | None, by: Caller) -> PoolState:
        """From now on; what runs beyond it goes on. None takes the limit away. The pool need not
        have had work yet.
        """
        ...

    def running(self, scope: StopScope, name: str) -> int:
        """How many tasks of it are in work now."""
        ...

    def in_work(self, scope: StopScope, name: str, limit: int = 100) -> list[InWork]:
        """Those tasks, the oldest first."""
        ...

    def reprioritise(self, job_ids: Sequence[str], priority: int, by: Caller) -> int:
        """Gives those that wait or are worked on another place in the rows of their users. Returns
        how many changed.
        """
        ...
