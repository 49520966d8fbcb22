"""`watch` without a job: all of them, live, for ever."""

import io
import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen

import pytest
from rich.console import Console

from pagemill.cli.following.standing import STAY_SECONDS, Standing
from pagemill.cli.following.views import _Table, heading
from pagemill.cli.screen import Screen
from pagemill.client import Client, JobInfo
from pagemill.client.answers import DocumentInfo, ErrorInfo, PageCounts
from pagemill.testing.clock import SettableClock
from pagemill.testing.documents import text_pdf
from pagemill_process import start_server

BASE = JobInfo(
    id="",
    handle="",
    state="queued",
    version=1,
    document=DocumentInfo("d", "mill.pdf", "application/pdf", 1, "d"),
    options={},
    priority=5,
    pages=PageCounts(None, 0, 0, 0),
    failed_pages=[],
    progress=0,
    eta_seconds=None,
    position=None,
    message="",
    error=None,
    created_at="2026-01-01T00:00:00Z",
    started_at=None,
    finished_at=None,
    updated_at="2026-01-01T00:00:00Z",
    expires_at=None,
    links={},
    user="ann",
)


def job(number: int, state: str = "queued", done: int = 0, total: int | None = None, **more):
    """A job as the server tells it; higher numbers are newer."""
    given = {"id": f"{number:04}", "state": state, "pages": PageCounts(total, done, 0, 0)} | more
    return JobInfo(
        **{name: given.get(name, getattr(BASE, name)) for name in BASE.__struct_fields__}
    )


def named(number: int, name: str, state: str = "queued") -> JobInfo:
    return job(number, state, document=DocumentInfo("d", name, "application/pdf", 1, "d"))


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def standing(clock: SettableClock) -> Standing:
    return Standing(is_of_many=True, clock=clock.monotonic)


def picture(standing: Standing, width: int = 80, height: int = 12) -> list[str]:
    """What stands on a terminal of that size."""
    told = io.StringIO()
    console = Console(file=told, width=width, height=height, highlight=False)
    screen = Screen()
    screen.__dict__["console"] = console
    console.print(_Table(screen, standing).picture())
    return [line.rstrip() for line in told.getvalue().splitlines()]


@pytest.mark.parametrize("width", [40, 80, 160])
def test_a_thousand_jobs_fit_the_terminal_what_moves_first(standing: Standing, width: int) -> None:
    standing.begin([job(number) for number in range(1000)], is_more=False)
    standing.hear(job(3, "processing", 12, 40, eta_seconds=9.0))
    standing.hear(job(7, "completed", 40, 40))
    lines = picture(standing, width)
    assert len(lines) <= 12
    assert max(map(len, lines)) <= width
    assert lines[0].startswith("1 in work, 998 waiting; 1 done")
    assert [line[0] for line in lines[1:-1]] == ["○"] * 6 + ["✓", "●"]
    assert lines[-1] == "  and 992 more jobs"
    if width >= 80:
        assert "12/40 pages" in lines[-2]
        assert "9 s left" in lines[-2]


def test_what_has_ended_stays_a_while_and_failures_longer(
    standing: Standing, clock: SettableClock
) -> None:
    standing.begin([job(1), job(2)], is_more=False)
    standing.hear(job(1, "completed", 3, 3))
    error = ErrorInfo("document_broken", "Nobody can open it", "")
    standing.hear(job(2, "failed", error=error))
    assert any("3 pages" in line for line in picture(standing))
    clock.advance(STAY_SECONDS + 1)
    standing.forget_old()
    lines = picture(standing)
    assert lines[0] == "0 in work, 0 waiting; 1 done, 1 failed"
    assert ["Nobody can open it" in line for line in lines[1:]] == [True]


def test_paces_are_measured_while_one_looks(standing: Standing, clock: SettableClock) -> None:
    standing.begin([job(1)], is_more=True)
    for _ in range(60):
        clock.advance(1)
        standing.forget_old()
    standing.hear(job(1, "processing", 0, 400))
    for done in range(4, 41, 4):
        clock.advance(1)
        standing.hear(job(1, "processing", done, 400))
    assert heading(standing) == "1 in work, 0 waiting; 1.3 pages/s"  # in the last half minute
    lines = picture(standing, 120)
    assert "40/400 pages  4.0 pages/s" in lines[1]
    assert lines[2] == "  and very many more"


def test_names_of_others_steer_no_terminal(standing: Standing) -> None:
    standing.begin([named(1, "\x1b]0;owned\x07[red]x[/red]\ny.pdf")], is_more=False)
    (line,) = picture(standing, 120)[1:]
    assert "?]0;owned?[red]x[/red]?y.pdf" in line


def test_what_was_open_and_is_not_listed_again_is_gone(standing: Standing) -> None:
    standing.begin([job(1), job(2), job(3)], is_more=False)
    standing.lose("0003")
    standing.begin([job(2), job(4)], is_more=False)
    assert [seen.job.id for seen in standing.chosen(10)[0]] == ["0004", "0002"]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., tuple[Popen[str], str]]]:
    """Starts servers, one after the other on the same data; the test may kill them."""
    servers: list[Popen[str]] = []

    def start_one(**settings: object) -> tuple[Popen[str], str]:
        server, url = start_server(tmp_path, **settings)
        servers.append(server)
        return server, url

    yield start_one
    for server in servers:
        server.terminate()
        server.wait()
        server.stdout.close()


def test_all_jobs_are_followed_over_a_restart_until_interrupted(serve, start) -> None:
    server, url = serve()
    watcher = start("watch", url=url)
    assert watcher.stderr.readline() == "0 in work, 0 waiting\n"
    with Client(url) as mill:
        mill.submit(text_pdf(2), filename="before.pdf")
        assert until(watcher.stderr, "before.pdf: 2 pages")
        server.kill()
        server.wait()
        assert watcher.stderr.readline().startswith("The server does not answer")
        assert serve(port=url.rpartition(":")[2])[1] == url
        mill.submit(b"%PDF-1.7 not much", filename="broken.pdf")
        assert until(watcher.stderr, "broken.pdf: The PDF is damaged")
        mill.pause_queue()
        held = mill.submit(text_pdf(2), filename="held.pdf")
        program = start("watch", "--json", "--user", "*", url=url)
        told = json.loads(program.stdout.readline())
        assert (told["type"], told["job"]["id"], told["job"]["state"]) == ("job", held.id, "queued")
        mill.delete(held.id)
        assert json.loads(program.stdout.readline()) == {"type": "gone", "id": held.id}
    for process in (watcher, program):
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode == 130


def until(lines, beginning: str) -> str:
    return next(line for line in lines if line.startswith(beginning))


def test_a_user_and_a_job_do_not_go_together(run) -> None:
    done = run("watch", "1", "--user", "ann")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
