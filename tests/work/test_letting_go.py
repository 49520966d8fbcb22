"""Upkeep lets go what is kept long enough, and stops what runs too long."""

import select
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from journeys.nodes import until
from ledger.desk import Desk, SqliteKit, caller, document
from pagemill.bells import FifoBell
from pagemill.errors import PagemillError
from pagemill.model.job import Job, JobState
from pagemill.model.people import LOCAL, User, UserLimits
from pagemill.model.retention import HOUR_MS, Bounds, Retention
from pagemill.ports import PruneDates
from pagemill.shelf import LocalShelf
from pagemill.work import upkeep as rooms
from pagemill.work.upkeep import DAY_MS, YOUNG_MS, Upkeep, UpkeepPlan


@dataclass
class Place:
    """A ledger, a shelf with the files of its jobs, and upkeep over both."""

    desk: Desk
    shelf: LocalShelf
    bell: FifoBell
    upkeep: Upkeep

    def ended(self, of: str, **given: object) -> Job:
        """A job that ends now, with its files."""
        self.shelf.put(document(of).key, b"pdf")
        job = self.desk.complete(1, of=of, filename=f"{of}.pdf", **given)
        self.shelf.put(f"{job.folder}/result.md", b"text")
        return job

    def files(self) -> set[str]:
        return {s.key for name in ("documents", "jobs") for s in self.shelf.list(name)}

    def rounds(self) -> None:
        """Trash is emptied in two, and young files are spared."""
        self.upkeep.round()
        self.desk.clock.advance(ms=YOUNG_MS + 1000)
        for _ in range(2):
            self.upkeep.round()


@pytest.fixture
def place_of(tmp_path: Path) -> Iterator[Callable[..., Place]]:
    with ExitStack() as stack:

        def open_place(
            house: Retention | None = None, round_seconds: float = 0.01, **limits: float
        ) -> Place:
            bounds = Bounds(UserLimits(**limits), house or Retention())
            desk = Desk(SqliteKit(tmp_path / "ledger.db"), bounds=bounds)
            stack.callback(desk.close)
            shelf, bell = LocalShelf(tmp_path / "shelf"), FifoBell(tmp_path / "bell")
            plan = UpkeepPlan(round_seconds, 30, upload_hours=2, audit_days=3, late_seconds=0.01)
            # Files carry the time of the machine.
            desk.clock.advance(400 * 86_400)
            return Place(desk, shelf, bell, Upkeep(plan, desk.ledger, shelf, bell, desk.clock))

        yield open_place


def test_a_job_that_is_kept_long_enough_leaves_nothing(place_of: Callable[..., Place]) -> None:
    place = place_of(Retention(hours=1))
    place.ended("old")
    place.desk.clock.advance(3000)
    young = place.ended("young")
    place.desk.clock.advance(600)
    with capture_logs() as logs:
        place.rounds()
    assert place.files() == {document("young").key, f"{young.folder}/result.md"}
    (told,) = [log for log in logs if log["event"] == "jobs_retired"]
    assert (told["jobs"], told["age"]) == (1, 1)


def test_users_keep_what_they_may_keep_and_no_more(place_of: Callable[..., Place]) -> None:
    place = place_of(keep_jobs=2)
    place.desk.people.add_user(User("bob", limits=UserLimits(keep_jobs=0)), LOCAL)
    for n in range(4):
        place.desk.clock.advance(1)
        place.ended(f"ann{n}", user_id="ann")
        place.ended(f"bob{n}", user_id="bob")
    place.rounds()
    names = {job.filename for job in place.desk.ledger.jobs_by_id([f"{n:036d}" for n in range(9)])}
    assert names == {"ann2.pdf", "ann3.pdf", "bob0.pdf", "bob1.pdf", "bob2.pdf", "bob3.pdf"}
    assert len(place.files()) == 2 * len(names)


