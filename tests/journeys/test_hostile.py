"""Documents made to hurt whoever draws them: their page may be lost, and nothing else is."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psutil

from journeys.nodes import PATIENCE_SECONDS
from pagemill.app.house import FENCE_TIMES
from pagemill.client import Client, PageInfo
from pagemill.testing import documents as make
from pagemill_process import start_server

# `auto` looks into each page, and has what holds no text drawn for Tesseract, which starts quickly.
LIMITS = {"page_timeout_seconds": 6, "child_memory_mb": 600, "engine": "tesseract"}
OVERRUN = {"page_timeout", "page_memory"}
READ_OR_OVERRUN = {"read", *OVERRUN}
HOSTILE: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "forms.pdf": (make.forms_pdf, OVERRUN),
    "strokes.pdf": (make.strokes_pdf, OVERRUN),
    "vast.pdf": (make.vast_pdf, READ_OR_OVERRUN),
    "giant.pdf": (make.giant_pdf, READ_OR_OVERRUN),
}


def test_hostile_pages_are_read_or_given_up_alone_and_the_server_goes_on(tmp_path: Path) -> None:
    with hostile_house(tmp_path, **LIMITS) as (url, mill, peaks):
        sent = {
            name: mill.submit(document(), filename=name).id
            for name, (document, _) in HOSTILE.items()
        }
        ends = {name: mill.wait(ref).state for name, ref in sent.items()}
        assert ends == dict.fromkeys(HOSTILE, "completed")
        for name, ref in sent.items():
            first, hostile, last = mill.pages(ref)
            assert (outcome(first), outcome(last)) == ("read", "read"), name
            assert outcome(hostile) in HOSTILE[name][1], name
            assert hostile.attempts <= 2, name
            markdown = mill.output(ref, "markdown").decode()
            assert "This is leaf 1." in markdown
            assert "This is leaf 3." in markdown
            assert ("Page 2 could not be read" in markdown) == (outcome(hostile) != "read")

        assert httpx2.get(f"{url}/ready", timeout=30).json() == {"ready": True, "workers": 1}
        good = mill.wait(mill.submit(make.text_pdf(["Sound as a bell"]), filename="good.pdf").id)
        assert good.state == "completed"
        assert b"Sound as a bell" in mill.output(good.id, "markdown")
        # Memory is looked at four times a second; a fence stops what grows faster than that.
        assert 0 < max(peaks) < FENCE_TIMES * LIMITS["child_memory_mb"]


def test_a_page_that_cannot_be_drawn_in_time_is_tried_twice(tmp_path: Path) -> None:
    with hostile_house(tmp_path, **LIMITS | {"child_memory_mb": 2048}) as (_, mill, peaks):
        sent = mill.submit(make.strokes_pdf(), filename="strokes.pdf")
        job = mill.wait(sent.id)
        assert (job.state, job.failed_pages) == ("completed", [2])
        first, hostile, last = mill.pages(sent.id)
        assert (outcome(first), outcome(last)) == ("read", "read")
        assert (outcome(hostile), hostile.attempts, hostile.deaths) == ("page_timeout", 2, 2)
        assert max(peaks) < 2048


def outcome(page: PageInfo) -> str:
    """`read`, or the code of what went wrong, which says what to do."""
    if page.state == "done":
        return "read"
    assert page.error is not None, page
    assert page.error.message, page
    assert page.error.hint, page
    return page.error.code


@contextmanager
def hostile_house(folder: Path, **limits: object) -> Iterator[tuple[str, Client, list[float]]]:
    """A server's address, a client of it, and what its largest process held whenever somebody
    looked, in MB.
    """
    server, url = start_server(folder, **limits)
    peaks: list[float] = []
    is_over = threading.Event()
    family = psutil.Process(server.pid)
    watcher = threading.Thread(target=watch_memory, args=(family, is_over, peaks), daemon=True)
    watcher.start()
    try:
        with Client(url, patience_seconds=PATIENCE_SECONDS) as mill:
            yield url, mill, peaks
    finally:
        is_over.set()
        watcher.join()
        server.terminate()
        server.communicate()
    assert server.returncode == 0, (folder / "server.log").read_text()


def watch_memory(family: psutil.Process, is_over: threading.Event, peaks: list[float]) -> None:
    while not is_over.wait(0.05):
        peaks.append(max((held_mb(child) for child in family.children(recursive=True)), default=0))


def held_mb(process: psutil.Process) -> float:
    try:
        return process.memory_info().rss / (1 << 20)
    except psutil.NoSuchProcess:
        return 0.0
