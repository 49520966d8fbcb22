"""Upkeep: what has to be done now and then and belongs to no job. On a thread of its own, so that
deleting a large job never holds up the agent.
"""

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import structlog

from pagemill.errors import PagemillError
from pagemill.ports import Bell, Clock, Ledger, PruneDates, Shelf, Stored, Trash

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
YOUNG_MS = 60_000
STALE_UPLOAD_MS = DAY_MS
ORPHAN_MS = HOUR_MS
SWEEP_SECONDS = 24 * 3600.0
TRASH_AT_ONCE, JOBS_AT_ONCE, SOON_SECONDS = 200, 200, 1.0
DOCUMENTS, JOBS, TRASH = "documents", "jobs", "trash"


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


class Upkeep:
    """`start` and `stop` belong to one thread; `round` and `sweep` may be called alone."""

    def __init__(
        self, plan: UpkeepPlan, ledger: Ledger, shelf: Shelf, bell: Bell, clock: Clock
    ) -> None:
        self._plan = plan
        self._ledger = ledger
        self._shelf = shelf
        self._bell = bell
        self._clock = clock
        self._emptied: set[str] = set()
        self._has_more = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)
        self._log = structlog.get_logger()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when the piece of work in hand is done."""
        self._stopping.set()
        self._thread.join()

    def round(self) -> None:
        """Rescue, retention, trash, old uploads and events. Raises `ledger_busy`, `disk_full`."""
        rescued = self._ledger.rescue()
        if rescued:
            self._log.warning("tasks_rescued", tasks=rescued)
            self._bell.ring()
        self._put_back_or_burn(self._shelf.list(TRASH))
        is_more = self._retire()
        self._empty_trash()
        self._has_more = self._has_more or is_more
        now_ms = self._clock.now_ms()
        self._shelf.sweep_uploads(now_ms - STALE_UPLOAD_MS)
        self._ledger.prune(self._plan.dates(now_ms))

    def stop_late_jobs(self) -> None:
        """Ends what ran into its time limit. Raises `ledger_busy`, `disk_full`."""
        if self._ledger.stop_late_jobs():
            self._bell.ring()

    def sweep(self) -> None:
        """Deletes files nobody knows: documents whose upload never became a job (a kill between
        the two), and folders of jobs that are gone (a page that was put down after its job was
        deleted). Walks the whole shelf.
        """
        for stored in self._shelf.list(DOCUMENTS):
            if self._stopping.is_set():
                return
            if self._is_older(stored, ORPHAN_MS) and not self._is_used(stored.key):
                self._discard(stored.key)
        for batch in _batches(self._job_ids(), JOBS_AT_ONCE):
            if self._stopping.is_set():
                return
            known = {job.id for job in self._ledger.jobs_by_id(batch)}
            for job_id in set(batch) - known:
                self._log.info("orphan_folder_deleted", job=job_id)
                self._shelf.delete_folder(f"{JOBS}/{job_id}")

    def _run(self) -> None:
        """Time is counted in waits: a clock that is moved holds up nothing."""
        self._try(self._ledger.redate)
        since_round = since_sweep = 0.0
        while not self._stopping.wait(step := min(self._plan.late_seconds, self._pause())):
            since_round, since_sweep = since_round + step, since_sweep + step
            self._try(self.stop_late_jobs)
            if since_round >= self._pause():
                since_round = 0.0
                self._try(self.round)
            if since_sweep >= SWEEP_SECONDS:
                since_sweep = 0.0
                self._try(self.sweep)

    def _pause(self) -> float:
        return (
            min(SOON_SECONDS, self._plan.round_seconds)
            if self._has_more
            else self._plan.round_seconds
        )

    def _try(self, task: Callable[[], object]) -> None:
        try:
            task()
        except PagemillError as error:
            self._log.warning("upkeep_waits", code=error.code, cause=error.message)
        except Exception:  # noqa: BLE001  logged; pages must not wait for upkeep
            self._log.exception("upkeep_failed")

    # Retention

    def _retire(self) -> bool:
        """Whether there is more of it."""
        jobs = self._ledger.overdue(JOBS_AT_ONCE)
        if not jobs:
            return False
        reasons = Counter(over.reason for over in jobs)
        self._log.info("jobs_retired", jobs=self._ledger.retire(jobs), **reasons)
        return len(jobs) >= JOBS_AT_ONCE

    # Trash

    def _empty_trash(self) -> None:
        """Folders are emptied in two rounds: a child that was just being stopped may have put down
        one more page after the first.
        """
        rows = self._ledger.trash(TRASH_AT_ONCE)
        self._has_more = len(rows) == TRASH_AT_ONCE
        done: list[Trash] = []
        for row in rows:
            if self._stopping.is_set():
                break
            if self._throw_away(row):
                done.append(row)
        if done:
            self._ledger.empty_trash(done)
        self._emptied &= {row.key for row in rows}

    def _throw_away(self, row: Trash) -> bool:
        """Whether nothing is left to do for it."""
        if row.is_folder:
            is_second = row.key in self._emptied
            self._emptied.add(row.key)
            self._shelf.delete_folder(row.key)
            return is_second
        stored = self._shelf.stat(row.key)
        if stored is None or self._is_used(row.key):
            return True
        if not self._is_older(stored, YOUNG_MS):
            return False
        return self._discard(row.key)

    def _discard(self, key: str) -> bool:
        """Deletes a document by way of the trash folder. Between the look and the deletion the same
        bytes may have been sent again; so the file is first taken out of the way, then looked at
        once more, and put back if it is young or in use. Returns whether it is gone.
        """
        aside = f"{TRASH}/{key.rpartition('/')[2]}"
        try:
            self._shelf.move(key, aside)
        except FileNotFoundError:
            return True
        stored = self._shelf.stat(aside)
        return stored is None or self._put_back_or_burn([stored]) == 0

    def _put_back_or_burn(self, aside: Iterable[Stored]) -> int:
        """For files in the trash folder, an earlier process's too. Returns how many were kept."""
        kept = 0
        for stored in aside:
            name = stored.key.rpartition("/")[2]
            home = f"{DOCUMENTS}/{name[:2]}/{name}"
            is_wanted = self._is_used(stored.key) or not self._is_older(stored, YOUNG_MS)
            if is_wanted and self._shelf.stat(home) is None:
                self._shelf.move(stored.key, home)
                kept += 1
            else:
                self._shelf.delete([stored.key])
        return kept

    def _is_used(self, key: str) -> bool:
        sha256 = key.rpartition("/")[2].partition(".")[0]
        return self._ledger.document_in_use(sha256)

    def _is_older(self, stored: Stored, age_ms: int) -> bool:
        return stored.modified_ms < self._clock.now_ms() - age_ms

    def _job_ids(self) -> Iterator[str]:
        """Ids of the job folders that hold something old."""
        last = ""
        for stored in self._shelf.list(JOBS):
            job_id = stored.key.split("/")[1]
            if job_id != last and self._is_older(stored, ORPHAN_MS):
                last = job_id
                yield job_id


def _batches(ids: Iterator[str], size: int) -> Iterator[list[str]]:
    while batch := list(itertools.islice(ids, size)):
        yield batch
