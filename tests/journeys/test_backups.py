"""Backups and repairs of a house that is at work, killed at moments nobody chose."""

import json
import os
import random
import re
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from journeys.nodes import Yard, a_yard, kill, until
from pagemill.model.event import EventKind
from pagemill.model.job import Job, JobState
from pagemill.ports import JobQuery
from pagemill_process import COMMAND
from postgres_server import PostgresServer

JOBS, PAGES = 24, 6
KINDS = ["sqlite", "postgres"]

NewLedger = Callable[[], str]


@pytest.fixture(params=KINDS)
def new_ledger(request: pytest.FixtureRequest) -> NewLedger:
    """The setting `ledger` for an empty database; each call another."""
    if request.param == "sqlite":
        return lambda: ""
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def title(job: int, page: int) -> str:
    return f"Volume {job} leaf {page} end"


def submit(yard: Yard, number: int) -> Job:
    return yard.submit([title(number, page) for page in range(1, PAGES + 1)], "slow")


def start(yard: Yard, *arguments: object) -> subprocess.Popen[bytes]:
    """A command on the data folder of the yard."""
    with (yard.folder / "log").open("ab") as log:
        return subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            env=os.environ | yard.environment,
            stdout=log,
            stderr=log,
        )


def run(yard: Yard, *arguments: object) -> int:
    return start(yard, *arguments).wait()


def assert_complete(yard: Yard, number: int, job: Job) -> None:
    assert (job.state, job.pages_done, job.pages_failed) == (JobState.COMPLETED, PAGES, 0)
    found = re.findall(r"Volume \d+ leaf \d+ end", yard.markdown(job))
    assert found == [title(number, page) for page in range(1, PAGES + 1)]


def began(folder: Path) -> int:
    """When the last backup into this folder began, if it says so."""
    try:
        return int(json.loads((folder / "unfinished.json").read_text())["began_ms"])
    except FileNotFoundError:
        return 0


def test_a_backup_killed_again_and_again_is_a_house_in_the_end(
    tmp_path: Path, new_ledger: NewLedger, stack: ExitStack
) -> None:
    rng = random.Random(11)
    folder = tmp_path / "backup"
    (tmp_path / "here").mkdir()
    yard = stack.enter_context(a_yard(tmp_path / "here", ledger=new_ledger(), upkeep_seconds=0.05))
    yard.environment["PAGEMILL_TEST_SLOW_SECONDS"] = "0.1"
    yard.start()
    first = [submit(yard, number) for number in range(4)]
    later = []
    yard.finish(*first)
    for _ in range(2):
        before = began(folder)
        backup = start(yard, "backup", folder, "--incremental")
        later.append(submit(yard, len(first) + len(later)))
        until(lambda before=before: began(folder) > before, "the backup to begin")
        threading.Event().wait(rng.uniform(0.0, 0.1))
        kill(backup.pid)
        backup.wait()
    yard.house.ledger.delete(first[0].id)
    later += [submit(yard, len(first) + len(later) + number) for number in range(JOBS)]
    assert run(yard, "backup", folder, "--incremental") == 0, yard.log
    submit(yard, 1000)
    yard.house.ledger.delete(first[1].id)
    number_of = {job.id: number for number, job in enumerate([*first, *later])}

    (tmp_path / "there").mkdir()
    there = {"ledger": new_ledger()}
    data = tmp_path / "there" / "data"
    environment = yard.environment | {
        "PAGEMILL_DATA": str(data),
        "PAGEMILL_LEDGER": there["ledger"],
    }
    restored = subprocess.run(
        [*COMMAND, "restore", str(folder)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    assert restored.returncode == 0, restored.stderr
    other = stack.enter_context(a_yard(tmp_path / "there", **there))
    jobs = other.house.ledger.jobs(JobQuery(limit=1000))
    done = {
        (number_of[job.id], page.number)
        for job in jobs
        for page in other.house.ledger.pages(job.id)
        if page.token
    }
    assert 0 < len(done) < PAGES * len(jobs)
    assert other.house.ledger.nodes() == []
    assert {job.id for job in jobs} == set(number_of) - {first[0].id}
    other.start()
    for job in other.finish(*jobs):
        assert_complete(other, number_of[job.id], job)
        assert len(other.events(job, EventKind.PAGE_DONE)) == PAGES
    begun = Counter(first for _, first in other.notes())
    assert not [page for page in done if title(*page) in begun]
    finder = other.house.service.searching
    until(lambda: finder.find("leaf").total == PAGES * len(jobs), "the full text to be made anew")
    assert (data / "node.id").read_text() != (tmp_path / "here/data/node.id").read_text()


def test_a_repair_killed_in_the_middle_goes_on_and_every_job_is_whole_again(
    tmp_path: Path, new_ledger: NewLedger, stack: ExitStack
) -> None:
    rng = random.Random(5)
    yard = stack.enter_context(a_yard(tmp_path, ledger=new_ledger()))
    yard.start()
    jobs = yard.finish(*(submit(yard, number) for number in range(JOBS)))
    shelf = tmp_path / "data" / "shelf"
    harmed = 0
    for job in jobs:
        for page in sorted((shelf / job.folder / "pages").iterdir())[::2]:
            page.unlink()
            harmed += 1
        (shelf / job.folder / "result.md").write_bytes(b"cut")
    for _ in range(2):
        repair = start(yard, "doctor", "--deep", "--repair")
        threading.Event().wait(rng.uniform(0.4, 1.5))
        kill(repair.pid)
        repair.wait()
    assert run(yard, "doctor", "--deep", "--repair") == 0, yard.log
    for number, job in enumerate(yard.finish(*jobs)):
        assert_complete(yard, number, job)
        reads = Counter(str(e.data["page"]) for e in yard.events(job, EventKind.PAGE_DONE))
        assert sorted(reads.values()) == [1] * (PAGES // 2) + [2] * (PAGES // 2)
    assert run(yard, "doctor", "--deep", "--hash") == 0, yard.log


def test_a_folder_that_is_half_restored_is_no_house(
    tmp_path: Path, new_ledger: NewLedger, stack: ExitStack
) -> None:
    (tmp_path / "here").mkdir()
    yard = stack.enter_context(a_yard(tmp_path / "here", ledger=new_ledger()))
    for number in range(JOBS):
        submit(yard, number)
    assert run(yard, "backup", tmp_path / "backup") == 0, yard.log
    data = tmp_path / "there"
    yard.environment |= {"PAGEMILL_DATA": str(data), "PAGEMILL_LEDGER": new_ledger()}
    mark = data / "restore.json"
    for _ in range(2):
        restore = start(yard, "restore", tmp_path / "backup")
        until(mark.exists, "the restore to begin")
        kill(restore.pid)
        restore.wait()
        if mark.exists():
            assert run(yard, "jobs") != 0
            assert run(yard, "worker") == 3
            assert "restore_unfinished" in yard.log or "did not end" in yard.log
    if mark.exists():
        assert run(yard, "restore", tmp_path / "backup") == 0, yard.log
    assert not mark.exists()
    assert run(yard, "doctor", "--deep", "--hash") == 0, yard.log
