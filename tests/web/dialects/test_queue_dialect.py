"""The bulk OCR queue's API: its statistics, and failed documents again."""

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from statistics import fmean

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pagemill.model.job import Failure, Job, JobState
from pagemill.ports import JobQuery
from pagemill.service import Service
from pagemill.testing.clock import SettableClock
from pagemill.web.dialects.queue import stats
from web.dialects.speaking import UNREADABLE, bring, house_with, shape, token_of
from web_house import FAILURE, HandWorker, LiveHouse, open_service

STATS = {
    "pending": "int",
    "processing": "int",
    "failed": "int",
    "completed_today": "int",
    "avg_wait_time_minutes": "float",
    "oldest_pending_minutes": "float",
}
DAY_MS, MINUTE_MS = 86_400_000, 60_000


# Statistics.


def test_statistics_have_exactly_these_fields(house: LiveHouse, client: httpx2.Client) -> None:
    assert shape(client.get("/api/queue/stats").json()) == STATS


def test_an_empty_queue_counts_nothing(client: httpx2.Client) -> None:
    assert set(client.get("/api/queue/stats").json().values()) == {0}


@pytest.mark.parametrize(
    ("stage", "counted"),
    [
        ("queued", "pending"),
        ("paused", "pending"),
        ("opened", "processing"),
        ("reading", "processing"),
        ("writing", "processing"),
        ("completed", "completed_today"),
        ("gaps", "completed_today"),
        ("failed", "failed"),
        ("cancelled", ""),
    ],
)
def test_a_job_is_counted_where_it_stands(
    house: LiveHouse, client: httpx2.Client, stage: str, counted: str
) -> None:
    bring(house, house.submit()["id"], stage)
    told = client.get("/api/queue/stats").json()
    names = ("pending", "processing", "failed", "completed_today")
    assert {name: told[name] for name in names} == {name: int(name == counted) for name in names}


def test_waiting_is_told_in_minutes(tmp_path: Path) -> None:
    clock = SettableClock()
    with house_with(tmp_path, clock=clock) as house, house.client() as client:
        house.submit()
        clock.advance(190)
        house.worker.work_off()
        house.submit()
        clock.advance(942)
        told = client.get("/api/queue/stats").json()
    assert (told["avg_wait_time_minutes"], told["oldest_pending_minutes"]) == (3.2, 15.7)


def test_at_midnight_the_day_begins_anew(tmp_path: Path) -> None:
    clock = SettableClock()
    with house_with(tmp_path, clock=clock) as house, house.client() as client:
        clock.advance(86_399)
        house.submit()
        house.worker.work_off()
        assert client.get("/api/queue/stats").json()["completed_today"] == 1
        clock.advance(1)
        assert client.get("/api/queue/stats").json()["completed_today"] == 0


def send(service: Service, worker: HandWorker, clock: SettableClock, n: int) -> None:
    with service.receive() as incoming:
        incoming.write(b"%PDF")
        service.submit(incoming, "a.pdf", {})


def take(service: Service, worker: HandWorker, clock: SettableClock, n: int) -> None:
    worker.broken, worker.unopened = ({}, {2}, {1, 2, 3}, {})[n % 4], None
    worker.step(1 + n % 5)


def spoil(service: Service, worker: HandWorker, clock: SettableClock, n: int) -> None:
    worker.unopened = FAILURE if n % 2 else UNREADABLE
    worker.step(1 + n % 2)


def wait(service: Service, worker: HandWorker, clock: SettableClock, n: int) -> None:
    clock.advance(minutes(n))


def again(service: Service, worker: HandWorker, clock: SettableClock, n: int) -> None:
    service.requeue_failed()


def command(
    do: Callable[[Service, str], object], states: set[JobState]
) -> Callable[[Service, HandWorker, SettableClock, int], None]:
    """Tells it to one of the jobs that may be told so."""

    def tell(service: Service, worker: HandWorker, clock: SettableClock, n: int) -> None:
        fit = [job.id for job in every(service) if job.state in states]
        if fit:
            do(service, fit[n % len(fit)])

    return tell


def minutes(n: int) -> float:
    return 60 * (0.5 + n) ** 2 % 50_000


OPEN = {JobState.QUEUED, JobState.PROCESSING, JobState.PAUSED}
DEEDS = (
    send,
    take,
    take,
    take,
    spoil,
    wait,
    again,
    command(Service.pause, OPEN - {JobState.PAUSED}),
    command(Service.resume, {JobState.PAUSED}),
    command(Service.cancel, OPEN),
    command(Service.delete, set(JobState)),
)


def every(service: Service) -> list[Job]:
    return service.list(JobQuery(limit=1000))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 30)), max_size=50))
