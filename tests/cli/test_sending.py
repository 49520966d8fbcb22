"""Many files go to a server at once, and are told of in the order they were named."""

import signal
import socket
import threading
from pathlib import Path

import msgspec
import pytest

from pagemill.cli.sending import Shipment
from pagemill.client import JobInfo
from pagemill.errors import PagemillError
from pagemill.testing.documents import text_pdf

NO_JOB = {
    **dict.fromkeys(JobInfo.__struct_fields__),
    "document": {"id": "", "filename": "", "media_type": "", "bytes": 0, "sha256": ""},
    "pages": {"total": None, "done": 0, "failed": 0, "cached": 0},
}


def job(name: str) -> JobInfo:
    texts = ("handle", "user", "state", "message", "created_at", "updated_at")
    numbers = dict.fromkeys(("version", "priority", "progress"), 0)
    others = {"options": {}, "links": {}, "note": {}, "failed_pages": []}
    given = NO_JOB | dict.fromkeys(texts, "") | numbers | others | {"id": name}
    return msgspec.convert(given, JobInfo)


def paths(count: int) -> list[Path]:
    return [Path(str(number)) for number in range(count)]


def test_as_many_as_allowed_are_on_their_way_at_once():
    meeting = threading.Barrier(4)

    def send(path: Path) -> JobInfo:
        meeting.wait(20)  # nobody comes through alone
        return job(path.name)

    told = [sent.job.id for sent in Shipment(send, paths(8), 4)]
    assert told == [str(number) for number in range(8)]


def test_never_more_than_allowed_are_on_their_way():
    threads = set()
    meeting = threading.Barrier(3)

    def send(path: Path) -> JobInfo:
        threads.add(threading.current_thread())
        meeting.wait(20)
        return job(path.name)

    assert len(list(Shipment(send, paths(300), 3))) == 300
    assert len(threads) == 3


def test_the_order_is_that_of_the_files_however_late_the_first_is():
    others = threading.Semaphore(0)

    def send(path: Path) -> JobInfo:
        if path.name == "0":
            for _ in range(9):
                assert others.acquire(timeout=20)
        else:
            others.release()
        return job(path.name)

    told = [sent.path.name for sent in Shipment(send, paths(10), 2)]
    assert told == [path.name for path in paths(10)]


def test_a_file_that_is_refused_does_not_stop_the_others():
    def send(path: Path) -> JobInfo:
        if path.name == "1":
            raise PagemillError("quota_bytes")
        return job(path.name)

    told = list(Shipment(send, paths(4), 2))
    assert [sent.job.id if sent.job else sent.refusal.code for sent in told] == [
        "0",
        "quota_bytes",
        "2",
        "3",
    ]


TROUBLE = [PagemillError("token_invalid"), ValueError("a surprise")]


@pytest.mark.parametrize("trouble", TROUBLE)
def test_what_concerns_every_file_ends_it(trouble):
    begun: list[str] = []

    def send(path: Path) -> JobInfo:
        begun.append(path.name)
        if path.name == "2":
            raise trouble
        return job(path.name)

    shipment = iter(Shipment(send, paths(1000), 1))
    assert [next(shipment).job.id, next(shipment).job.id] == ["0", "1"]
    with pytest.raises(type(trouble)) as raised:
        next(shipment)
    assert raised.value is trouble
    assert begun == ["0", "1", "2"]


@pytest.mark.parametrize("trouble", TROUBLE)
def test_what_was_on_its_way_then_is_still_told(trouble):
    begun: list[str] = []
    both = threading.Barrier(2)

    def send(path: Path) -> JobInfo:
        begun.append(path.name)
        if path.name in ("2", "3"):
            both.wait(20)
        if path.name == "2":
            raise trouble
        return job(path.name)

    told: list[str] = []

    def take_all() -> None:
        told.extend(sent.job.id for sent in Shipment(send, paths(1000), 2))

    with pytest.raises(type(trouble)):
        take_all()
    assert "3" in told
    assert told == [name for name in sorted(begun, key=int) if name != "2"]


def test_who_stops_early_still_learns_what_has_arrived():
    reached, gate = threading.Event(), threading.Event()

    def send(path: Path) -> JobInfo:
        if path.name == "2":
            reached.set()
            gate.wait(20)
        return job(path.name)

    shipment = Shipment(send, paths(3), 1)
    assert next(iter(shipment)).job.id == "0"
    assert reached.wait(20)
    known = shipment.known()
    gate.set()
    assert [sent.job.id for sent in known] == ["1"]


def test_many_files_are_told_in_their_order(run, server, tmp_path):
    names = [f"{number}.pdf" for number in range(12)]
    for name in names:
        (tmp_path / name).write_bytes(text_pdf([name]))
    done = run("submit", *names, "--json", url=server, max_concurrent_io=5)
    assert done.returncode == 0, done.stderr
    assert [job["document"]["filename"] for job in msgspec.json.decode(done.stdout)] == names


def test_ctrl_c_does_not_wait_for_uploads(start, tmp_path):
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        for name in "abc":
            (tmp_path / f"{name}.pdf").write_bytes(text_pdf(1))
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        command = start("submit", "a.pdf", "b.pdf", "c.pdf", url=url)
        callers = [deaf.accept()[0] for _ in range(3)]
        command.send_signal(signal.SIGINT)
        out, err = command.communicate(timeout=30)  # an answer is awaited for longer
        for caller in callers:
            caller.close()
    assert (command.returncode, out, err) == (130, "", "")
