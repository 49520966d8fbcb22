"""The SQLite ledger keeps every promise of the port, and a few that only a file can break."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.contract import LedgerContract
from ledger.desk import SqliteKit
from pagemill.model.task import RetryPolicy
from pagemill.ports import Ledger, People
from pagemill.testing.clock import SettableClock
from sqlite_template import put_ledger


class TestSqliteLedger(LedgerContract):
    @pytest.fixture
    def make_kit(self, tmp_path: Path) -> Callable[[], SqliteKit]:
        numbers = itertools.count()

        def make() -> SqliteKit:
            kit = SqliteKit(tmp_path / f"{next(numbers)}.db")
            put_ledger(kit.path)
            return kit

        return make


def test_the_ledger_has_every_method_of_the_port(tmp_path: Path) -> None:
    ledger: Ledger = SqliteKit(tmp_path / "l.db").open(SettableClock(), policy=RetryPolicy())
    for port, adapter in ((Ledger, ledger), (People, ledger.people)):
        names = [name for name in vars(port) if not name.startswith("_")]
        assert [name for name in names if not hasattr(adapter, name)] == []
    ledger.close()
