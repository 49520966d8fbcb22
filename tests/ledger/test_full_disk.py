"""A full disk stops the ledger and breaks nothing: with space it goes on."""

import itertools
import os
import random
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.desk import Desk, SqliteKit, check_books, plan
from pagemill.errors import PagemillError
from pagemill.ledger import SqlLedger, migrate
from pagemill.ledger.sqlite.database import SqliteDatabase, translated
from pagemill.ledger.tasks.settling import Rules
from pagemill.model.job import JobState
from pagemill.model.retention import Bounds
from pagemill.model.task import RetryPolicy
from pagemill.ports import JobQuery, Ledger
from pagemill.ports.time import Clock


class SmallDatabase(SqliteDatabase):
    """SQLite's own limit on pages in place of a disk's: the same error at the same places."""

    max_pages = 10_000_000

    def _connect(self) -> sqlite3.Connection:
        connection = super()._connect()
        connection.execute(f"PRAGMA max_page_count={self.max_pages}")
        return connection


class SmallKit(SqliteKit):
    database: SmallDatabase

    def limit(self, pages: int) -> None:
        """From now on, for every connection."""
        self.database.max_pages = pages
        while self.database._idle:
            self.database._idle.pop()[0].close()

    def open(
        self,
        clock: Clock,
        *,
        policy: RetryPolicy = RetryPolicy(),  # noqa: B008  frozen
        user_max_running: int = 0,
        bounds: Bounds | None = None,
    ) -> Ledger:
        migrate(self.path)
        object.__setattr__(self, "database", SmallDatabase(self.path, is_durable=True))
        rules = Rules(policy, random.Random(1), bounds or Bounds())
        return SqlLedger(self.database, clock, rules, user_max_running)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB, where this process may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.fail("only root may mount a small file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill_until_refused(desk: Desk) -> PagemillError:
    """Sends jobs until one is refused; all that were taken are there."""
    taken = []
    for n in itertools.count():
        try:
            taken.append(desk.submit(of=f"doc{n}", filename="x" * 2000))
        except PagemillError as error:
            known = {job.id for job in desk.ledger.jobs(JobQuery(limit=100_000))}
            assert known >= {job.id for job in taken}
            return error
    raise AssertionError("endless space")


def test_what_does_not_fit_is_refused_whole_and_the_rest_is_kept(tmp_path: Path) -> None:
    kit = SmallKit(tmp_path / "l.db")
    desk = Desk(kit)
    job = desk.submit()
    work = desk.next()
    kit.limit(60)
    error = fill_until_refused(desk)
    assert error.code == "disk_full"
    with pytest.raises(PagemillError) as again:
        desk.tell(work, plan(2000))
    assert again.value.code == "disk_full"
    assert desk.ledger.job(job.id).state is JobState.QUEUED
    kit.limit(10_000)
    assert desk.tell(work, plan(2000))
    assert desk.ledger.job(job.id).pages_left == 2000
    check_books(desk.ledger, job.id)
    desk.close()


def test_a_full_file_system_stops_nothing_for_good(small_disk: Path) -> None:
    desk = Desk(SqliteKit(small_disk / "l.db"))
    job = desk.begin(3)
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 7_200_000)
    assert fill_until_refused(desk).code == "disk_full"
    assert fill_until_refused(desk).code == "disk_full"
    check_books(desk.ledger, job.id)
    ballast.unlink()
    desk.read(3)
    desk.work_off()
    for known in desk.ledger.jobs(JobQuery(limit=10_000)):
        assert known.state is JobState.COMPLETED
        check_books(desk.ledger, known.id)
    desk.close()


def test_a_ledger_cannot_be_made_on_a_full_disk(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    with ballast.open("wb") as file:
        try:
            while True:
                os.write(file.fileno(), b"x" * 4096)
        except OSError:
            pass
    with pytest.raises(PagemillError) as error:
        migrate(small_disk / "l.db")
    assert error.value.code == "disk_full"
    ballast.unlink()
    assert migrate(small_disk / "l.db")


def test_a_locked_database_is_busy_and_nothing_is_written(tmp_path: Path) -> None:
    kit = SmallKit(tmp_path / "l.db")
    desk = Desk(kit)
    kit.database._busy_seconds = 0.05
    kit.database._idle.clear()
    other = sqlite3.connect(kit.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(PagemillError) as error:
        desk.submit()
    assert error.value.code == "ledger_busy"
    other.close()
    assert desk.ledger.jobs(JobQuery()) == []
    desk.submit()
    desk.close()


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    kit = SqliteKit(tmp_path / "l.db")
    desk = Desk(kit)
    desk.begin(200)
    desk.close()
    size = kit.path.stat().st_size
    with kit.path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    with pytest.raises(PagemillError, match=str(kit.path)) as error:
        Desk(kit)
    assert error.value.code == "ledger_unusable"


def test_our_own_mistakes_are_not_blamed_on_the_disk(tmp_path: Path) -> None:
    connection = sqlite3.connect(":memory:")
    with pytest.raises(sqlite3.OperationalError), translated(tmp_path):
        connection.execute("SELECT nonsense")
    connection.close()
