"""The same with the ledger in PostgreSQL."""

from functools import partial

import pytest

from journeys.test_figures_under_fire import (  # noqa: F401  run here once more
    test_stats_are_a_count_of_the_tables_whatever_is_killed,
)
from ledger.moments import Moments, postgres_moment
from postgres_server import PostgresServer


@pytest.fixture
def ledger(postgres: PostgresServer) -> str:
    return postgres.new_database()


@pytest.fixture
def moments(ledger: str) -> Moments:
    return partial(postgres_moment, ledger)
