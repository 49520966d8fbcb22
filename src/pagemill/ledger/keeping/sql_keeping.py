"""Holds, duties, copies of the whole ledger and beginning from one, on a database."""

import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from pagemill.ledger.database import Database, writing
from pagemill.ledger.keeping.sql_books import SqlBooks
from pagemill.ledger.statements import Statements
from pagemill.ledger.tasks.settling import Rules, miss
from pagemill.model.task import Released
from pagemill.ports.books import Books
from pagemill.ports.time import Clock

FAR_MS = 2 * 86_400_000


class SqlKeeping:
    """See `pagemill.ports.Keeping` for every promise. Thread-safe."""

    def __init__(self, database: Database, clock: Clock, rules: Rules) -> None:
        self._database = database
        self._clock = clock
        self._rules = rules

    def hold(self, hold_id: str, seconds: float) -> None:
        with writing(self._database, self._clock) as tx:
            tx.sql.take_hold(id=hold_id, until_ms=tx.now_ms + round(1000 * seconds))

    def let_go(self, hold_id: str) -> None:
        with writing(self._database, self._clock) as tx:
            tx.sql.drop_hold(id=hold_id, now_ms=tx.now_ms)

    def is_held(self) -> bool:
        now_ms = self._clock.now_ms()
        with self._database.read() as sql:
            return bool(sql.is_held(now_ms=now_ms, far_ms=now_ms + FAR_MS))

    def take_duty(self, name: str, holder: str, seconds: float) -> bool:
        with writing(self._database, self._clock) as tx:
            taken = tx.sql.take_duty(
                name=name,
                holder=holder,
                now_ms=tx.now_ms,
                until_ms=tx.now_ms + round(1000 * seconds),
                far_ms=tx.now_ms + FAR_MS,
            )
        return bool(taken)

    def drop_duty(self, name: str, holder: str) -> None:
        with writing(self._database, self._clock) as tx:
            tx.sql.drop_duty(name=name, holder=holder)

    @property
    def copy_name(self) -> str:
        return self._database.copy_name

    @contextmanager
    def copied(self, path: Path) -> Iterator[Books]:
        with self._database.copied(path) as sql:
            yield SqlBooks(_Copy(sql), self._clock)

    def begin_elsewhere(self) -> int:
        with writing(self._database, self._clock) as tx:
            tasks = tx.sql.tasks_in_work()
            for task in tasks:
                miss(tx, task, Released(), self._rules)
            tx.sql.drop_nodes()
            tx.sql.drop_holds()
            tx.sql.drop_duties()
            tx.sql.rename_house(id=secrets.token_hex(16))
        return len(tasks)


class _Copy:
    """Implements `database.Database` as far as reading goes: all that a copy is for."""

    copy_name = ""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    @contextmanager
    def read(self) -> Iterator[Statements]:
        yield self._statements

    def snapshot(self) -> AbstractContextManager[Statements]:
        return self.read()

    def write(
        self, *, may_be_lost: bool = False, is_counting: bool = True
    ) -> AbstractContextManager[Statements]:
        raise NotImplementedError

    def copied(self, path: Path) -> AbstractContextManager[Statements]:
        raise NotImplementedError

    def change_mark(self) -> int:
        return 0

    def trips(self) -> int:
        return 0

    def close(self) -> None:
        pass
