"""The asynchronous DeepSeek-OCR server's API: create, poll, download, cancel, health."""

import re
from datetime import UTC, datetime

import httpx2
import pytest

from web.dialects.speaking import STAGES, UNREADABLE, bring, problem_of, shape
from web_house import LiveHouse, page_markdown

PROMPT = "<image>Convert to markdown"
JOB_ID = re.compile(r"document\.pdf_(\d{8}_\d{6})_[0-9a-f]{8}")


def create(house: LiveHouse, name: str = "document.pdf", prompt: str | None = PROMPT) -> dict:
    with house.client() as client:
        answer = client.post(
            "/jobs/create",
            files={"file": (name, house.pdf, "application/pdf")},
            data={} if prompt is None else {"prompt": prompt},
        )
    assert answer.status_code == 200, answer.text
    return answer.json()


def status_at(house: LiveHouse, client: httpx2.Client, stage: str) -> dict:
    """What is told of a job of three pages."""
    job_id = create(house)["job_id"]
    bring(house, job_id, stage)
    answer = client.get(f"/jobs/{job_id}")
    assert answer.status_code == 200
    return answer.json()


# Creating.


def test_creating_answers_at_once_with_these_fields(house: LiveHouse) -> None:
    created = create(house)
    assert shape(created) == dict.fromkeys(("job_id", "status", "filename", "message"), "str")
    assert (created["status"], created["filename"]) == ("queued", "document.pdf")
    assert created["job_id"] in created["message"]


def test_a_job_id_is_file_name_utc_time_and_eight_hex_digits(house: LiveHouse) -> None:
    match = JOB_ID.fullmatch(create(house)["job_id"])
    assert match is not None
    told = datetime.strptime(match[1], "%Y%m%d_%H%M%S").replace(tzinfo=UTC)
    job = house.service.get(match[0])
    assert 0 <= job.created_ms / 1000 - told.timestamp() < 2


def test_two_jobs_on_one_file_in_one_second_have_ids_of_their_own(house: LiveHouse) -> None:
    assert len({create(house)["job_id"] for _ in range(5)}) == 5


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Mühle & Söhne.pdf", "Muhle_Sohne.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\scans\\a b.PDF", "a_b.PDF"),
        ("書類.pdf", "pdf"),
        ("...", "document"),
        ("a" * 300 + ".pdf", "a" * 100 + ".pdf"),
        ("<img src=x>.png", "img_src_x_.png"),
    ],
)
def test_a_job_id_needs_no_escapes_whatever_the_file_is_called(
    house: LiveHouse, name: str, stem: str
) -> None:
    job_id = create(house, name)["job_id"]
    assert re.fullmatch(re.escape(stem) + r"_\d{8}_\d{6}_[0-9a-f]{8}", job_id)


def test_a_prompt_is_given_back_as_it_was_sent(house: LiveHouse, client: httpx2.Client) -> None:
    prompt = '  <image>\n<|grounding|>Convert "it" — größer  '
    job_id = create(house, prompt=prompt)["job_id"]
    assert client.get(f"/jobs/{job_id}").json()["prompt"] == prompt


def test_no_prompt_is_needed(house: LiveHouse, client: httpx2.Client) -> None:
    job_id = create(house, prompt=None)["job_id"]
    assert client.get(f"/jobs/{job_id}").json()["prompt"] is None


@pytest.mark.parametrize(
    ("prompt", "outputs"),
    [
        (PROMPT, ["markdown", "metadata"]),
        ("", ["markdown", "metadata"]),
        ("<image>\n<|grounding|>Convert.", ["markdown", "annotated", "metadata"]),
    ],
)
def test_a_prompt_that_asks_for_grounding_gets_the_places_too(
    house: LiveHouse, prompt: str, outputs: list[str]
) -> None:
    job = house.service.get(create(house, prompt=prompt)["job_id"])
    assert list(job.options.outputs) == outputs


# Status.

FIELDS = {
    "job_id": "str",
    "status": "str",
    "progress": "float",
    "processed_pages": "int",
    "total_pages": "int",
    "filename": "str",
    "prompt": "str",
    "message": "str",
    "error": "NoneType",
    "created_at": "str",
    "updated_at": "str",
    "started_at": "str",
    "completed_at": "str",
}


def test_a_status_has_exactly_these_fields(house: LiveHouse, client: httpx2.Client) -> None:
    assert shape(status_at(house, client, "completed")) == FIELDS


