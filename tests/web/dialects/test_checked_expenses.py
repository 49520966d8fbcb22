"""The receipt extractor's second task: what a person has checked is kept with the document."""

import json
from pathlib import Path

import httpx2
import pytest

from pagemill.testing.clock import SettableClock
from web.dialects.speaking import house_with, refusal_of, shape, upload
from web_house import LiveHouse, page_markdown

EXPENSE = {
    "vendor": "Adobe Systems",
    "amount": 52.99,
    "date": "2024-01-15",
    "category": "Software & Services",
    "description": "Monthly subscription",
}
ORIGINAL = {"vendor": "Adobe", "amount": 52.99}


def process(client: httpx2.Client, uploaded: str, **members: object) -> httpx2.Response:
    return client.post("/api/process-async", json={"file_id": uploaded} | members)


def test_processing_answers_at_once_with_these_fields(
    house: LiveHouse, client: httpx2.Client
) -> None:
    answer = process(client, upload(house), expense_data=EXPENSE, original_extraction=ORIGINAL)
    told = answer.json()
    assert answer.status_code == 200
    assert shape(told) == dict.fromkeys(("task_id", "status", "message"), "str") | {
        "success": "bool"
    }
    assert (told["success"], told["status"]) == (True, "processing")
    assert told["message"] == (
        f"Document processing queued. Use /api/task/{told['task_id']} to check status."
    )


def test_what_was_checked_and_what_was_read_come_back(
    house: LiveHouse, client: httpx2.Client
) -> None:
    file_id = upload(house)
    answer = process(client, file_id, expense_data=EXPENSE, original_extraction=ORIGINAL)
    task_id = answer.json()["task_id"]
    house.worker.work_off()
    assert client.get(f"/api/task/{task_id}").json() == {
        "state": "SUCCESS",
        "status": "Completed",
        "result": {
            "success": True,
            "data": EXPENSE,
            "original_extraction": ORIGINAL,
            "file_id": file_id,
        },
    }
    job = client.get(f"/v1/jobs/{task_id}").json()
    assert job["note"] == {
        "file_id": file_id,
        "expense_data": EXPENSE,
        "original_extraction": ORIGINAL,
    }


def test_what_was_checked_is_kept_for_good_with_its_text(tmp_path: Path) -> None:
    clock = SettableClock()
    with house_with(tmp_path, clock=clock) as house, house.client() as client:
        task_id = process(client, upload(house), expense_data=EXPENSE).json()["task_id"]
        house.worker.work_off()
        assert house.service.get(task_id).expires_ms is None
        clock.advance(10 * 365 * 86_400)
        assert house.service.ledger.overdue() == []
        assert house.service.ledger.stop_late_jobs() == 0
        text = client.get(f"/v1/jobs/{task_id}/outputs/text").content
        assert text.decode() == "\n\n".join(page_markdown(n) for n in (1, 2, 3))


@pytest.mark.parametrize(
    "expense",
    [
        {},
        {"vendor": None, "amount": 0.1 + 0.2, "n": 10**18, "deep": {"er": [1, [2, {"x": "y"}]]}},
        {"<b>": "</script>", "q": "\"'\\", "u": "größer 🦄 \u202e", "nul": "a\u0000b"},
    ],
)
def test_any_object_comes_back_as_it_was(
    house: LiveHouse, client: httpx2.Client, expense: dict[str, object]
) -> None:
    task_id = process(client, upload(house), expense_data=expense).json()["task_id"]
    house.worker.work_off()
    assert client.get(f"/api/task/{task_id}").json()["result"]["data"] == expense


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"expense_data": []}, "invalid_request"),
        ({"expense_data": None}, "invalid_request"),
        ({"expense_data": "vendor"}, "invalid_request"),
        ({"original_extraction": 5}, "invalid_request"),
        ({"file_id": None}, "invalid_request"),
        ({"file_id": 7}, "invalid_request"),
        ({"file_id": ["x"]}, "invalid_request"),
        ({"file_id": "x" * 500}, "upload_not_found"),
        ({"file_id": ""}, "upload_not_found"),
        ({"expense_data": {"x": "y" * 70_000}}, "invalid_request"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    house: LiveHouse, client: httpx2.Client, members: dict[str, object], code: str
) -> None:
    answer = process(client, upload(house), **members)
    assert refusal_of(answer)[1] == code
    assert client.get("/v1/jobs").json()["jobs"] == []


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


def process_nested(house: LiveHouse, client: httpx2.Client, depth: int) -> httpx2.Response:
    content = b'{"file_id":"%s","expense_data":%s}' % (upload(house).encode(), nested(depth))
    headers = {"Content-Type": "application/json"}
    return client.post("/api/process-async", content=content, headers=headers)


def test_what_is_nested_as_deep_as_allowed_is_shown_everywhere(
    house: LiveHouse, client: httpx2.Client
) -> None:
    task_id = process_nested(house, client, 30).json()["task_id"]
    house.worker.work_off()
    told = client.get(f"/api/task/{task_id}").json()["result"]["data"]
    assert told == json.loads(nested(30))
    for path in (f"/v1/jobs/{task_id}", "/v1/jobs", "/jobs", "/tasks"):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("depth", [32, 300, 900, 5000, 100_000])
def test_what_is_nested_deeper_is_refused(
    house: LiveHouse, client: httpx2.Client, depth: int
) -> None:
    assert refusal_of(process_nested(house, client, depth)) == (422, "invalid_request")
    assert client.get("/v1/jobs").json()["jobs"] == []
