"""The bulk OCR queue's API: what users set for their documents comes back, and holds."""

from pathlib import Path

import httpx2
import pytest

from pagemill.model.job import Job, JobState
from pagemill.ports import JobQuery
from pagemill.service import Service
from web.dialects.speaking import house_with, problem_of, shape, token_of, upload
from web_house import LiveHouse

SETTINGS = {
    "concurrent_ocr_jobs": "int",
    "ocr_timeout_seconds": "float",
    "enable_background_ocr": "bool",
}


def every(service: Service) -> list[Job]:
    return service.list(JobQuery())


def change(client: httpx2.Client, **members: object) -> dict:
    answer = client.put("/api/settings", json=members)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_settings_have_exactly_these_fields(client: httpx2.Client) -> None:
    told = client.get("/api/settings").json()
    assert shape(told) == SETTINGS
    assert told["enable_background_ocr"] is True


@pytest.mark.parametrize(
    "wanted",
    [
        {"concurrent_ocr_jobs": 4, "ocr_timeout_seconds": 300.0, "enable_background_ocr": True},
        {"concurrent_ocr_jobs": 1024, "ocr_timeout_seconds": 1.0, "enable_background_ocr": False},
        {"concurrent_ocr_jobs": 1, "ocr_timeout_seconds": 0.5 + 7, "enable_background_ocr": True},
    ],
)
def test_what_is_set_comes_back(client: httpx2.Client, wanted: dict[str, object]) -> None:
    assert change(client, **wanted) == wanted
    assert client.get("/api/settings").json() == wanted


def test_what_is_left_out_stays(client: httpx2.Client) -> None:
    change(client, concurrent_ocr_jobs=7, ocr_timeout_seconds=90)
    assert change(client, enable_background_ocr=False) == {
        "concurrent_ocr_jobs": 7,
        "ocr_timeout_seconds": 90.0,
        "enable_background_ocr": False,
    }
    assert change(client, concurrent_ocr_jobs=None, other="x") == change(client)


@pytest.mark.parametrize(
    "members",
    [
        {"concurrent_ocr_jobs": 0},
        {"concurrent_ocr_jobs": -3},
        {"concurrent_ocr_jobs": 1025},
        {"concurrent_ocr_jobs": 10**30},
        {"concurrent_ocr_jobs": 1.5},
        {"concurrent_ocr_jobs": "many"},
        {"concurrent_ocr_jobs": [1]},
        {"ocr_timeout_seconds": 0},
        {"ocr_timeout_seconds": 1e9},
        {"ocr_timeout_seconds": "soon"},
        {"ocr_timeout_seconds": {}},
        {"enable_background_ocr": "perhaps"},
        {"enable_background_ocr": 2},
    ],
)
def test_settings_that_make_no_sense_are_refused_and_change_nothing(
    client: httpx2.Client, members: dict[str, object]
) -> None:
    before = change(client, concurrent_ocr_jobs=3)
    assert problem_of(client.put("/api/settings", json=members))[0] == 422
    assert client.get("/api/settings").json() == before


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{", b"NaN", b'{"ocr_timeout_seconds":NaN}']
)
def test_a_body_that_is_no_settings_is_refused(client: httpx2.Client, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.put("/api/settings", content=body, headers=headers)
    assert problem_of(answer) == (422, "invalid_request")


def test_no_more_of_my_documents_are_in_work_than_i_have_set(
    house: LiveHouse, client: httpx2.Client
) -> None:
    change(client, concurrent_ocr_jobs=2)
    for _ in range(5):
        house.submit()
    works = house.worker.claim(10)
    assert len(works) == 2
    assert house.worker.claim(10) == []
    house.worker.finish(works[0])
    assert len(house.worker.claim(10)) == 1
    change(client, concurrent_ocr_jobs=4)
    assert len(house.worker.claim(10)) == 2


def test_a_page_of_mine_gets_the_time_i_have_set(house: LiveHouse, client: httpx2.Client) -> None:
    change(client, ocr_timeout_seconds=42)
    house.submit()
    house.worker.step()
    assert {work.page_seconds for work in house.worker.claim()} == {42}


@pytest.fixture
def by_hand(house: LiveHouse, client: httpx2.Client) -> httpx2.Client:
    """For whoever wants documents to wait."""
    change(client, enable_background_ocr=False)
    return client


WAITING = ("/v1/jobs", "/jobs/create", "/process_pdf", "/convert")


@pytest.mark.parametrize("path", WAITING)
def test_without_background_ocr_documents_wait_until_they_are_told(
    house: LiveHouse, by_hand: httpx2.Client, path: str
) -> None:
    answer = by_hand.post(path, files={"file": ("a.pdf", house.pdf)})
    assert answer.is_success
    (job,) = every(house.service)
    assert job.state is JobState.PAUSED
    assert house.worker.step() == []
    assert by_hand.get("/api/queue/stats").json()["pending"] == 1
    by_hand.post(f"/v1/jobs/{job.id}/resume").raise_for_status()
    house.worker.work_off()
    assert house.service.get(job.id).state is JobState.COMPLETED


def test_without_background_ocr_an_extraction_somebody_asks_for_begins(
    house: LiveHouse, by_hand: httpx2.Client
) -> None:
    file_id = upload(house)
    asked = by_hand.post(f"/api/extract/{file_id}", json={"async": True}).json()
    checked = by_hand.post("/api/process-async", json={"file_id": file_id}).json()
    house.worker.work_off()
    for task_id in (asked["task_id"], checked["task_id"]):
        assert by_hand.get(f"/api/task/{task_id}").json()["state"] == "SUCCESS"


def test_with_background_ocr_again_new_documents_begin(
    house: LiveHouse, by_hand: httpx2.Client
) -> None:
    waits = house.submit()["id"]
    change(by_hand, enable_background_ocr=True)
    begins = house.submit()["id"]
    house.worker.work_off()
    assert house.service.get(begins).state is JobState.COMPLETED
    assert house.service.get(waits).state is JobState.PAUSED


def test_settings_are_everybody_s_own(tmp_path: Path) -> None:
    wanted = {
        "concurrent_ocr_jobs": 3,
        "ocr_timeout_seconds": 33.0,
        "enable_background_ocr": False,
    }
    with house_with(tmp_path, is_open=False) as house, house.client() as client:
        ann, bob = (token_of(house, name) for name in ("ann", "bob"))
        before = client.get("/api/settings", headers=bob).json()
        client.put("/api/settings", json=wanted, headers=ann).raise_for_status()
        assert client.get("/api/settings", headers=ann).json() == wanted
        assert client.get("/api/settings", headers=bob).json() == before
        native = client.get("/v1/me/settings", headers=ann).json()["settings"]
    assert native.items() >= wanted.items()
