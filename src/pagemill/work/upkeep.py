"""Upkeep: what has to be done now and then and belongs to no job.

Threads of its own, so that deleting a large job holds up neither the agent nor the rescue of
others: one for what the ledger needs, one for the shelf, one for the full text. A chore that fails
is logged and keeps no other from being done. Of many nodes on one ledger, one does what is for all
(its *duty*).
"""

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog

from pagemill.errors import PagemillError
from pagemill.ports import Bell, Clock, Ledger, PruneDates, SearchIndex, Shelf
from pagemill.work import indexing
from pagemill.work.rubbish import ORPHAN_MS, YOUNG_MS, Rubbish
from pagemill.work.steady import Steadiness

__all__ = ["ORPHAN_MS", "STALE_UPLOAD_MS", "YOUNG_MS", "Upkeep", "UpkeepPlan"]

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
STALE_UPLOAD_MS = DAY_MS
SWEEP_SECONDS = 24 * 3600.0
JOBS_AT_ONCE, SOON_SECONDS = 200, 1.0
DUTY_ROUNDS, DUTY_SECONDS = 3, 30.0
SEARCH_SECONDS = 1.0
SAMPLE_SECONDS = 20.0  # so that no minute is missed; the first of all nodes in each counts


@dataclass(frozen=True, slots=True)
class UpkeepPlan:
    """How often a round is made, how often late jobs are looked for, and how long things are kept:
    events of ended jobs, uploads without a job, lines of the audit log.
    """

    round_seconds: float
    event_days: float
    upload_hours: float = 168.0
    audit_days: float = 365.0
    late_seconds: float = 1.0

    def dates(self, now_ms: int) -> PruneDates:
        return PruneDates(
            events_ms=now_ms - round(self.event_days * DAY_MS),
            uploads_ms=now_ms - round(self.upload_hours * HOUR_MS),
            audit_ms=now_ms - round(self.audit_days * DAY_MS),
        )


@dataclass(slots=True)
class Chore:
    """`do` tells whether there is more of it, to be done soon. With a `duty`, one of many nodes
    does it, and for so many seconds nobody else. What `deletes` rests while the clock is not
    trusted.
    """

    name: str
    do: Callable[[], object]
    every_seconds: float
    duty: str = ""
    duty_seconds: float = 0.0
    deletes: bool = False
    left_seconds: float = field(init=False)

    def __post_init__(self) -> None:
        self.left_seconds = self.every_seconds


