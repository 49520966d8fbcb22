"""Migrations keep what is there, whoever is killed, and never touch a newer database."""

import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from ledger.desk import Desk, SqliteKit, check_books
from ledger.processes import DEADLINE_SECONDS, copies
from pagemill.errors import PagemillError
from pagemill.ledger import migrate, migration_status
from pagemill.ledger.migrating import read_migrations
from pagemill.ledger.sqlite import schema
from pagemill.ports import JobQuery

# What a later version may do to a table that others refer to: build it anew, with one column more.
NEXT = """
CREATE TABLE document_new (
  sha256 TEXT PRIMARY KEY,
  media_type TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  pages INTEGER,
  created_ms INTEGER NOT NULL,
  language TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO document_new
SELECT sha256, media_type, size_bytes, pages, created_ms, '' FROM document;
DROP TABLE document;
ALTER TABLE document_new RENAME TO document;
"""


@pytest.fixture
def next_release(tmp_path: Path) -> Path:
    """The migrations of a version to come."""
    folder = tmp_path / "migrations"
    shutil.copytree(schema.FOLDER, folder)
    latest = read_migrations(schema.FOLDER)[-1].number
    (folder / f"{latest + 1:04d}_language.sql").write_text(NEXT)
    return folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def fill(path: Path) -> None:
    """Jobs in every state, pages in most."""
    desk = Desk(SqliteKit(path))
    desk.complete(3, failing=1, key="k")
    desk.ledger.cancel(desk.begin(2, of="b").id)
    desk.ledger.pause(desk.submit().id)
    desk.begin(2, of="c", password="p")
    desk.read(1)
    desk.claim()
    desk.submit(handle="h")
    desk.close()


