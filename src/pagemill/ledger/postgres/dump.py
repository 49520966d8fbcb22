"""Copies of a PostgreSQL ledger, by PostgreSQL's own tools, and filling a database from one.

A dump is made of an exported snapshot, so that what is read beside it is of the same moment.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from psycopg.conninfo import make_conninfo

from pagemill.errors import PagemillError
from pagemill.ledger.postgres.database import QUERIES, connect
from pagemill.ledger.postgres.errors import parts_of, translated
from pagemill.ledger.statements import Statements, load_queries

_LAST_WORDS = 300
_DERIVED = "search_*"  # the full text: large, and made anew from the rest


@contextmanager
def dumped(url: str, path: Path) -> Iterator[Statements]:
    """Raises `tool_missing` without `pg_dump`, `backup_failed` with what it said."""
    with translated(url), closing(connect(url)) as connection:
        connection.execute("SET idle_in_transaction_session_timeout TO 0")
        connection.execute("SET statement_timeout TO 0")
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        snapshot = row[0] if row is not None else ""
        what = ("--format=custom", f"--exclude-table={_DERIVED}", f"--snapshot={snapshot}")
        _run(url, "pg_dump", *what, f"--file={path}")
        yield Statements(load_queries("psycopg", QUERIES), connection)
        connection.execute("COMMIT")


def fill(url: str, path: Path) -> None:
    """Into an empty database, all of it or nothing. Raises `tool_missing`, `backup_failed`."""
    _run(url, "pg_restore", "--single-transaction", "--no-owner", "--no-privileges", str(path))


def is_empty(url: str) -> bool:
    """Whether the database holds no table of anybody's."""
    with translated(url), closing(connect(url)) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
            " WHERE relkind IN ('r', 'p') AND nspname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchone()
    return row is None or row[0] == 0


def _run(url: str, tool: str, *arguments: str) -> None:
    """The password goes through the environment: command lines are read by everybody."""
    program = shutil.which(tool)
    if program is None:
        raise PagemillError("tool_missing", f"`{tool}` is not installed here")
    parts = {name: str(value) for name, value in parts_of(url).items() if value is not None}
    password = parts.pop("password", "")
    place = make_conninfo("", **parts)
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    done = subprocess.run(  # noqa: S603  arguments of our own
        [program, f"--dbname={place}", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = " ".join(done.stderr.split())[-_LAST_WORDS:]
        raise PagemillError("backup_failed", f"{tool}: {said}")
