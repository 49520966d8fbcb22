"""The index's file: opening it, making it anew, and what SQLite says of it in our words."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from importlib.resources import files
from pathlib import Path

from pagemill.errors import PagemillError

BUSY_SECONDS = 10.0
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
_OURS = frozenset({sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_TAILS = ("-wal", "-shm")


def connect(path: Path, *, is_new: bool = False) -> sqlite3.Connection:
    """Only who fills the index makes the file. What the power takes with it is made anew."""
    mode = "rwc" if is_new else "rw"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA cache_size=-16384")
        connection.execute(f"PRAGMA journal_size_limit={64 * 1024 * 1024}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def make(path: Path, form: int) -> None:
    """An empty index of this form, which stands in the file's header. It gets its name when it is
    whole: nobody may meet it without its tables, not even after a kill.
    """
    script = files("pagemill.search").joinpath("tables_sqlite.sql").read_text()
    new = path.with_name(f"{path.name}.new")
    for name in (new.name, *(new.name + tail for tail in _TAILS)):
        path.with_name(name).unlink(missing_ok=True)
    with closing(connect(new, is_new=True)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version={form}; COMMIT;")
    new.replace(path)


def form_of(path: Path) -> int:
    """The form a file has; 0 for one that is damaged, or not there, or was never finished."""
    try:
        with closing(connect(path)) as connection:
            form = int(connection.execute("PRAGMA user_version").fetchone()[0])
            connection.execute("SELECT * FROM mark, job LIMIT 1").fetchone()
            return form
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _BUSY:
            raise
        return 0


def remove(path: Path) -> None:
    """Whoever has it open goes on with what they have, and opens the new one next time. The file
    leaves its name first: nobody may meet it without its log.
    """
    aside = path.with_name(f"{path.name}.old")
    with suppress(FileNotFoundError):
        path.replace(aside)
    for name in (*(path.name + tail for tail in _TAILS), aside.name):
        path.with_name(name).unlink(missing_ok=True)


def is_damage(error: BaseException | None) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns what SQLite says of the world into `search_unavailable` or `disk_full`."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in _OURS:
            raise
        if code == sqlite3.SQLITE_FULL:
            raise PagemillError("disk_full", f"No space left for {path}") from error
        raise PagemillError("search_unavailable", f"{path}: {error}") from error
