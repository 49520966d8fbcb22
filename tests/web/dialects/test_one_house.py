"""One job, however it was sent, is the same job in every API, in the words of each."""

import io
from collections.abc import Callable
from zipfile import ZipFile

import httpx2
import pytest

from web.dialects.speaking import STAGES, bring, upload
from web_house import LiveHouse, page_markdown

Send = Callable[[LiveHouse, httpx2.Client], str]
WORDS = {
    "queued": ("queued", "queued", "pending", "accepted", "PENDING"),
    "paused": ("paused", "queued", "pending", "accepted", "PENDING"),
    "opened": ("processing", "processing", "processing", "processing", "PROCESSING"),
    "reading": ("processing", "processing", "processing", "processing", "PROCESSING"),
    "writing": ("processing", "processing", "processing", "processing", "PROCESSING"),
    "completed": ("completed", "completed", "completed", "completed", "SUCCESS"),
    "gaps": ("completed", "completed", "completed", "completed", "SUCCESS"),
    "failed": ("failed", "failed", "failed", "failed", "FAILURE"),
    "cancelled": ("cancelled", "cancelled", "failed", "failed", "FAILURE"),
}
"""By stage: natively, and as /jobs, /process_pdf, /convert and /api/extract call it."""


def natively(house: LiveHouse, client: httpx2.Client) -> str:
    return house.submit(outputs="markdown,text")["id"]


def by_jobs(house: LiveHouse, client: httpx2.Client) -> str:
    return client.post("/jobs/create", files={"file": ("a.pdf", house.pdf)}).json()["job_id"]


def by_process_pdf(house: LiveHouse, client: httpx2.Client) -> str:
    return client.post("/process_pdf", files={"file": ("a.pdf", house.pdf)}).json()["job_id"]


def by_convert(house: LiveHouse, client: httpx2.Client) -> str:
    return client.post("/convert", files={"file": ("a.pdf", house.pdf)}).json()["conversion_id"]


def by_extract(house: LiveHouse, client: httpx2.Client) -> str:
    answer = client.post(f"/api/extract/{upload(house)}", json={"async": True})
    return answer.json()["task_id"]


def by_process_async(house: LiveHouse, client: httpx2.Client) -> str:
    return client.post("/api/process-async", json={"file_id": upload(house)}).json()["task_id"]


EVERY_WAY = [natively, by_jobs, by_process_pdf, by_convert, by_extract, by_process_async]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("send", EVERY_WAY)
def test_every_api_tells_of_every_job_in_its_own_words(
    house: LiveHouse, client: httpx2.Client, send: Send, stage: str
) -> None:
    sent = send(house, client)
    bring(house, sent, stage)
    own = house.service.get(sent).id
    for ref in {sent, own}:
        answers = [
            client.get(f"/v1/jobs/{ref}").json()["state"],
            client.get(f"/jobs/{ref}").json()["status"],
            client.get(f"/result/{ref}/status").json()["status"],
            client.get(f"/conversion-status/{ref}").json()["status"],
            client.get(f"/api/task/{ref}").json()["state"],
        ]
        assert tuple(answers) == WORDS[stage]


@pytest.mark.parametrize("send", EVERY_WAY)
def test_every_list_holds_every_job(house: LiveHouse, client: httpx2.Client, send: Send) -> None:
    sent = send(house, client)
    job = house.service.get(sent)
    assert [one["id"] for one in client.get("/v1/jobs").json()["jobs"]] == [job.id]
    (in_jobs,) = client.get("/jobs").json()["jobs"]
    assert in_jobs["job_id"] == (job.handle or job.id)
    assert [one["job_id"] for one in client.get("/tasks").json()["tasks"]] == [job.id]
    assert client.get("/worker-pool-status").json()["queue_size"] == 1
    assert client.get("/api/queue/stats").json()["pending"] == 1
    assert client.get("/health").json()["queued_jobs"] == 1


@pytest.mark.parametrize("send", EVERY_WAY)
def test_every_api_gives_the_same_text(house: LiveHouse, client: httpx2.Client, send: Send) -> None:
    ref = send(house, client)
    house.worker.work_off()
    text = "\n\n".join(page_markdown(n) for n in (1, 2, 3)).encode()
    for path in (
        f"/v1/jobs/{ref}/outputs/markdown",
        f"/jobs/{ref}/download",
        f"/result/{ref}/markdown",
    ):
        assert client.get(path).content == text
    with ZipFile(io.BytesIO(client.get(f"/result/{ref}/zip").content)) as archive:
        assert archive.read("output.mmd") == text
    if send is not by_process_async:
        assert client.get(f"/api/task/{ref}").json()["result"]["data"]["text"] == text.decode()


@pytest.mark.parametrize("send", EVERY_WAY)
def test_what_one_api_cancels_is_cancelled_in_all(
    house: LiveHouse, client: httpx2.Client, send: Send
) -> None:
    ref = send(house, client)
    client.delete(f"/jobs/{ref}").raise_for_status()
    assert client.get(f"/v1/jobs/{ref}").json()["state"] == "cancelled"
    assert client.get(f"/result/{ref}/status").json()["error_message"] == "Cancelled"
    assert client.get(f"/conversion-status/{ref}").json()["error"] == "Cancelled"
    assert client.get(f"/api/task/{ref}").json()["state"] == "FAILURE"


@pytest.mark.parametrize("send", EVERY_WAY)
def test_what_is_deleted_is_gone_from_all(
    house: LiveHouse, client: httpx2.Client, send: Send
) -> None:
    ref = send(house, client)
    client.delete(f"/v1/jobs/{ref}").raise_for_status()
    for path in (
        f"/jobs/{ref}",
        f"/result/{ref}/status",
        f"/conversion-status/{ref}",
        f"/api/task/{ref}",
    ):
        assert client.get(path).status_code == 404
