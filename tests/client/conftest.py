from collections.abc import Iterator
from pathlib import Path

import pytest

from pagemill.client import Client
from web_house import LiveHouse, open_service, serving


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LiveHouse]:
    service = open_service(tmp_path)
    with serving(service, tmp_path) as live:
        yield live
    service.ledger.close()


@pytest.fixture
def mill(house: LiveHouse) -> Iterator[Client]:
    with Client(house.url, patience_seconds=0) as client:
        yield client
