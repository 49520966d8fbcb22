"""What the tests of all dialects do: bring jobs to any state, and open servers of another kind."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from pagemill.model.job import Failure
from pagemill.model.people import Role, User
from pagemill.ports import Clock
from pagemill.web import WebConfig
from web_house import LiveHouse, open_office, open_service, serving

MB = 1024 * 1024
UNREADABLE = Failure("not_a_document", "This is a cake recipe", "Send a PDF.")
STAGES = (
    "queued",
    "paused",
    "opened",
    "reading",
    "writing",
    "completed",
    "gaps",
    "failed",
    "cancelled",
)
"""Of a job of three pages: `reading` after the first, `writing` after the last; with `gaps` page 2
could not be read.
"""
_STEPS = {"queued": (), "opened": (9,), "reading": (9, 1), "writing": (9, 9)}


def bring(house: LiveHouse, ref: str, stage: str) -> None:
    """A job that was just sent, and no other, to a stage."""
    worker = house.worker
    match stage:
        case "paused":
            house.service.pause(ref)
        case "cancelled":
            house.service.cancel(ref)
        case "completed" | "gaps" | "failed":
            worker.broken = {2} if stage == "gaps" else ()
            worker.unopened = UNREADABLE if stage == "failed" else None
            worker.work_off()
        case _:
            for slots in _STEPS[stage]:
                worker.step(slots)


@contextmanager
def house_with(
    folder: Path, *, clock: Clock | None = None, max_upload_bytes: int = 4 * MB, **config: Any
) -> Iterator[LiveHouse]:
    service = open_service(folder, max_upload_bytes, clock)
    with serving(service, folder, WebConfig(watch_interval_ms=20, **config)) as live:
        yield live
    service.ledger.close()


def token_of(house: LiveHouse, name: str, role: Role = Role.USER) -> dict[str, str]:
    """The headers of a new user."""
    office = open_office(house.service)
    office.add_user(User(name, role))
    return {"Authorization": f"Bearer {office.add_token(name)[1]}"}


@contextmanager
def working(house: LiveHouse) -> Iterator[None]:
    """The worker does whatever comes, in a thread of its own, for the block."""
    is_over = threading.Event()

    def work() -> None:
        while not is_over.is_set():
            house.bell.rung.wait()
            house.bell.rung.clear()
            house.worker.work_off()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        house.bell.ring()
        thread.join(30)
        assert not thread.is_alive()


def shape(answer: dict[str, Any]) -> dict[str, str]:
    """The fields of an answer with the names of their types."""
    return {name: type(value).__name__ for name, value in answer.items()}


def problem_of(answer: httpx2.Response) -> tuple[int, str]:
    """Status and code of a refusal, which must be a problem with a next step."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["hint"]
    return answer.status_code, body["code"]


def refusal_of(answer: httpx2.Response) -> tuple[int, str]:
    """As `problem_of`, of the extractor, which says so in its own words, too."""
    assert answer.json()["success"] is False
    assert answer.json()["error"] == answer.json()["detail"]
    return problem_of(answer)


def upload(house: LiveHouse, name: str = "invoice.pdf") -> str:
    """The file id of the extractor."""
    with house.client() as client:
        answer = client.post("/api/upload", files={"file": (name, house.pdf)})
    assert answer.status_code == 200, answer.text
    return answer.json()["file_id"]


def wait_until(is_so: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(1000):
        if is_so():
            return
        pause.wait(0.02)
    raise AssertionError("it never came to be so")
