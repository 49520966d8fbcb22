"""A house on a folder of the test's own, with real node processes that may be killed."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from pagemill.app.house import House, open_house
from pagemill.app.keeper import environment_of, node_command
from pagemill.model.event import Event, EventKind
from pagemill.model.job import Job
from pagemill.settings import Settings
from pagemill.testing.documents import text_pdf

ENGINES = ("Count", "Crash", "Hang", "Leak", "Flaky", "Slow", "Gate", "Away")
PLUGINS = ",".join(f"pagemill.testing.engines:{name}Engine" for name in ENGINES)
PATIENCE_SECONDS = 90.0


def until(is_true: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Waits for a condition; fails the test when it does not come true in good time."""
    pause = threading.Event()
    for _ in range(round(seconds / 0.01)):
        if is_true():
            return
        pause.wait(0.01)
    raise AssertionError(f"waited {seconds:g} seconds in vain: {what}")


@dataclass
class Yard:
    """The house, its nodes' environment, and what the fault engines write down."""

    folder: Path
    house: House
    environment: dict[str, str]
    nodes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def gate(self) -> Path:
        return self.folder / "gate"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def start(self) -> subprocess.Popen[bytes]:
        """A node process; returns at once."""
        with (self.folder / "log").open("ab") as log:
            node = subprocess.Popen(
                node_command(), env=os.environ | self.environment, stdout=log, stderr=log
            )
        self.nodes.append(node)
        return node

    def submit(self, pages: list[str] | int, engine: str, **asked: object) -> Job:
        path = self.folder / "sent.pdf"
        path.write_bytes(text_pdf(pages))
        return self.house.service.submit_file(path, {"engine": engine}, **asked).job

    def job(self, job: Job) -> Job:
        return self.house.ledger.job(job.id)

    def finish(self, *jobs: Job) -> list[Job]:
        until(lambda: all(self.job(job).state.is_final for job in jobs), "jobs to end")
        return [self.job(job) for job in jobs]

    def notes(self) -> list[tuple[int, str]]:
        """When (ms) each page was begun, and its first line."""
        try:
            lines = (self.folder / "read").read_text().splitlines()
        except FileNotFoundError:
            return []
        return [(int(ms), first) for ms, _, first in (line.partition("\t") for line in lines)]

    def begun(self, count: int) -> None:
        until(lambda: len(self.notes()) >= count, f"{count} pages to be begun")

    def markdown(self, job: Job) -> str:
        return self.house.shelf.get(f"{job.folder}/result.md").decode()

    def events(self, job: Job, kind: EventKind) -> list[Event]:
        return [e for e in self.house.ledger.events(job.id, limit=100_000) if e.kind is kind]


MakeYard = Callable[..., AbstractContextManager[Yard]]


@contextmanager
def a_yard(folder: Path, data: Path | None = None, **settings: object) -> Iterator[Yard]:
    """Nodes still running at the end are killed."""
    given = {
        "workers": 2,
        "plugins": PLUGINS,
        "engine": "text",
        "backoff_base_seconds": 0.01,
        "heartbeat_seconds": 0.25,
        "log_level": "debug",
        **settings,
    }
    known = Settings(data=data or folder / "data", **given)  # type: ignore[arg-type]
    house = open_house(known)
    environment = environment_of(known) | {
        "PAGEMILL_TEST_PAGES_READ": str(folder / "read"),
        "PAGEMILL_TEST_GATE": str(folder / "gate"),
        "PAGEMILL_TEST_SLOW_SECONDS": "0.03",
        "PAGEMILL_TEST_LEAK_MB": "4",
    }
    yard = Yard(folder, house, environment)
    try:
        yield yard
    finally:
        for node in yard.nodes:
            kill(node.pid)
            node.wait()
        house.close()


def children_of(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children()
    except psutil.NoSuchProcess:
        return []


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def is_gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