def test_jobs_that_are_worked_on_are_never_let_go(place_of: Callable[..., Place]) -> None:
    place = place_of(Retention(hours=0.001, jobs=1, mb=1), keep_jobs=1)
    job = place.desk.begin(2)
    place.desk.clock.advance(3600)
    place.rounds()
    assert place.desk.ledger.job(job.id).state is JobState.PROCESSING


def test_however_many_must_go_each_round_takes_a_few_and_the_next_comes_soon(
    place_of: Callable[..., Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "JOBS_AT_ONCE", 3)
    monkeypatch.setattr(rooms, "SOON_SECONDS", 0.01)
    place = place_of(keep_jobs=1, round_seconds=3600)
    for n in range(8):
        place.ended(f"{n}")
    place.upkeep.round()
    assert len(place.desk.ledger.overdue()) == 4
    place.upkeep.start()
    until(lambda: not place.desk.ledger.overdue(), "all old jobs to be let go")
    place.upkeep.stop()


def test_new_rules_hold_when_upkeep_begins(place_of: Callable[..., Place]) -> None:
    before = place_of()
    job = before.ended("a")
    place = place_of(Retention(hours=1))
    assert place.desk.ledger.job(job.id).expires_ms is None
    place.upkeep.start()
    until(lambda: place.desk.ledger.job(job.id).expires_ms, "a date of expiry")
    place.upkeep.stop()
    assert place.desk.ledger.job(job.id).expires_ms == (job.finished_ms or 0) + HOUR_MS


def test_late_jobs_are_stopped_and_workers_hear_of_it(place_of: Callable[..., Place]) -> None:
    place = place_of()
    job = place.desk.begin(2, soft_ms=1000)
    place.desk.read(1)
    fd = place.bell.listen()
    place.upkeep.stop_late_jobs()
    assert select.select([fd], [], [], 0)[0] == []
    place.desk.clock.advance(1)
    place.upkeep.stop_late_jobs()
    assert select.select([fd], [], [], 0)[0] == [fd]
    place.desk.assemble()
    assert place.desk.ledger.job(job.id).state is JobState.COMPLETED
    place.bell.close()


def test_upkeep_looks_for_late_jobs_by_itself(place_of: Callable[..., Place]) -> None:
    place = place_of()
    job = place.desk.begin(2, hard_ms=1000)
    place.desk.clock.advance(1)
    place.upkeep.start()
    until(lambda: place.desk.ledger.job(job.id).state.is_final, "the late job to be stopped")
    place.upkeep.stop()


def test_uploads_wait_as_long_as_the_plan_says_and_the_sweep_spares_them(
    place_of: Callable[..., Place],
) -> None:
    place = place_of()
    place.shelf.put(document().key, b"pdf")
    place.desk.ledger.keep_upload("u", document(), "a.pdf", caller("ann"))
    place.desk.clock.advance(ms=2 * HOUR_MS)
    place.upkeep.round()
    place.upkeep.sweep()
    assert place.files() == {document().key}
    assert place.desk.ledger.upload("u", "ann")
    place.desk.clock.advance(ms=1)
    place.rounds()
    assert place.files() == set()
    with pytest.raises(PagemillError, match="no upload"):
        place.desk.ledger.upload("u", "ann")


def test_the_log_of_deeds_is_kept_as_long_as_the_plan_says(place_of: Callable[..., Place]) -> None:
    place = place_of()
    place.desk.submit()
    place.desk.clock.advance(ms=3 * DAY_MS)
    place.upkeep.round()
    assert len(place.desk.people.deeds()) == 1
    place.desk.clock.advance(ms=1)
    place.upkeep.round()
    assert place.desk.people.deeds() == []


def test_the_plan_in_dates() -> None:
    plan = UpkeepPlan(1, event_days=30, upload_hours=1.5, audit_days=0.5)
    now_ms = 10**12
    assert plan.dates(now_ms) == PruneDates(
        now_ms - 30 * DAY_MS, now_ms - 3 * HOUR_MS // 2, now_ms - DAY_MS // 2
    )
