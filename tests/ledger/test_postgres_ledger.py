"""The PostgreSQL ledger keeps every promise of the port, and a few that only a server can break."""

from collections.abc import Callable

import pytest

from ledger.contract import LedgerContract
from ledger.postgres_kit import PostgresKit, new_kit
from postgres_server import PostgresServer


class TestPostgresLedger(LedgerContract):
    examples = 20

    @pytest.fixture
    def make_kit(self, postgres: PostgresServer) -> Callable[[], PostgresKit]:
        return lambda: new_kit(postgres)
