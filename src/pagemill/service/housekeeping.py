"""What a house holds and what it needs: space, retention, advice. For admins."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pagemill.access import require
from pagemill.model.people import LOCAL, Caller, Scope
from pagemill.model.retention import Overdue
from pagemill.ports import Chores, DiskSpace, EngineFigures, Holdings
from pagemill.service.desk import Service

JOBS_AT_ONCE = 50  # a transaction, for which others wait
LITTLE_SPACE, NO_SPACE = 5 * 10**9, 5 * 10**8
LATE_UPKEEP_MS, MUCH_TRASH = 10 * 60_000, 10_000


class Urgency(StrEnum):
    BAD = "bad"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Advice:
    """Something an operator should know, and the next step."""

    urgency: Urgency
    text: str
    hint: str


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Ended jobs that were deleted, or would be; their bytes go soon after. `is_more`: one call has
    its bounds, and more jobs are to go.
    """

    jobs: tuple[Overdue, ...]
    is_more: bool

    @property
    def stored_bytes(self) -> int:
        return sum(over.job.stored_bytes for over in self.jobs)

    @property
    def reasons(self) -> dict[str, int]:
        return dict(Counter(over.reason for over in self.jobs).most_common())


@dataclass(frozen=True, slots=True)
class Condition:
    """How the house is. `space` is None where the shelf lies elsewhere; a machine that was silent
    for long is not among those `alive`; `is_held`: a backup keeps everything from being deleted.
    """

    holdings: Holdings
    space: DiskSpace | None
    chores: Chores
    alive: int
    resting: tuple[EngineFigures, ...]
    is_held: bool

    def advice(self) -> list[Advice]:
        return [*self._of_work(), *self._of_space()]

    def _of_work(self) -> Iterator[Advice]:
        age_ms = self.chores.round_age_ms
        if not self.alive:
            yield Advice(
                Urgency.BAD,
                "Nobody works: jobs wait",
                "Start `pagemill serve` or `pagemill worker`; ask `pagemill doctor` what is wrong.",
            )
        elif age_ms is not None and age_ms > LATE_UPKEEP_MS:
            yield Advice(
                Urgency.WARN,
                f"Upkeep has not come round for {age_ms // 60_000} minutes",
                "It is done where workers run; their log says what keeps it.",
            )
        if self.chores.is_stopped:
            yield Advice(Urgency.WARN, "The queue is stopped", "Let it go on when you are ready.")
        for engine in self.resting:
            yield Advice(
                Urgency.WARN,
                f"The engine {engine.engine} is away",
                "It does not answer; its pages wait and lose no attempt.",
            )

    def _of_space(self) -> Iterator[Advice]:
        if self.space is not None and self.space.free_bytes < LITTLE_SPACE:
            is_bad = self.space.free_bytes < NO_SPACE
            yield Advice(
                Urgency.BAD if is_bad else Urgency.WARN,
                "The disk is as good as full" if is_bad else "The disk is nearly full",
                "Keep less of ended jobs, or move the data folder.",
            )
        if self.is_held:
            yield Advice(
                Urgency.WARN,
                "A backup is being made",
                "Until it is done nothing is deleted from the shelf.",
            )
        elif self.chores.trash > MUCH_TRASH:
            yield Advice(
                Urgency.WARN,
                f"{self.chores.trash:,} files and folders wait to be deleted",
                "Upkeep deletes them a little at a time.",
            )


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """All raise `forbidden`."""

    service: Service

    def condition(self, who: Caller = LOCAL) -> Condition:
        """Reads through no job and no folder."""
        require(who, Scope.ADMIN)
        ledger, overview = self.service.ledger, self.service.overview
        engines = ledger.figures.queue(top=0).engines
        return Condition(
            holdings=ledger.figures.holdings(),
            space=self.service.shelf.disk_space(),
            chores=overview.chores(),
            alive=sum(overview.is_alive(node) for node in overview.nodes()),
            resting=tuple(engine for engine in engines if engine.rests_ms),
            is_held=ledger.keeping.is_held(),
        )

    def overdue(self, who: Caller = LOCAL) -> Cleaned:
        """What `clean` would delete now."""
        require(who, Scope.ADMIN)
        most = self.service.limits.batch
        found = self.service.ledger.overdue(most)
        return Cleaned(tuple(found[:most]), len(found) >= most)

    def clean(self, who: Caller = LOCAL) -> Cleaned:
        """Deletes ended jobs that are kept no longer, as upkeep would, up to a batch; one that was
        begun again meanwhile stays.
        """
        found = self.overdue(who)
        parts = range(0, len(found.jobs), JOBS_AT_ONCE)
        gone = [over for at in parts for over in self._retire(found.jobs[at : at + JOBS_AT_ONCE])]
        return Cleaned(tuple(gone), found.is_more)

    def _retire(self, jobs: Sequence[Overdue]) -> list[Overdue]:
        self.service.ledger.retire(jobs)
        kept = {job.id for job in self.service.ledger.jobs_by_id([over.job.id for over in jobs])}
        return [over for over in jobs if over.job.id not in kept]
