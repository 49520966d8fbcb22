"""The ledger on a database: the only truth about jobs.

`SqlLedger` says what happens, in plain functions over named queries. `sqlite` is the only room that
knows SQLite's connections, locks and errors, `postgres` those of PostgreSQL. One node agent (with
PostgreSQL one of each machine) and any number of servers and commands open the same ledger, each
through its own `open_ledger` or `postgres.ledger.open_postgres`, which alone loads PostgreSQL's
client.
"""

import random
from pathlib import Path

from pagemill.ledger.migrating import MigrationStatus, read_migrations
from pagemill.ledger.sql_ledger import SqlLedger
from pagemill.ledger.sqlite.database import SqliteDatabase
from pagemill.ledger.sqlite.schema import FOLDER, migrate, migration_status
from pagemill.ledger.tasks.settling import Rules
from pagemill.model.retention import Bounds
from pagemill.model.task import RetryPolicy
from pagemill.ports.time import Clock

__all__ = [
    "LATEST_SCHEMA",
    "MigrationStatus",
    "SqlLedger",
    "migrate",
    "migration_status",
    "open_ledger",
]

LATEST_SCHEMA = read_migrations(FOLDER)[-1].number  # the same for every database


def open_ledger(
    path: Path,
    *,
    clock: Clock,
    rng: random.Random,
    policy: RetryPolicy,
    user_max_running: int,
    durable: bool,
    bounds: Bounds | None = None,
) -> SqlLedger:
    """Opens the SQLite ledger at `path`, made or brought up to date first; its folder must exist.

    `durable` syncs every commit to the disk (`synchronous=FULL`, for what people are told);
    otherwise the last commits may be lost with the power, never with a process. At most
    `user_max_running` tasks of one user run at once unless the user has a limit of their own;
    0 means no limit. `bounds` are the other limits of users and of the house; none without it.
    Thread-safe; not to be carried over a fork.

    Raises `ledger_newer`, `ledger_busy`, `disk_full`, `ledger_unusable`.
    """
    migrate(path)
    database = SqliteDatabase(path, is_durable=durable)
    return SqlLedger(database, clock, Rules(policy, rng, bounds or Bounds()), user_max_running)
