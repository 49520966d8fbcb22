"""Migrations on PostgreSQL, while programs of this version go on writing and when they must not."""

import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import psycopg
import pytest

from ledger.desk import Desk, check_books, node, success
from ledger.postgres_kit import PostgresKit, new_kit
from ledger.processes import DEADLINE_SECONDS, copies
from pagemill.errors import PagemillError
from pagemill.ledger.migrating import read_migrations
from pagemill.ledger.postgres import schema as postgres_schema
from pagemill.ledger.postgres.schema import FOLDER, migrate_postgres, postgres_status
from pagemill.ledger.sqlite import schema as sqlite_schema
from pagemill.model.task import Report
from pagemill.ports import JobQuery
from postgres_server import PostgresServer

LATEST = read_migrations(FOLDER)[-1].number

# What a later version may do while this one runs: more of everything, nothing less.
MORE = f"""-- compatible with {LATEST}
ALTER TABLE job ADD COLUMN colour TEXT COLLATE "C" NOT NULL DEFAULT 'red';
ALTER TABLE task ADD COLUMN weight BIGINT NOT NULL DEFAULT 1;
ALTER TABLE "user" ADD COLUMN motto TEXT COLLATE "C";
CREATE TABLE shade (colour TEXT COLLATE "C" PRIMARY KEY);
INSERT INTO shade SELECT DISTINCT colour FROM job;
"""
INDEX = f"""-- compatible with {LATEST}
-- outside a transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS job_colour ON job (colour, id);
"""
OTHERWISE = "ALTER TABLE job RENAME COLUMN note TO remark;\n"
SLOW = "CREATE TABLE half (x BIGINT);\nSELECT pg_sleep(120);\n"


@pytest.fixture
def kit(postgres: PostgresServer) -> PostgresKit:
    return new_kit(postgres)


@pytest.fixture
def releases(tmp_path: Path) -> "Releases":
    return Releases(tmp_path)


