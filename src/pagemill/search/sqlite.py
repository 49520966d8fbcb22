"""The index in a file of SQLite's, by its FTS5."""

import sqlite3
import threading
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from pagemill.errors import PagemillError
from pagemill.model.search import Term
from pagemill.model.wording import words_of
from pagemill.ports.search import MOST_HITS, FinishedJob, Found, IndexedPage, Looked, Mark
from pagemill.search import sqlite_files
from pagemill.search.ranking import CANDIDATES, Candidate, chosen, in_order

SEARCH_FILE = "search.db"
PAGES_AT_ONCE = 200
# Words are folded by the tables of this Python; others might not find what is in the file.
FORM = zlib.crc32(f"1 {unicodedata.unidata_version}".encode()) & 0x7FFFFFFF

# The newest candidates; FTS5 goes through its rows backwards without sorting them.
_FIND = f"""
SELECT page.id, page.job_id, page.page_no, -found.score AS score FROM (
  SELECT rowid, bm25(words, 0.0, 1.0) AS score FROM words
  WHERE words MATCH ? ORDER BY rowid DESC LIMIT {CANDIDATES}
) AS found JOIN page ON page.id = found.rowid
"""  # noqa: S608  a number of ours

_ONE = "job_id = ? AND page_no = ?"


class SqliteIndex:
    """See `pagemill.ports.SearchIndex` for every promise. Connections are lent from thread to
    thread; those to a file that was made anew meanwhile are dropped.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[tuple[int, sqlite3.Connection]] = []
        self._writing = threading.Lock()
        self._is_damaged = False

    def find(self, looked: Looked) -> Found:
        if not self._path.exists():
            return Found(is_complete=False)
        with self._lent() as connection:
            is_complete = bool(connection.execute("SELECT is_complete FROM mark").fetchone()[0])
            if not looked.wanted:
                return Found(is_complete=is_complete)
            rows = connection.execute(_FIND, (match_of(looked),)).fetchall()
            candidates = [Candidate(*row) for row in rows]
            ids = chosen(candidates, looked)
            pages = in_order(ids, self._texts(connection, ids))
        return Found(
            tuple(map(_page, pages)),
            min(len(rows), MOST_HITS),
            len(rows) > MOST_HITS,
            is_complete,
        )

    def prepare(self) -> bool:
        with sqlite_files.translated(self._path):
            if not self._is_damaged and sqlite_files.form_of(self._path) == FORM:
                return False
            sqlite_files.remove(self._path)
            sqlite_files.make(self._path, FORM)
            self._is_damaged = False
        return True

    def mark(self) -> Mark:
        with self._lent() as connection:
            return Mark(*connection.execute("SELECT finished_ms, job_id FROM mark").fetchone())

    def set_mark(self, mark: Mark, *, is_complete: bool) -> None:
        with self._write() as connection:
            connection.execute(
                "UPDATE mark SET finished_ms = ?, job_id = ?, is_complete = ?",
                (mark.finished_ms, mark.job_id, is_complete),
            )

    def versions(self, job_ids: Sequence[str]) -> dict[str, int]:
        with self._lent() as connection:
            sql = f"SELECT id, version FROM job WHERE id IN ({_marks(job_ids)})"  # noqa: S608
            return {row["id"]: row["version"] for row in connection.execute(sql, job_ids)}

    def pages(self, job_id: str) -> dict[int, str]:
        with self._lent() as connection:
            rows = connection.execute("SELECT page_no, token FROM page WHERE job_id = ?", (job_id,))
            return {row["page_no"]: row["token"] for row in rows}

    def put(self, pages: Sequence[IndexedPage], whole: Sequence[FinishedJob] = ()) -> None:
        with self._write() as connection:
            for page in pages:
                _drop(connection, _ONE, (page.job_id, page.number))
                _add(connection, page)
            connection.executemany(
                "INSERT INTO job (id, version) VALUES (?, 0) ON CONFLICT (id) DO NOTHING",
                {(page.job_id,) for page in pages},
            )
            connection.executemany(
                "INSERT INTO job (id, version) VALUES (?, ?)"
                " ON CONFLICT (id) DO UPDATE SET version = excluded.version",
                [(job.id, job.version) for job in whole],
            )

    def drop_pages(self, job_id: str, numbers: Sequence[int]) -> None:
        with self._write() as connection:
            for number in numbers:
                _drop(connection, _ONE, (job_id, number))

    def jobs(self, after: str, limit: int) -> list[str]:
        with self._lent() as connection:
            sql = "SELECT id FROM job WHERE id > ? ORDER BY id LIMIT ?"
            return [row["id"] for row in connection.execute(sql, (after, limit))]

    def drop(self, job_ids: Sequence[str]) -> None:
        """A long job in several steps; its own row goes with the last of them."""
        for job_id in job_ids:
            while self._drop_some(job_id) == PAGES_AT_ONCE:
                pass

    def close(self) -> None:
        while self._idle:
            self._idle.pop()[1].close()

    def _drop_some(self, job_id: str) -> int:
        with self._write() as connection:
            pages = _drop(connection, f"job_id = ? LIMIT {PAGES_AT_ONCE}", (job_id,))
            if pages < PAGES_AT_ONCE:
                connection.execute("DELETE FROM job WHERE id = ?", (job_id,))
        return pages

    @staticmethod
    def _texts(connection: sqlite3.Connection, ids: Sequence[int]) -> Iterable[sqlite3.Row]:
        return connection.execute(f"SELECT * FROM page WHERE id IN ({_marks(ids)})", ids)  # noqa: S608

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        """One transaction, all of it or nothing."""
        with self._writing, self._lent() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def _lent(self) -> Iterator[sqlite3.Connection]:
        """After any error the connection is closed, which rolls back."""
        with sqlite_files.translated(self._path):
            file, connection = self._take()
            try:
                yield connection
            except BaseException as error:
                self._is_damaged = self._is_damaged or sqlite_files.is_damage(error)
                with suppress(sqlite3.Error):
                    connection.rollback()
                connection.close()
                raise
            self._idle.append((file, connection))

    def _take(self) -> tuple[int, sqlite3.Connection]:
        """To the file that has the name now."""
        try:
            file = self._path.stat().st_ino
        except FileNotFoundError:
            raise PagemillError("search_unavailable", f"{self._path} is not there") from None
        while self._idle:
            with suppress(IndexError):  # another thread was quicker
                idle = self._idle.pop()
                if idle[0] == file:
                    return idle
                idle[1].close()
        return file, sqlite_files.connect(self._path)


def match_of(looked: Looked) -> str:
    """In FTS5's language, every word in quotes, so that none of it means anything else."""
    scope = [f"scope:{word}" for word in _scopes(looked.user_id, looked.job_id)]
    terms = [f"body:{_phrase(term)}" for term in looked.wanted.terms]
    without = [f"body:{_phrase(term)}" for term in looked.wanted.without]
    found = " AND ".join(scope + terms)
    return f"({found}) NOT ({' OR '.join(without)})" if without else found


