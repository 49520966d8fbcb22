"""Which database holds the ledger, and what rings there: a file in the data folder, or PostgreSQL,
whose client is loaded only then.
"""

import random
from pathlib import Path

from pagemill.bells import FifoBell
from pagemill.ledger import MigrationStatus, SqlLedger, migrate, migration_status, open_ledger
from pagemill.model.breaker import BreakerPolicy
from pagemill.model.people import UserLimits
from pagemill.model.retention import Bounds, Retention
from pagemill.model.task import RetryPolicy
from pagemill.ports import Clock, DoorBell
from pagemill.settings import Settings, without_password

LEDGER, BELL = "ledger.db", "bell"


def open_settings_ledger(settings: Settings, clock: Clock, *, durable: bool) -> SqlLedger:
    """Raises `ledger_newer`, `ledger_busy`, `ledger_unusable`, `disk_full`."""
    policy = RetryPolicy(
        settings.max_attempts,
        settings.max_deaths,
        settings.backoff_base_seconds,
        settings.backoff_cap_seconds,
        settings.lease_seconds,
        BreakerPolicy(settings.breaker_failures, cap_seconds=settings.breaker_cap_seconds),
    )
    if settings.ledger:
        from pagemill.ledger.postgres.ledger import open_postgres  # noqa: PLC0415

        return open_postgres(
            settings.ledger,
            clock=clock,
            rng=random.SystemRandom(),
            policy=policy,
            user_max_running=settings.user_max_running,
            bounds=bounds_of(settings),
            connections=settings.ledger_connections,
        )
    return open_ledger(
        _path(settings),
        clock=clock,
        rng=random.SystemRandom(),
        policy=policy,
        user_max_running=settings.user_max_running,
        durable=durable,
        bounds=bounds_of(settings),
    )


def bounds_of(settings: Settings) -> Bounds:
    """What users may take up without limits of their own, and what is kept of everybody's jobs."""
    return Bounds(
        user=UserLimits(
            requests_per_minute=settings.requests_per_minute,
            pages_per_day=settings.pages_per_day,
            max_stored_mb=settings.max_stored_mb,
            max_waiting_jobs=settings.max_waiting_jobs,
            keep_hours=settings.user_max_job_age_hours,
            keep_jobs=settings.user_max_job_count,
            keep_mb=settings.user_max_job_storage_mb,
        ),
        all=Retention(
            settings.max_job_age_hours, settings.max_job_count, settings.max_job_storage_mb
        ),
    )


def open_bell(settings: Settings) -> DoorBell:
    """Rings for the agent of this data folder; on PostgreSQL for those of all machines."""
    if settings.ledger:
        from pagemill.bells.postgres import PostgresBell  # noqa: PLC0415

        return PostgresBell(settings.ledger)
    return FifoBell(settings.data.absolute() / BELL)


def ledger_name(settings: Settings) -> str:
    """For people: a path, or an address without its password."""
    return without_password(settings.ledger) if settings.ledger else str(settings.data / LEDGER)


def is_ledger_there(settings: Settings) -> bool:
    """A database on a server is asked when it is used."""
    return bool(settings.ledger) or _path(settings).exists()


def ledger_status(settings: Settings) -> MigrationStatus:
    """Changes nothing. Raises as `open_settings_ledger` does."""
    if settings.ledger:
        from pagemill.ledger.postgres.schema import postgres_status  # noqa: PLC0415

        return postgres_status(settings.ledger)
    return migration_status(_path(settings))


def upgrade_settings_ledger(settings: Settings) -> list[str]:
    """What was applied. Raises as `open_settings_ledger` does."""
    if settings.ledger:
        from pagemill.ledger.postgres.schema import migrate_postgres  # noqa: PLC0415

        return migrate_postgres(settings.ledger)
    settings.data.mkdir(parents=True, exist_ok=True)
    return migrate(_path(settings))


def _path(settings: Settings) -> Path:
    return settings.data.absolute() / LEDGER
