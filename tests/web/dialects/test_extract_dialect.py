"""The receipt extractor's API: upload, extract at once or in the background, ask for the task."""

import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from pagemill.testing.clock import SettableClock
from web.dialects.speaking import UNREADABLE, bring, house_with, refusal_of, shape, upload
from web_house import LiveHouse, page_markdown

FILE_ID = re.compile(r"\d{8}_\d{6}_invoice\.pdf")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
QUEUED = {"success": "bool", "task_id": "str", "status": "str", "message": "str"}
DATA = {
    "vendor": "NoneType",
    "amount": "NoneType",
    "date": "NoneType",
    "category": "NoneType",
    "confidence": "NoneType",
    "text": "str",
    "text_is_whole": "bool",
    "pages": "int",
    "failed_pages": "int",
}
WHOLE_TEXT = "\n\n".join(page_markdown(n) for n in (1, 2, 3))


def begin(house: LiveHouse) -> str:
    """The task id of an extraction in the background."""
    with house.client() as client:
        answer = client.post(f"/api/extract/{upload(house)}", json={"async": True})
    assert answer.status_code == 200, answer.text
    return answer.json()["task_id"]


def task_at(house: LiveHouse, client: httpx2.Client, stage: str) -> dict:
    task_id = begin(house)
    bring(house, task_id, stage)
    answer = client.get(f"/api/task/{task_id}")
    assert answer.status_code == 200
    return answer.json()


# Uploading.


def test_an_upload_answers_with_these_fields(house: LiveHouse, client: httpx2.Client) -> None:
    answer = client.post("/api/upload", files={"file": ("invoice.pdf", house.pdf)})
    told = answer.json()
    assert shape(told) == {
        "success": "bool",
        "file_id": "str",
        "filename": "str",
        "size": "int",
        "message": "str",
    }
    assert (told["success"], told["filename"]) == (True, "invoice.pdf")
    assert told["size"] == len(house.pdf)


def test_a_file_id_is_utc_time_and_file_name(house: LiveHouse) -> None:
    assert FILE_ID.fullmatch(upload(house))


def test_two_uploads_of_one_name_in_one_second_have_ids_of_their_own(tmp_path: Path) -> None:
    with house_with(tmp_path, clock=SettableClock()) as house:
        assert [upload(house) for _ in range(3)] == [
            "20260101_000000_invoice.pdf",
            "20260101_000000_invoice-2.pdf",
            "20260101_000000_invoice-3.pdf",
        ]


def test_an_upload_is_kept_and_nothing_is_begun(house: LiveHouse, client: httpx2.Client) -> None:
    upload(house)
    assert len(house.files()) == 1
    assert client.get("/v1/jobs").json()["jobs"] == []
    assert house.worker.step() == []


# In the background.


def test_an_extraction_in_the_background_answers_at_once(
    house: LiveHouse, client: httpx2.Client
) -> None:
    answer = client.post(f"/api/extract/{upload(house)}", json={"async": True})
    told = answer.json()
    assert answer.status_code == 200
    assert shape(told) == QUEUED
    assert (told["success"], told["status"]) == (True, "processing")
    assert UUID.fullmatch(told["task_id"])
    assert told["message"] == (
        f"Document extraction queued. Use /api/task/{told['task_id']} to check status."
    )


def test_one_upload_is_extracted_as_often_as_somebody_asks(
    house: LiveHouse, client: httpx2.Client
) -> None:
    file_id = upload(house)
    asked = [client.post(f"/api/extract/{file_id}", json={"async": True}) for _ in range(3)]
    assert len({answer.json()["task_id"] for answer in asked}) == 3


# Tasks.


@pytest.mark.parametrize(
    ("stage", "state", "sentence"),
    [
        ("queued", "PENDING", "Pending..."),
        ("paused", "PENDING", "Pending..."),
        ("opened", "PROCESSING", "Running OCR..."),
        ("reading", "PROCESSING", "Running OCR..."),
        ("writing", "PROCESSING", "Finalizing..."),
    ],
)
def test_a_task_on_its_way_has_state_and_sentence_only(
    house: LiveHouse, client: httpx2.Client, stage: str, state: str, sentence: str
) -> None:
    assert task_at(house, client, stage) == {"state": state, "status": sentence}


@pytest.mark.parametrize(
    ("stage", "error"),
    [("failed", UNREADABLE.message), ("cancelled", "The task was cancelled")],
)
def test_a_task_that_failed_says_why(
    house: LiveHouse, client: httpx2.Client, stage: str, error: str
) -> None:
    assert task_at(house, client, stage) == {
        "state": "FAILURE",
        "status": "Failed",
        "error": error,
    }


@pytest.mark.parametrize(("stage", "failed"), [("completed", 0), ("gaps", 1)])
def test_a_task_that_succeeded_has_its_result(
    house: LiveHouse, client: httpx2.Client, stage: str, failed: int
) -> None:
    told = task_at(house, client, stage)
    assert set(told) == {"state", "status", "result"}
    assert (told["state"], told["status"]) == ("SUCCESS", "Completed")
    assert shape(told["result"]) == {"success": "bool", "data": "dict", "file_id": "str"}
    assert told["result"]["success"] is True
    assert FILE_ID.fullmatch(told["result"]["file_id"])
    data = told["result"]["data"]
    assert shape(data) == DATA
    assert (data["pages"], data["failed_pages"]) == (3, failed)
    assert data["text"] == (WHOLE_TEXT if not failed else data["text"])


