"""PostgreSQL's connections and transactions. Nothing above this module knows them.

Writers of all machines take turns at one advisory lock, taken at the beginning of every transaction
and freed by its end, so that limits hold exactly as they do on SQLite. Whoever falls silent in the
middle loses the lock and all that was not committed. Moments are the server's: what the clocks of
other machines say makes no difference.

A connection that has seen an error is thrown away, and if the server is gone all that lie idle.
"""

import select
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import psycopg

from pagemill.errors import PagemillError
from pagemill.ledger.postgres.errors import parts_of, place_of, translated
from pagemill.ledger.postgres.values import Row, RowMaker, adapt
from pagemill.ledger.statements import Statements, load_queries
from pagemill.ports.time import Clock

QUERIES = Path(__file__).parent / "queries"
# Any number will do, as long as nobody else in the same database uses it.
WRITING, MIGRATING = 7_024_001, 7_024_002
BUSY_SECONDS, SILENT_SECONDS, STATEMENT_SECONDS, CONNECT_SECONDS = 20.0, 10.0, 60.0, 5
CONNECTIONS, PREPARED = 10, 500
_NOW = "CAST(1000 * extract(epoch FROM clock_timestamp()) AS BIGINT)"
_BEGIN = f"""BEGIN; SELECT pg_advisory_xact_lock({WRITING});
SELECT {_NOW}, version, compatible FROM schema_version ORDER BY version DESC LIMIT 1"""  # noqa: S608  ours
_BEGIN_LIGHTLY = _BEGIN.replace("BEGIN;", "BEGIN; SET LOCAL synchronous_commit TO off;")
# A server that no longer answers is found out in 20 seconds, wherever the network lost it.
_DEFAULTS: dict[str, Any] = {
    "application_name": "pagemill",
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,
}


