"""The worker-pool converter's API: files by name, their status, the pool."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from pagemill.model.people import Role
from pagemill.ports import NodeState
from web.dialects.speaking import STAGES, UNREADABLE, bring, house_with, problem_of, shape, token_of
from web_house import LiveHouse, page_markdown

NAIVE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
OUTPUTS_OF_MODE = {
    "prompt_layout_all_en": {"markdown", "annotated", "layout", "json"},
    "prompt_layout_only_en": {"layout", "json"},
    "prompt_ocr": {"markdown", "text"},
    "prompt_grounding_ocr": {"markdown", "annotated"},
}
STANDINGS = [
    ("queued", "accepted", 0, "Waiting for a worker"),
    ("paused", "accepted", 0, "Paused"),
    ("opened", "processing", 0, "Processing page 1/3"),
    ("reading", "processing", 33, "Processing page 1/3"),
    ("writing", "processing", 99, "Writing the outputs"),
    ("completed", "completed", 100, "Completed"),
    ("gaps", "completed", 100, "Done, but 1 of 3 pages could not be read"),
    ("failed", "failed", 0, UNREADABLE.message),
    ("cancelled", "failed", 0, "Cancelled"),
]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LiveHouse]:
    """Its input folder holds `document.pdf`."""
    folder = tmp_path / "input"
    folder.mkdir()
    with house_with(tmp_path, input_folder=folder) as live:
        (folder / "document.pdf").write_bytes(live.pdf)
        yield live


def convert(house: LiveHouse, **fields: str) -> dict:
    with house.client() as client:
        answer = client.post("/convert", data={"filename": "document.pdf", **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


def conversion_at(house: LiveHouse, stage: str) -> str:
    conversion_id = convert(house)["conversion_id"]
    bring(house, conversion_id, stage)
    return conversion_id


# Converting.


def test_converting_answers_at_once_with_these_fields(house: LiveHouse) -> None:
    accepted = convert(house)
    assert shape(accepted) == {
        "status": "str",
        "conversion_id": "str",
        "filename": "str",
        "message": "str",
        "queue_size": "int",
        "active_tasks": "int",
    }
    assert (accepted["status"], accepted["filename"]) == ("accepted", "document.pdf")
    assert accepted["message"] == "Conversion task started. Use WebSocket to track progress."


def test_the_file_is_read_from_the_input_folder_and_stays_there(house: LiveHouse) -> None:
    job = house.service.get(convert(house)["conversion_id"])
    assert house.service.shelf.get(job.document.key) == house.pdf
    assert (house.root / "input" / "document.pdf").read_bytes() == house.pdf


def test_a_form_may_come_as_multipart_too(house: LiveHouse, client: httpx2.Client) -> None:
    body = b'--XX\r\nContent-Disposition: form-data; name="filename"\r\n\r\ndocument.pdf\r\n--XX--'
    headers = {"Content-Type": "multipart/form-data; boundary=XX"}
    answer = client.post("/convert", content=body, headers=headers)
    assert answer.json()["filename"] == "document.pdf"


def test_an_upload_is_converted_without_the_folder(house: LiveHouse, client: httpx2.Client) -> None:
    answer = client.post("/convert", files={"file": ("sent.pdf", house.pdf)})
    assert (answer.status_code, answer.json()["filename"]) == (200, "sent.pdf")


def test_an_upload_is_called_as_the_form_says_if_it_has_no_name_of_its_own(
    house: LiveHouse, client: httpx2.Client
) -> None:
    body = (
        b'--XX\r\nContent-Disposition: form-data; name="filename"\r\n\r\nnamed.pdf\r\n'
        b'--XX\r\nContent-Disposition: form-data; name="file"\r\n\r\n%PDF-\r\n--XX--'
    )
    headers = {"Content-Type": "multipart/form-data; boundary=XX"}
    answer = client.post("/convert", content=body, headers=headers)
    assert answer.json()["filename"] == "named.pdf"


def test_a_web_form_in_which_no_file_was_chosen_names_one(
    house: LiveHouse, client: httpx2.Client
) -> None:
    body = (
        b'--XX\r\nContent-Disposition: form-data; name="filename"\r\n\r\ndocument.pdf\r\n'
        b'--XX\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--XX--'
    )
    headers = {"Content-Type": "multipart/form-data; boundary=XX"}
    job = client.post("/convert", content=body, headers=headers).json()
    assert house.service.get(job["conversion_id"]).document.size_bytes == len(house.pdf)


@pytest.mark.parametrize(
    "name", ["a b.pdf", "Mühle 'n' Söhne.pdf", "100%.pdf", "-rf.pdf", "x" * 255]
)
def test_any_plain_name_is_found(house: LiveHouse, name: str) -> None:
    (house.root / "input" / name).write_bytes(house.pdf)
    assert convert(house, filename=name)["filename"] == name


@pytest.mark.parametrize("mode", OUTPUTS_OF_MODE)
def test_a_prompt_mode_says_what_is_made(house: LiveHouse, mode: str) -> None:
    job = house.service.get(convert(house, prompt_mode=mode)["conversion_id"])
    assert set(job.options.outputs) == OUTPUTS_OF_MODE[mode]


@pytest.mark.parametrize("fields", [{}, {"prompt_mode": ""}])
def test_the_usual_prompt_mode_is_layout_and_text(house: LiveHouse, fields: dict[str, str]) -> None:
    job = house.service.get(convert(house, **fields)["conversion_id"])
    assert set(job.options.outputs) == OUTPUTS_OF_MODE["prompt_layout_all_en"]


def test_an_unknown_prompt_mode_is_refused_with_those_there_are(
    house: LiveHouse, client: httpx2.Client
) -> None:
    fields = {"filename": "document.pdf", "prompt_mode": "prompt_poem"}
    answer = client.post("/convert", data=fields)
    assert problem_of(answer) == (422, "invalid_options")
    assert "prompt_ocr" in answer.json()["hint"]
    assert house.files() == []


def test_a_file_that_is_not_there_is_not_found(client: httpx2.Client) -> None:
    answer = client.post("/convert", data={"filename": "absent.pdf"})
    assert problem_of(answer) == (404, "file_not_found")


@pytest.mark.parametrize("fields", [{"prompt_mode": "prompt_ocr"}, {"filename": ""}])
def test_a_request_that_names_no_file_is_refused(
    client: httpx2.Client, fields: dict[str, str]
) -> None:
    assert problem_of(client.post("/convert", data=fields)) == (422, "no_file")


def test_the_answer_tells_how_full_the_queue_is(house: LiveHouse) -> None:
    first = convert(house)
    assert (first["queue_size"], first["active_tasks"]) == (1, 0)
    house.worker.step()
    convert(house)
    third = convert(house)
    assert (third["queue_size"], third["active_tasks"]) == (2, 1)


# Folders of users.


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[tuple[LiveHouse, dict[str, dict[str, str]]]]:
    """A server that asks for tokens, with those of `ann`, `bob` and an admin."""
    folder = tmp_path / "input"
    with house_with(tmp_path, input_folder=folder, is_open=False) as house:
        roles = {"ann": Role.USER, "bob": Role.USER, "root": Role.ADMIN}
        tokens = {name: token_of(house, name, role) for name, role in roles.items()}
        (folder / "ann").mkdir(parents=True)
        (folder / "ann" / "hers.pdf").write_bytes(house.pdf)
        (folder / "everybody.pdf").write_bytes(house.pdf)
        yield house, tokens


@pytest.mark.parametrize(
    ("who", "name", "status"),
    [
        ("ann", "hers.pdf", 200),
        ("ann", "everybody.pdf", 404),
        ("bob", "hers.pdf", 404),
        ("bob", "ann/hers.pdf", 404),
        ("bob", "../ann/hers.pdf", 404),
        ("root", "everybody.pdf", 200),
        ("root", "ann/hers.pdf", 404),
        ("root", "ann", 404),
    ],
)
def test_with_tokens_users_have_folders_of_their_own(
    shared: tuple[LiveHouse, dict[str, dict[str, str]]], who: str, name: str, status: int
) -> None:
    house, tokens = shared
    with house.client() as client:
        answer = client.post("/convert", data={"filename": name}, headers=tokens[who])
    assert answer.status_code == status


def test_conversions_of_others_are_not_found(
    shared: tuple[LiveHouse, dict[str, dict[str, str]]],
) -> None:
    house, tokens = shared
    with house.client() as client:
        sent = client.post("/convert", data={"filename": "hers.pdf"}, headers=tokens["ann"])
        path = f"/conversion-status/{sent.json()['conversion_id']}"
        found = {who: client.get(path, headers=tokens[who]).status_code for who in tokens}
    assert found == {"ann": 200, "bob": 404, "root": 200}


def test_a_socket_without_a_token_is_denied(
    shared: tuple[LiveHouse, dict[str, dict[str, str]]],
) -> None:
    house, tokens = shared
    address = f"ws://127.0.0.1:{house.web_port}/ws/conversion/x"
    with pytest.raises(InvalidStatus) as denied:
        connect(address)
    assert denied.value.response.status_code == 401
    with connect(address, additional_headers=tokens["bob"]) as websocket:
        assert json.loads(websocket.recv(30))["step"] == "error"


# Status.


@pytest.mark.parametrize(("stage", "word", "progress", "message"), STANDINGS)
def test_every_state_has_its_word_message_and_progress(
    house: LiveHouse,
    client: httpx2.Client,
    stage: str,
    word: str,
    progress: int,
    message: str,
) -> None:
    told = client.get(f"/conversion-status/{conversion_at(house, stage)}").json()
    assert (told["status"], told["progress"], told["message"]) == (word, progress, message)
    assert (told["error"] is not None) is (word == "failed")
    assert (told["completed_at"] is not None) is (word in ("completed", "failed"))


@pytest.mark.parametrize("stage", STAGES)
def test_a_status_has_exactly_these_fields(
    house: LiveHouse, client: httpx2.Client, stage: str
) -> None:
    conversion_id = conversion_at(house, stage)
    told = client.get(f"/conversion-status/{conversion_id}").json()
    assert list(told) == [
        "id",
        "filename",
        "status",
        "progress",
        "message",
        "created_at",
        "started_at",
        "completed_at",
        "error",
    ]
    assert (told["id"], told["filename"]) == (conversion_id, "document.pdf")
    assert isinstance(told["progress"], int)


def test_times_are_utc_without_a_zone(house: LiveHouse, client: httpx2.Client) -> None:
    conversion_id = conversion_at(house, "completed")
    told = client.get(f"/conversion-status/{conversion_id}").json()
    native = client.get(f"/v1/jobs/{conversion_id}").json()
    for theirs, ours in (("created", "created"), ("started", "started"), ("completed", "finished")):
        assert NAIVE.fullmatch(told[f"{theirs}_at"])
        assert native[f"{ours}_at"].startswith(told[f"{theirs}_at"])
        assert native[f"{ours}_at"].endswith("Z")


def test_nine_of_twenty_pages_are_45_percent(house: LiveHouse, client: httpx2.Client) -> None:
    house.worker.pages = 20
    conversion_id = convert(house)["conversion_id"]
    house.worker.step()
    house.worker.step(9)
    told = client.get(f"/conversion-status/{conversion_id}").json()
    assert (told["progress"], told["message"]) == (45, "Processing page 9/20")


@pytest.mark.parametrize(
    ("stage", "error"), [("failed", UNREADABLE.message), ("cancelled", "Cancelled")]
)
def test_a_failure_says_why(
    house: LiveHouse, client: httpx2.Client, stage: str, error: str
) -> None:
    told = client.get(f"/conversion-status/{conversion_at(house, stage)}").json()
    assert told["error"] == error


def test_an_unknown_conversion_is_not_found(client: httpx2.Client) -> None:
    assert problem_of(client.get("/conversion-status/test-id")) == (404, "job_not_found")


def test_a_job_of_another_api_is_found_by_its_handle(
    house: LiveHouse, client: httpx2.Client
) -> None:
    handle = client.post("/jobs/create", files={"file": ("a.pdf", house.pdf)}).json()["job_id"]
    told = client.get(f"/conversion-status/{handle}").json()
    assert (told["id"], told["status"]) == (house.service.get(handle).id, "accepted")


# The pool.


def test_the_pool_tells_what_waits_what_runs_and_how_many_work(
    house: LiveHouse, client: httpx2.Client
) -> None:
    idle = client.get("/worker-pool-status").json()
    assert idle == {"status": "ok", "queue_size": 0, "active_tasks": 0, "num_workers": 0}
    now_ms = house.service.clock.now_ms()
    node = NodeState("here", "1", "host", 1, 4, ("text",), now_ms, now_ms)
    house.service.ledger.enter(node)
    house.service.ledger.enter(replace(node, id="there", slots=3))
    conversion_at(house, "reading")
    convert(house)
    convert(house)
    busy = client.get("/worker-pool-status").json()
    assert busy == {"status": "ok", "queue_size": 2, "active_tasks": 1, "num_workers": 7}


# Elsewhere.


def test_a_conversion_has_its_text_in_the_native_api(
    house: LiveHouse, client: httpx2.Client
) -> None:
    conversion_id = conversion_at(house, "completed")
    text = client.get(f"/v1/jobs/{conversion_id}/outputs/markdown").content.decode()
    assert text == "\n\n".join(page_markdown(n) for n in (1, 2, 3))
    assert client.get(f"/v1/jobs/{conversion_id}").json()["note"] == {
        "prompt_mode": "prompt_layout_all_en"
    }
