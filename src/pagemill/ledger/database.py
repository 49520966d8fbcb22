"""What the ledger needs of a database, and how it writes there."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from pagemill.ledger.statements import Statements, Transaction
from pagemill.model.pace import MINUTE_MS
from pagemill.ports.time import Clock


class Database(Protocol):
    """Thread-safe. `copy_name` is how the file of a copy is called."""

    copy_name: str

    def read(self) -> AbstractContextManager[Statements]: ...

    def snapshot(self) -> AbstractContextManager[Statements]:
        """Statements that only read, and all see the same moment."""
        ...

    def write(
        self, *, may_be_lost: bool = False, is_counting: bool = True
    ) -> AbstractContextManager[Statements]:
        """One transaction; no other writer is between its beginning and its end. `may_be_lost`: if
        the database dies at once, for then nobody has been told of it. Where nobody asks how many
        rows a statement has changed (`is_counting` false), statements that give nothing need not
        wait for each other: an error of theirs may come with a later one, or with the end.
        """
        ...

    def copied(self, path: Path) -> AbstractContextManager[Statements]:
        """Writes all there is at one moment into a new file, while others go on. Within the block,
        statements that only read see what stands in it.
        """
        ...

    def change_mark(self) -> int: ...

    def trips(self) -> int:
        """About how often this process has gone to the database so far."""
        ...

    def close(self) -> None: ...


@contextmanager
def writing(
    database: Database, clock: Clock, *, may_be_lost: bool = False, is_counting: bool = True
) -> Iterator[Transaction]:
    with database.write(may_be_lost=may_be_lost, is_counting=is_counting) as sql:
        tx = Transaction(sql, clock.now_ms())
        yield tx
        if tx.counts:
            sql.add_paces(_paces(tx))


def _paces(tx: Transaction) -> list[dict[str, object]]:
    since_ms = tx.now_ms - tx.now_ms % MINUTE_MS
    return [
        {
            "since_ms": since_ms,
            "kind": kind,
            "engine": engine,
            "bucket": bucket,
            "count": counted.count,
            "total_ms": counted.total_ms,
        }
        for (kind, engine, bucket), counted in sorted(tx.counts.items())
    ]
