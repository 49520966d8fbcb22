"""Houses that ask for tokens, and whoever knocks there."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from pagemill.model.people import UserLimits
from pagemill.web import WebConfig
from web.addresses import WEBSOCKET, Operation
from web_house import LiveHouse, open_office, open_service, serving


@contextmanager
def house_with(
    folder: Path, defaults: UserLimits | None = None, **config: object
) -> Iterator[LiveHouse]:
    """With tokens required, unless told otherwise."""
    service = open_service(folder)
    config = {"watch_interval_ms": 20, "is_open": False, "failed_logins_per_minute": 1000, **config}
    office = open_office(service, defaults or UserLimits())
    with serving(service, folder, WebConfig(**config), office=office) as live:
        yield live
    service.ledger.close()


def sent(house: LiveHouse, token: str) -> str:
    """A new job of the token's user; its id."""
    with house.client(token) as client:
        answer = client.post("/v1/jobs", files={"file": ("mill.pdf", house.pdf)})
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def knock(house: LiveHouse, operation: Operation, header: str | None) -> tuple[int, dict, str]:
    """Status, headers and code of the refusal; for something that need not exist."""
    headers = {} if header is None else {"Authorization": header}
    address = operation.address(dict.fromkeys(operation.in_path, "1"))
    if operation.method == WEBSOCKET:
        return ask_socket(house, address, headers)
    with (
        house.client() as client,
        client.stream(operation.method, address, headers=headers) as answer,
    ):
        is_endless = answer.headers.get("content-type", "").startswith("text/event-stream")
        body = b"" if is_endless else answer.read()
        return answer.status_code, dict(answer.headers), code_of(body)


def ask_socket(house: LiveHouse, address: str, headers: dict) -> tuple[int, dict, str]:
    try:
        with connect(f"ws://127.0.0.1:{house.web_port}{address}", additional_headers=headers):
            return 101, {}, ""
    except InvalidStatus as denied:
        answer = denied.response
        found = {name.lower(): value for name, value in answer.headers.raw_items()}
        return answer.status_code, found, code_of(answer.body)


def code_of(body: bytes) -> str:
    try:
        return json.loads(body)["code"]
    except (ValueError, KeyError, TypeError):
        return ""
