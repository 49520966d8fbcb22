"""Harm done to ledger and shelf is found, told and set right, and nothing else is touched."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ledger.desk import check_books
from pagemill.model.job import JobState
from pagemill.ports import NodeState
from pagemill.work.inspection import FaultKind, Inspection, Inspector, Order, Progress
from web_house import CountingBell
from work.stock import Site

OLD = 1e9  # a time long ago, for files


@dataclass
class Watched(Site):
    """A site, and somebody who looks it over."""

    waits: list[float] = field(default_factory=list)
    told: list[Progress] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def look(self, *, repair: bool = False, read_all: bool = False) -> Inspection:
        def wait(seconds: float) -> None:
            self.waits.append(seconds)
            self.meanwhile()

        inspector = Inspector(
            self.ledger, self.shelf, CountingBell(), self.clock, wait, self.told.append
        )
        return inspector.inspect(Order(repair, read_all))

    def found(self, **how: bool) -> dict[FaultKind, int]:
        return {found.kind: found.count for found in self.look(**how).found}

    def repaired(self) -> dict[FaultKind, int]:
        """What was set right; after that nothing is wrong, and every job comes to its end."""
        seen = self.look(repair=True, read_all=True)
        assert self.found(read_all=True) == {}
        self.worker.work_off()
        assert self.found(read_all=True) == {}
        for job in self.jobs.values():
            check_books(self.ledger, job.id)
        return {found.kind: found.repaired for found in seen.found}

    def stray(self, key: str, *, is_old: bool = True) -> Path:
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"stray")
        if is_old:
            os.utime(path, (OLD, OLD))
        return path


@pytest.fixture
def site(tmp_path: Path) -> Watched:
    site = Watched(tmp_path)
    site.populate()
    return site


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def test_a_house_in_order_is_clean_and_told_about(site: Watched) -> None:
    seen = site.look(read_all=True)
    assert (seen.found, seen.is_clean) == ((), True)
    assert (seen.documents, seen.jobs, seen.pages, seen.outputs) == (3, 3, 3, 1)
    assert site.waits == []
    assert {(p.step, p.done, p.total) for p in site.told} >= {
        ("documents", 3, 3),
        ("jobs", 3, 3),
    }


def test_looking_changes_nothing(site: Watched) -> None:
    site.page_path("done", 1).unlink()
    stray = site.stray("jobs/gone/result.md")
    before = [site.job(name) for name in site.jobs]
    assert site.found() == {FaultKind.PAGE_TEXT_LOST: 1, FaultKind.FOLDER_UNKNOWN: 1}
    assert [site.job(name) for name in site.jobs] == before
    assert stray.exists()


@pytest.mark.parametrize("name", ["done", "begun"])
@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"")])
def test_a_lost_page_text_is_read_again(
    site: Watched, name: str, harm: Callable[[Path], object]
) -> None:
    harm(site.page_path(name, 1))
    assert site.found() == {FaultKind.PAGE_TEXT_LOST: 1}
    assert site.repaired() == {FaultKind.PAGE_TEXT_LOST: 1}
    assert site.job(name).state is JobState.COMPLETED
    assert site.ledger.page(site.jobs[name].id, 1).attempt == 2
    assert site.ledger.page(site.jobs[name].id, 2).attempt == 1


def test_a_page_text_that_cannot_be_read_back_is_found_when_all_is_read(site: Watched) -> None:
    path = site.page_path("done", 2)
    path.write_bytes(path.read_bytes()[:-5])
    assert site.found() == {}
    assert site.repaired() == {FaultKind.PAGE_TEXT_LOST: 1}


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"short")])
def test_a_lost_output_is_written_again(site: Watched, harm: Callable[[Path], object]) -> None:
    path = site.output_path("done")
    before = path.read_bytes()
    harm(path)
    assert site.found() == {FaultKind.OUTPUT_LOST: 1}
    assert site.repaired() == {FaultKind.OUTPUT_LOST: 1}
    assert path.read_bytes() == before
    assert [page.attempt for page in site.ledger.pages(site.jobs["done"].id)] == [1, 1]


def test_a_flipped_bit_is_found_when_all_is_read(site: Watched) -> None:
    flip(site.output_path("done"))
    flip(site.path(site.jobs["waiting"].document.key))
    assert site.found() == {}
    assert site.repaired() == {FaultKind.DOCUMENT_DAMAGED: 1, FaultKind.OUTPUT_LOST: 1}


@pytest.mark.parametrize("name", ["waiting", "begun"])
def test_a_job_whose_document_is_lost_fails_with_a_clear_code(site: Watched, name: str) -> None:
    site.path(site.jobs[name].document.key).unlink()
    assert site.found() == {FaultKind.DOCUMENT_LOST: 1}
    assert site.repaired() == {FaultKind.DOCUMENT_LOST: 1}
    failure = site.job(name).failure
    assert failure is not None
    assert failure.code == "document_lost"


def test_a_completed_job_whose_document_is_lost_keeps_what_it_gave(site: Watched) -> None:
    site.path(site.jobs["done"].document.key).unlink()
    assert site.repaired() == {FaultKind.DOCUMENT_LOST: 1}
    assert site.job("done").outputs == site.ledger.job(site.jobs["done"].id).outputs != ()
    assert site.ledger.events(site.jobs["done"].id)[-1].kind == "job.damaged"


def test_damaged_bytes_are_kept_aside_and_good_ones_make_the_document_whole(site: Watched) -> None:
    document = site.jobs["waiting"].document
    site.path(document.key).write_bytes(b"%PDF-1.7 cut")
    assert site.repaired() == {FaultKind.DOCUMENT_DAMAGED: 1}
    assert site.path(f"damaged/{document.sha256}.pdf").read_bytes() == b"%PDF-1.7 cut"
    assert site.submit("again", b"%PDF-1.7 waiting").document == document
    site.worker.work_off()
    assert site.job("again").state is JobState.COMPLETED
    assert site.look().documents == 3


def test_what_is_only_out_of_the_way_for_a_moment_is_not_lost(site: Watched) -> None:
    key = site.jobs["done"].document.key
    site.shelf.move(key, "trash/aside.pdf")
    site.meanwhile = lambda: site.shelf.move("trash/aside.pdf", key)
    assert site.found() == {}
    assert len(site.waits) == 1


def test_a_job_that_is_deleted_meanwhile_misses_nothing(site: Watched) -> None:
    site.page_path("done", 1).unlink()
    site.meanwhile = lambda: site.ledger.delete(site.jobs["done"].id)
    assert site.found() == {}


@pytest.mark.parametrize(
    ("harm", "kind"),
    [
        ("UPDATE job SET pages_cached = 1 WHERE state = 'completed'", FaultKind.COUNTERS),
        ("UPDATE task SET state = 6 WHERE state IN (0, 1) AND kind <> 'split'", FaultKind.STUCK),
        (
            "UPDATE task SET state = 1 WHERE kind = 'assemble' AND state = 3",
            FaultKind.LOOSE,
        ),
        ("UPDATE job_tally SET jobs = jobs + 1 WHERE state = 'queued'", FaultKind.TALLY),
        ("UPDATE page_tally SET pages = pages + 1 WHERE state = 3", FaultKind.TALLY),
        ("DELETE FROM lane", FaultKind.LANE),
    ],
)
def test_a_ledger_that_does_not_agree_with_itself_is_set_right(
    site: Watched, harm: str, kind: FaultKind
) -> None:
    site.kit.harm(harm)
    assert kind in site.found()
    assert kind in site.repaired()
    assert all(site.job(name).state is JobState.COMPLETED for name in site.jobs)


def test_leases_and_nodes_that_are_gone_are_let_go(site: Watched) -> None:
    now_ms = site.clock.now_ms()
    site.ledger.enter(NodeState("lost", "1", "host", 1, 1, (), now_ms, now_ms))
    assert len(site.ledger.claim("lost:1", ("cpu", "text"), 2, 60)) == 2
    site.clock.advance(3700)
    assert site.found() == {FaultKind.LEASE: 2, FaultKind.NODE: 1}
    assert site.repaired() == {FaultKind.LEASE: 2, FaultKind.NODE: 1}
    assert all(site.job(name).state is JobState.COMPLETED for name in site.jobs)


def test_what_nobody_knows_is_deleted_once_it_is_old(site: Watched) -> None:
    old = [
        site.stray("jobs/gone/result.md"),
        site.stray(f"documents/cd/{'cd' * 32}.pdf"),
        site.stray("uploads/left"),
        site.stray(f"{site.jobs['done'].folder}/pages/0001.t.json#1"),
    ]
    young = [
        site.stray("jobs/new/result.md", is_old=False),
        site.stray(f"documents/ef/{'ef' * 32}.pdf", is_old=False),
        site.stray("uploads/coming", is_old=False),
    ]
    kinds = {
        FaultKind.DOCUMENT_UNKNOWN: 1,
        FaultKind.FOLDER_UNKNOWN: 1,
        FaultKind.LEFTOVER: 2,
    }
    assert site.found() == kinds
    assert site.repaired() == kinds
    assert [path.exists() for path in old] == [False] * 4
    assert [path.exists() for path in young] == [True] * 3


def test_what_is_in_the_trash_is_nobodys_finding(site: Watched) -> None:
    site.ledger.delete(site.jobs["done"].id)
    site.clock.advance(7200)
    assert site.found() == {}


def test_nothing_is_deleted_while_a_backup_is_made(site: Watched) -> None:
    stray = site.stray("jobs/gone/result.md")
    site.ledger.keeping.hold("backup", 600)
    seen = site.look(repair=True)
    assert [(found.kind, found.repaired) for found in seen.found] == [(FaultKind.FOLDER_UNKNOWN, 0)]
    assert (seen.is_clean, stray.exists()) == (False, True)
    site.ledger.keeping.let_go("backup")
    assert site.look(repair=True).is_clean
    assert not stray.exists()


def test_findings_are_counted_without_end_and_named_a_few_times(site: Watched) -> None:
    for number in range(300):
        site.stray(f"jobs/gone{number:03}/result.md")
    (found,) = site.look().found
    assert (found.count, len(found.places)) == (300, 20)
