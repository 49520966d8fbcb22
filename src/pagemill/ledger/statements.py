"""Named queries from `queries/*.sql`, bound to a connection, and the transaction they run in.

They are written in what SQLite and PostgreSQL have in common; where that is not enough, a query of
the same name in `postgres/queries/*.sql` stands in for it there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import aiosql
from aiosql.types import SQLOperationType

FOLDER = Path(__file__).parent / "queries"


@dataclass(frozen=True, slots=True)
class Query:
    """One named query; `shape` says what it gives."""

    sql: str
    shape: SQLOperationType


class Connection(Protocol):
    """What the queries need of a driver; sqlite3 and psycopg both have it."""

    def execute(self, sql: str, parameters: Any, /) -> Any: ...  # noqa: ANN401  a driver's own

    def cursor(self) -> Any: ...  # noqa: ANN401  a driver's own


class Statements:
    """Every named query as a method with keyword arguments, on one connection.

    By the mark behind its name a query gives a list of rows (none), a row or None (`^`), a value
    or None (`$`) or the number of changed rows (`!`; `*!` takes a list of parameter sets). While
    it is not counting (`is_counting`), the last two give None.
    """

    def __init__(self, queries: Mapping[str, Query], connection: Connection) -> None:
        self.is_counting = True
        for name, query in queries.items():
            setattr(self, name, self._bound(query, connection))

    @contextmanager
    def counting(self, is_counting: bool) -> Iterator[None]:  # noqa: FBT001  passed on
        """For the block; a connection has one user at a time."""
        self.is_counting = is_counting
        try:
            yield
        finally:
            self.is_counting = True

    def _bound(self, query: Query, connection: Connection) -> Callable[..., object]:
        """Rows are fetched at once: an open cursor would keep a snapshot of the database alive."""
        sql = query.sql

        def rows(**parameters: object) -> Sequence[Any]:
            found: Sequence[Any] = connection.execute(sql, parameters).fetchall()
            return found

        def row(**parameters: object) -> object:
            found = rows(**parameters)
            return found[0] if found else None

        def value(**parameters: object) -> object:
            found = rows(**parameters)
            return found[0][0] if found else None

        def count(**parameters: object) -> object:
            cursor = connection.execute(sql, parameters)
            return cursor.rowcount if self.is_counting else None

        def many(several: Sequence[Mapping[str, object]]) -> object:
            cursor = connection.cursor()
            cursor.executemany(sql, several)
            return cursor.rowcount if self.is_counting else None

        shapes: dict[SQLOperationType, Callable[..., object]] = {
            SQLOperationType.SELECT: rows,
            SQLOperationType.SELECT_ONE: row,
            SQLOperationType.SELECT_VALUE: value,
            SQLOperationType.INSERT_UPDATE_DELETE: count,
            SQLOperationType.INSERT_UPDATE_DELETE_MANY: many,
        }
        return shapes[query.shape]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  what it gives depends on the query
        """Only for the type checker and for names that no file holds."""
        raise AttributeError(f"No query '{name}' in {FOLDER}")


@dataclass(slots=True)
class Count:
    """How many, and the sum of their times."""

    count: int = 0
    total_ms: int = 0


@dataclass(frozen=True, slots=True)
class Transaction:
    """Statements that stand or fall together, all at the same moment. `counts` are for the ledger's
    figures, by (kind, engine, bucket); they are written once, at its end.
    """

    sql: Statements
    now_ms: int
    counts: dict[tuple[str, str, int], Count] = field(default_factory=dict)

    def count(self, kind: str, engine: str = "", ms: int = 0, bucket: int = 0) -> None:
        """One more of them; see `pagemill.ports.figures.Tally`."""
        counted = self.counts.setdefault((kind, engine, bucket), Count())
        counted.count += 1
        counted.total_ms += ms


@cache
def load_queries(driver: str, overrides: Path | None = None) -> Mapping[str, Query]:
    """All queries of the ledger, with parameters as `driver` (an aiosql name) writes them; those in
    the folder `overrides` instead of others of their names. Read once in a process.
    """
    queries = _load(FOLDER, driver)
    special = _load(overrides, driver) if overrides else {}
    if strangers := special.keys() - queries.keys():
        raise ValueError(f"Queries in {overrides} stand in for none: {sorted(strangers)}")
    return MappingProxyType(queries | special)


def _load(folder: Path, driver: str) -> dict[str, Query]:
    queries: dict[str, Query] = {}
    for path in sorted(folder.glob("*.sql")):
        loaded = aiosql.from_path(path, driver)
        names = [name for name in loaded.available_queries if not name.endswith("_cursor")]
        methods = {name: getattr(loaded, name) for name in names}
        if twice := queries.keys() & methods.keys():
            raise ValueError(f"Queries of the same name, one of them in {path}: {sorted(twice)}")
        queries |= {name: Query(method.sql, method.operation) for name, method in methods.items()}
    return queries
