"""What holds for all tests."""

import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from postgres_server import PostgresServer, postgres_server

# Parts of the ledger's contract explain their failed assertions as tests do. Other folders import
# some of them first, so it is said here.
CONTRACT = (
    "agents",
    "breaking",
    "commands",
    "contents",
    "dead_letters",
    "deadlines",
    "desk",
    "figures",
    "finished",
    "machine",
    "mending",
    "people",
    "processes",
    "quotas",
    "retention",
    "scheduling",
    "sources",
    "steering",
    "tending",
    "users",
)
pytest.register_assert_rewrite(*(f"ledger.{name}" for name in CONTRACT))
pytest.register_assert_rewrite("index_contract")

# Shells let what they start in the background ignore Ctrl-C, and so would all that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says something of the machine, not of the code. A contract's tests are
# run by several classes.
UNTIMED = [HealthCheck.too_slow, HealthCheck.differing_executors]
settings.register_profile("untimed", deadline=None, suppress_health_check=UNTIMED)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One for all tests of this process, each in a database of its own; it syncs nothing."""
    with postgres_server() as server:
        yield server
