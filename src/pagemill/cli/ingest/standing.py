"""How somebody's jobs stand, asked of the data folder or of a server: what `--monitor` shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pagemill.cli.screen import failure_line, moment
from pagemill.client import Client
from pagemill.client.answers import ErrorInfo
from pagemill.model.job import Failure
from pagemill.ports import DeadQuery

if TYPE_CHECKING:
    from pagemill.app.house import House

MOST_FAILURES = 3
WAITING_STATES = ("blocked", "ready", "waiting", "held")


@dataclass(frozen=True, slots=True)
class Standing:
    """One user's jobs and page tasks by state. `slots` are workers that are there; None where
    nobody can say. `failures` are told newest first.
    """

    jobs: Mapping[str, int] = field(default_factory=dict)
    pages: Mapping[str, int] = field(default_factory=dict)
    pages_per_second: float | None = None
    eta_seconds: float | None = None
    slots: int | None = None
    failures: Sequence[str] = ()

    @property
    def jobs_left(self) -> int:
        """Those that somebody would work at."""
        return self.jobs.get("queued", 0) + self.jobs.get("processing", 0)

    @property
    def is_over(self) -> bool:
        return not self.jobs_left

    @property
    def pages_ended(self) -> int:
        return self.pages.get("done", 0) + self.pages.get("dead", 0)

    @property
    def pages_waiting(self) -> int:
        return sum(self.pages.get(state, 0) for state in WAITING_STATES)

    @property
    def failed(self) -> int:
        """Jobs that failed, and pages that could not be read of jobs that did not."""
        return self.jobs.get("failed", 0) + self.pages.get("dead", 0)


class Lookout(Protocol):
    """Where somebody's jobs can be seen."""

    def look(self) -> Standing: ...


@dataclass(frozen=True, slots=True)
class LocalLookout:
    """On the data folder. Failures are told from `since_ms` on."""

    house: "House"
    user_id: str
    since_ms: int

    def look(self) -> Standing:
        overview, ledger = self.house.service.overview, self.house.ledger
        stats = overview.queue(1, self.user_id)
        line = next((line for line in stats.users if line.user_id == self.user_id), None)
        letters = ledger.dead_letters.dead(self._query())
        return Standing(
            line.jobs if line else {},
            line.pages if line else {},
            stats.last_minute.pages / 60,
            stats.eta_seconds,
            sum(node.slots for node in overview.nodes() if overview.is_alive(node)),
            [_failure(one.filename, one.page_no, one.failure) for one in letters],
        )

    def _query(self) -> DeadQuery:
        return DeadQuery(user_id=self.user_id, since_ms=self.since_ms, limit=MOST_FAILURES)


@dataclass(frozen=True, slots=True)
class RemoteLookout:
    """On a server. An admin's own line may be missing there among those of others; then everybody's
    jobs are shown.
    """

    client: Client
    user_id: str
    since_ms: int

    def look(self) -> Standing:
        queue = self.client.queue()
        line = next((line for line in queue.users if line.user == self.user_id), None)
        minute = queue.throughput.get("minute")
        workers = self.client.workers()
        since = moment(self.since_ms)
        letters = self.client.dead_letters(since=since, limit=MOST_FAILURES).dead_letters
        return Standing(
            line.jobs if line else queue.jobs,
            line.pages if line else queue.pages,
            minute.pages / 60 if minute else None,
            queue.eta_seconds,
            sum(worker.slots for worker in workers if worker.alive),
            [_failure(one.filename, one.page, one.error) for one in letters],
        )


def _failure(filename: str, page: int | None, why: Failure | ErrorInfo) -> str:
    subject = f"{filename}, page {page}" if page else filename
    return failure_line(subject, why.code, why.message)
