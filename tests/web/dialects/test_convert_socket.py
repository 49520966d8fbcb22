"""The worker-pool converter's WebSocket: how far a conversion is, until it has ended."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from web.dialects.speaking import bring, house_with, shape, wait_until
from web_house import LiveHouse

NAIVE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
MESSAGE = {
    "status": "str",
    "progress": "int",
    "message": "str",
    "step": "str",
    "timestamp": "str",
}


def conversion_at(house: LiveHouse, stage: str) -> str:
    conversion_id = house.submit()["id"]
    bring(house, conversion_id, stage)
    return conversion_id


@contextmanager
def watching(house: LiveHouse, conversion_id: str) -> Iterator[ClientConnection]:
    address = f"ws://127.0.0.1:{house.web_port}/ws/conversion/{conversion_id}"
    with connect(address, open_timeout=30) as websocket:
        yield websocket


def told_to_the_end(websocket: ClientConnection) -> list[dict]:
    """Every message until the server closes, as it must, in order."""
    messages = [json.loads(text) for text in websocket]
    assert websocket.close_code == 1000
    assert all(shape(message) == MESSAGE for message in messages)
    assert all(NAIVE.fullmatch(message["timestamp"]) for message in messages)
    return messages


@pytest.mark.parametrize(
    ("stage", "word", "step", "progress"),
    [
        ("queued", "accepted", "queued", 0),
        ("paused", "accepted", "queued", 0),
        ("opened", "processing", "page_processing", 0),
        ("reading", "processing", "page_processing", 33),
        ("writing", "processing", "saving", 99),
        ("completed", "completed", "completed", 100),
        ("gaps", "completed", "completed", 100),
        ("failed", "failed", "failed", 0),
        ("cancelled", "failed", "failed", 0),
    ],
)
def test_whoever_begins_to_watch_is_told_how_it_stands(
    house: LiveHouse, stage: str, word: str, step: str, progress: int
) -> None:
    with watching(house, conversion_at(house, stage)) as websocket:
        told = json.loads(websocket.recv(30))
    assert shape(told) == MESSAGE
    assert (told["status"], told["step"], told["progress"]) == (word, step, progress)


def test_a_socket_tells_while_pages_are_read_and_closes_at_the_end(house: LiveHouse) -> None:
    house.worker.pages = 20
    conversion_id = house.submit()["id"]
    told = []
    with watching(house, conversion_id) as websocket:

        def until(progress: int) -> None:
            while not told or told[-1]["progress"] < progress:
                told.append(json.loads(websocket.recv(30)))

        until(0)
        house.worker.step()
        house.worker.step(9)
        until(45)
        house.worker.step(10)
        until(95)
        house.worker.work_off()
        told += told_to_the_end(websocket)
    assert [m["progress"] for m in told] == sorted(m["progress"] for m in told)
    pages = {m["progress"]: m["message"] for m in told if m["step"] == "page_processing"}
    assert pages[45] == "Processing page 9/20"
    assert pages[95] == "Processing page 19/20"
    assert [m["status"] for m in told].count("completed") == 1
    assert (told[-1]["status"], told[-1]["progress"]) == ("completed", 100)


@pytest.mark.parametrize("stage", ["completed", "gaps", "failed", "cancelled"])
def test_an_ended_conversion_is_told_once_and_the_socket_closes(
    house: LiveHouse, stage: str
) -> None:
    with watching(house, conversion_at(house, stage)) as websocket:
        told = told_to_the_end(websocket)
    assert len(told) == 1


@pytest.mark.parametrize("stage", ["failed", "cancelled"])
def test_an_end_without_a_result_is_the_last_message(house: LiveHouse, stage: str) -> None:
    conversion_id = house.submit()["id"]
    with watching(house, conversion_id) as websocket:
        assert json.loads(websocket.recv(30))["status"] == "accepted"
        bring(house, conversion_id, stage)
        told = told_to_the_end(websocket)
    assert told[-1]["status"] == "failed"
    assert [m["status"] for m in told].count("failed") == 1


@pytest.mark.parametrize("conversion_id", ["test-id", "x" * 5000, "%00", "%F0%9F%A6%84"])
def test_a_socket_of_an_unknown_conversion_says_so_and_closes(
    house: LiveHouse, conversion_id: str
) -> None:
    with watching(house, conversion_id) as websocket:
        (told,) = told_to_the_end(websocket)
    assert (told["status"], told["step"]) == ("failed", "error")
    assert "no such conversion" in told["message"]


def test_a_deleted_conversion_is_told_as_unknown(house: LiveHouse, client: httpx2.Client) -> None:
    conversion_id = house.submit()["id"]
    with watching(house, conversion_id) as websocket:
        websocket.recv(30)
        client.delete(f"/v1/jobs/{conversion_id}").raise_for_status()
        assert told_to_the_end(websocket)[-1]["step"] == "error"


def test_a_watcher_who_leaves_frees_its_place_and_the_conversion_goes_on(
    house: LiveHouse, client: httpx2.Client
) -> None:
    conversion_id = conversion_at(house, "reading")
    with watching(house, conversion_id) as websocket:
        websocket.recv(30)
        assert house.watchers == 1
    wait_until(lambda: house.watchers == 0)
    house.worker.work_off()
    assert client.get(f"/conversion-status/{conversion_id}").json()["status"] == "completed"


def test_what_a_watcher_says_is_not_listened_to(house: LiveHouse) -> None:
    conversion_id = house.submit()["id"]
    with watching(house, conversion_id) as websocket:
        for text in ("cancel", "{}", "[" * 1000, b"\xff\x00"):
            websocket.send(text)
        house.worker.work_off()
        assert told_to_the_end(websocket)[-1]["status"] == "completed"


def test_a_watcher_who_says_too_much_is_shown_out(house: LiveHouse) -> None:
    with watching(house, house.submit()["id"]) as websocket:
        websocket.recv(30)
        with pytest.raises(ConnectionClosed):
            websocket.send("x" * 1_000_000)
            websocket.recv(30)
    wait_until(lambda: house.watchers == 0)


def test_too_many_watchers_are_turned_away_and_no_conversion_is_called_failed(
    tmp_path: Path,
) -> None:
    with house_with(tmp_path, max_watchers=1) as house:
        conversion_id = house.submit()["id"]
        with watching(house, conversion_id) as websocket:
            websocket.recv(30)
            with pytest.raises(InvalidStatus) as denied, watching(house, conversion_id):
                pass
            assert denied.value.response.status_code == 429
            house.worker.work_off()
            assert told_to_the_end(websocket)[-1]["status"] == "completed"


def test_several_watchers_are_told_the_same_end(house: LiveHouse) -> None:
    conversion_id = house.submit()["id"]
    with watching(house, conversion_id) as one, watching(house, conversion_id) as other:
        house.worker.work_off()
        assert told_to_the_end(one)[-1] == told_to_the_end(other)[-1]
