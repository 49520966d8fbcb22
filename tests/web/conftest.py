from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from web_house import LiveHouse, open_service, serving


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LiveHouse]:
    service = open_service(tmp_path)
    with serving(service, tmp_path) as live:
        yield live
    service.ledger.close()


@pytest.fixture
def client(house: LiveHouse) -> Iterator[httpx2.Client]:
    with house.client() as client:
        yield client
