"""A SQLite ledger of the newest schema: migrated once for all tests of this process, and copied."""

import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

from pagemill.ledger import migrate


def put_ledger(path: Path) -> None:
    """An empty ledger with an id of its own, unless one is there already."""
    if path.exists():
        return
    path.write_bytes(_template())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("UPDATE house SET id = lower(hex(randomblob(16)))")


@cache
def _template() -> bytes:
    with tempfile.TemporaryDirectory(prefix="pagemill-template-") as folder:
        path = Path(folder) / "ledger.db"
        migrate(path)
        return path.read_bytes()