class Releases:
    """Versions to come: this one's migrations and further ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def with_scripts(self, *scripts: str) -> Path:
        folder = self.folder / f"{len(list(self.folder.iterdir()))}"
        shutil.copytree(FOLDER, folder)
        for n, script in enumerate(scripts, LATEST + 1):
            (folder / f"{n:04d}_next.sql").write_text(script)
        return folder


def names(url: str, query: str) -> set[str]:
    with closing(psycopg.connect(url)) as connection:
        return {str(row[0]) for row in connection.execute(query)}


def columns(url: str) -> set[str]:
    return names(url, "SELECT column_name FROM information_schema.columns")


def test_a_new_database_gets_every_migration_once(postgres: PostgresServer) -> None:
    url = postgres.new_database()
    before = postgres_status(url)
    assert before.version == 0
    assert tuple(migrate_postgres(url)) == before.pending != ()
    after = postgres_status(url)
    assert (after.version, after.pending) == (LATEST, ())
    assert migrate_postgres(url) == []


def test_both_databases_count_their_versions_alike() -> None:
    both = [[m.path.name for m in read_migrations(f)] for f in (FOLDER, sqlite_schema.FOLDER)]
    assert both[0] == both[1]


def test_programs_that_start_together_migrate_once(postgres: PostgresServer) -> None:
    url = postgres.new_database()
    with ThreadPoolExecutor(4) as crowd:
        applied = [name for names in crowd.map(migrate_postgres, [url] * 4) for name in names]
    assert applied == [m.path.stem for m in read_migrations(FOLDER)]


def test_programs_of_this_version_write_on_through_an_upgrade_to_the_next(
    kit: PostgresKit, releases: Releases
) -> None:
    """Submitting, claiming, finishing and reading in several processes, and nothing fails."""
    with busy(kit, 2) as tellers:
        hear(tellers, 3)
        assert len(migrate_postgres(kit.url, releases.with_scripts(MORE, INDEX))) == 2
        hear(tellers, 5)
    assert {"colour", "weight", "motto"} <= columns(kit.url)
    assert "job_colour" in names(kit.url, "SELECT indexname FROM pg_indexes")
    desk = Desk(kit, numbers=iter(range(90_000, 99_000)))
    jobs = desk.ledger.jobs(JobQuery(limit=1000))
    assert len(jobs) >= 16
    for job in jobs:
        check_books(desk.ledger, job.id)
    desk.complete(3)
    desk.close()


@contextmanager
def busy(kit: PostgresKit, count: int) -> Iterator[list[Connection]]:
    """Processes of this version that write until the block ends, and then end well."""
    members = []
    for n in range(count):
        ours, theirs = copies().Pipe()
        process = copies().Process(target=_be_busy, args=(theirs, kit, n), daemon=True)
        process.start()
        theirs.close()
        members.append((ours, process))
    yield [ours for ours, _ in members]
    for ours, _ in members:
        ours.send("stop")
    for ours, process in members:
        while ours.poll(DEADLINE_SECONDS) and ours.recv() != "stopped":
            pass
        process.join(DEADLINE_SECONDS)
        assert process.exitcode == 0


def hear(tellers: list[Connection], rounds: int) -> None:
    for teller in tellers:
        for _ in range(rounds):
            assert teller.poll(DEADLINE_SECONDS)
            teller.recv()


def _be_busy(pipe: Connection, kit: PostgresKit, n: int) -> None:
    desk = Desk(kit, numbers=iter(range(10_000 * n, 10_000 * (n + 1))))
    desk.ledger.enter(node("1", f"node{n}"))
    while not pipe.poll():
        job = desk.submit(user_id=f"user{n}")
        for _ in range(3):
            works = desk.claim(4, owner=f"node{n}:1")
            reports = [Report(work.task_id, work.token, success(work)) for work in works]
            assert all(desk.ledger.finish(reports))
            assert desk.ledger.job(job.id).id == job.id
            desk.ledger.heartbeat(node("1", f"node{n}"), 60)
        pipe.send(job.id)
    desk.ledger.leave(f"node{n}")
    desk.close()
    pipe.send("stopped")


def test_who_cannot_go_on_with_the_next_version_is_told_before_it_writes(
    kit: PostgresKit, releases: Releases
) -> None:
    desk = Desk(kit)
    desk.complete(1)
    next_release = releases.with_scripts(OTHERWISE)
    migrate_postgres(kit.url, next_release)
    for touch in (desk.submit, desk.claim, lambda: migrate_postgres(kit.url), lambda: Desk(kit)):
        with pytest.raises(PagemillError) as error:
            touch()
        assert error.value.code == "ledger_newer"
    assert postgres_status(kit.url, next_release).pending == ()
    desk.close()


def test_a_version_that_gets_on_with_the_last_one_does_not_mend_what_came_before(
    kit: PostgresKit, releases: Releases
) -> None:
    migrate_postgres(kit.url, releases.with_scripts(OTHERWISE, MORE))
    with pytest.raises(PagemillError) as error:
        migrate_postgres(kit.url)
    assert error.value.code == "ledger_newer"


def test_a_migration_steps_back_for_who_reads_and_lets_others_write(
    kit: PostgresKit, releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_schema, "TRY_SECONDS", 0.1)
    desk = Desk(kit)
    with closing(psycopg.connect(kit.url)) as reader, ThreadPoolExecutor(1) as other:
        reader.execute("SELECT * FROM job")  # holds the table until it rolls back
        migrating = other.submit(migrate_postgres, kit.url, releases.with_scripts(MORE))
        for _ in range(5):
            desk.submit()
        assert not migrating.done()
        reader.rollback()
        assert len(migrating.result()) == 1
    desk.submit()
    desk.close()


def test_a_migration_that_fails_leaves_the_old_schema(kit: PostgresKit, releases: Releases) -> None:
    before = columns(kit.url)
    with pytest.raises(PagemillError, match="nothing") as error:
        migrate_postgres(kit.url, releases.with_scripts(f"{MORE}INSERT INTO nothing VALUES (1);\n"))
    assert error.value.code == "ledger_unusable"
    assert columns(kit.url) == before
    assert postgres_status(kit.url).version == LATEST


def test_a_migration_killed_in_the_middle_never_happened(
    kit: PostgresKit, releases: Releases
) -> None:
    process = copies().Process(
        target=migrate_postgres, args=(kit.url, releases.with_scripts(SLOW)), daemon=True
    )
    process.start()
    wait_for(lambda: names(kit.url, "SELECT query FROM pg_stat_activity") >= {SLOW})
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join(DEADLINE_SECONDS)
    assert len(migrate_postgres(kit.url, releases.with_scripts(MORE))) == 1
    assert "half" not in names(kit.url, "SELECT tablename FROM pg_tables")


def wait_for(is_true: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(round(DEADLINE_SECONDS / 0.02)):
        if is_true():
            return
        pause.wait(0.02)
    raise AssertionError("waited in vain")


def test_an_index_that_was_left_half_built_is_built_anew(
    kit: PostgresKit, releases: Releases
) -> None:
    """Twice the same name: the index is not unique, and what PostgreSQL leaves of it is invalid."""
    migrate_postgres(kit.url, releases.with_scripts(MORE))
    desk = Desk(kit)
    desk.submit()
    desk.submit()
    build = "CREATE UNIQUE INDEX CONCURRENTLY job_colour ON job (colour)"
    with (
        pytest.raises(psycopg.errors.UniqueViolation),
        psycopg.connect(kit.url, autocommit=True) as connection,
    ):
        connection.execute(build)
    migrate_postgres(kit.url, releases.with_scripts(MORE, INDEX))
    broken = "SELECT 1 FROM pg_index WHERE NOT indisvalid"
    assert names(kit.url, broken) == set()
    assert "job_colour" in names(kit.url, "SELECT indexname FROM pg_indexes")
    desk.close()


def test_text_in_another_encoding_than_ours_is_refused(postgres: PostgresServer) -> None:
    with closing(psycopg.connect(postgres.url(), autocommit=True)) as connection:
        connection.execute("DROP DATABASE IF EXISTS latin")
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(PagemillError, match="LATIN1") as error:
        migrate_postgres(postgres.url("latin"))
    assert "UTF8" in error.value.hint


def test_another_programs_database_is_left_alone(postgres: PostgresServer) -> None:
    url = postgres.new_database()
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute("CREATE TABLE job (x BIGINT)")
    with pytest.raises(PagemillError) as error:
        migrate_postgres(url)
    assert error.value.code == "ledger_unusable"
    assert "sha256" not in columns(url)
