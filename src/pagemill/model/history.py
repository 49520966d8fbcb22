"""How the queue stood and how fast it moved over time: the last hour by the minute, the last day by
the hour, the last thirty days by quarters of a day. Pure; times are milliseconds. Steps are those
of the clock in UTC; the last one is still going on.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from pagemill.model import pace
from pagemill.model.pace import DAY_MS, HOUR_MS, MINUTE_MS, Spread

PAGES_ENDED = frozenset({"run", "cached", "given_up"})
JOBS_ENDED = frozenset({"completed", "failed", "cancelled"})


class Past(StrEnum):
    """How far back somebody looks."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"

    @property
    def step_ms(self) -> int:
        return {Past.HOUR: MINUTE_MS, Past.DAY: HOUR_MS, Past.MONTH: DAY_MS // 4}[self]

    @property
    def steps(self) -> int:
        return {Past.HOUR: 60, Past.DAY: 24, Past.MONTH: 120}[self]

    def begins_ms(self, now_ms: int) -> int:
        return now_ms - now_ms % self.step_ms - (self.steps - 1) * self.step_ms


@dataclass(frozen=True, slots=True)
class Depth:
    """What waited and ran in a step that began at `since_ms`, over so many `looks`: sums, and the
    most pages that were seen waiting at once.
    """

    since_ms: int
    looks: int
    jobs_waiting: int
    pages_waiting: int
    pages_running: int
    most_waiting: int


@dataclass(frozen=True, slots=True)
class Ended:
    """So many things of a kind that ended in a step, and the sum of their times; see
    `ports.figures.Tally`.
    """

    since_ms: int
    kind: str
    bucket: int
    count: int
    total_ms: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """One step. What waited and ran is the mean of all looks, `most_waiting` the most pages at
    once. Nobody looked (the machines were off): all of that is None, and so is what ended, unless
    something did. `waits`: of jobs that began.
    """

    since_ms: int
    jobs_waiting: float | None = None
    pages_waiting: float | None = None
    pages_running: float | None = None
    most_waiting: int | None = None
    pages: int | None = None
    jobs: int | None = None
    waits: Spread | None = None


@dataclass(slots=True)
class _Sum:
    pages: int = 0
    jobs: int = 0
    buckets: Counter[int] = field(default_factory=Counter)
    wait_ms: int = 0
    is_any: bool = False

    def add(self, ended: Ended) -> None:
        self.is_any = True
        if ended.kind in PAGES_ENDED:
            self.pages += ended.count
        elif ended.kind in JOBS_ENDED:
            self.jobs += ended.count
        elif ended.kind == "wait":
            self.buckets[ended.bucket] += ended.count
            self.wait_ms += ended.total_ms


def stretches(
    past: Past, now_ms: int, depths: Iterable[Depth], ended: Iterable[Ended]
) -> Iterator[Stretch]:
    """Every step, the one that goes on as the last; `since_ms` of what is given is a step's."""
    seen = {depth.since_ms: depth for depth in depths}
    sums: defaultdict[int, _Sum] = defaultdict(_Sum)
    for one in ended:
        sums[one.since_ms].add(one)
    first_ms = past.begins_ms(now_ms)
    for nth in range(past.steps):
        since_ms = first_ms + nth * past.step_ms
        yield _stretch(since_ms, seen.get(since_ms), sums[since_ms])


def _stretch(since_ms: int, depth: Depth | None, ended: _Sum) -> Stretch:
    is_known = depth is not None or ended.is_any
    looks = depth.looks if depth is not None else 0
    return Stretch(
        since_ms,
        jobs_waiting=depth.jobs_waiting / looks if depth is not None else None,
        pages_waiting=depth.pages_waiting / looks if depth is not None else None,
        pages_running=depth.pages_running / looks if depth is not None else None,
        most_waiting=depth.most_waiting if depth is not None else None,
        pages=ended.pages if is_known else None,
        jobs=ended.jobs if is_known else None,
        waits=pace.spread(ended.buckets, ended.wait_ms),
    )