class ServerClock:
    """The server's time, carried on between two questions by a clock that never jumps."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset_ms = clock.now_ms() - 1000 * clock.monotonic()

    def now_ms(self) -> int:
        return round(self._offset_ms + 1000 * self._clock.monotonic())

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def set(self, now_ms: int) -> None:
        self._offset_ms = now_ms - 1000 * self._clock.monotonic()


class PostgresDatabase:
    """One database on a server. Thread-safe; connections are lent from thread to thread."""

    copy_name = "ledger.dump"

    def __init__(
        self,
        url: str,
        *,
        schema: int,
        clock: ServerClock | None = None,
        connections: int = CONNECTIONS,
        busy_seconds: float = BUSY_SECONDS,
        silent_seconds: float = SILENT_SECONDS,
    ) -> None:
        """`schema` is the newest this program knows. `clock` is set by every transaction. Who says
        nothing for `silent_seconds` in the middle of one has lost it.
        """
        self._url = url
        self._schema = schema
        self._clock = clock
        self._busy_seconds = busy_seconds
        self._silent_seconds = silent_seconds
        self._queries = load_queries("psycopg", QUERIES)
        self._idle: list[_Link] = []
        self._places = threading.BoundedSemaphore(connections)
        self._writing = threading.Lock()
        self._is_closed = False
        self._trips = 0

    @contextmanager
    def read(self) -> Iterator[Statements]:
        """Statements that only read; each sees what is committed when it runs."""
        with self._lent() as link:
            yield link.statements

    @contextmanager
    def snapshot(self) -> Iterator[Statements]:
        """Statements that only read, and all see what is committed when the first of them runs."""
        with self._lent() as link:
            link.connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield link.statements
            link.connection.execute("COMMIT")

    @contextmanager
    def write(self, *, may_be_lost: bool = False, is_counting: bool = True) -> Iterator[Statements]:
        """One transaction, alone among all writers of all machines from its beginning. Commits when
        the block ends well; after an error nothing of it has happened. Without counting, what gives
        nothing goes out with the next statement that does: half the ways to the server are saved.
        """
        if not self._writing.acquire(timeout=self._busy_seconds):
            raise PagemillError("ledger_busy")
        try:
            with self._lent() as link:
                self._begin(link, _BEGIN_LIGHTLY if may_be_lost else _BEGIN)
                with link.statements.counting(is_counting), link.in_a_row(is_counting):
                    yield link.statements
                    link.connection.execute("COMMIT")
        finally:
            self._writing.release()

    def copied(self, path: Path) -> AbstractContextManager[Statements]:
        from pagemill.ledger.postgres.dump import dumped  # noqa: PLC0415  it connects by this module

        return dumped(self._url, path)

    def change_mark(self) -> int:
        """Which transactions are visible now: it changes with every commit of anybody."""
        with self._lent() as link:
            seen = link.execute("SELECT CAST(pg_current_snapshot() AS TEXT)", {}).fetchall()
        return hash(seen[0][0])

    def trips(self) -> int:
        return self._trips

    def close(self) -> None:
        """Closes what lies idle; what is lent is closed when it comes back."""
        self._is_closed = True
        self._drop_idle()

    def _begin(self, link: "_Link", begin: str) -> None:
        """A schema that changed meanwhile is met here, before any statement could stumble over it:
        whoever migrates holds the writers' lock, too.
        """
        cursor = link.connection.execute(begin)
        while cursor.nextset():
            pass
        row = cursor.fetchone()
        now_ms, version, compatible = row if row is not None else (0, 0, 0)
        if compatible > self._schema:
            raise newer(self._url, version, self._schema)
        link.meet(version)
        if self._clock is not None:
            self._clock.set(now_ms)

    @contextmanager
    def _lent(self) -> Iterator["_Link"]:
        """A connection for one call. After any error it is closed, which rolls back; an error of
        the house's own (a job not found) rolls back too, but the connection is good.
        """
        self._trips += 1
        if not self._places.acquire(timeout=self._busy_seconds):
            raise PagemillError("ledger_busy")
        try:
            with translated(self._url):
                link = self._take()
                try:
                    yield link
                except PagemillError:
                    link.roll_back()
                    self._put(link)
                    raise
                except BaseException:
                    if link.is_lost:
                        self._drop_idle()
                    link.connection.close()
                    raise
                self._put(link)
        finally:
            self._places.release()

    def _take(self) -> "_Link":
        while self._idle:
            with suppress(IndexError):  # another thread was quicker
                link = self._idle.pop()
                if not link.has_been_left:
                    return link
                link.connection.close()
        return _Link(connect(self._url, self._silent_seconds), self._queries)

    def _put(self, link: "_Link") -> None:
        if self._is_closed:
            link.connection.close()
        else:
            self._idle.append(link)

    def _drop_idle(self) -> None:
        while self._idle:
            with suppress(IndexError):
                self._idle.pop().connection.close()


class _Link:
    """A connection with its statements. Implements `statements.Connection`."""

    def __init__(self, connection: psycopg.Connection[Row], queries: Mapping[str, Any]) -> None:
        self.connection = connection
        self.statements = Statements(queries, self)
        self._schema = 0

    def execute(self, sql: str, parameters: Any, /) -> Any:  # noqa: ANN401  as the driver has it
        """A statement that was prepared before its table got another column is prepared again;
        inside of a transaction that cannot be, nor does it happen (see `meet`).
        """
        try:
            return self.connection.execute(sql, parameters)
        except psycopg.errors.FeatureNotSupported:
            if self.connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                raise
            self._forget()
            return self.connection.execute(sql, parameters)

    def cursor(self) -> Any:  # noqa: ANN401  as the driver has it
        return self.connection.cursor()

    def in_a_row(self, is_counting: bool) -> AbstractContextManager[Any]:  # noqa: FBT001  passed on
        """Several statements on one way to the server (libpq's pipeline), unless counting."""
        return nullcontext() if is_counting else self.connection.pipeline()

    def meet(self, schema: int) -> None:
        if self._schema and self._schema != schema:
            self._forget()
        self._schema = schema

    @property
    def is_lost(self) -> bool:
        return self.connection.broken or self.connection.closed

    @property
    def has_been_left(self) -> bool:
        """Whether the server closed it while it lay idle: it says nothing else unasked."""
        poll = select.poll()  # unlike select it takes descriptors above 1023
        poll.register(self.connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))

    def roll_back(self) -> None:
        if self.connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            self.connection.execute("ROLLBACK")

    def _forget(self) -> None:
        """The driver takes note of it, too."""
        self.connection.execute("DEALLOCATE ALL")


def connect(url: str, silent_seconds: float = SILENT_SECONDS) -> psycopg.Connection[Row]:
    """A connection as the ledger wants it: every statement by itself unless a transaction was
    begun, and bounds on how long anything may wait.
    """
    connection = psycopg.connect(
        **_DEFAULTS | parts_of(url),
        autocommit=True,
        prepare_threshold=2,
        row_factory=RowMaker,
    )
    connection.prepared_max = PREPARED
    try:
        adapt(connection)
        connection.execute(f"""
            SET lock_timeout TO {round(1000 * BUSY_SECONDS)};
            SET statement_timeout TO {round(1000 * STATEMENT_SECONDS)};
            SET idle_in_transaction_session_timeout TO {round(1000 * silent_seconds)}
        """)
    except BaseException:
        connection.close()
        raise
    return connection


def newer(url: str, version: int, known: int) -> PagemillError:
    return PagemillError(
        "ledger_newer", f"{place_of(url)} has schema {version}; this Pagemill knows {known}"
    )
