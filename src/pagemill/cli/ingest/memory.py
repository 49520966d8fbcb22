"""What was sent to a server, remembered on this machine, so that nobody reads or sends it again.

A convenience only: without it files are read again, and the server says what it has. So trouble
with it is told once and ends nothing.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path

from pagemill.ports import Source, Taken

BUSY_SECONDS = 10.0
MOST_AT_ONCE = 500
_TABLE = """
CREATE TABLE IF NOT EXISTS source (
  key TEXT PRIMARY KEY, path TEXT NOT NULL, size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  sha256 TEXT NOT NULL, outcome TEXT NOT NULL, job_id TEXT NOT NULL, code TEXT NOT NULL,
  message TEXT NOT NULL
) STRICT, WITHOUT ROWID
"""
_NAMES = tuple(field.name for field in fields(Source))
_COLUMNS = ", ".join(_NAMES)
_KEEP = f"INSERT OR REPLACE INTO source ({_COLUMNS}) VALUES (:{', :'.join(_NAMES)})"  # noqa: S608


def state_folder(environment: Mapping[str, str], home: Path) -> Path:
    """Where programs keep what may be lost but not at every turn (XDG Base Directory)."""
    given = environment.get("XDG_STATE_HOME", "")
    root = Path(given) if given.startswith("/") else home / ".local" / "state"
    return root / "pagemill" / "ingest"


class Memory:
    """Of one user on one server. Thread-safe; several processes may use the same file. A file that
    is damaged is begun anew. `say` hears of trouble.
    """

    def __init__(self, path: Path, say: Callable[[str], None]) -> None:
        self._say = say
        self._door = threading.Lock()
        self._is_in_trouble = False
        self._connection = self._open(path)

    def known(self, keys: Sequence[str]) -> dict[str, Source]:
        """By key, as `Sources.known`."""
        found: dict[str, Source] = {}
        with self._door, self._bearing_trouble():
            for start in range(0, len(keys), MOST_AT_ONCE):
                some = keys[start : start + MOST_AT_ONCE]
                marks = ", ".join("?" * len(some))
                query = f"SELECT {_COLUMNS} FROM source WHERE key IN ({marks})"  # noqa: S608  marks only
                for row in self._connection.execute(query, some):
                    found[row[0]] = _source(row)
        return found

    def keep(self, sources: Sequence[Source]) -> None:
        """All of them or, in trouble, none."""
        with self._door, self._bearing_trouble(), self._connection:
            self._connection.executemany(_KEEP, [_row(source) for source in sources])

    def close(self) -> None:
        self._connection.close()

    def _open(self, path: Path) -> sqlite3.Connection:
        with self._bearing_trouble():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with suppress(sqlite3.DatabaseError):
                return _connect(path)
            path.unlink()
            return _connect(path)
        return _connect(Path(":memory:"))

    @contextmanager
    def _bearing_trouble(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            if not self._is_in_trouble:
                self._is_in_trouble = True
                self._say(f"What is sent cannot be remembered here ({error}); going on without.")


def _connect(path: Path) -> sqlite3.Connection:
    """Raises `sqlite3.DatabaseError` for what is none of ours. A rollback journal, for the homes of
    many people lie on network shares.
    """
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
        with connection:
            connection.execute(_TABLE)
            connection.execute(f"SELECT {_COLUMNS} FROM source LIMIT 1").fetchall()  # noqa: S608
    except BaseException:
        connection.close()
        raise
    return connection


def _source(row: tuple[object, ...]) -> Source:
    values = dict(zip(_NAMES, row, strict=True))
    return Source(**{**values, "outcome": Taken(str(values["outcome"]))})  # type: ignore[arg-type]


def _row(source: Source) -> dict[str, object]:
    """Paths are for people here, and need not be text."""
    values = {name: getattr(source, name) for name in _NAMES}
    return values | {"path": os.fsencode(source.path).decode("utf-8", "replace")}
