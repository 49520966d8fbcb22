"""Where a journey's ledger lies; a file that runs journeys on another says so."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from journeys.nodes import MakeYard, Yard, a_yard


@pytest.fixture
def ledger() -> str:
    """The setting of that name: a file in the data folder."""
    return ""


@pytest.fixture
def make_yard(tmp_path: Path, ledger: str) -> MakeYard:
    return partial(a_yard, tmp_path, ledger=ledger)


@pytest.fixture
def yard(make_yard: MakeYard) -> Iterator[Yard]:
    with make_yard() as yard:
        yield yard
