"""How the jobs stand that are followed: what is open, what has ended lately, how fast it goes."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pagemill.cli.ingest.meter import Meter
from pagemill.client import JobInfo

RATE_SECONDS, STAY_SECONDS, FAILED_STAY_SECONDS = 30.0, 30.0, 300.0


@dataclass(slots=True)
class Seen:
    """A job as it was last told, and when. `pages` measures those read while we look."""

    job: JobInfo
    at: float
    pages: Meter

    @property
    def read(self) -> int:
        return self.job.pages.done + self.job.pages.failed - self.job.pages.cached

    def stays(self, now: float) -> bool:
        if not self.job.is_final:
            return True
        is_good = self.job.state == "completed" and not self.job.failed_pages
        return now - self.at < (STAY_SECONDS if is_good else FAILED_STAY_SECONDS)


@dataclass
class Standing:
    """`is_of_many`: jobs of several people. `trouble` is why there are no news now. `clock` gives
    seconds.
    """

    is_of_many: bool = False
    clock: Callable[[], float] = time.monotonic
    trouble: str = ""
    is_more: bool = False
    ended: Counter[str] = field(default_factory=Counter)
    _jobs: dict[str, Seen] = field(default_factory=dict)
    _read: int = 0
    _pace: Meter = field(init=False)

    def __post_init__(self) -> None:
        self._pace = self._meter()
        self._pace.mark(0)

    def begin(self, jobs: Iterable[JobInfo], *, is_more: bool) -> None:
        """All open jobs, or the newest of very many. What was open and is not among them has gone
        its way unseen; what has ended stays for a while.
        """
        now = self.clock()
        kept = {key: seen for key, seen in self._jobs.items() if seen.job.is_final}
        self._jobs = kept | {job.id: self._again(job, now) for job in jobs}
        self.is_more = is_more

    def hear(self, job: JobInfo) -> None:
        now = self.clock()
        before = self._jobs.get(job.id)
        seen = self._jobs[job.id] = self._again(job, now)
        if before is not None:
            self._read += max(0, seen.read - before.read)
        self._pace.mark(self._read)
        if job.is_final and (before is None or not before.job.is_final):
            self.ended[job.state] += 1

    def lose(self, job_id: str) -> None:
        self._jobs.pop(job_id, None)

    def forget_old(self) -> None:
        """As time goes by without news."""
        now = self.clock()
        self._pace.mark(self._read)
        self._jobs = {key: seen for key, seen in self._jobs.items() if seen.stays(now)}

    def count(self, *states: str) -> int:
        return sum(seen.job.state in states for seen in self._jobs.values())

    def rate(self) -> float | None:
        """Pages read a second, of all jobs."""
        return self._pace.rate()

    def chosen(self, most: int) -> tuple[list[Seen], int]:
        """Those to be shown, newest first, and how many more there are: what is in work, then what
        has ended lately, then what waits.
        """
        now = self.clock()
        shown = [seen for seen in self._jobs.values() if seen.stays(now)]
        first = sorted(shown, key=lambda seen: seen.job.id, reverse=True)
        best = sorted(first, key=lambda seen: _urgency(seen.job))[:most]
        return sorted(best, key=lambda seen: seen.job.id, reverse=True), len(shown) - len(best)

    def _meter(self) -> Meter:
        return Meter(self.clock, RATE_SECONDS)

    def _again(self, job: JobInfo, now: float) -> Seen:
        before = self._jobs.get(job.id)
        # What a job waited for is no part of its pace.
        goes_on = before is not None and before.job.state == job.state
        pages = before.pages if before is not None and goes_on else self._meter()
        seen = Seen(job, now, pages)
        pages.mark(seen.read)
        if before is not None and before.job.is_final and job.is_final:
            seen.at = before.at
        return seen


def _urgency(job: JobInfo) -> int:
    return {"processing": 0, "queued": 2, "paused": 2}.get(job.state, 1)
