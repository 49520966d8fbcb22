"""Ledgers for benches, on SQLite and on a PostgreSQL server of the bench's own, and backlogs of any
size, written by statements that make a million rows at once.

The server keeps what it is told (`fsync` on), and is gone with the bench.
"""

import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests"
sys.path.append(str(TESTS))

import msgspec  # noqa: E402

from pagemill.app.clock import SystemClock  # noqa: E402
from pagemill.app.house import open_settings_ledger  # noqa: E402
from pagemill.model.options import Options  # noqa: E402
from pagemill.ports import Ledger  # noqa: E402
from pagemill.settings import Settings  # noqa: E402
from postgres_server import PostgresServer, postgres_server  # noqa: E402

SQLITE, POSTGRES = "sqlite", "postgresql"
KINDS = (SQLITE, POSTGRES)
POOL = "text"
PAGES = 50

# Jobs number :first to :last, of the users in turn, each opened and with all its pages to be read.
_JOBS = "WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
_PAGES = "p(page) AS (SELECT 1 UNION ALL SELECT page + 1 FROM p WHERE page < {pages})"
_FILL = (
    """INSERT INTO document (sha256, media_type, size_bytes, pages, created_ms)
    {jobs} SELECT 'doc-' || CAST(i AS TEXT), 'application/pdf', 1000, {pages}, {now} FROM n""",
    """INSERT INTO job (id, user_id, sha256, filename, name_key, options, state, priority, rank,
      version, created_ms, updated_ms, started_ms, pages_total, pages_left, request_key)
    {jobs} SELECT 'job-' || CAST(i AS TEXT), 'user' || CAST(i % {users} AS TEXT),
      'doc-' || CAST(i AS TEXT), 'bench.pdf', 'bench.pdf', '{options}', 'processing', 5, {now} + i,
      2, {now}, {now}, {now}, {pages}, {pages}, '' FROM n""",
    """INSERT INTO task
      (job_id, kind, page_no, user_id, pool, state, rank, engine, reason, cache_key)
    {jobs}, {page_numbers} SELECT 'job-' || CAST(i AS TEXT), 'page', page,
      'user' || CAST(i % {users} AS TEXT), '{pool}', 1, {now} + i, '{pool}', 'bench', 'key'
    FROM n, p""",
    """INSERT INTO task (job_id, kind, user_id, pool, state, rank)
    {jobs} SELECT 'job-' || CAST(i AS TEXT), 'assemble', 'user' || CAST(i % {users} AS TEXT),
      'cpu', 0, {now} + i FROM n""",
    """INSERT INTO lane (pool, user_id)
    SELECT '{pool}', id FROM "user" WHERE id LIKE 'user%' ON CONFLICT DO NOTHING""",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ledger lies: in a folder, or in a database."""

    settings: Settings

    def open(self, *, durable: bool = False) -> Ledger:
        return open_settings_ledger(self.settings, SystemClock(), durable=durable)

    def run(self, *statements: str) -> None:
        """In one transaction, past everything that the ledger watches over."""
        if self.settings.ledger:
            import psycopg

            with psycopg.connect(self.settings.ledger) as connection:
                for statement in statements:
                    connection.execute(statement)
            return
        with closing(sqlite3.connect(self.settings.data / "ledger.db")) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    def ask(self, question: str) -> list[tuple]:
        """All rows of a statement, as the database has them at this moment."""
        if self.settings.ledger:
            import psycopg

            with psycopg.connect(self.settings.ledger) as connection:
                return connection.execute(question).fetchall()
        with closing(sqlite3.connect(self.settings.data / "ledger.db", timeout=30)) as connection:
            return connection.execute(question).fetchall()


@contextmanager
def server_for(kinds: Sequence[str]) -> Iterator[PostgresServer | None]:
    """The server that `kinds` need, if any."""
    if POSTGRES not in kinds:
        yield None
        return
    with postgres_server(is_safe=True) as server:
        yield server


@contextmanager
def places(
    server: PostgresServer | None, count: int = 1, **settings: object
) -> Iterator[list[Place]]:
    """`count` places, in PostgreSQL where there is a server; with the schema and no jobs."""
    with tempfile.TemporaryDirectory(prefix="pagemill-bench-") as folder:
        made = []
        for number in range(count):
            data = Path(folder) / str(number)
            data.mkdir()
            ledger = server.new_database() if server else ""
            place = Place(Settings(data=data, ledger=ledger, **settings))
            place.open().close()
            made.append(place)
        yield made


def add_users(place: Place, users: int, max_running: int) -> None:
    """`user0`, `user1` …, each with a limit of their own; and pools with limits."""
    place.run(
        f"""INSERT INTO "user" (id, max_running)
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {users - 1})
        SELECT 'user' || CAST(i AS TEXT), {max_running} FROM n""",
        *(
            f"INSERT INTO pool (name, max_running) VALUES ('{pool}', 1000)"
            " ON CONFLICT (name) DO UPDATE SET max_running = 1000"
            for pool in (POOL, "cpu")
        ),
    )


def add_jobs(place: Place, first: int, last: int, users: int, now_ms: int) -> None:
    """Jobs number `first` to `last` of so many users, each with 50 pages that wait."""
    parts = {"first": first, "last": last, "users": users, "pages": PAGES, "now": now_ms}
    options = msgspec.json.encode(Options()).decode()
    place.run(
        *(
            statement.format(
                **parts,
                jobs=_JOBS.format(**parts),
                page_numbers=_PAGES.format(**parts),
                pool=POOL,
                options=options,
            )
            for statement in _FILL
        ),
    )


def settle(place: Place) -> None:
    """What a database does by itself after a while: statistics, and the log written back."""
    place.run("ANALYZE")
