"""Upkeep deletes what nobody needs, and nothing else."""

import random
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from journeys.nodes import until
from pagemill.bells import FifoBell
from pagemill.ledger import open_ledger
from pagemill.model.document import PDF, Document
from pagemill.model.job import NewJob
from pagemill.model.options import Options
from pagemill.model.page import page_key
from pagemill.model.people import LOCAL
from pagemill.model.task import PageDone, PagePlan, Report, RetryPolicy, SplitDone
from pagemill.ports import Ledger, NewCorrection, NodeState
from pagemill.shelf import LocalShelf
from pagemill.testing.clock import SettableClock
from pagemill.work.upkeep import ORPHAN_MS, STALE_UPLOAD_MS, YOUNG_MS, Upkeep, UpkeepPlan

DOCUMENT = Document("ab" * 32, PDF, 3)


@dataclass
class Place:
    ledger: Ledger
    shelf: LocalShelf
    clock: SettableClock
    upkeep: Upkeep
    bell: FifoBell

    def submit(self, job_id: str) -> str:
        """A job with its document and one page text on the shelf."""
        self.shelf.put(DOCUMENT.key, b"pdf")
        self.ledger.submit(NewJob(job_id, LOCAL, DOCUMENT, "a.pdf", Options(), 5))
        self.shelf.put(f"jobs/{job_id}/pages/0001.tok.json", b"{}")
        return job_id

    def files(self) -> set[str]:
        folders = ("documents", "jobs", "trash")
        return {stored.key for folder in folders for stored in self.shelf.list(folder)}

    def age(self, ms: int) -> None:
        """What lies on the shelf now is that old."""
        self.clock.advance(ms=ms + 1000)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    clock = SettableClock(time.time_ns() // 1_000_000)
    ledger = open_ledger(
        tmp_path / "ledger.db",
        clock=clock,
        rng=random.Random(7),
        policy=RetryPolicy(),
        user_max_running=0,
        durable=False,
    )
    shelf = LocalShelf(tmp_path / "shelf")
    bell = FifoBell(tmp_path / "bell")
    return Place(
        ledger, shelf, clock, Upkeep(UpkeepPlan(0.01, 30), ledger, shelf, bell, clock), bell
    )


def test_a_deleted_job_leaves_nothing(place: Place) -> None:
    place.ledger.delete(place.submit("job"))
    place.age(YOUNG_MS)
    for _ in range(2):
        place.upkeep.round()
    assert place.files() == set()
    assert place.ledger.trash() == []


def test_a_page_put_down_late_goes_too(place: Place) -> None:
    place.ledger.delete(place.submit("job"))
    place.age(YOUNG_MS)
    place.upkeep.round()
    place.shelf.put("jobs/job/pages/0002.late.json", b"{}")
    place.upkeep.round()
    assert place.files() == set()


def test_a_page_text_that_a_corrected_one_has_replaced_goes(place: Place) -> None:
    job_id = place.submit("job")
    token = ""
    for outcome in (SplitDone(1, (PagePlan(1, "text", "", "key"),)), PageDone("text", 1)):
        (work,) = place.ledger.claim("node:1", (), 1, 60)
        place.ledger.finish([Report(work.task_id, work.token, outcome)])
        token = work.token
    for name in (token, "by-hand"):
        place.shelf.put(page_key(job_id, 1, name), b"{}")
    place.ledger.revisions.correct(job_id, NewCorrection(1, 0, "a", "b", token, "by-hand"))
    place.upkeep.round()
    assert page_key(job_id, 1, token) not in place.files()
    assert page_key(job_id, 1, "by-hand") in place.files()
    assert place.ledger.trash() == []


def test_a_young_document_is_spared(place: Place) -> None:
    place.ledger.delete(place.submit("job"))
    place.upkeep.round()
    assert DOCUMENT.key in place.files()
    assert DOCUMENT.key in {row.key for row in place.ledger.trash()}
    place.age(YOUNG_MS)
    place.upkeep.round()
    assert DOCUMENT.key not in place.files()


def test_a_document_in_use_again_is_spared(place: Place) -> None:
    place.ledger.delete(place.submit("job"))
    place.submit("again")
    place.age(YOUNG_MS)
    for _ in range(2):
        place.upkeep.round()
    assert place.files() == {DOCUMENT.key, "jobs/again/pages/0001.tok.json"}
    assert place.ledger.trash() == []


@pytest.mark.parametrize("is_used", [True, False])
def test_a_document_a_killed_upkeep_had_set_aside_is_put_back_if_it_is_wanted(
    place: Place, *, is_used: bool
) -> None:
    place.submit("job")
    if not is_used:
        place.ledger.delete("job")
    place.shelf.move(DOCUMENT.key, f"trash/{DOCUMENT.sha256}.pdf")
    place.age(YOUNG_MS)
    place.upkeep.round()
    assert (DOCUMENT.key in place.files()) is is_used
    assert not list(place.shelf.list("trash"))


def test_old_unfinished_uploads_are_swept(place: Place) -> None:
    place.shelf.put("uploads/left", b"half")
    place.upkeep.round()
    assert place.shelf.stat("uploads/left")
    place.age(STALE_UPLOAD_MS)
    place.upkeep.round()
    assert not place.shelf.stat("uploads/left")


def test_what_no_job_knows_is_swept_and_the_rest_stays(place: Place) -> None:
    place.submit("job")
    place.shelf.put("jobs/gone/result.md", b"old")
    place.shelf.put(f"documents/cd/{'cd' * 32}.pdf", b"old")
    known = {DOCUMENT.key, "jobs/job/pages/0001.tok.json"}
    place.upkeep.sweep()
    assert len(place.files()) == 4
    place.age(ORPHAN_MS)
    place.upkeep.sweep()
    assert place.files() == known


def test_a_round_says_that_it_was_made(place: Place) -> None:
    assert place.ledger.figures.chores().round_age_ms is None
    place.upkeep.round()
    place.clock.advance(40)
    assert place.ledger.figures.chores().round_age_ms == 40_000


def test_a_rescued_task_rings_the_bell(place: Place) -> None:
    place.submit("job")
    now_ms = place.clock.now_ms()
    place.ledger.enter(NodeState("node", "boot", "host", 1, 1, (), now_ms, now_ms))
    assert len(place.ledger.claim("node:boot", ("cpu",), 1, 10.0)) == 1
    fd = place.bell.listen()
    place.clock.advance(seconds=11)
    place.upkeep.round()
    assert place.ledger.held("node:boot") == set()
    assert len(place.ledger.claim("node:other", ("cpu",), 1, 10.0)) == 1
    assert fd in _readable(fd)
    place.bell.close()


def test_upkeep_runs_by_itself_until_it_is_stopped(place: Place) -> None:
    place.ledger.delete(place.submit("job"))
    place.age(YOUNG_MS)
    place.upkeep.start()
    until(lambda: not place.ledger.trash(), "the trash to be emptied")
    place.upkeep.stop()
    assert place.files() == set()


def _readable(fd: int) -> list[int]:
    import select

    return select.select([fd], [], [], 0)[0]
