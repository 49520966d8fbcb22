"""A PostgreSQL ledger under test."""

import random
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg

from pagemill.ledger.postgres.ledger import open_postgres
from pagemill.ledger.postgres.schema import migrate_postgres
from pagemill.model.retention import Bounds
from pagemill.model.task import RetryPolicy
from pagemill.ports import Ledger
from pagemill.ports.time import Clock
from postgres_server import PostgresServer


@dataclass(frozen=True)
class PostgresKit:
    url: str

    def open(
        self,
        clock: Clock,
        *,
        policy: RetryPolicy = RetryPolicy(),  # noqa: B008  frozen
        user_max_running: int = 0,
        bounds: Bounds | None = None,
    ) -> Ledger:
        return open_postgres(
            self.url,
            clock=clock,
            rng=random.Random(7),
            policy=policy,
            user_max_running=user_max_running,
            bounds=bounds,
            is_server_time=False,
        )

    def limit_pool(self, pool: str, max_running: int) -> None:
        self._run("UPDATE pool SET max_running = %s WHERE name = %s", max_running, pool)

    def limit_user(
        self, user_id: str, *, weight: float = 1, max_running: int | None = None
    ) -> None:
        statement = 'UPDATE "user" SET weight = %s, max_running = %s WHERE id = %s'
        self._run(statement, weight, max_running, user_id)

    def harm(self, statement: str) -> None:
        with closing(psycopg.connect(self.url, autocommit=True)) as connection:
            assert connection.execute(statement).rowcount > 0

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(psycopg.connect(self.url, autocommit=True)) as connection:
            return connection.execute(statement).fetchall()

    def _run(self, statement: str, *values: object) -> None:
        with closing(psycopg.connect(self.url, autocommit=True)) as connection:
            assert connection.execute(statement, values).rowcount == 1


def new_kit(server: PostgresServer) -> PostgresKit:
    """A copy of one ledger that was filled for all, with an id of its own."""
    kit = PostgresKit(server.new_database(migrate_postgres))
    kit._run("UPDATE house SET id = replace(CAST(gen_random_uuid() AS TEXT), '-', '')")
    return kit
