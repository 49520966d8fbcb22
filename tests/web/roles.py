"""A house that asks for tokens, and people of every role in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2

from pagemill.model.job import Failure
from pagemill.model.people import Role
from pagemill.web import WebConfig
from web_house import LiveHouse, open_service, serving

PEOPLE = {"ann": Role.USER, "bob": Role.USER, "eve": Role.READ_ONLY, "chief": Role.ADMIN}


@dataclass
class Street:
    """A house that asks for tokens, with a client for each of some people."""

    house: LiveHouse
    doors: dict[str, httpx2.Client]

    def send(self, user_id: str, name: str = "mill.pdf") -> str:
        file = {"file": (name, self.house.pdf)}
        answer = self.doors[user_id].post("/v1/jobs", files=file)
        assert answer.status_code == 202, answer.text
        return answer.json()["id"]


@contextmanager
def street_in(root: Path, batch: int = 1000, **given: object) -> Iterator[Street]:
    service = open_service(root)
    service = replace(service, limits=replace(service.limits, batch=batch))
    config = WebConfig(watch_interval_ms=20, max_wait_seconds=20, is_open=False, **given)
    with serving(service, root, config) as house:
        doors = {name: house.client(house.let_in(name, role)) for name, role in PEOPLE.items()}
        yield Street(house, doors)
        for door in doors.values():
            door.close()
    service.ledger.close()


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def failed(street: Street, user_id: str, failure: Failure) -> str:
    """The id of a job whose document could not be opened."""
    job_id = street.send(user_id)
    street.house.worker.unopened = failure
    street.house.worker.work_off()
    street.house.worker.unopened = None
    return job_id


def with_gap(street: Street, user_id: str) -> str:
    """The id of a completed job without its third page."""
    job_id = street.send(user_id)
    street.house.worker.broken = {3}
    street.house.worker.work_off()
    street.house.worker.broken = ()
    return job_id