def test_statistics_are_what_counting_the_jobs_gives(history: list) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = SettableClock()
        service = open_service(Path(folder), clock=clock)
        worker = HandWorker(service.ledger, service.shelf)
        for do, n in [(send, 0), (send, 0), *history]:
            do(service, worker, clock, n)
        told, jobs, now_ms = stats(service), every(service), clock.now_ms()
        service.ledger.close()
    today = [
        job
        for job in jobs
        if job.state is JobState.COMPLETED and job.finished_ms >= now_ms - now_ms % DAY_MS
    ]
    waits = [job.started_ms - job.created_ms for job in today]
    ages = [now_ms - job.created_ms for job in jobs if job.state is JobState.QUEUED]
    assert told.pending == count(jobs, JobState.QUEUED, JobState.PAUSED)
    assert told.processing == count(jobs, JobState.PROCESSING)
    assert told.failed == count(jobs, JobState.FAILED)
    assert told.completed_today == len(today)
    assert is_about(told.avg_wait_time_minutes, fmean(waits) if waits else 0)
    assert is_about(told.oldest_pending_minutes, max(ages, default=0))


def count(jobs: list[Job], *states: JobState) -> int:
    return sum(job.state in states for job in jobs)


def is_about(told_minutes: float, milliseconds: float) -> bool:
    """To the tenth of a minute."""
    return abs(told_minutes - milliseconds / MINUTE_MS) <= 0.05 + 1e-6


# Failed documents again.


def failed(house: LiveHouse, failure: Failure) -> str:
    """The id of a job whose document could not be opened."""
    job_id = house.submit()["id"]
    house.worker.unopened = failure
    house.worker.work_off()
    house.worker.unopened = None
    return job_id


def requeue(client: httpx2.Client) -> dict:
    answer = client.post("/api/queue/requeue-failed")
    assert answer.status_code == 200
    assert shape(answer.json()) == {"requeued": "int", "message": "str"}
    return answer.json()


def test_a_failed_document_is_tried_again(house: LiveHouse, client: httpx2.Client) -> None:
    job_id = failed(house, FAILURE)
    assert client.get("/api/queue/stats").json()["failed"] == 1
    assert requeue(client) == {"requeued": 1, "message": "1 requeued"}
    told = client.get("/api/queue/stats").json()
    assert (told["failed"], told["pending"]) == (0, 1)
    house.worker.work_off()
    assert client.get(f"/v1/jobs/{job_id}").json()["state"] == "completed"


def test_of_a_document_with_gaps_only_the_failed_pages_are_read_again(
    house: LiveHouse, client: httpx2.Client
) -> None:
    job_id = house.submit()["id"]
    bring(house, job_id, "gaps")
    house.worker.broken = ()
    assert requeue(client)["requeued"] == 1
    assert [work.page_no for work in house.worker.step()] == [2]
    house.worker.work_off()
    assert client.get(f"/v1/jobs/{job_id}").json()["failed_pages"] == []


@pytest.mark.parametrize("stage", ["queued", "reading", "completed", "cancelled", "failed"])
def test_what_trying_again_cannot_help_is_left_alone(
    house: LiveHouse, client: httpx2.Client, stage: str
) -> None:
    job_id = house.submit()["id"]
    bring(house, job_id, stage)
    before = house.service.get(job_id)
    assert requeue(client)["requeued"] == 0
    assert house.service.get(job_id) == before


def test_all_failed_documents_are_tried_again_at_once(
    house: LiveHouse, client: httpx2.Client
) -> None:
    for _ in range(5):
        failed(house, FAILURE)
    assert requeue(client)["requeued"] == 5
    assert requeue(client)["requeued"] == 0


def test_who_asks_at_the_same_time_requeues_nothing_twice(house: LiveHouse) -> None:
    for _ in range(30):
        failed(house, FAILURE)
    start, answers = threading.Barrier(4), []

    def ask() -> None:
        with house.client() as client:
            start.wait(30)
            answers.append(requeue(client)["requeued"])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(answers) == 30
    assert len(answers) == 4


def test_only_one_s_own_documents_are_tried_again(tmp_path: Path) -> None:
    with house_with(tmp_path, is_open=False) as house, house.client() as client:
        ann, bob = (token_of(house, name) for name in ("ann", "bob"))
        house.worker.unopened = FAILURE
        client.post("/process_pdf", files={"file": ("a.pdf", b"x")}, headers=ann)
        house.worker.work_off()
        asked = [
            client.post("/api/queue/requeue-failed", headers=headers).json()["requeued"]
            for headers in (bob, ann)
        ]
    assert asked == [0, 1]
