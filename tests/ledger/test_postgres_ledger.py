"""The PostgreSQL ledger keeps every promise of the port, and a few that only a server can break."""

from collections.abc import Callable

import pytest

from ledger.contract import LedgerContract
from ledger.postgres_kit import PostgresKit
from pagemill.ledger.postgres_schema import migrate_postgres
from postgres_server import PostgresServer


class TestPostgresLedger(LedgerContract):
    @pytest.fixture
    def make_kit(self, postgres: PostgresServer) -> Callable[[], PostgresKit]:
        return lambda: PostgresKit(postgres.new_database(migrate_postgres))