@pytest.mark.parametrize(
    ("stage", "status", "progress", "pages"),
    [
        ("queued", "queued", 0.0, (0, 0)),
        ("paused", "queued", 0.0, (0, 0)),
        ("opened", "processing", 0.0, (0, 3)),
        ("reading", "processing", 33.0, (1, 3)),
        ("writing", "processing", 99.0, (3, 3)),
        ("completed", "completed", 100.0, (3, 3)),
        ("gaps", "completed", 100.0, (3, 3)),
        ("failed", "failed", 0.0, (0, 0)),
        ("cancelled", "cancelled", 0.0, (0, 0)),
    ],
)
def test_every_state_has_its_word_and_progress(
    house: LiveHouse,
    client: httpx2.Client,
    stage: str,
    status: str,
    progress: float,
    pages: tuple[int, int],
) -> None:
    told = status_at(house, client, stage)
    assert (told["status"], told["progress"]) == (status, progress)
    assert (told["processed_pages"], told["total_pages"]) == pages
    assert shape(told) | {"error": "", "started_at": "", "completed_at": ""} == FIELDS | {
        "error": "",
        "started_at": "",
        "completed_at": "",
    }


@pytest.mark.parametrize("stage", STAGES)
def test_times_are_there_once_they_have_come(
    house: LiveHouse, client: httpx2.Client, stage: str
) -> None:
    told = status_at(house, client, stage)
    is_ended = stage in ("completed", "gaps", "failed", "cancelled")
    assert (told["completed_at"] is not None) is is_ended
    is_begun = stage not in ("queued", "paused", "failed", "cancelled")
    assert (told["started_at"] is not None) is is_begun


def test_a_failed_job_says_why(house: LiveHouse, client: httpx2.Client) -> None:
    told = status_at(house, client, "failed")
    assert told["error"] == told["message"] == UNREADABLE.message


def test_a_job_with_gaps_says_how_many(house: LiveHouse, client: httpx2.Client) -> None:
    told = status_at(house, client, "gaps")
    assert told["message"] == "Done, but 1 of 3 pages could not be read"
    assert told["error"] is None


def test_a_job_is_found_by_the_house_s_own_id_too(house: LiveHouse, client: httpx2.Client) -> None:
    job_id = create(house)["job_id"]
    own = house.service.get(job_id).id
    assert client.get(f"/jobs/{own}").json() == client.get(f"/jobs/{job_id}").json()
    assert client.get(f"/jobs/{own}").json()["job_id"] == job_id


def test_a_job_that_was_sent_otherwise_is_known_by_its_own_id(
    house: LiveHouse, client: httpx2.Client
) -> None:
    own = house.submit()["id"]
    told = client.get(f"/jobs/{own}").json()
    assert (told["job_id"], told["prompt"], told["status"]) == (own, None, "queued")


@pytest.mark.parametrize("path", ["", "/download", "/metadata"])
def test_an_unknown_job_is_not_found(client: httpx2.Client, path: str) -> None:
    answer = client.get(f"/jobs/document.pdf_20260107_123456_a1b2c3d4{path}")
    assert problem_of(answer) == (404, "job_not_found")


# The list.


def test_jobs_are_listed_newest_first_in_the_form_of_their_status(
    house: LiveHouse, client: httpx2.Client
) -> None:
    ids = [create(house, f"{n}.pdf")["job_id"] for n in range(3)]
    listed = client.get("/jobs").json()
    assert shape(listed) == {"jobs": "list", "total": "int"}
    assert [job["job_id"] for job in listed["jobs"]] == ids[::-1]
    assert listed["total"] == 3
    assert listed["jobs"][0] == client.get(f"/jobs/{ids[-1]}").json()


def test_a_limit_bounds_the_list(house: LiveHouse, client: httpx2.Client) -> None:
    newest = [create(house)["job_id"] for _ in range(3)][-1]
    listed = client.get("/jobs", params={"limit": 1}).json()
    assert [job["job_id"] for job in listed["jobs"]] == [newest]


def test_fifty_jobs_are_listed_unless_another_limit_is_given(
    house: LiveHouse, client: httpx2.Client
) -> None:
    document = house.submit()["document"]["id"]
    for _ in range(50):
        house.service.submit_document(document, {})
    assert len(client.get("/jobs").json()["jobs"]) == 50
    assert len(client.get("/jobs", params={"limit": 51}).json()["jobs"]) == 51


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "many", "1e3", ""])
def test_a_limit_that_makes_no_sense_is_refused(client: httpx2.Client, limit: str) -> None:
    assert problem_of(client.get("/jobs", params={"limit": limit})) == (422, "invalid_request")


@pytest.mark.parametrize("stage", STAGES)
def test_the_list_is_filtered_by_the_words_it_shows(
    house: LiveHouse, client: httpx2.Client, stage: str
) -> None:
    told = status_at(house, client, stage)
    for word in ("queued", "processing", "completed", "failed", "cancelled"):
        listed = client.get("/jobs", params={"status": word}).json()["jobs"]
        assert listed == ([told] if word == told["status"] else [])


def test_a_word_that_is_no_status_is_refused(client: httpx2.Client) -> None:
    answer = client.get("/jobs", params={"status": "paused"})
    assert problem_of(answer) == (422, "invalid_request")


# Results.


