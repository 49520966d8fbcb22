"""Migrations on PostgreSQL: the same numbered steps as on SQLite, each in a transaction of its own.

What was applied stands in the table `schema_version`. One process migrates while others wait for an
advisory lock, which the server frees when its holder dies. Programs that are at work go on, those
of the version before too if the migration says that it gets on with them.
"""

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from pagemill.errors import PagemillError
from pagemill.ledger.migrating import Migration, MigrationStatus, read_migrations, statements_of
from pagemill.ledger.postgres.database import MIGRATING, WRITING, connect, newer
from pagemill.ledger.postgres.errors import place_of, translated
from pagemill.ledger.postgres.values import Row

FOLDER = Path(__file__).parent / "migrations"
PATIENT_SECONDS, TRY_SECONDS, REST_SECONDS, LOOK_MS = 120.0, 2.0, 0.2, 1000

_TABLE = """
CREATE TABLE IF NOT EXISTS schema_version (
  version INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  compatible INTEGER NOT NULL,  -- programs that know this version go on with the schema
  applied_at TIMESTAMPTZ NOT NULL DEFAULT now()
)
"""


def migrate_postgres(url: str, folder: Path = FOLDER) -> list[str]:
    """Brings the database up to date, filling it if it is empty; says what was applied.

    Safe to call from many processes at once, and cheap when nothing is to be done. Raises
    `ledger_newer`, `ledger_busy`, `disk_full`, `ledger_unusable`.
    """
    with translated(url), closing(connect(url)) as connection:
        if not _status(connection, url, folder).pending:
            return []
        connection.execute("SET lock_timeout TO 0; SET statement_timeout TO 0")
        connection.execute(f"SET client_connection_check_interval TO {LOOK_MS}")
        _take_turn(connection, url)
        _check_server(connection, url)
        connection.execute(_TABLE)
        known = _version(connection)[0]
        pending = [m for m in read_migrations(folder) if m.number > known]
        for migration in pending:
            _apply(connection, migration, url)
        return [migration.path.stem for migration in pending]


def postgres_status(url: str, folder: Path = FOLDER) -> MigrationStatus:
    """What is applied and what is not; changes nothing. Raises as `migrate_postgres` does."""
    with translated(url), closing(connect(url)) as connection:
        return _status(connection, url, folder)


def _status(connection: psycopg.Connection[Row], url: str, folder: Path) -> MigrationStatus:
    migrations = read_migrations(folder)
    latest = migrations[-1].number
    version, compatible = _version(connection)
    if compatible > latest:
        raise newer(url, version, latest)
    pending = tuple(m.path.stem for m in migrations if m.number > version)
    return MigrationStatus(version, latest, pending)


def _version(connection: psycopg.Connection[Row]) -> tuple[int, int]:
    """The newest migration that was applied, and the oldest version that gets on with it."""
    found = connection.execute("SELECT to_regclass('schema_version')").fetchone()
    if found is None or found[0] is None:
        return 0, 0
    row = connection.execute(
        "SELECT version, compatible FROM schema_version ORDER BY version DESC LIMIT 1"
    ).fetchone()
    return (0, 0) if row is None else (row["version"], row["compatible"])


def _check_server(connection: psycopg.Connection[Row], url: str) -> None:
    row = connection.execute("SHOW server_encoding").fetchone()
    if row is not None and row[0] != "UTF8":
        raise PagemillError(
            "ledger_unusable",
            f"{place_of(url)} keeps text as {row[0]}",
            "Make the database with ENCODING 'UTF8' (from template0).",
        )


def _take_turn(connection: psycopg.Connection[Row], url: str) -> None:
    """Asks again and again: who waited inside of a statement would hold up an index that is being
    built beside the work of others.
    """
    pause = threading.Event()
    for _ in range(round(PATIENT_SECONDS / REST_SECONDS)):
        row = connection.execute(f"SELECT pg_try_advisory_lock({MIGRATING})").fetchone()
        if row is not None and row[0]:
            return
        pause.wait(REST_SECONDS)
    raise PagemillError("ledger_busy", f"{place_of(url)} is being upgraded")


def _apply(connection: psycopg.Connection[Row], migration: Migration, url: str) -> None:
    """Writers wait while it runs; readers go on, and if one of them holds what must be changed it
    steps back and tries again, so that nobody queues up behind it.
    """
    attempt = _outside if migration.is_outside else _inside
    try:
        _patiently(lambda: attempt(connection, migration))
    except psycopg.ProgrammingError as error:
        why = f"migration {migration.path.name}: {error.diag.message_primary}"
        raise PagemillError("ledger_unusable", f"{place_of(url)}: {why}") from error


def _inside(connection: psycopg.Connection[Row], migration: Migration) -> None:
    with connection.transaction():
        connection.execute(f"SELECT pg_advisory_xact_lock({WRITING})")
        connection.execute(f"SET LOCAL lock_timeout TO {round(1000 * TRY_SECONDS)}")
        connection.execute(migration.script)
        _note(connection, migration)


def _outside(connection: psycopg.Connection[Row], migration: Migration) -> None:
    """What an attempt before left half built goes first; the statements allow for what it did."""
    halves = connection.execute(
        "SELECT CAST(CAST(indexrelid AS regclass) AS TEXT) FROM pg_index WHERE NOT indisvalid"
    ).fetchall()
    for half in halves:
        connection.execute(f"DROP INDEX CONCURRENTLY {half[0]}")
    for statement in statements_of(migration.script):
        connection.execute(statement)
    _note(connection, migration)


def _note(connection: psycopg.Connection[Row], migration: Migration) -> None:
    connection.execute(
        "INSERT INTO schema_version (version, name, compatible) SELECT %s, %s,"
        " greatest(%s, (SELECT max(compatible) FROM schema_version))",
        (migration.number, migration.path.stem, migration.compatible),
    )


def _patiently(attempt: Callable[[], Any]) -> None:
    pause = threading.Event()
    for _ in range(round(PATIENT_SECONDS / (TRY_SECONDS + REST_SECONDS))):
        try:
            attempt()
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            pause.wait(REST_SECONDS)
        else:
            return
    attempt()
