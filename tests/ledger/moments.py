"""One moment of a ledger that others write to: figures and tables in one read transaction."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg.rows import tuple_row

from pagemill.app.clock import SystemClock
from pagemill.ledger.postgres import database as postgres
from pagemill.ledger.sql_figures import SqlFigures
from pagemill.ledger.sqlite import database as sqlite
from pagemill.ledger.statements import Statements, load_queries

Asking = Callable[[str], list[tuple[Any, ...]]]
Moment = tuple[SqlFigures, Asking]
Moments = Callable[[], AbstractContextManager[Moment]]


@dataclass(frozen=True)
class Frozen:
    """The part of a database that figures are read from, in a transaction that has begun."""

    statements: Statements

    @contextmanager
    def read(self) -> Iterator[Statements]:
        yield self.statements

    snapshot = read


@contextmanager
def sqlite_moment(path: Path) -> Iterator[Moment]:
    with closing(sqlite.connect(path, is_durable=False, busy_seconds=10)) as connection:
        connection.execute("BEGIN")
        statements = Statements(load_queries("sqlite3"), connection)
        yield (
            SqlFigures(Frozen(statements), SystemClock()),  # type: ignore[arg-type]  it only reads
            lambda statement: [tuple(row) for row in connection.execute(statement)],
        )


@contextmanager
def postgres_moment(url: str) -> Iterator[Moment]:
    with closing(postgres.connect(url)) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        statements = Statements(load_queries("psycopg", postgres.QUERIES), connection)
        cursor = connection.cursor(row_factory=tuple_row)
        yield (
            SqlFigures(Frozen(statements), SystemClock()),  # type: ignore[arg-type]  it only reads
            lambda statement: cursor.execute(statement).fetchall(),
        )