def test_a_long_text_is_cut_and_says_so(house: LiveHouse, client: httpx2.Client) -> None:
    house.worker.texts = {"result.txt": "ö".encode() * 600_000}
    data = task_at(house, client, "completed")["result"]["data"]
    assert data["text_is_whole"] is False
    assert data["text"] == "ö" * (512 * 1024)


def test_an_unknown_task_is_not_found(client: httpx2.Client) -> None:
    answer = client.get("/api/task/550e8400-e29b-41d4-a716-446655440000")
    assert refusal_of(answer) == (404, "job_not_found")


def test_a_job_without_text_is_a_success_with_none(house: LiveHouse, client: httpx2.Client) -> None:
    own = house.submit(outputs="json")["id"]
    house.worker.work_off()
    told = client.get(f"/api/task/{own}").json()
    assert told["state"] == "SUCCESS"
    assert told["result"]["data"]["text"] is None


# Refusals.


@pytest.mark.parametrize("body", [{}, {"json": {"async": True}}])
def test_an_unknown_file_is_not_found(client: httpx2.Client, body: dict[str, Any]) -> None:
    answer = client.post("/api/extract/20240115_120000_invoice.pdf", **body)
    assert refusal_of(answer) == (404, "upload_not_found")


@pytest.mark.parametrize("value", ["true", 1, 0, None, [], {}])
def test_async_is_true_or_false(house: LiveHouse, client: httpx2.Client, value: object) -> None:
    answer = client.post(f"/api/extract/{upload(house)}", json={"async": value})
    assert refusal_of(answer) == (422, "invalid_request")
    assert client.get("/v1/jobs").json()["jobs"] == []


def test_other_members_are_not_looked_at(house: LiveHouse, client: httpx2.Client) -> None:
    body = {"async": True, "language": "de", "file_id": "another"}
    assert client.post(f"/api/extract/{upload(house)}", json=body).status_code == 200


def test_an_upload_without_a_file_is_refused_in_this_api_s_words(client: httpx2.Client) -> None:
    answer = client.post("/api/upload", data={"name": "x"})
    assert refusal_of(answer) == (422, "no_file")


@pytest.mark.parametrize("path", ["extract", "task"])
def test_an_id_that_is_too_long_is_refused_in_this_api_s_words(
    client: httpx2.Client, path: str
) -> None:
    method = "POST" if path == "extract" else "GET"
    answer = client.request(method, f"/api/{path}/{'x' * 201}")
    assert refusal_of(answer) == (422, "invalid_request")


# Limits.


def test_a_result_expires_an_hour_after_its_end(house: LiveHouse, client: httpx2.Client) -> None:
    task_id = begin(house)
    assert house.service.get(task_id).expires_ms is None
    house.worker.work_off()
    job = house.service.get(task_id)
    assert job.finished_ms is not None
    assert job.expires_ms == job.finished_ms + 3600 * 1000


def test_a_result_expires_when_the_settings_say(tmp_path: Path) -> None:
    with house_with(tmp_path, extract_expires_seconds=2.5) as house:
        task_id = begin(house)
        house.worker.work_off()
        job = house.service.get(task_id)
        assert job.expires_ms == (job.finished_ms or 0) + 2500


def test_at_the_soft_limit_what_was_read_is_the_result(tmp_path: Path) -> None:
    clock = SettableClock()
    with house_with(tmp_path, clock=clock) as house, house.client() as client:
        task_id = begin(house)
        bring(house, task_id, "reading")
        clock.advance(239)
        assert house.service.ledger.stop_late_jobs() == 0
        clock.advance(1)
        assert house.service.ledger.stop_late_jobs() == 1
        house.worker.work_off()
        data = client.get(f"/api/task/{task_id}").json()["result"]["data"]
    assert (data["pages"], data["failed_pages"]) == (3, 2)
    assert data["text"] == page_markdown(1)


def test_at_the_hard_limit_the_task_fails(tmp_path: Path) -> None:
    clock = SettableClock()
    with house_with(tmp_path, clock=clock) as house, house.client() as client:
        task_id = begin(house)
        house.worker.step()
        house.worker.claim()
        clock.advance(300)
        assert house.service.ledger.stop_late_jobs() == 1
        told = client.get(f"/api/task/{task_id}").json()
    assert told["state"] == "FAILURE"
    assert "time limit" in told["error"]


def test_a_soft_limit_beyond_the_hard_one_does_not_count(tmp_path: Path) -> None:
    clock = SettableClock()
    limits = {"extract_soft_seconds": 900, "extract_hard_seconds": 60}
    with house_with(tmp_path, clock=clock, **limits) as house, house.client() as client:
        task_id = begin(house)
        house.worker.step()
        clock.advance(60)
        house.service.ledger.stop_late_jobs()
        assert client.get(f"/api/task/{task_id}").json()["state"] == "FAILURE"
