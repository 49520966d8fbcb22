"""What holds for every API at once, and what the documents of the others name beside routes."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from pagemill.model.people import User
from pagemill.ports import NodeState
from web.dialects.speaking import bring, house_with, problem_of
from web_house import LiveHouse, open_office

COLUMNS = {
    "id": "id",
    "document_id": "document",
    "status": "state",
    "priority": "priority",
    "created_at": "created_at",
    "started_at": "started_at",
    "completed_at": "finished_at",
    "error_message": "error",
}


@dataclass(frozen=True)
class Neighbours:
    """A house with two people, and how addresses call what is ann's in it."""

    house: LiveHouse
    ann: dict[str, str]
    bob: dict[str, str]
    hers: dict[str, str]

    @property
    def job_id(self) -> str:
        return self.house.service.get(self.hers["ref"]).id

    def requests(self) -> Iterator[tuple[str, str, bool]]:
        """All that the server takes: method, path, and whether that names something of hers."""
        with self.house.client() as client:
            described = client.get("/openapi.json").json()["paths"]
        for path, methods in described.items():
            named = re.sub(r"\{(\w+)\}", lambda match: self.hers.get(match[1], "1"), path)
            for method in methods:
                yield method.upper(), named, any(f"{{{name}}}" in path for name in self.hers)


@pytest.fixture
def neighbours(tmp_path: Path) -> Iterator[Neighbours]:
    with house_with(tmp_path, is_open=False) as house, house.client() as client:
        office = open_office(house.service)
        headers = {}
        for name in ("ann", "bob"):
            office.add_user(User(name))
            headers[name] = {"Authorization": f"Bearer {office.add_token(name)[1]}"}
        file = {"file": ("diary.pdf", house.pdf)}
        created = client.post("/jobs/create", files=file, headers=headers["ann"]).json()
        bring(house, created["job_id"], "completed")
        kept = client.post("/api/upload", files=file, headers=headers["ann"]).json()
        hers = dict.fromkeys(("ref", "job_id", "conversion_id", "task_id"), created["job_id"])
        yield Neighbours(house, headers["ann"], headers["bob"], hers | {"file_id": kept["file_id"]})


def test_nobody_finds_what_is_another_s_in_any_api(neighbours: Neighbours) -> None:
    answers = {}
    with neighbours.house.client() as client:
        for method, path, is_hers in neighbours.requests():
            if is_hers:
                answer = client.request(method, path, json={"priority": 3}, headers=neighbours.bob)
                answers[method, path] = answer.status_code
    assert [request for request, status in answers.items() if status != 404] == []
    assert len(answers) > 25


def test_what_is_hers_is_there_for_her(neighbours: Neighbours) -> None:
    answers = {}
    with neighbours.house.client() as client:
        for method, path, is_hers in neighbours.requests():
            if is_hers and method == "GET":
                answers[path] = client.get(path, headers=neighbours.ann)
    missing = [path for path, answer in answers.items() if problem_code(answer) == "job_not_found"]
    assert missing == []
    assert sum(answer.status_code == 200 for answer in answers.values()) > 10


def problem_code(answer: httpx2.Response) -> str:
    is_problem = answer.headers["content-type"] == "application/problem+json"
    return answer.json()["code"] if is_problem else ""


def test_no_list_and_no_figure_names_what_is_another_s(neighbours: Neighbours) -> None:
    names = ("diary", neighbours.job_id)
    told = {}
    with neighbours.house.client() as client:
        for method, path, is_hers in neighbours.requests():
            if method == "GET" and not is_hers:
                told[path] = client.get(path, headers=neighbours.bob).text
    assert [path for path, text in told.items() if any(name in text for name in names)] == []
    assert len(told) > 10


@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/audit"])
def test_only_admins_may_ask_for_what_is_another_s(neighbours: Neighbours, path: str) -> None:
    with neighbours.house.client() as client:
        for whose in ("ann", "*"):
            answer = client.get(path, params={"user": whose}, headers=neighbours.bob)
            assert problem_of(answer) == (403, "forbidden")


def test_what_a_body_names_must_be_one_s_own(neighbours: Neighbours) -> None:
    document = neighbours.house.service.get(neighbours.job_id).document.sha256
    named = {"/v1/jobs": {"document_id": document}, "/api/process-async": neighbours.hers}
    with neighbours.house.client() as client:
        for path, body in named.items():
            answer = client.post(path, json=body, headers=neighbours.bob)
            assert answer.status_code == 404, path


def test_sockets_tell_nothing_of_what_is_another_s(neighbours: Neighbours) -> None:
    address = f"ws://127.0.0.1:{neighbours.house.web_port}"
    with pytest.raises(InvalidStatus) as denied:
        connect(f"{address}/v1/jobs/{neighbours.job_id}/ws", additional_headers=neighbours.bob)
    assert denied.value.response.status_code == 404
    theirs = f"{address}/ws/conversion/{neighbours.job_id}"
    with connect(theirs, additional_headers=neighbours.bob) as websocket:
        (told,) = [json.loads(text) for text in websocket]
    assert (told["status"], told["progress"], told["step"]) == ("failed", 0, "error")


def test_admins_see_which_worker_is_at_which_job_and_others_that_it_works(
    neighbours: Neighbours,
) -> None:
    house, now_ms = neighbours.house, neighbours.house.service.clock.now_ms()
    running = {"child": 1, "kind": "page", "job_id": neighbours.job_id, "page": 7}
    node = NodeState("here", "1", "host", 1, 4, ("text",), now_ms, now_ms)
    house.service.ledger.enter(node)
    house.service.ledger.heartbeat(replace(node, running=(running,)), 60)
    _, token = open_office(house.service).add_token("local")
    with house.client() as client:
        shown = [
            client.get("/v1/workers", headers=headers).json()["workers"][0]["running"]
            for headers in ({"Authorization": f"Bearer {token}"}, neighbours.bob)
        ]
    assert shown == [[running], [{"child": 1, "kind": "page"}]]


def test_the_old_way_that_waits_is_not_spoken(house: LiveHouse, client: httpx2.Client) -> None:
    answer = client.post("/ocr/pdf", files={"file": ("a.pdf", house.pdf)})
    assert problem_of(answer) == (404, "route_not_found")


@pytest.mark.parametrize("column", COLUMNS)
def test_a_job_has_a_member_for_each_column_of_the_old_queue(
    house: LiveHouse, client: httpx2.Client, column: str
) -> None:
    job = house.submit()
    bring(house, job["id"], "failed" if column == "error_message" else "completed")
    assert client.get(f"/v1/jobs/{job['id']}").json()[COLUMNS[column]]


def test_a_document_has_the_size_of_its_file(house: LiveHouse) -> None:
    assert house.submit()["document"]["bytes"] == len(house.pdf)


def test_a_page_tells_its_attempts_and_how_long_it_took(
    house: LiveHouse, client: httpx2.Client
) -> None:
    job = house.submit()
    bring(house, job["id"], "completed")
    for page in client.get(f"/v1/jobs/{job['id']}/pages").json()["pages"]:
        assert (page["attempts"], page["milliseconds"]) == (1, 7)