class Upkeep:
    """`start` and `stop` belong to one thread; `round` and `sweep` may be called alone. `holder` is
    who has the duties: one that comes again after a kill has them still.
    """

    def __init__(
        self,
        plan: UpkeepPlan,
        ledger: Ledger,
        shelf: Shelf,
        bell: Bell,
        clock: Clock,
        holder: str = "",
        index: SearchIndex | None = None,
    ) -> None:
        self._plan = plan
        self._ledger = ledger
        self._shelf = shelf
        self._bell = bell
        self._clock = clock
        self._stopping = threading.Event()
        self._rubbish = Rubbish(ledger, shelf, clock, self._stopping.is_set)
        self._steadiness = Steadiness(clock)
        self._holder = holder or secrets.token_hex(8)
        self._index = index
        self._of_ledger = tuple(self._ledger_chores())
        self._of_shelf = tuple(self._shelf_chores())
        self._of_search = tuple(self._search_chores())
        self._threads = [
            threading.Thread(target=self._run, args=(chores,), name=name, daemon=True)
            for name, chores in (
                ("upkeep", self._of_ledger),
                ("shelf-upkeep", self._of_shelf),
                ("search-upkeep", self._of_search),
            )
            if chores
        ]
        self._log = structlog.get_logger()

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Returns when the pieces of work in hand are done."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        duties = {chore.duty for chore in (*self._of_ledger, *self._of_shelf) if chore.duty}
        for duty in duties | ({indexing.DUTY} if self._of_search else set()):
            self._try("duty", partial(self._ledger.keeping.drop_duty, duty, self._holder))

    def round(self) -> None:
        """Every chore but the sweep, once, whatever becomes of the others. Raises what the first
        one that failed raised.
        """
        self._look_at_the_clock()
        errors: list[Exception] = []
        for chore in (*self._of_ledger, *self._of_shelf, *self._of_search):
            if chore.every_seconds < SWEEP_SECONDS:
                try:
                    self._do(chore)
                except Exception as error:  # noqa: BLE001  raised below
                    errors.append(error)
        if errors:
            raise errors[0]

    def stop_late_jobs(self) -> None:
        """Ends what ran into its time limit. Raises `ledger_busy`, `disk_full`."""
        if self._ledger.stop_late_jobs():
            self._bell.ring()

    def sweep(self) -> None:
        """Deletes files nobody knows. Walks the whole shelf."""
        self._rubbish.sweep()

    # Chores

    def _ledger_chores(self) -> Iterator[Chore]:
        seconds, duty = self._plan.round_seconds, "ledger"
        yield Chore("late jobs", self.stop_late_jobs, self._plan.late_seconds)
        yield Chore("rescue", self._rescue, seconds)
        yield Chore("sample", self._sample, min(SAMPLE_SECONDS, seconds))
        yield self._shared("retention", self._retire, duty)
        yield self._shared("prune", self._prune, duty)
        yield self._shared("figures", self._ledger.figures.roll_up, duty)

    def _shelf_chores(self) -> Iterator[Chore]:
        yield self._shared("aside", self._rubbish.put_back_or_burn, "shelf")
        yield self._shared("trash", self._rubbish.empty_trash, "shelf")
        yield self._shared("uploads", self._sweep_uploads, "shelf")
        yield Chore("sweep", self.sweep, SWEEP_SECONDS, "sweep", 0.9 * SWEEP_SECONDS, deletes=True)

    def _search_chores(self) -> Iterator[Chore]:
        """It takes its duty by itself, and rarely: it is done every second."""
        if self._index is not None:
            indexer = indexing.Indexer(
                self._ledger,
                self._shelf,
                self._index,
                self._clock,
                self._holder,
                self._stopping.wait,
            )
            yield Chore("search", indexer.round, SEARCH_SECONDS)

    def _shared(self, name: str, do: Callable[[], object], duty: str) -> Chore:
        seconds = self._plan.round_seconds
        return Chore(
            name, do, seconds, duty, max(DUTY_SECONDS, DUTY_ROUNDS * seconds), deletes=True
        )

    def _rescue(self) -> None:
        rescued = self._ledger.rescue()
        if rescued:
            self._log.warning("tasks_rescued", tasks=rescued)
            self._bell.ring()

    def _sample(self) -> None:
        self._ledger.figures.sample()

    def _retire(self) -> bool:
        """Whether there is more of it."""
        jobs = self._ledger.overdue(JOBS_AT_ONCE)
        if not jobs:
            return False
        reasons = Counter(over.reason for over in jobs)
        self._log.info("jobs_retired", jobs=self._ledger.retire(jobs), **reasons)
        return len(jobs) >= JOBS_AT_ONCE

    def _prune(self) -> None:
        self._ledger.prune(self._plan.dates(self._clock.now_ms()))

    def _sweep_uploads(self) -> None:
        self._shelf.sweep_uploads(self._clock.now_ms() - STALE_UPLOAD_MS)

    # Doing them

    def _run(self, chores: Sequence[Chore]) -> None:
        """Time is counted in waits: a clock that is moved holds up nothing."""
        if chores is self._of_ledger:
            self._try("redate", self._ledger.redate)
        while not self._stopping.wait(step := max(0.0, min(c.left_seconds for c in chores))):
            if chores is self._of_ledger:
                self._look_at_the_clock()
            for chore in chores:
                chore.left_seconds -= step
            for chore in [chore for chore in chores if chore.left_seconds <= 0]:
                self._try(chore.name, partial(self._do, chore))

    def _do(self, chore: Chore) -> None:
        chore.left_seconds = chore.every_seconds
        if chore.deletes and not self._steadiness.is_trusted:
            return
        keeping = self._ledger.keeping
        if chore.duty and not keeping.take_duty(chore.duty, self._holder, chore.duty_seconds):
            return
        if chore.do() is True:
            chore.left_seconds = min(SOON_SECONDS, chore.every_seconds)

    def _try(self, name: str, task: Callable[[], object]) -> None:
        try:
            task()
        except PagemillError as error:
            self._log.warning("upkeep_waits", chore=name, code=error.code, cause=error.message)
        except Exception:  # noqa: BLE001  logged; neither pages nor other chores must wait for it
            self._log.exception("upkeep_failed", chore=name)

    def _look_at_the_clock(self) -> None:
        moved_ms = self._steadiness.look()
        if moved_ms:
            self._log.warning("clock_jumped", seconds=round(moved_ms / 1000))
