"""Connections of the index to PostgreSQL, and what it says in the words of the house."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row

from pagemill.errors import PagemillError

CONNECTIONS, BUSY_SECONDS = 4, 20.0
_FULL = "53100"
_DEFAULTS: dict[str, Any] = {
    "application_name": "pagemill search",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,
}

# Texts lie apart from their rows, which the planner counts for nothing: it would read them all.
_SETTINGS = """
SET statement_timeout TO 20000; SET synchronous_commit TO off;
SET enable_seqscan TO off; SET enable_mergejoin TO off
"""

Link = psycopg.Connection[DictRow]


class Links:
    """A few connections, lent from thread to thread. One that has seen an error is closed, and
    those that lie idle with it: the server may be gone.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._idle: list[Link] = []
        self._places = threading.BoundedSemaphore(CONNECTIONS)

    @contextmanager
    def lent(self) -> Iterator[Link]:
        """Raises `search_unavailable`, `disk_full`."""
        if not self._places.acquire(timeout=BUSY_SECONDS):
            raise PagemillError("search_unavailable", "Too many are searching")
        try:
            with _translated():
                link = self._take()
                try:
                    yield link
                except BaseException:
                    link.close()
                    self.close()
                    raise
                self._idle.append(link)
        finally:
            self._places.release()

    def close(self) -> None:
        while self._idle:
            with suppress(IndexError):  # another thread was quicker
                self._idle.pop().close()

    def _take(self) -> Link:
        with suppress(IndexError):
            while True:
                link = self._idle.pop()
                if not link.closed and not link.broken:
                    return link
        given = conninfo_to_dict(self._url)
        link = psycopg.connect(**_DEFAULTS | given, autocommit=True, row_factory=dict_row)
        link.execute(_SETTINGS)
        return link


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        said = " ".join(str(error.diag.message_primary or error).split())[:200]
        if error.sqlstate == _FULL:
            raise PagemillError("disk_full", f"PostgreSQL: {said}") from error
        raise PagemillError("search_unavailable", f"PostgreSQL: {said}") from error
