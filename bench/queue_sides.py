"""The sides of `queues.py`: each keeps tasks that do nothing and has workers run them.

Every worker writes one byte into a file for each task it has done: what is done is the file's size,
the same for all sides, and it costs next to nothing. Peers run in an environment that uv makes.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from ledgers import Place
from pagemill.app.ledgers import open_bell
from pagemill.model.document import PDF, Document
from pagemill.model.job import NewJob
from pagemill.model.options import Options
from pagemill.model.people import LOCAL
from pagemill.ports import Arrival, Source

HERE = Path(__file__).parent
PUT = ("python", "-W", "ignore", "-c", "import queue_peers; queue_peers.main()")
PROCRASTINATE = ("procrastinate", "--log-level", "error", "-a", "queue_peers.app")
PEERS = ("celery[redis]==5.*", "procrastinate==3.*")
BATCH, WAIT_SECONDS = 1000, 60.0


class Side(Protocol):
    """`put` gives the seconds that so many tasks took to be put in, None for a way it has not.
    `working` runs the workers for the block.
    """

    name: str
    per_task: str
    done: Path

    def put(self, count: int, *, in_batches: bool) -> float | None: ...

    def working(self, workers: int) -> "Iterator[None]": ...


class Ours:
    """The ledger with the real agent, its pipes and its children; only what a child does is left
    out. A job has `pages` pages; a page is a task, and splitting and assembling come on top.
    """

    def __init__(self, name: str, place: Place, done: Path, pages: int = 1) -> None:
        self.name, self.done = name, done
        self.per_task = "fenced claim under limits, counters, event, page cache"
        self._place = place
        self._pages = pages
        self._jobs = 0

    def put(self, count: int, *, in_batches: bool) -> float:
        ledger = self._place.open(durable=True)
        jobs = [self._job() for _ in range(max(1, count // self._pages))]
        began = time.perf_counter()
        if in_batches:
            for first in range(0, len(jobs), BATCH):
                batch = [Arrival(_source(job), job) for job in jobs[first : first + BATCH]]
                ledger.sources.take(LOCAL, batch)
        else:
            for job in jobs:
                ledger.submit(job)
        took = time.perf_counter() - began
        ledger.close()
        open_bell(self._place.settings).ring()
        return took

    @contextmanager
    def working(self, workers: int) -> Iterator[None]:
        settings = self._place.settings
        command = [sys.executable, str(HERE / "queue_node.py"), str(workers), str(self._pages)]
        with _running([*command, str(settings.data), settings.ledger, str(self.done)]):
            yield

    def _job(self) -> NewJob:
        self._jobs += 1
        name = f"{self.name}-{self._jobs:09d}"
        document = Document(f"{name:0>64}", PDF, 1000)
        return NewJob(name, LOCAL, document, "noop.pdf", Options(), 5)


class Peer:
    """Celery or Procrastinate, with their own worker commands."""

    def __init__(self, name: str, server: str, done: Path, per_task: str) -> None:
        self.name, self.done, self.per_task = name, done, per_task
        self._environment = {
            **os.environ,
            "QUEUE_PEER": name.partition(" ")[0].lower(),
            "QUEUE_SERVER": server,
            "QUEUE_DONE": str(done),
            "PYTHONPATH": str(HERE),
            "PYTHONWARNINGS": "ignore",  # as Celery's of root
        }

    @property
    def _is_celery(self) -> bool:
        return self._environment["QUEUE_PEER"] == "celery"

    def prepare(self) -> None:
        """Makes the environment, and the tables where they are needed."""
        if self._is_celery:
            self._run("python", "-c", "import queue_peers")
        else:
            self._run(*PROCRASTINATE, "schema", "--apply")

    def put(self, count: int, *, in_batches: bool) -> float | None:
        if in_batches and self._is_celery:
            return None
        way = "batch" if in_batches else "one"
        return float(json.loads(self._run(*PUT, way, str(count))))

    def idle_waits(self, count: int) -> list[float]:
        """Seconds from putting a task in until it begins, with workers that have nothing to do."""
        return list(json.loads(self._run(*PUT, "idle", str(count))))

    @contextmanager
    def working(self, workers: int) -> Iterator[None]:
        if self._is_celery:
            quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "ERROR"]
            commands = [["celery", "-A", "queue_peers", "worker", "-c", str(workers), *quiet]]
        else:
            worker = [*PROCRASTINATE, "worker"]
            commands = [[*worker, "--concurrency", "1"]] * workers
        with _running(*(self._command(*command) for command in commands), env=self._environment):
            yield

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            self._command(*words),
            env=self._environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    def _command(self, *words: str) -> list[str]:
        uv = str(Path(sys.executable).with_name("uv"))
        wanted = [word for peer in PEERS for word in ("--with", peer)]
        return [uv, "run", "--no-project", "--quiet", *wanted, *words]


def run(side: Side, count: int, workers: int) -> float:
    """Tasks a second, over the middle eight tenths of `count` that were put in before: neither the
    start of the workers nor the last ones' end is in it. Raises RuntimeError where they are not
    done in good time.
    """
    size_before = side.done.stat().st_size
    moments: list[tuple[float, int]] = []
    with side.working(workers):
        until = time.monotonic() + WAIT_SECONDS + count / 50
        while time.monotonic() < until:
            moments.append((time.perf_counter(), side.done.stat().st_size - size_before))
            if moments[-1][1] >= count:
                break
            time.sleep(0.01)
    if moments[-1][1] < count:
        raise RuntimeError(f"{side.name}: only {moments[-1][1]} of {count} tasks were done")
    first = next(moment for moment in moments if moment[1] >= count / 10)
    last = next(moment for moment in moments if moment[1] >= count * 9 / 10)
    return (last[1] - first[1]) / (last[0] - first[0])


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A server that appends every change to a file, synced each second. Raises RuntimeError where
    Redis is not installed, or does not start.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("redis-server is missing: sh scripts/system.sh bench")
    folder.mkdir()
    port = _free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
    with _running([*command, "--appendonly", "yes", "--save", "", "--loglevel", "warning"]):
        _await(port)
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def _running(*commands: Sequence[str], env: dict[str, str] | None = None) -> Iterator[None]:
    """Ended with all that they have started, by their groups."""
    processes = [
        subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, start_new_session=True)
        for command in commands
    ]
    try:
        yield
    finally:
        for process in processes:
            os.killpg(process.pid, signal.SIGTERM)
        for process in processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _await(port: int) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("a server did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _source(job: NewJob) -> Source:
    return Source(job.id, f"/bench/{job.id}.pdf", 1000, 1, job.document.sha256)
