"""A server and a folder for tests of `ingest --url`, and an intake in a test's own hands."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pagemill.cli.ingest.door import Door
from pagemill.cli.ingest.memory import Memory
from pagemill.cli.ingest.remote import Parcel, RemoteIntake, greet
from pagemill.cli.ingest.verdicts import Outcome, Verdict
from pagemill.cli.ingest.walk import Found, walk
from pagemill.client import Client
from pagemill.model.job import Job
from pagemill.ports import JobQuery
from pagemill.testing.documents import text_pdf
from web_house import LiveHouse, open_service, serving


@contextmanager
def a_house(root: Path) -> Iterator[LiveHouse]:
    root.mkdir()
    service = open_service(root)
    with serving(service, root) as house:
        yield house
    service.ledger.close()


def make_folder(folder: Path) -> Path:
    """Six documents in two folders, two of them with the same bytes."""
    for name in ("a", "b", "deep/c", "deep/d", "deep/e"):
        put(folder / f"{name}.pdf", text_pdf([f"The text of {name}"]))
    put(folder / "again.pdf", text_pdf(["The text of a"]))
    return folder


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def jobs_of(house: LiveHouse, user_id: str = "") -> list[Job]:
    return house.service.ledger.jobs(JobQuery(user_id, limit=1000))


class FastTime:
    """A clock that goes on when somebody waits, and an event that nobody sets."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def is_set(self) -> bool:
        return False

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.now += seconds
        return False


@contextmanager
def intake_for(
    house: LiveHouse,
    token: str = "",
    announce: Callable[[str], None] = lambda _: None,
    make: type[Client] = Client,
    stop: threading.Event | None = None,
    time: FastTime | None = None,
) -> Iterator[RemoteIntake]:
    rng = random.Random(1)
    if time is not None:
        door = Door(announce, time, rng, time)
    else:
        door = Door(announce, stop or threading.Event(), rng)
    with make(house.url, token=token, patience_seconds=0) as client:
        greeted = greet(client, {}, door)
        with closing(Memory(house.root / "memory.db", print)) as memory:
            intake = RemoteIntake(client, Parcel({}), greeted, memory, door, at_once=4)
            with closing(intake):
                yield intake


def found_in(folder: Path) -> list[Found]:
    return [item for item in walk([folder]) if isinstance(item, Found)]


def outcomes(verdicts: list[Verdict]) -> dict[Outcome, int]:
    return {one: sum(v.outcome is one for v in verdicts) for one in Outcome}
