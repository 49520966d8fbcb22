"""The circuit breakers of the pools, told of every outcome in the transaction that settles it."""

import random

import msgspec

from pagemill.ledger.rows import Row, json_of
from pagemill.ledger.statements import Transaction
from pagemill.model.breaker import BreakerPolicy, Circuit, fail, go_away, succeed
from pagemill.model.task import (
    AssembleDone,
    Away,
    Died,
    Outcome,
    PageDone,
    Retry,
    SplitDone,
    TaskKind,
    pool_of,
)


class Circuits:
    """Of one transaction. Pools that have had no trouble are not written, and cost nothing."""

    def __init__(self, tx: Transaction, policy: BreakerPolicy, rng: random.Random) -> None:
        self._tx = tx
        self._policy = policy
        self._rng = rng
        self._kept: dict[str, Circuit] = {
            row["name"]: _circuit_of(row) for row in tx.sql.troubled_pools()
        }
        self._now: dict[str, Circuit] = dict(self._kept)

    def hear(self, task: Row, outcome: Outcome) -> None:
        """Only pages tell of an engine by going wrong: what cannot be opened or written may be one
        user's bad document after another. A page that came from the cache tells nothing.
        """
        pool, now_ms = task["pool"], self._tx.now_ms
        match outcome:
            case PageDone(is_cached=False):
                for one in {pool, pool_of(outcome.engine)}:
                    self._now[one] = succeed(self._of(one), now_ms, self._policy)
            case SplitDone() | AssembleDone():
                self._now[pool] = succeed(self._of(pool), now_ms, self._policy)
            case Away():
                one = outcome.pool or pool
                self._now[one] = go_away(
                    self._of(one), outcome.pause_seconds, now_ms, self._policy, self._rng
                )
            case Retry() | Died() if task["kind"] == TaskKind.PAGE:
                self._now[pool] = fail(
                    self._of(pool), task["job_id"], now_ms, self._policy, self._rng
                )
            case _:
                pass

    def write(self) -> None:
        for pool, circuit in sorted(self._now.items()):
            if circuit != self._kept.get(pool, Circuit()):
                self._tx.sql.set_circuit(
                    pool=pool,
                    trips=circuit.trips,
                    until_ms=circuit.rests_until_ms,
                    failed_jobs=json_of(circuit.failed_jobs),
                )

    def _of(self, pool: str) -> Circuit:
        return self._now.get(pool, Circuit())


def _circuit_of(row: Row) -> Circuit:
    jobs = msgspec.json.decode(row["failed_jobs"], type=tuple[str, ...])
    return Circuit(row["trips"], row["rests_until_ms"], jobs)
