"""SQLite's connections, transactions and errors. Nothing above this module knows them.

Readers never wait (write-ahead log). Writers of one process take turns at a lock, so that only
processes meet at SQLite's own, whose waiting is unfair. A connection that has seen an error is
thrown away: what a full disk leaves behind in it need not be understood.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from pagemill.errors import PagemillError
from pagemill.ledger.statements import Statements, load_queries

BUSY_SECONDS = 10.0
NEARLY_FULL_BYTES = 1024 * 1024
_FULL = frozenset({sqlite3.SQLITE_FULL})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
_DISK = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})
_OURS = frozenset({sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_ERROR})


class SqliteDatabase:
    """One database file. Thread-safe; connections are lent from thread to thread."""

    copy_name = "ledger.db"

    def __init__(self, path: Path, *, is_durable: bool, busy_seconds: float = BUSY_SECONDS) -> None:
        self._path = path
        self._is_durable = is_durable
        self._busy_seconds = busy_seconds
        self._queries = load_queries("sqlite3")
        self._idle: list[tuple[sqlite3.Connection, Statements]] = []
        self._is_closed = False
        self._writing = threading.Lock()
        self._watching = threading.Lock()
        self._watcher: sqlite3.Connection | None = None
        self._trips = 0

    @contextmanager
    def read(self) -> Iterator[Statements]:
        """Statements that only read; each sees what is committed when it runs."""
        with self._lent() as (_, statements):
            yield statements

    @contextmanager
    def snapshot(self) -> Iterator[Statements]:
        """Statements that only read, and all see what is committed when the first of them runs."""
        with self._lent() as (connection, statements):
            connection.execute("BEGIN")
            yield statements
            connection.execute("COMMIT")

    @contextmanager
    def write(self, *, may_be_lost: bool = False, is_counting: bool = True) -> Iterator[Statements]:
        """One transaction, alone among all writers of all processes from its beginning. Commits
        when the block ends well; after an error nothing of it has happened. What the power may take
        with it is the connection's matter here.
        """
        if not self._writing.acquire(timeout=self._busy_seconds):
            raise PagemillError("ledger_busy")
        try:
            with self._lent() as (connection, statements):
                connection.execute("BEGIN IMMEDIATE")
                with statements.counting(is_counting):
                    yield statements
                connection.execute("COMMIT")
        finally:
            self._writing.release()

    @contextmanager
    def copied(self, path: Path) -> Iterator[Statements]:
        """In one step: no writer waits for it, and none makes it begin anew."""
        with self._lent() as (connection, _), translated(path):
            with closing(sqlite3.connect(path)) as copy:
                connection.backup(copy)
            _sync(path)
        copied = SqliteDatabase(path, is_durable=True)
        try:
            with copied.read() as statements:
                yield statements
        finally:
            copied.close()

    def change_mark(self) -> int:
        """`PRAGMA data_version` of a connection that never writes: every commit, of this process
        or another, changes it. Marks of different connections mean nothing to each other.
        """
        self._trips += 1
        with self._watching, translated(self._path):
            if self._watcher is None:
                self._watcher = self._connect()
            return int(self._watcher.execute("PRAGMA data_version").fetchone()[0])

    def trips(self) -> int:
        return self._trips

    def close(self) -> None:
        """Closes what lies idle; what is lent is closed when it comes back."""
        self._is_closed = True
        while self._idle:
            self._idle.pop()[0].close()
        with self._watching:
            if self._watcher is not None:
                self._watcher.close()
                self._watcher = None

    @contextmanager
    def _lent(self) -> Iterator[tuple[sqlite3.Connection, Statements]]:
        """A connection for one call. After any error its transaction is rolled back and it is
        closed; an error of the house's own (a job not found) rolls back too, but the connection is
        good. To close it alone is not enough: as long as somebody holds the error, a statement may
        be held with it, and the transaction stays open.
        """
        self._trips += 1
        with translated(self._path):
            lent = self._take()
            connection = lent[0]
            try:
                yield lent
            except PagemillError:
                self._roll_back(connection)
                self._put(lent)
                raise
            except BaseException:
                with suppress(sqlite3.Error):
                    self._roll_back(connection)
                connection.close()
                raise
            self._put(lent)

    def _take(self) -> tuple[sqlite3.Connection, Statements]:
        try:
            return self._idle.pop()
        except IndexError:
            connection = self._connect()
            return connection, Statements(self._queries, connection)

    def _put(self, lent: tuple[sqlite3.Connection, Statements]) -> None:
        if self._is_closed:
            lent[0].close()
        else:
            self._idle.append(lent)

    def _connect(self) -> sqlite3.Connection:
        return connect(self._path, is_durable=self._is_durable, busy_seconds=self._busy_seconds)

    @staticmethod
    def _roll_back(connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def connect(path: Path, *, is_durable: bool, busy_seconds: float) -> sqlite3.Connection:
    """A connection as the ledger wants it: explicit transactions, foreign keys on.

    The durable side, which answers people, writes the log back into the file four times as rarely
    as the agent does, so that checkpoints mostly fall to the agent.
    """
    connection = sqlite3.connect(
        path,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    connection.row_factory = sqlite3.Row
    for name, choose in (("least", min), ("greatest", max)):
        connection.create_function(name, -1, partial(_chosen, choose), deterministic=True)
    try:
        connection.execute(f"PRAGMA synchronous={'FULL' if is_durable else 'NORMAL'}")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA wal_autocheckpoint={4000 if is_durable else 1000}")
        connection.execute(f"PRAGMA journal_size_limit={64 * 1024 * 1024}")
        connection.execute("PRAGMA cache_size=-32768")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _chosen(choose: Callable[[Iterable[Any]], Any], *values: Any) -> Any:  # noqa: ANN401  as SQL has it
    """PostgreSQL's `least` and `greatest`: NULLs do not count."""
    known = [value for value in values if value is not None]
    return choose(known) if known else None


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns what SQLite says of the world into `ledger_busy`, `disk_full` or `ledger_unusable`.
    What it says of our own statements is a mistake of ours and passes.
    """
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None or code & 0xFF in _OURS:
            raise
        raise _meaning(code & 0xFF, error, path) from error


def _meaning(code: int, error: sqlite3.Error, path: Path) -> PagemillError:
    if code in _BUSY:
        return PagemillError("ledger_busy")
    if code in _FULL or (code in _DISK and _is_nearly_full(path.parent)):
        return PagemillError("disk_full", f"No space left for {path}")
    return PagemillError("ledger_unusable", f"{path}: {error}")


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _is_nearly_full(folder: Path) -> bool:
    try:
        state = os.statvfs(folder)
    except OSError:
        return False
    return state.f_bavail * state.f_frsize < NEARLY_FULL_BYTES or not state.f_favail