@pytest.mark.parametrize("stage", ["completed", "gaps"])
def test_the_result_is_downloaded_as_markdown(
    house: LiveHouse, client: httpx2.Client, stage: str
) -> None:
    job_id = status_at(house, client, stage)["job_id"]
    answer = client.get(f"/jobs/{job_id}/download")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert 'filename="document.md"' in answer.headers["content-disposition"]
    pages = (1, 2, 3) if stage == "completed" else (1, 3)
    assert answer.content.decode() == "\n\n".join(page_markdown(n) for n in pages)


@pytest.mark.parametrize("stage", ["queued", "paused", "opened", "reading", "writing"])
@pytest.mark.parametrize("what", ["download", "metadata"])
def test_there_is_nothing_to_download_before_the_end(
    house: LiveHouse, client: httpx2.Client, stage: str, what: str
) -> None:
    job_id = status_at(house, client, stage)["job_id"]
    assert problem_of(client.get(f"/jobs/{job_id}/{what}")) == (409, "output_not_ready")


@pytest.mark.parametrize("stage", ["failed", "cancelled"])
def test_a_job_without_a_result_gives_none(
    house: LiveHouse, client: httpx2.Client, stage: str
) -> None:
    job_id = status_at(house, client, stage)["job_id"]
    assert problem_of(client.get(f"/jobs/{job_id}/download")) == (404, "output_not_found")


def test_a_download_is_resumed_by_range(house: LiveHouse, client: httpx2.Client) -> None:
    job_id = status_at(house, client, "completed")["job_id"]
    whole = client.get(f"/jobs/{job_id}/download").content
    rest = client.get(f"/jobs/{job_id}/download", headers={"Range": "bytes=10-"})
    assert (rest.status_code, rest.content) == (206, whole[10:])


def test_metadata_is_a_file_of_the_result(house: LiveHouse, client: httpx2.Client) -> None:
    job_id = status_at(house, client, "completed")["job_id"]
    answer = client.get(f"/jobs/{job_id}/metadata")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"pages": []}


@pytest.mark.parametrize("stage", ["failed", "cancelled"])
def test_the_metadata_of_a_job_without_a_result_is_its_status(
    house: LiveHouse, client: httpx2.Client, stage: str
) -> None:
    told = status_at(house, client, stage)
    assert client.get(f"/jobs/{told['job_id']}/metadata").json() == told


def test_the_metadata_of_a_job_that_was_not_asked_for_it_is_its_status(
    house: LiveHouse, client: httpx2.Client
) -> None:
    own = house.submit()["id"]
    assert client.get(f"/jobs/{own}/metadata").json() == client.get(f"/jobs/{own}").json()


# Cancelling.


@pytest.mark.parametrize("stage", ["queued", "paused", "opened", "reading", "writing"])
def test_deleting_cancels(house: LiveHouse, client: httpx2.Client, stage: str) -> None:
    job_id = status_at(house, client, stage)["job_id"]
    answer = client.delete(f"/jobs/{job_id}")
    assert answer.status_code == 200
    assert shape(answer.json()) == dict.fromkeys(("job_id", "status", "message"), "str")
    assert (answer.json()["job_id"], answer.json()["status"]) == (job_id, "cancelled")
    assert client.get(f"/jobs/{job_id}").json()["status"] == "cancelled"
    assert house.worker.step() == []


def test_pages_that_were_read_stay_when_a_job_is_cancelled(
    house: LiveHouse, client: httpx2.Client
) -> None:
    job_id = status_at(house, client, "reading")["job_id"]
    client.delete(f"/jobs/{job_id}").raise_for_status()
    assert client.get(f"/jobs/{job_id}").json()["processed_pages"] == 1
    page = client.get(f"/v1/jobs/{job_id}/pages/1", params={"format": "markdown"})
    assert page.text.strip() == page_markdown(1)


@pytest.mark.parametrize("stage", ["completed", "gaps", "failed", "cancelled"])
def test_a_job_that_has_ended_cannot_be_cancelled(
    house: LiveHouse, client: httpx2.Client, stage: str
) -> None:
    told = status_at(house, client, stage)
    assert problem_of(client.delete(f"/jobs/{told['job_id']}")) == (409, "invalid_state")
    assert client.get(f"/jobs/{told['job_id']}").json() == told


def test_a_job_is_cancelled_by_the_house_s_own_id_too(
    house: LiveHouse, client: httpx2.Client
) -> None:
    job_id = create(house)["job_id"]
    answer = client.delete(f"/jobs/{house.service.get(job_id).id}")
    assert answer.json()["job_id"] == job_id


# Health.


def test_health_counts_jobs_as_they_are(house: LiveHouse, client: httpx2.Client) -> None:
    health = client.get("/health").json()
    assert {name: health[name] for name in ("status", "model_loaded")} == {
        "status": "healthy",
        "model_loaded": False,
    }
    assert [health[f"{name}_jobs"] for name in ("active", "queued", "total")] == [0, 0, 0]
    bring(house, create(house)["job_id"], "completed")
    bring(house, create(house)["job_id"], "reading")
    for _ in range(3):
        create(house)
    health = client.get("/health").json()
    assert [health[f"{name}_jobs"] for name in ("active", "queued", "total")] == [1, 3, 5]
