"""Migrations: numbered SQL files, each applied once, whole, in a transaction of its own.

The number of the last one stands in the database's header (`PRAGMA user_version`) and changes in
the very transaction that applies it: a process killed at any moment leaves either the old schema
or the new one, and nothing to clean up. A lock file beside the database lets one process migrate
while others wait; the kernel frees it when its holder dies.
"""

import errno
import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pagemill.errors import PagemillError
from pagemill.ledger.migrating import Migration, MigrationStatus, read_migrations, statements_of
from pagemill.ledger.sqlite.database import BUSY_SECONDS, connect, translated

FOLDER = Path(__file__).parent / "migrations"


def migrate(path: Path, folder: Path = FOLDER) -> list[str]:
    """Brings the database at `path` up to date, making it if need be; says what was applied.

    Safe to call from many processes at once, and cheap (a millisecond) when nothing is to be done.
    Raises `ledger_newer`, `ledger_busy`, `disk_full`, `ledger_unusable`.
    """
    with translated(path):
        if not migration_status(path, folder).pending:
            return []
        with _locked(path), closing(_open(path)) as connection:
            _use_log(path, connection)
            return [migration.path.stem for migration in _apply_pending(connection, path, folder)]


def migration_status(path: Path, folder: Path = FOLDER) -> MigrationStatus:
    """What is applied and what is not; changes nothing. Raises as `migrate` does."""
    migrations = read_migrations(folder)
    with translated(path):
        if not path.exists():
            version = compatible = 0
        else:
            with closing(_open(path)) as connection:
                version, compatible = _version(connection), _compatible(connection)
    latest = migrations[-1].number
    if compatible > latest:
        raise PagemillError(
            "ledger_newer", f"{path} has schema {version}; this Pagemill knows {latest}"
        )
    pending = tuple(m.path.stem for m in migrations if m.number > version)
    return MigrationStatus(version, latest, pending)


def _apply_pending(connection: sqlite3.Connection, path: Path, folder: Path) -> Iterator[Migration]:
    """Asks for the version again, as another process may have been here while we waited."""
    for migration in read_migrations(folder):
        if migration.number > _version(connection):
            _apply(connection, migration, path)
            yield migration


def _apply(connection: sqlite3.Connection, migration: Migration, path: Path) -> None:
    """A statement that does not fit the tables it meets means that the file is not ours."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements_of(migration.script):
            connection.execute(statement)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        raise _misfit(path, migration, str(error)) from error
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise _misfit(path, migration, "it would leave loose ends")
    compatible = max(migration.compatible, _compatible(connection))
    connection.execute(f"PRAGMA user_version={migration.number}")
    connection.execute(f"PRAGMA application_id={compatible}")
    connection.execute("COMMIT")


def _misfit(path: Path, migration: Migration, why: str) -> PagemillError:
    return PagemillError("ledger_unusable", f"{path}: migration {migration.path.name}: {why}")


def _open(path: Path) -> sqlite3.Connection:
    """Syncs every commit. Foreign keys are off, for a migration may build a table anew; they are
    checked before its commit instead.
    """
    connection = connect(path, is_durable=True, busy_seconds=BUSY_SECONDS)
    connection.execute("PRAGMA foreign_keys=OFF")
    return connection


def _use_log(path: Path, connection: sqlite3.Connection) -> None:
    mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        raise PagemillError(
            "ledger_unusable",
            f"{path} cannot keep a write-ahead log (it got journal mode '{mode}')",
            "Put the data folder on a disk of this machine, not on a network share.",
        )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _compatible(connection: sqlite3.Connection) -> int:
    """The oldest version whose programs go on with this database. Written beside the version, in
    the header's number for applications, which is 0 where only programs of that version do.
    """
    return int(connection.execute("PRAGMA application_id").fetchone()[0]) or _version(connection)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Held while migrating, so that switching a new file to its log cannot collide either."""
    lock = path.with_name(path.name + ".lock")
    try:
        file = lock.open("w")
    except OSError as error:
        code = "disk_full" if error.errno == errno.ENOSPC else "ledger_unusable"
        raise PagemillError(code, f"{lock}: {error.strerror}") from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
