"""Requests that mean no good: bodies without end, senders without haste."""

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from pagemill.web import WebConfig
from pagemill.web.intake import patience
from web_house import LiveHouse, open_service, serving

MB = 1024 * 1024


@contextlib.contextmanager
def house_with(folder: Path, **config: object) -> Iterator[LiveHouse]:
    service = open_service(folder)
    with serving(service, folder, WebConfig(watch_interval_ms=20, **config)) as live:
        yield live
    service.ledger.close()


@contextlib.contextmanager
def request_begun(house: LiveHouse, head: str, body: bytes = b"") -> Iterator[socket.socket]:
    """A connection with the headers of a POST sent, and the beginning of its body."""
    with socket.create_connection(("127.0.0.1", house.web_port), 30) as sender:
        sender.sendall(f"{head} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode() + body)
        yield sender


def answer_of(sender: socket.socket, received: bytes = b"") -> tuple[int, dict]:
    """Status and problem, of which `received` has come already."""
    sender.settimeout(30)
    while not received.endswith(b"}"):
        piece = sender.recv(65536)
        assert piece, received
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"connection: close" in head
    assert b"content-length: %d\r\n" % len(body) in head
    return int(head.split()[1]), json.loads(body)


def retry_of(house: LiveHouse) -> str:
    return f"POST /v1/jobs/{house.submit()['id']}/retry"


# Bodies.


def test_a_body_that_says_it_is_too_large_is_refused_unread(house: LiveHouse) -> None:
    sent = b"Content-Type: application/json\r\nContent-Length: 99999999\r\n\r\n"
    with request_begun(house, retry_of(house), sent) as sender:
        status, problem = answer_of(sender)
    assert (status, problem["code"]) == (413, "too_large")
    assert "POST /v1/jobs" in problem["hint"]


def test_a_body_that_grows_too_large_is_refused_and_the_sender_reads_why(
    house: LiveHouse, client: httpx2.Client
) -> None:
    def spaces() -> Iterator[bytes]:
        for _ in range(24):
            yield b" " * MB

    answer = client.post(
        f"/v1/jobs/{house.submit()['id']}/retry",
        content=spaces(),
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_body_within_the_bound_is_taken(house: LiveHouse, client: httpx2.Client) -> None:
    body = b'{"priority": 3' + b" " * (MB - 20) + b"}"
    answer = client.patch(
        f"/v1/jobs/{house.submit()['id']}",
        content=body,
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["priority"]) == (200, 3)


def test_a_body_that_never_comes_is_not_waited_for(tmp_path: Path) -> None:
    sent = b"Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{"
    with (
        house_with(tmp_path, idle_seconds=0.3) as house,
        request_begun(house, retry_of(house), sent) as sender,
    ):
        status, problem = answer_of(sender)
    assert (status, problem["code"]) == (400, "upload_cut")
    assert "0.3 seconds" in problem["detail"]


def test_a_body_in_drops_has_no_more_time_than_one_that_never_comes(tmp_path: Path) -> None:
    sent = b"Content-Type: application/json\r\nContent-Length: 999999\r\n\r\n"
    with (
        house_with(tmp_path, idle_seconds=0.5) as house,
        house.client() as other,
        request_begun(house, retry_of(house), sent) as sender,
    ):
        status, problem = drip_until_answered(sender, other)
    assert (status, problem["code"]) == (400, "upload_cut")


def drip_until_answered(sender: socket.socket, other: httpx2.Client) -> tuple[int, dict]:
    """Sends bytes one by one, each well within the time for silence, while others are answered."""
    for _ in range(2000):
        sender.sendall(b" ")
        assert other.get("/ready").status_code == 200
        sender.settimeout(0.02)
        with contextlib.suppress(TimeoutError):
            return answer_of(sender, sender.recv(65536))
    raise AssertionError("it was waited for all the time")


# Uploads.


@pytest.mark.parametrize(
    ("waited_seconds", "received_bytes", "seconds"),
    [
        (0, 0, 60),
        (59, 0, 1),
        (60, 0, 0),
        (61, 0, -1),
        (61, 5_000, 4),
        (65, 5_000, 0),
        (120, 60_000, 0),
        (120, 61_000, 1),
        (3600, 10_000_000, 60),
    ],
)
def test_an_upload_may_take_what_its_bytes_may_take_and_one_silence_more(
    waited_seconds: float, received_bytes: int, seconds: float
) -> None:
    assert patience(waited_seconds, received_bytes, 60, 1000) == seconds


def test_without_a_slowest_pace_only_silence_counts() -> None:
    assert patience(1e9, 0, 60, 0) == 60


def test_an_upload_in_drops_is_given_up_and_nothing_is_kept(tmp_path: Path) -> None:
    form = b'--XX\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF'
    sent = (
        b"Content-Type: multipart/form-data; boundary=XX\r\nContent-Length: 999999\r\n\r\n" + form
    )
    with (
        house_with(tmp_path, idle_seconds=0.5) as house,
        house.client() as other,
        request_begun(house, "POST /v1/jobs", sent) as sender,
    ):
        status, problem = drip_until_answered(sender, other)
        assert (status, problem["code"]) == (400, "upload_cut")
        assert "too slowly" in problem["detail"]
        assert house.files() == []
        assert other.get("/v1/jobs").json()["jobs"] == []


def test_an_upload_may_take_longer_than_a_silence_if_it_moves(tmp_path: Path) -> None:
    with (
        house_with(tmp_path, idle_seconds=0.5) as house,
        house.client() as client,
        silent_body(house) as silent,
    ):

        def slowly() -> Iterator[bytes]:
            yield b'--XX\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
            yield from drops_until_refused(silent)
            yield b"\r\n--XX--\r\n"

        answer = client.post(
            "/v1/jobs",
            content=slowly(),
            headers={"Content-Type": "multipart/form-data; boundary=XX"},
        )
    assert answer.status_code == 202
    assert answer.json()["document"]["bytes"] > 10_000


@contextlib.contextmanager
def silent_body(house: LiveHouse) -> Iterator[socket.socket]:
    sent = b"Content-Type: application/json\r\nContent-Length: 20\r\n\r\n"
    with request_begun(house, retry_of(house), sent) as silent:
        silent.settimeout(0.02)
        yield silent


def drops_until_refused(silent: socket.socket) -> Iterator[bytes]:
    """Twice as fast as asked for, until another sender's silence has been too long."""
    while True:
        yield b"x" * 2000
        with contextlib.suppress(TimeoutError):
            assert silent.recv(65536).startswith(b"HTTP/1.1 400 ")
            break
    yield b"x" * 10_000
