"""`pagemill ingest --monitor` and `--watch`: how the jobs go on, and how it ends."""

import json
import os
import pty
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest

from cli.conftest import Start
from journeys.nodes import Yard, a_yard, until
from pagemill.cli.ingest.board import Board
from pagemill.cli.ingest.monitor import LOOK_AGAIN, SOMETHING_FAILED, Monitor
from pagemill.cli.ingest.standing import LocalLookout, Lookout, RemoteLookout, Standing
from pagemill.cli.screen import Screen
from pagemill.client import Client
from pagemill.errors import PagemillError
from pagemill.model.people import LOCAL
from pagemill.testing.documents import text_pdf
from pagemill_process import COMMAND, clean_environment
from web_house import open_service, serving


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    with a_yard(tmp_path, max_attempts=1) as yard:
        yield yard


def lookout(yard: Yard) -> LocalLookout:
    return LocalLookout(yard.house, LOCAL.id, since_ms=0)


def monitor(of: Lookout, stop: threading.Event | None = None) -> Monitor:
    return Monitor(of, Board(Screen()), stop or threading.Event())


def test_it_ends_with_the_last_job(yard: Yard, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        yard.submit(2, "text")
    looks = lookout(yard)
    assert (looks.look().jobs, looks.look().slots) == ({"queued": 3}, 0)
    yard.start()
    assert monitor(looks).follow() == 0
    standing = looks.look()
    assert (standing.jobs, standing.is_over) == ({"completed": 3}, True)
    assert standing.pages_ended == 6
    assert SOMETHING_FAILED not in capsys.readouterr().err


def test_something_that_fails_meanwhile_is_told_and_the_exit_code(
    yard: Yard, capsys: pytest.CaptureFixture[str]
) -> None:
    job = yard.submit(1, "text")
    path = yard.folder / "bad.pdf"
    path.write_bytes(b"%PDF-1.7 nothing behind it")
    yard.house.service.submit_file(path, {})
    watching = monitor(lookout(yard))
    watching.look()
    yard.start()
    assert watching.follow() == 1
    assert SOMETHING_FAILED in capsys.readouterr().err
    assert yard.job(job).state == "completed"
    (failure,) = lookout(yard).look().failures
    assert failure.startswith("bad.pdf: ")
    # What failed before is nobody's fault now.
    assert monitor(lookout(yard)).follow() == 0


def test_whoever_leaves_is_told_how_to_look_again(
    yard: Yard, capsys: pytest.CaptureFixture[str]
) -> None:
    yard.submit(1, "text")
    stop = threading.Event()
    stop.set()
    assert monitor(lookout(yard), stop).follow() == 130
    assert LOOK_AGAIN in capsys.readouterr().err


class Shaky:
    """Cannot be seen the first times."""

    def __init__(self, code: str) -> None:
        self.errors = [PagemillError(code)] * 2

    def look(self) -> Standing:
        if self.errors:
            raise self.errors.pop()
        return Standing({"completed": 1})


def test_trouble_with_looking_passes_and_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert monitor(Shaky("server_unreachable")).follow() == 0
    said = capsys.readouterr().err.splitlines()
    assert said == ["No server answers: looking again"] * 2 + ["Going on."]
    with pytest.raises(PagemillError):
        monitor(Shaky("token_revoked")).follow()


def test_a_server_and_its_data_folder_tell_the_same(tmp_path: Path) -> None:
    service = open_service(tmp_path)
    with serving(service, tmp_path) as house, Client(house.url) as client:
        house.worker.broken = {2}
        house.submit()
        house.worker.work_off()
        house.submit(engine="text")
        local = LocalLookout(SimpleNamespace(service=service, ledger=service.ledger), "local", 0)
        here, there = local.look(), RemoteLookout(client, "local", 0).look()
        assert here.jobs == there.jobs == {"completed": 1, "queued": 1}
        assert here.pages == there.pages
        assert list(here.failures) == list(there.failures)
        assert "mill.pdf, page 2: The engine stumbled. [engine_failed]" in here.failures
    service.ledger.close()


def test_somebody_elses_jobs_are_not_counted(tmp_path: Path) -> None:
    service = open_service(tmp_path)
    with serving(service, tmp_path) as house:
        house.submit()
        with Client(house.url, token=house.let_in("ann")) as client:
            assert RemoteLookout(client, "ann", 0).look().is_over
    service.ledger.close()


# The whole command


def on_a_terminal(
    folder: Path, *arguments: object
) -> tuple[subprocess.Popen[bytes], Callable[[], str]]:
    """A process whose stderr is a terminal of 80 columns, and all that it has shown there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        cwd=folder,
        env=clean_environment({}) | {"TERM": "xterm", "COLUMNS": "80", "LINES": "24"},
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    shown = bytearray()

    def read() -> None:
        with closing(os.fdopen(ours, "rb", buffering=0)) as terminal:
            try:
                while block := terminal.read(4096):
                    shown.extend(block)
            except OSError:  # the other end has been closed
                return

    threading.Thread(target=read, daemon=True).start()
    return process, lambda: shown.decode("utf-8", "replace")


def test_a_terminal_shows_figures_and_that_nobody_works(tmp_path: Path) -> None:
    for number in range(5):
        path = tmp_path / "in" / f"{number}.pdf"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text_pdf([f"Leaf {number}"]))
    process, shown = on_a_terminal(tmp_path, "ingest", "in", "--data", "data", "--monitor")
    until(lambda: "Nobody is working here" in shown(), "the advice")
    assert "5 queued, 0 processing, 0 completed, 0 failed" in shown()
    os.kill(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    until(lambda: "Left; the jobs go on." in shown(), "the last word")
    assert shown().rindex("\x1b[?25h") > shown().rindex("\x1b[?25l")  # the cursor is back
    assert out.decode().startswith("5 accepted, 0 duplicates")


class Stalling(BaseHTTPRequestHandler):
    """Knows nothing of what was sent, and never answers what is."""

    asked: ClassVar[threading.Semaphore]

    def do_POST(self) -> None:
        if self.path == "/v1/jobs":
            self.asked.release()
            threading.Event().wait()
        known = {"place": "here", "user": "local", "options": "none", "jobs": {}}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(known).encode())

    def log_message(self, *_: object) -> None:
        pass


def test_a_second_ctrl_c_waits_for_nothing(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "a.pdf").write_bytes(text_pdf(["Leaf"]))
    Stalling.asked = threading.Semaphore(0)
    with ThreadingHTTPServer(("127.0.0.1", 0), Stalling) as server:
        server.daemon_threads = True
        server.block_on_close = False
        threading.Thread(target=server.serve_forever).start()
        process = start("ingest", "a.pdf", "--url", f"http://127.0.0.1:{server.server_port}")
        assert Stalling.asked.acquire(timeout=60)

        def has_ended() -> bool:
            os.kill(process.pid, signal.SIGINT)
            return process.poll() is not None

        until(has_ended, "the end")
        server.shutdown()
    assert process.returncode == 130


def test_an_inbox_on_the_data_folder_takes_what_comes_until_it_is_stopped(
    start: Start, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    process = start(
        *("ingest", "in", "--data", "in/data", "--watch", "--settle", "0.1", "--json"),
    )
    until((tmp_path / "in" / "data" / "ledger.db").exists, "the beginning")
    with a_yard(tmp_path, data=tmp_path / "in" / "data") as yard:
        for number in range(3):
            (tmp_path / "in" / f"{number}.pdf").write_bytes(text_pdf([f"Leaf {number}"]))
            count = number + 1
            until(
                lambda count=count: yard.house.ledger.figures.job_counts() == {"queued": count},
                "the file",
            )
    os.kill(process.pid, signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    last = json.loads(out.splitlines()[-1])
    assert (last["event"], last["accepted"], last["refused"]) == ("taken", 3, 0)
