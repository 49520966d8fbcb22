"""What the ledger needs of a database, and how it writes there."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from pagemill.ledger.statements import Statements, Transaction
from pagemill.ports.time import Clock


class Database(Protocol):
    """Thread-safe."""

    def read(self) -> AbstractContextManager[Statements]: ...

    def write(self) -> AbstractContextManager[Statements]:
        """One transaction; no other writer is between its beginning and its end."""
        ...

    def change_mark(self) -> int: ...

    def trips(self) -> int:
        """About how often this process has gone to the database so far."""
        ...

    def close(self) -> None: ...


@contextmanager
def writing(database: Database, clock: Clock) -> Iterator[Transaction]:
    with database.write() as sql:
        yield Transaction(sql, clock.now_ms())
