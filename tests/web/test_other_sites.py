"""Pages of other sites: listed ones may send and read, the others can do neither."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from starlette.datastructures import Headers
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from pagemill.web import WebConfig
from pagemill.web.door import is_called_by_our_name, may_give_orders
from web_house import LiveHouse, open_service, serving

MB = 1024 * 1024
APP = "https://app.example"


@contextmanager
def house_with(folder: Path, **config: object) -> Iterator[LiveHouse]:
    service = open_service(folder)
    with serving(service, folder, WebConfig(watch_interval_ms=20, **config)) as live:
        yield live
    service.ledger.close()


@pytest.mark.parametrize(
    ("headers", "is_welcome"),
    [
        ({}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-origin", "origin": "http://h:1"}, True),
        ({"sec-fetch-site": "same-site", "origin": "http://x.h"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, False),
        ({"sec-fetch-site": "cross-site", "origin": APP}, True),
        # Plain http to a name: no Sec-Fetch-Site.
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": APP}, True),
        ({"origin": APP + ".evil.example"}, False),
        ({"host": "ocr.example", "origin": "https://ocr.example"}, True),
        ({"host": "ocr.example:443", "origin": "https://ocr.example"}, True),
        ({"host": "ocr.example", "origin": "https://ocr.example:8443"}, False),
        ({"host": "[::1]:8000", "origin": "http://[::1]:8000"}, True),
        ({"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:3000"}, False),
        ({"host": "[", "origin": "http://["}, False),
        ({"origin": "http://h:99999"}, False),
    ],
)
def test_who_may_give_orders(headers: dict[str, str], is_welcome: bool) -> None:
    assert may_give_orders(Headers(headers), (APP,)) is is_welcome


def test_any_page_may_give_orders_where_a_star_says_so() -> None:
    headers = Headers({"sec-fetch-site": "cross-site", "origin": "https://any.example"})
    assert may_give_orders(headers, ("*",))


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("127.0.0.1:8000", True),
        ("192.168.1.7", True),
        ("[::1]:8000", True),
        ("localhost", True),
        ("LOCALHOST.:8000", True),
        ("mill.localhost:8000", True),
        ("ocr.example:8000", True),
        ("OCR.example", True),
        ("evil.example", False),
        ("ocr.example.evil.example", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
        ("[", False),
    ],
)
@pytest.mark.parametrize("sign", ["sec-fetch-site", "origin", "accept-language"])
def test_browsers_call_an_open_server_by_names_no_stranger_can_make_point_here(
    host: str, is_ours: bool, sign: str
) -> None:
    headers = Headers({"host": host, sign: ""})
    assert is_called_by_our_name(headers, ("ocr.example",)) is is_ours
    assert is_called_by_our_name(headers, ("*",))
    assert is_called_by_our_name(Headers({"host": host}), ())


def test_a_page_that_made_its_name_point_here_reads_nothing(
    house: LiveHouse, client: httpx2.Client
) -> None:
    ref = house.submit()["id"]
    rebound = {"Host": "evil.example:8000", "Accept-Language": "en"}
    answer = client.get(f"/v1/jobs/{ref}", headers=rebound)
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert "evil.example:8000" in answer.json()["detail"]
    assert "allowed_hosts" in answer.json()["hint"]
    assert client.get(f"/v1/jobs/{ref}", headers={"Host": "evil.example"}).status_code == 200


def test_a_server_that_asks_for_tokens_may_have_any_name(tmp_path: Path) -> None:
    with house_with(tmp_path, is_open=False) as house, house.client() as client:
        headers = {"Host": "ocr.example", "Accept-Language": "en"}
        assert client.get("/health", headers=headers).status_code == 200


def test_a_listed_page_may_send_and_read(tmp_path: Path) -> None:
    with house_with(tmp_path, cors_origins=(APP,)) as house, house.client() as client:
        from_app = {"Origin": APP, "Sec-Fetch-Site": "cross-site"}
        asked = {
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type, idempotency-key",
        }
        allowed = client.options("/v1/jobs", headers=from_app | asked)
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == APP
        assert "PATCH" in allowed.headers["access-control-allow-methods"]
        sent = client.post("/v1/jobs", files={"file": ("a.pdf", house.pdf)}, headers=from_app)
        assert sent.status_code == 202
        assert sent.headers["access-control-allow-origin"] == APP
        assert "Location" in sent.headers["access-control-expose-headers"]
        assert "access-control-allow-credentials" not in sent.headers


def test_a_listed_page_can_read_why_it_was_refused(tmp_path: Path) -> None:
    with house_with(tmp_path, cors_origins=(APP,)) as house, house.client() as client:
        house.service.ledger.figures.queue = lambda *_: 1 / 0
        from_app = {"Origin": APP, "Sec-Fetch-Site": "cross-site"}
        rebound = from_app | {"Host": "evil.example"}
        large = {"content": b" " * 2 * MB, "headers": from_app | {"Content-Type": "text/json"}}
        refusals = [
            client.get("/v1/jobs/none", headers=from_app),
            client.post("/v1/jobs", headers=from_app),
            client.get("/health", headers=rebound),
            client.patch("/v1/jobs/none", **large),
            client.get("/v1/queue", headers=from_app),
        ]
    assert [answer.status_code for answer in refusals] == [404, 422, 403, 413, 500]
    assert {answer.headers["access-control-allow-origin"] for answer in refusals} == {APP}


def test_a_page_that_is_not_listed_may_neither_send_nor_read(tmp_path: Path) -> None:
    with house_with(tmp_path, cors_origins=(APP,)) as house, house.client() as client:
        from_evil = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        sent = client.post("/v1/jobs", files={"file": ("a.pdf", house.pdf)}, headers=from_evil)
        read = client.get("/v1/jobs", headers=from_evil)
        assert (sent.status_code, sent.json()["code"]) == (403, "cross_site")
        assert "access-control-allow-origin" not in sent.headers
        assert "access-control-allow-origin" not in read.headers
        assert read.json()["jobs"] == []


def test_sockets_are_for_programs_our_own_page_and_listed_ones(tmp_path: Path) -> None:
    with house_with(tmp_path, cors_origins=(APP,)) as house:
        url = f"ws://127.0.0.1:{house.web_port}/v1/jobs/{house.submit()['id']}/ws"
        for origin in (None, APP, house.url):
            with connect(url, origin=origin) as told:
                assert json.loads(told.recv(30))["type"] == "job"
        for origin in ("https://evil.example", "http://127.0.0.1:1", "null"):
            with pytest.raises(InvalidStatus) as refused:
                connect(url, origin=origin)
            assert refused.value.response.status_code == 403
            assert json.loads(refused.value.response.body)["code"] == "cross_site"