def _phrase(term: Term) -> str:
    return f'"{" ".join(term.words)}"{"*" if term.is_prefix else ""}'


def _scopes(user_id: str, job_id: str) -> list[str]:
    """In hexadecimal digits: what tokenizer and query language take as one word."""
    named = (("u", user_id), ("j", job_id))
    return [letter + name.encode().hex() for letter, name in named if name]


def _add(connection: sqlite3.Connection, page: IndexedPage) -> None:
    added = connection.execute(
        "INSERT INTO page (job_id, page_no, user_id, token, text) VALUES (?, ?, ?, ?, ?)",
        (page.job_id, page.number, page.user_id, page.token, page.text),
    )
    connection.execute(
        "INSERT INTO words (rowid, scope, body) VALUES (?, ?, ?)",
        (added.lastrowid, *_indexed(page)),
    )


def _drop(connection: sqlite3.Connection, where: str, values: tuple[object, ...]) -> int:
    """FTS5 forgets what it is told once more, word by word. How many pages it were."""
    rows = connection.execute(f"SELECT * FROM page WHERE {where}", values).fetchall()  # noqa: S608
    connection.executemany(
        "INSERT INTO words (words, rowid, scope, body) VALUES ('delete', ?, ?, ?)",
        [(row["id"], *_indexed(_page(row))) for row in rows],
    )
    connection.executemany("DELETE FROM page WHERE id = ?", [(row["id"],) for row in rows])
    return len(rows)


def _indexed(page: IndexedPage) -> tuple[str, str]:
    return " ".join(_scopes(page.user_id, page.job_id)), " ".join(words_of(page.text))


def _page(row: sqlite3.Row) -> IndexedPage:
    return IndexedPage(row["job_id"], row["user_id"], row["page_no"], row["token"], row["text"])


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