def contents(path: Path) -> list[object]:
    desk = Desk(SqliteKit(path))
    jobs = desk.ledger.jobs(JobQuery())
    seen: list[object] = []
    for job in jobs:
        check_books(desk.ledger, job.id)
        seen += [job, desk.ledger.pages(job.id), desk.ledger.events(job.id)]
    desk.close()
    return seen


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def columns(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {row[1] for row in connection.execute("PRAGMA table_info(document)")}


def test_a_new_database_gets_every_migration_once(path: Path) -> None:
    before = migration_status(path)
    assert (before.version, path.exists()) == (0, False)
    assert tuple(migrate(path)) == before.pending != ()
    after = migration_status(path)
    assert (after.version, after.pending) == (before.latest, ())
    assert migrate(path) == []


def test_data_survives_the_next_migration(
    path: Path, next_release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(path)
    before = contents(path)
    assert len(before) == 5 * 3
    (name,) = migration_status(path, next_release).pending
    assert migrate(path, next_release) == [name]
    monkeypatch.setattr("pagemill.ledger.sqlite.schema.migrate.__defaults__", (next_release,))
    assert "language" in columns(path)
    assert contents(path) == before


def test_a_database_of_a_newer_version_is_refused_and_not_touched(
    path: Path, next_release: Path
) -> None:
    migrate(path, next_release)
    before = path.read_bytes()
    for touch in (migrate, migration_status, lambda p: SqliteKit(p).open(None)):
        with pytest.raises(PagemillError) as error:
            touch(path)
        assert error.value.code == "ledger_newer"
    assert path.read_bytes() == before


def test_a_newer_database_that_gets_on_with_this_version_is_worked_on(
    path: Path, next_release: Path
) -> None:
    fill(path)
    before = contents(path)
    latest = read_migrations(schema.FOLDER)[-1].number
    wider = next(next_release.glob("*_language.sql"))
    wider.write_text(
        f"-- compatible with {latest}\nALTER TABLE document ADD COLUMN language TEXT;\n"
    )
    migrate(path, next_release)
    assert migrate(path) == []
    assert (migration_status(path).version, migration_status(path).pending) == (latest + 1, ())
    assert contents(path) == before
    desk = Desk(SqliteKit(path), numbers=iter(range(100, 200)))
    check_books(desk.ledger, desk.submit().id)
    desk.close()


def test_a_version_that_gets_on_with_the_last_one_does_not_mend_what_came_before(
    path: Path, next_release: Path
) -> None:
    latest = read_migrations(schema.FOLDER)[-1].number
    (next_release / f"{latest + 2:04d}_more.sql").write_text(
        f"-- compatible with {latest}\nCREATE TABLE more (x TEXT) STRICT;\n"
    )
    migrate(path, next_release)
    with pytest.raises(PagemillError) as error:
        migrate(path)
    assert error.value.code == "ledger_newer"


def test_a_migration_killed_in_the_middle_never_happened(path: Path, next_release: Path) -> None:
    fill(path)
    before = contents(path)
    ours, theirs = copies().Pipe()
    process = copies().Process(
        target=_stop_half_way, args=(theirs, path, next_release), daemon=True
    )
    process.start()
    assert ours.poll(DEADLINE_SECONDS)
    assert ours.recv() == "half way"
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join(DEADLINE_SECONDS)
    assert "language" not in columns(path)
    assert contents(path) == before
    assert len(migrate(path, next_release)) == 1
    assert "language" in columns(path)


def _stop_half_way(pipe: Connection, path: Path, folder: Path) -> None:
    whole = schema.statements_of

    def some(script: str) -> Iterator[str]:
        for statement in whole(script):
            if statement.strip().startswith("ALTER"):
                pipe.send("half way")
                pipe.recv()
            yield statement

    schema.statements_of = some
    migrate(path, folder)


def test_a_migration_that_fails_leaves_the_old_schema(path: Path, next_release: Path) -> None:
    fill(path)
    before = contents(path)
    broken = next(next_release.glob("*_language.sql"))
    broken.write_text(NEXT + "INSERT INTO nothing VALUES (1);\n")
    with pytest.raises(PagemillError, match="nothing") as error:
        migrate(path, next_release)
    assert error.value.code == "ledger_unusable"
    assert contents(path) == before


def test_a_migration_that_would_leave_loose_ends_is_undone(path: Path, next_release: Path) -> None:
    fill(path)
    before = contents(path)
    careless = next(next_release.glob("*_language.sql"))
    careless.write_text("DELETE FROM document;\n")
    with pytest.raises(PagemillError, match="loose ends"):
        migrate(path, next_release)
    assert contents(path) == before


def test_processes_that_start_together_migrate_once(path: Path) -> None:
    pipes = []
    for _ in range(4):
        ours, theirs = copies().Pipe()
        process = copies().Process(target=_migrate_at_once, args=(theirs, path), daemon=True)
        process.start()
        pipes.append((ours, process))
    for ours, _ in pipes:
        assert ours.poll(DEADLINE_SECONDS)
        ours.recv()
    for ours, _ in pipes:
        ours.send("go")
    applied = []
    for ours, process in pipes:
        assert ours.poll(DEADLINE_SECONDS)
        applied += ours.recv()
        process.join(DEADLINE_SECONDS)
        assert process.exitcode == 0
    assert applied == [migration.path.stem for migration in read_migrations(schema.FOLDER)]


def _migrate_at_once(pipe: Connection, path: Path) -> None:
    pipe.send("ready")
    pipe.recv()
    pipe.send(migrate(path))


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b""])
def test_a_file_that_is_no_database_is_named(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    if not content:
        assert migrate(path)
        return
    with pytest.raises(PagemillError, match=str(path)) as error:
        migrate(path)
    assert error.value.code == "ledger_unusable"
    assert path.read_bytes() == content


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PagemillError, match="nowhere") as error:
        migrate(tmp_path / "nowhere" / "ledger.db")
    assert error.value.code == "ledger_unusable"


def test_another_programs_database_is_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE job (x)")
    with pytest.raises(PagemillError) as error:
        migrate(path)
    assert error.value.code == "ledger_unusable"
    assert version(path) == 0


def test_gaps_in_the_numbers_are_a_mistake_of_ours(next_release: Path) -> None:
    (next_release / "0009_gap.sql").write_text("SELECT 1;\n")
    with pytest.raises(ValueError, match="not numbered"):
        read_migrations(next_release)
