"""The receipt extractor's API while the client waits for its result."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from pagemill.ports import JobQuery
from pagemill.service import Service
from web.dialects.speaking import (
    UNREADABLE,
    house_with,
    refusal_of,
    upload,
    wait_until,
    working,
)
from web_house import LiveHouse, page_markdown

WHOLE_TEXT = "\n\n".join(page_markdown(n) for n in (1, 2, 3))


def newest(service: Service) -> str:
    return service.list(JobQuery())[0].id


class Waiting:
    """A request that waits for its answer in a thread of its own."""

    def __init__(self, ask: Callable[[httpx2.Client], httpx2.Response], house: LiveHouse) -> None:
        self._answer: httpx2.Response | None = None

        def run() -> None:
            with house.client() as client:
                self._answer = ask(client)

        self._thread = threading.Thread(target=run)
        self._thread.start()

    @property
    def is_waiting(self) -> bool:
        return self._thread.is_alive()

    def answer(self) -> httpx2.Response:
        self._thread.join(30)
        assert self._answer is not None
        return self._answer


@pytest.mark.parametrize("body", [{"json": {"async": False}}, {"json": {}}, {}])
def test_without_async_the_answer_is_the_result(
    house: LiveHouse, client: httpx2.Client, body: dict[str, Any]
) -> None:
    file_id = upload(house)
    with working(house):
        answer = client.post(f"/api/extract/{file_id}", **body)
    told = answer.json()
    assert answer.status_code == 200
    assert set(told) == {"success", "data", "file_id"}
    assert (told["success"], told["file_id"]) == (True, file_id)
    assert told["data"]["vendor"] is None
    assert told["data"]["text"] == WHOLE_TEXT


def test_a_client_waits_as_long_as_pages_are_read(house: LiveHouse) -> None:
    file_id = upload(house)
    waiting = Waiting(lambda client: client.post(f"/api/extract/{file_id}"), house)
    wait_until(lambda: house.watchers == 1)
    house.worker.step()
    house.worker.step()
    assert waiting.is_waiting
    house.worker.work_off()
    assert waiting.answer().json()["data"]["text"] == WHOLE_TEXT


def test_a_failure_while_the_client_waits_is_the_answer(
    house: LiveHouse, client: httpx2.Client
) -> None:
    house.worker.unopened = UNREADABLE
    file_id = upload(house)
    with working(house):
        answer = client.post(f"/api/extract/{file_id}")
    assert refusal_of(answer) == (415, "not_a_document")
    assert answer.json()["error"] == UNREADABLE.message
    assert client.get(f"/api/task/{answer.json()['task_id']}").json()["state"] == "FAILURE"


def test_a_cancelled_extraction_is_told_to_whoever_waits(house: LiveHouse) -> None:
    file_id = upload(house)
    waiting = Waiting(lambda client: client.post(f"/api/extract/{file_id}"), house)
    wait_until(lambda: house.watchers == 1)
    house.service.cancel(newest(house.service))
    assert refusal_of(waiting.answer()) == (409, "invalid_state")


def test_an_answer_that_comes_too_late_names_the_task_that_goes_on(tmp_path: Path) -> None:
    with house_with(tmp_path, extract_hard_seconds=0.05) as house, house.client() as client:
        answer = client.post(f"/api/extract/{upload(house)}")
        assert refusal_of(answer) == (504, "job_timeout")
        task_id = answer.json()["task_id"]
        assert task_id in answer.json()["hint"]
        house.worker.work_off()
        assert client.get(f"/api/task/{task_id}").json()["state"] == "SUCCESS"


def test_whoever_waits_is_answered_when_the_server_stops(tmp_path: Path) -> None:
    with house_with(tmp_path) as house:
        file_id = upload(house)
        waiting = Waiting(lambda client: client.post(f"/api/extract/{file_id}"), house)
        wait_until(lambda: house.watchers == 1)
        house.server.stop()
        assert refusal_of(waiting.answer()) == (504, "job_timeout")


def test_a_client_that_leaves_loses_nothing(house: LiveHouse, client: httpx2.Client) -> None:
    file_id = upload(house)
    with pytest.raises(httpx2.ReadTimeout):
        client.post(f"/api/extract/{file_id}", timeout=0.3)
    task_id = newest(house.service)
    house.worker.work_off()
    told = client.get(f"/api/task/{task_id}").json()
    assert told["result"]["data"]["text"] == WHOLE_TEXT
    assert told["result"]["file_id"] == file_id
    wait_until(lambda: house.watchers == 0)


def test_nothing_is_begun_for_a_client_who_could_not_be_told(tmp_path: Path) -> None:
    with house_with(tmp_path, max_watchers=1) as house, house.client() as client:
        file_id = upload(house)
        waiting = Waiting(lambda other: other.post(f"/api/extract/{file_id}"), house)
        wait_until(lambda: house.watchers == 1)
        assert refusal_of(client.post(f"/api/extract/{file_id}")) == (429, "too_many_watchers")
        assert len(client.get("/v1/jobs").json()["jobs"]) == 1
        house.worker.work_off()
        assert waiting.answer().status_code == 200
