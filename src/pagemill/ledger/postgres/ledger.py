"""The ledger in a PostgreSQL database, shared by the machines that work on it."""

import random

from pagemill.ledger.migrating import read_migrations
from pagemill.ledger.postgres.database import CONNECTIONS, PostgresDatabase, ServerClock
from pagemill.ledger.postgres.schema import FOLDER, migrate_postgres
from pagemill.ledger.sql_ledger import SqlLedger
from pagemill.ledger.tasks.settling import Rules
from pagemill.model.retention import Bounds
from pagemill.model.task import RetryPolicy
from pagemill.ports.time import Clock


def open_postgres(
    url: str,
    *,
    clock: Clock,
    rng: random.Random,
    policy: RetryPolicy,
    user_max_running: int,
    bounds: Bounds | None = None,
    connections: int = CONNECTIONS,
    is_server_time: bool = True,
) -> SqlLedger:
    """Opens the ledger in the PostgreSQL database at `url` (`postgresql://...`), filled or brought
    up to date first. The rest is as in `open_ledger`, with at most so many `connections`. Every
    commit is durable but claims and heartbeats: the server may die while those live on who were
    told of it.

    Moments are the server's, so that machines agree on them; of `clock` only the part that never
    jumps is used, unless `is_server_time` is false, as tests have it.

    Raises `ledger_newer`, `ledger_busy`, `disk_full`, `ledger_unusable`.
    """
    migrate_postgres(url)
    server_clock = ServerClock(clock) if is_server_time else None
    database = PostgresDatabase(
        url,
        schema=read_migrations(FOLDER)[-1].number,
        clock=server_clock,
        connections=connections,
    )
    with database.write():  # tells the server's time
        pass
    rules = Rules(policy, rng, bounds or Bounds())
    return SqlLedger(database, server_clock or clock, rules, user_max_running)
