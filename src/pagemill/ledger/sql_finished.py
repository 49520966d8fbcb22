"""Completed jobs, for those who follow them, on a database."""

from pagemill.ledger.database import Database
from pagemill.ledger.rows import Row
from pagemill.ports.search import FinishedJob, Mark


class SqlFinished:
    """See `pagemill.ports.Finished` for every promise. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self, mark: Mark, limit: int) -> list[FinishedJob]:
        with self._database.read() as sql:
            rows = sql.finished_since(after_ms=mark.finished_ms, after=mark.job_id, limit=limit)
            return [_finished(row) for row in rows]

    def after(self, job_id: str, limit: int) -> list[FinishedJob]:
        with self._database.read() as sql:
            return [_finished(row) for row in sql.finished_after(after=job_id, limit=limit)]


def _finished(row: Row) -> FinishedJob:
    return FinishedJob(row["id"], row["user_id"], row["version"], row["finished_ms"])
