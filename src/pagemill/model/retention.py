"""How much may be taken up, and what goes when it is too much. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pagemill.model.people import UserLimits

MB, HOUR_MS = 1024 * 1024, 3_600_000
LONGEST_HOURS = 100 * 366 * 24.0  # as good as for ever, and no number gets out of hand


@dataclass(frozen=True, slots=True)
class Retention:
    """What stays of ended jobs: for so many hours, so many jobs, so many MB; 0 bounds nothing."""

    hours: float = 0
    jobs: int = 0
    mb: int = 0

    @property
    def age_ms(self) -> int | None:
        return max(1, round(min(self.hours, LONGEST_HOURS) * HOUR_MS)) if self.hours else None

    @property
    def is_bound(self) -> bool:
        """Whether jobs may go before their time."""
        return bool(self.jobs or self.mb)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of the house: what holds for each user without limits of their own, and for all together."""

    user: UserLimits = field(default_factory=UserLimits)
    all: Retention = field(default_factory=Retention)


@dataclass(frozen=True, slots=True)
class EndedJob:
    id: str
    user_id: str
    filename: str
    finished_ms: int
    stored_bytes: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """An ended job that must go, and the reason: `age`, `count` or `storage`."""

    job: EndedJob
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What jobs take up, whether they have ended or not."""

    jobs: int
    stored_bytes: int

    def without(self, job: EndedJob) -> "Taken":
        return Taken(self.jobs - 1, self.stored_bytes - job.stored_bytes)


def together(taken: Mapping[str, Taken]) -> Taken:
    return Taken(
        sum(one.jobs for one in taken.values()), sum(one.stored_bytes for one in taken.values())
    )


def retention_of(limits: UserLimits) -> Retention:
    return Retention(limits.keep_hours or 0, limits.keep_jobs or 0, limits.keep_mb or 0)


def too_much(ended: Iterable[EndedJob], taken: Taken, rules: Retention) -> Iterator[Overdue]:
    """Of jobs in the order of their end, those that must go until the rest is within the rules.

    Jobs that have not ended count, but never go.
    """
    jobs, stored_bytes = taken.jobs, taken.stored_bytes
    for job in ended:
        is_many = bool(rules.jobs) and jobs > rules.jobs
        is_large = bool(rules.mb) and stored_bytes > rules.mb * MB
        if not is_many and not is_large:
            return
        jobs, stored_bytes = jobs - 1, stored_bytes - job.stored_bytes
        yield Overdue(job, "count" if is_many else "storage")
