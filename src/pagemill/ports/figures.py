"""The ledger's figures: how the queue stands and how fast it moves. Reading them costs the same
however many jobs and pages there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pagemill.model.history import Past, Stretch
from pagemill.model.pace import Spread


@dataclass(frozen=True, slots=True)
class Throughput:
    """What came to an end in a while: pages read, taken from the cache or given up; jobs completed,
    failed or cancelled.
    """

    pages: float = 0
    jobs: float = 0


@dataclass(frozen=True, slots=True)
class UserFigures:
    """One user's jobs and pages by state."""

    user_id: str
    jobs: Mapping[str, int]
    pages: Mapping[str, int]
    oldest_waiting_ms: int | None = None


@dataclass(frozen=True, slots=True)
class EngineFigures:
    """Pages of one engine by state, and how long an attempt took in the last hour. It rests for
    `rests_ms` more after it was away `trips` times in a row; `max_running` None is no limit.
    """

    engine: str
    pages: Mapping[str, int]
    runs: Spread | None = None
    max_running: int | None = None
    rests_ms: int = 0
    trips: int = 0
    is_stopped: bool = False


@dataclass(frozen=True, slots=True)
class QueueStats:
    """The queue at one moment. States are the words of `JobState` and of `TaskState` in small
    letters; what there is none of is left out. `users` are those with most waiting, `others` all
    others together. `eta_seconds` is a guess for everything that waits; None while unknown.
    """

    jobs: Mapping[str, int] = field(default_factory=dict)
    pages: Mapping[str, int] = field(default_factory=dict)
    users: tuple[UserFigures, ...] = ()
    others: UserFigures | None = None
    engines: tuple[EngineFigures, ...] = ()
    oldest_waiting_ms: int | None = None  # how long the oldest queued job has waited
    waits: Spread | None = None  # from arrival to beginning, of jobs begun in the last hour
    runs: Spread | None = None  # attempts at pages in the last hour
    last_minute: Throughput = Throughput()
    last_hour: Throughput = Throughput()
    last_day: Throughput = Throughput()
    completed_today: int = 0  # jobs since midnight UTC
    mean_wait_today_ms: float | None = None  # of those, from arrival to beginning
    mean_page_ms: float | None = None  # of pages lately read
    pages_per_second: float | None = None  # lately, while work went on
    pages_per_job: float | None = None  # of jobs that were opened
    eta_seconds: float | None = None
    is_stopped: bool = False  # an operator holds the whole queue

    @property
    def pending(self) -> int:
        """Jobs that have not begun, those included that were paused."""
        return self.jobs.get("queued", 0) + self.jobs.get("paused", 0)

    @property
    def processing(self) -> int:
        return self.jobs.get("processing", 0)

    @property
    def failed(self) -> int:
        return self.jobs.get("failed", 0)

    @property
    def avg_wait_time_minutes(self) -> float:
        return (self.mean_wait_today_ms or 0) / 60_000

    @property
    def oldest_pending_minutes(self) -> float:
        return (self.oldest_waiting_ms or 0) / 60_000

    @property
    def waiting_pages(self) -> int:
        """Pages that could be read now, or after a back-off."""
        return self.pages.get("ready", 0) + self.pages.get("waiting", 0)


@dataclass(frozen=True, slots=True)
class Tally:
    """`count` things counted since the ledger was made, and the sum of their times. `kind` is `run`
    (pages read), `cached`, `given_up`, `retried` (attempts that will be made again), `wait` (jobs
    begun) or `completed`, `failed`, `cancelled` (jobs). `bucket` is that of `model.pace` for `run`
    and `wait`, else 0.
    """

    kind: str
    engine: str
    bucket: int
    count: int
    total_ms: int


@dataclass(frozen=True, slots=True)
class Chores:
    """What the house does besides: how long ago upkeep came round (None: never), how many deleted
    things still lie on the shelf, whether the queue is stopped and for how many users.
    """

    round_age_ms: int | None
    trash: int
    is_stopped: bool
    stopped_users: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """What there is: documents, each once; jobs, and the bytes that are counted to their owners;
    the database, by name and version, and its size.
    """

    documents: int
    document_bytes: int
    jobs: int
    job_bytes: int
    database: str
    database_bytes: int


class Figures(Protocol):
    """As the ledger: every call is one transaction, or none. Thread-safe. Counts are those of what
    is committed, exact at every moment.
    """

    def queue(self, top: int = 20, user_id: str = "") -> QueueStats:
        """With lines for the `top` users with most waiting, or for `user_id` only. Without
        `eta_seconds`: who works is not looked at.
        """
        ...

    def job_counts(self, user_id: str = "") -> dict[str, int]:
        """Jobs by state, everybody's or one user's: the part of `queue` asked for most often."""
        ...

    def tallies(self) -> list[Tally]:
        """Everything that was ever counted. A count never falls."""
        ...

    def chores(self) -> Chores: ...

    def holdings(self) -> Holdings:
        """Sums over documents and jobs: not for every second."""
        ...

    def history(self, past: Past) -> list[Stretch]:
        """How the queue stood and moved in every step until now; a step in which nobody looked says
        so.
        """
        ...

    def sample(self) -> bool:
        """For upkeep, several times a minute: notes how much waits and runs. Whether this was the
        first look of anybody in this minute; others are not noted.
        """
        ...

    def roll_up(self) -> int:
        """For upkeep, which has come round. Merges minutes, when they are two hours old at the
        latest, into one count for good, and for throughput and waits into hours, which are kept for
        31 days. Minutes of looks become hours after two days. Forgets nodes that have been silent
        for a day and hold nothing. Returns how many rows went.
        """
        ...
