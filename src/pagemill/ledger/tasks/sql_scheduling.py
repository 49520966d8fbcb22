"""Stops, pools and their limits on a database."""

from collections.abc import Sequence

from pagemill.errors import PagemillError
from pagemill.ledger import commands
from pagemill.ledger.database import Database, writing
from pagemill.ledger.deeds import note
from pagemill.ledger.rows import Row
from pagemill.ledger.statements import Statements
from pagemill.model.people import Caller
from pagemill.model.task import TaskKind
from pagemill.ports.scheduling import InWork, PoolState, Stop, StopScope
from pagemill.ports.time import Clock


class SqlScheduling:
    """See `pagemill.ports.Scheduling` for every promise. Thread-safe."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def stops(self) -> list[Stop]:
        with self._database.read() as sql:
            return [_stop_of(row) for row in sql.list_stops()]

    def stop(self, scope: StopScope, name: str, by: Caller) -> bool:
        with writing(self._database, self._clock) as tx:
            if scope is StopScope.USER and tx.sql.find_user(user_id=name) is None:
                raise PagemillError("user_not_found", f"There is no user '{name[:64]}'")
            is_new = tx.sql.add_stop(scope=scope, name=name, now_ms=tx.now_ms, by_user=by.id)
            if scope is StopScope.ENGINE:
                tx.sql.add_pool(pool=name)  # claims see it as one that is guarded
            if is_new:
                note(tx, by, "queue.stop", name, scope)
            return bool(is_new)

    def go_on(self, scope: StopScope, name: str, by: Caller) -> bool:
        with writing(self._database, self._clock) as tx:
            was_stopped = tx.sql.drop_stop(scope=scope, name=name, only_by=by.sees)
            if was_stopped:
                note(tx, by, "queue.go_on", name, scope)
            return bool(was_stopped)

    def pools(self) -> list[PoolState]:
        with self._database.read() as sql:
            return self._pools(sql)

    def limit_pool(self, name: str, max_running: int | None, by: Caller) -> PoolState:
        with writing(self._database, self._clock) as tx:
            tx.sql.set_pool_limit(pool=name, max_running=max_running)
            note(tx, by, "queue.limit", name, f"max_running={max_running}")
            return next(pool for pool in self._pools(tx.sql) if pool.name == name)

    def running(self, scope: StopScope, name: str) -> int:
        with self._database.read() as sql:
            match scope:
                case StopScope.QUEUE:
                    return int(sql.count_running())
                case StopScope.USER:
                    return int(sql.count_running_of_user(user_id=name))
                case StopScope.ENGINE:
                    return int(sql.count_running_in_pool(pool=name))

    def in_work(self, scope: StopScope, name: str, limit: int = 100) -> list[InWork]:
        user_id = name if scope is StopScope.USER else ""
        pool = name if scope is StopScope.ENGINE else ""
        with self._database.read() as sql:
            rows = sql.list_running(user_id=user_id, pool=pool, limit=limit)
            return [_in_work_of(row) for row in rows]

    def reprioritise(self, job_ids: Sequence[str], priority: int, by: Caller) -> int:
        with writing(self._database, self._clock) as tx:
            return commands.set_priorities(tx, job_ids, priority, by)

    def _pools(self, sql: Statements) -> list[PoolState]:
        now_ms = self._clock.now_ms()
        return [_pool_of(row, now_ms) for row in sql.list_pools()]


def _stop_of(row: Row) -> Stop:
    return Stop(StopScope(row["scope"]), row["name"], row["since_ms"], row["by_user"])


def _in_work_of(row: Row) -> InWork:
    return InWork(
        job_id=row["job_id"],
        user_id=row["user_id"],
        kind=TaskKind(row["kind"]),
        page_no=row["page_no"],
        pool=row["pool"],
        attempt=row["attempt"],
        node=row["owner"].rpartition(":")[0],
    )


def _pool_of(row: Row, now_ms: int) -> PoolState:
    return PoolState(
        name=row["name"],
        max_running=row["max_running"],
        running=row["running"],
        ready=row["ready"],
        waiting=row["waiting"],
        rests_until_ms=row["rests_until_ms"] if row["rests_until_ms"] > now_ms else 0,
        trips=row["trips"],
        is_stopped=bool(row["is_stopped"]),
    )
