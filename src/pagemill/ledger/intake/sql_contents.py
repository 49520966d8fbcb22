"""Which bytes have a job already, asked of a database."""

from collections.abc import Sequence

from pagemill.ledger.database import Database
from pagemill.ledger.rows import json_of


class SqlContents:
    """See `pagemill.ports.Contents` for every promise. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ledger_id(self) -> str:
        with self._database.read() as sql:
            return str(sql.ledger_id())

    def jobs_of_keys(self, user_id: str, keys: Sequence[str]) -> dict[str, str]:
        if not keys:
            return {}
        with self._database.read() as sql:
            rows = sql.jobs_of_keys(user_id=user_id, keys=json_of(keys))
        return {row["idempotency_key"]: row["id"] for row in rows}
