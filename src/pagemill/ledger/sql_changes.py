"""Which jobs have changed, asked of a database."""

from pagemill.ledger.database import Database
from pagemill.ledger.rows import Row, job_of
from pagemill.ports.changes import Change


class SqlChanges:
    """See `pagemill.ports.Changes` for every promise. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def bounds(self) -> tuple[int, int]:
        with self._database.read() as sql:
            row = sql.change_bounds()
        return (1, 0) if row["last"] is None else (row["first"], row["last"])

    def after(self, number: int, limit: int, user_id: str = "") -> list[Change]:
        with self._database.read() as sql:
            rows = sql.changed_jobs(after=number, limit=limit, user_id=user_id)
        return [_change(row) for row in rows]


def _change(row: Row) -> Change:
    job = None if row["id"] is None else job_of(row)
    return Change(row["number"], row["changed_id"], row["owner"], job)
