"""A folder on its way to a server: whoever is killed, in the end each file has one job."""

import os
import random
import signal
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from journeys.nodes import kill, until
from pagemill.app.house import House, open_house
from pagemill.model.event import EventKind
from pagemill.ports import JobQuery
from pagemill.settings import Settings
from pagemill.testing.documents import text_pdf
from pagemill_process import COMMAND, clean_environment, start_server

FILES, CONTENTS = 90, 70
UNREADABLE = 3


class Mill:
    """A server on a port that stays the same, and commands that send it files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.server: subprocess.Popen[str] | None = None
        self.senders: list[subprocess.Popen[str]] = []

    def open(self) -> None:
        self.server, _ = start_server(self.folder, port=self.port, workers=1)

    def kill(self) -> None:
        kill(self.server.pid)
        self.server.communicate()

    def ingest(self, *arguments: object) -> subprocess.Popen[str]:
        """Sends slowly enough to be met on the way: four files at a time, ten in a batch."""
        sender = subprocess.Popen(
            [*COMMAND, "ingest", str(self.folder / "in"), *map(str, arguments)],
            env=clean_environment(
                {
                    "url": f"http://127.0.0.1:{self.port}",
                    "queue_batch_size": 10,
                    "max_concurrent_io": 4,
                }
            )
            | {"XDG_STATE_HOME": str(self.folder / "state")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.senders.append(sender)
        return sender

    def house(self) -> House:
        return open_house(Settings(data=self.folder / "data"))


@pytest.fixture
def mill(tmp_path: Path) -> Iterator[Mill]:
    mill = Mill(tmp_path)
    (tmp_path / "in").mkdir()
    for number in range(FILES):
        content = text_pdf([f"Leaf {number % CONTENTS} of the folder"])
        (tmp_path / "in" / f"{number:04}.pdf").write_bytes(content)
    for number in range(UNREADABLE):
        (tmp_path / "in" / f"bad-{number}.pdf").write_bytes(b"no document %d" % number)
    yield mill
    for process in [*mill.senders, mill.server]:
        if process is not None:
            kill(process.pid)
            process.communicate()


def contents_of(folder: Path) -> set[str]:
    return {sha256(path.read_bytes()).hexdigest() for path in folder.glob("0*.pdf")}


def assert_one_job_a_content(house: House, folder: Path) -> None:
    """Each with its bytes on the shelf, and every page read once."""
    jobs = house.ledger.jobs(JobQuery(limit=10_000))
    assert Counter(job.document.sha256 for job in jobs) == Counter(contents_of(folder))
    for job in jobs:
        assert sha256(house.shelf.get(job.document.key)).hexdigest() == job.document.sha256
    until(lambda: house.ledger.figures.job_counts().keys() == {"completed"}, "all jobs to end")
    for job in house.ledger.jobs(JobQuery(limit=10_000)):
        assert (job.pages_done, job.pages_failed) == (1, 0)
        kinds = [event.kind for event in house.ledger.events(job.id)]
        assert kinds.count(EventKind.PAGE_DONE) == 1


def test_each_file_has_one_job_whatever_is_killed_and_however_often(
    mill: Mill, tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"seed {seed}")
    rng = random.Random(seed)
    mill.open()
    sender = mill.ingest("--engine", "text")
    for victim in rng.sample(["ingest"] * 2 + ["server"] * 2 + ["both"], 5):
        threading.Event().wait(rng.uniform(0.2, 1.8))
        if victim != "server":
            kill(sender.pid)
            sender.communicate()
        if victim != "ingest":
            mill.kill()
            mill.open()
        if sender.poll() is not None:
            sender = mill.ingest("--engine", "text")
    out, err = sender.communicate(timeout=200)
    assert sender.returncode == 1, err  # three files are no documents
    assert f"{UNREADABLE} refused" in out
    house = mill.house()
    assert_one_job_a_content(house, tmp_path / "in")
    house.close()

    out, _ = mill.ingest("--engine", "text").communicate(timeout=100)
    assert out.startswith(f"0 accepted, 0 duplicates, {FILES} known, {UNREADABLE} refused"), out


def test_a_server_that_dies_in_the_middle_is_waited_for(mill: Mill, tmp_path: Path) -> None:
    mill.open()
    sender = mill.ingest("--engine", "text")
    house = mill.house()
    until(lambda: house.ledger.jobs(JobQuery(limit=1)), "the first job")
    mill.kill()
    waiting = next(line for line in sender.stderr if "waiting, again in" in line)
    assert "not_a_document" not in waiting
    mill.open()
    out, err = sender.communicate(timeout=200)
    assert "Going on." in err
    assert f"{FILES - CONTENTS} duplicates" in out
    assert_one_job_a_content(house, tmp_path / "in")
    house.close()


def test_an_ingest_that_waits_can_be_stopped_and_goes_on_later(mill: Mill, tmp_path: Path) -> None:
    mill.open()
    sender = mill.ingest("--engine", "text")
    house = mill.house()
    until(lambda: house.ledger.jobs(JobQuery(limit=1)), "the first job")
    mill.kill()
    next(line for line in sender.stderr if "waiting, again in" in line)
    os.kill(sender.pid, signal.SIGINT)
    _, err = sender.communicate(timeout=60)
    assert "Run the same command again and it goes on from here." in err
    assert sender.returncode in (3, 130), err
    mill.open()
    mill.ingest("--engine", "text").communicate(timeout=200)
    assert_one_job_a_content(house, tmp_path / "in")
    house.close()


def test_an_inbox_sends_what_comes_while_the_server_comes_and_goes(
    mill: Mill, tmp_path: Path
) -> None:
    mill.open()
    sender = mill.ingest("--engine", "text", "--watch", "--settle", "0.2")
    house = mill.house()
    inbox = tmp_path / "in"

    until(lambda: sum(house.ledger.figures.job_counts().values()) == CONTENTS, "the first walk")
    for number in range(3):
        path = inbox / f"0-later-{number}.pdf"
        if number == 1:
            mill.kill()
        path.write_bytes(text_pdf([f"Later leaf {number}"]))
        if number == 1:
            mill.open()
        of_it = JobQuery(name=path.name)
        until(lambda of_it=of_it: house.ledger.jobs(of_it), f"what came later, {path.name}")
    os.kill(sender.pid, signal.SIGINT)
    out, err = sender.communicate(timeout=60)
    assert sender.returncode == 1, err  # three files are no documents
    assert f"{CONTENTS + 3} accepted" in out, err
    assert_one_job_a_content(house, inbox)
    house.close()
