"""Whatever is killed, whenever, nothing that was done is lost or done again."""

import os
import random
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import psutil
import pytest

from journeys.nodes import MakeYard, Yard, a_yard, children_of, is_gone, kill, until
from pagemill.app.lock import is_node_running
from pagemill.model.event import EventKind
from pagemill.model.job import Job, JobState
from pagemill.model.page import page_key
from pagemill.model.task import TaskState
from pagemill.testing.documents import bomb_pdf
from pagemill.work.agent import REPORTS_AT_ONCE

JOBS, PAGES = 5, 44


def title(job: int, page: int) -> str:
    return f"Volume {job} leaf {page} end"


def assert_read_once(yard: Yard, number: int, job: Job) -> None:
    """The job is complete; every page is in the output once; none was begun after it was done."""
    assert (job.state, job.pages_done, job.pages_failed) == (JobState.COMPLETED, PAGES, 0)
    found = re.findall(r"Volume \d+ leaf \d+ end", yard.markdown(job))
    assert found == [title(number, page) for page in range(1, PAGES + 1)]

    done = yard.events(job, EventKind.PAGE_DONE)
    done_ms = {int(str(e.data["page"])): e.at_ms for e in done}
    assert len(done) == len(done_ms) == PAGES
    begun_late = [
        first
        for at_ms, first in yard.notes()
        for page in range(1, PAGES + 1)
        if first == title(number, page) and at_ms > done_ms[page]
    ]
    assert not begun_late
    assert [e.seq for e in yard.house.ledger.events(job.id, limit=100_000)] == list(
        range(1, job.version + 1)
    )


def test_no_page_is_lost_or_read_twice_whatever_is_killed(make_yard: MakeYard) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"seed {seed}")
    rng = random.Random(seed)
    with make_yard(max_deaths=50) as yard:
        node = yard.start()
        jobs = [
            yard.submit([title(number, page) for page in range(1, PAGES + 1)], "slow")
            for number in range(JOBS)
        ]
        kills: Counter[str] = Counter()
        for victim in rng.sample(["child"] * 8 + ["node"] * 3 + ["all"] * 3, 14):
            threading.Event().wait(rng.uniform(0.0, 0.5))
            children = children_of(node.pid)
            if victim == "child" and not children:
                continue
            kills[victim] += 1
            if victim == "child":
                kill(rng.choice(children).pid)
                continue
            for process in children if victim == "all" else []:
                kill(process.pid)
            kill(node.pid)
            node.wait()
            until(lambda gone=children: all(map(is_gone, gone)), "children to die with the node")
            begun = len(yard.notes())
            node = yard.start()
            if not all(yard.job(job).state.is_final for job in jobs):
                until(
                    lambda begun=begun: (
                        len(yard.notes()) > begun
                        or all(yard.job(job).state.is_final for job in jobs)
                    ),
                    "a page to run again after the restart",
                )
        finished = yard.finish(*jobs)
        for number, job in enumerate(finished):
            assert_read_once(yard, number, job)
        # The ledger knows of one attempt per page, and of one more for each child it cost.
        pages = [page for job in finished for page in yard.house.ledger.pages(job.id)]
        assert {page.attempt - page.deaths for page in pages} == {1}
        assert sum(page.deaths for page in pages) <= kills["child"]
        # A child's death costs the page in its hands; a node's those of both children, a page each
        # that they were just done with, and what it was about to report.
        of_nodes = (kills["node"] + kills["all"]) * (2 * 2 + REPORTS_AT_ONCE)
        assert len(yard.notes()) <= JOBS * PAGES + kills["child"] + of_nodes


def test_a_restart_goes_on_from_the_last_finished_page(yard: Yard) -> None:
    node = yard.start()
    job = yard.submit([title(0, page) for page in range(1, 201)], "slow")
    until(lambda: yard.job(job).pages_done >= 60, "60 pages")
    kill(node.pid)
    node.wait()
    done = {page.number for page in yard.house.ledger.pages(job.id) if page.token}
    begun = len(yard.notes())
    yard.start()
    (job,) = yard.finish(job)
    assert job.pages_done == 200
    again = Counter(first for _, first in yard.notes()[begun:])
    assert not [page for page in done if title(0, page) in again]


@pytest.mark.parametrize(
    ("engine", "word", "code", "deaths"),
    [
        ("crash", "CRASH", "worker_died", 3),
        ("hang", "HANG", "page_timeout", 2),
        ("leak", "LEAK", "page_memory", 2),
    ],
)
def test_a_page_that_keeps_killing_its_worker_does_not_hold_up_the_job(
    make_yard: MakeYard, engine: str, word: str, code: str, deaths: int
) -> None:
    seconds = 2 if engine == "hang" else 60
    with make_yard(page_timeout_seconds=seconds, child_memory_mb=256) as yard:
        yard.start()
        job = yard.submit(["leaf one", f"{word} leaf two", "leaf three"], engine)
        (job,) = yard.finish(job)
        assert (job.state, job.pages_done, job.pages_failed) == (JobState.COMPLETED, 2, 1)
        bad = yard.house.ledger.page(job.id, 2)
        assert bad.state is TaskState.DEAD
        assert bad.failure is not None
        assert bad.failure.code == code
        assert bad.deaths == deaths
        begun = Counter(first for _, first in yard.notes())
        assert begun == {"leaf one": 1, f"{word} leaf two": deaths, "leaf three": 1}
        markdown = yard.markdown(job)
        assert "leaf one" in markdown
        assert "leaf three" in markdown
        assert "leaf two" not in markdown
        assert "2" in markdown[markdown.index("leaf one") : markdown.index("leaf three")]


def test_a_page_that_fails_is_tried_again(yard: Yard) -> None:
    yard.start()
    (job,) = yard.finish(yard.submit(["FLAKY leaf", "good leaf"], "flaky"))
    assert (job.state, job.pages_done, job.pages_failed) == (JobState.COMPLETED, 2, 0)
    (retry,) = yard.events(job, EventKind.PAGE_RETRY)
    assert retry.data["code"] == "engine_failed"
    assert "flaky on purpose" in str(retry.data["message"])


def test_cancel_stops_pages_in_work_and_begins_no_more(yard: Yard) -> None:
    yard.gate.touch()
    node = yard.start()
    job = yard.submit(8, "gate")
    yard.begun(2)
    in_work = [c for c in children_of(node.pid) if c.pid in _busy(yard)]
    yard.house.service.cancel(job.id)
    until(lambda: in_work and all(map(is_gone, in_work)), "the pages in work to stop")
    yard.gate.unlink()
    other = yard.submit(["another"], "count")
    (other,) = yard.finish(other)
    assert other.pages_done == 1
    assert yard.job(job).state is JobState.CANCELLED
    assert len([1 for _, first in yard.notes() if first.startswith("Page")]) == 2


def test_deleting_a_job_stops_it_too(yard: Yard) -> None:
    yard.gate.touch()
    yard.start()
    job = yard.submit(3, "gate")
    yard.begun(2)
    pids = _busy(yard)
    yard.house.service.delete(job.id)
    until(lambda: not any(map(psutil.pid_exists, pids)), "the pages in work to stop")


def test_a_paused_job_begins_no_more_pages_and_a_resumed_one_ends(yard: Yard) -> None:
    yard.gate.touch()
    yard.start()
    job = yard.submit(6, "gate")
    yard.begun(2)
    yard.house.service.pause(job.id)
    yard.gate.unlink()
    until(lambda: yard.job(job).pages_done == 2, "pages in work to end")
    (other,) = yard.finish(yard.submit(["another"], "count"))
    assert other.pages_done == 1
    assert yard.job(job).pages_done == 2
    yard.house.service.resume(job.id)
    (job,) = yard.finish(job)
    assert job.pages_done == 6


def test_a_stopped_node_lets_pages_in_work_finish_and_begins_no_more(yard: Yard) -> None:
    yard.gate.touch()
    node = yard.start()
    job = yard.submit(6, "gate")
    yard.begun(2)
    node.send_signal(signal.SIGTERM)
    until(lambda: any(n.is_draining for n in yard.house.ledger.nodes()), "the drain to begin")
    yard.gate.unlink()
    assert node.wait(60) == 0
    states = Counter(page.state for page in yard.house.ledger.pages(job.id))
    assert states == {TaskState.DONE: 2, TaskState.READY: 4}
    assert len(yard.notes()) == 2
    assert yard.house.ledger.nodes() == []


@pytest.mark.parametrize("signals", [1, 2])
def test_pages_that_outlast_the_drain_are_put_back_uncounted(
    make_yard: MakeYard, signals: int
) -> None:
    with make_yard(drain_seconds=0.2 if signals == 1 else 600) as yard:
        yard.gate.touch()
        node = yard.start()
        job = yard.submit(3, "gate")
        yard.begun(2)
        node.send_signal(signal.SIGTERM)
        if signals == 2:
            until(lambda: any(n.is_draining for n in yard.house.ledger.nodes()), "the drain")
            node.send_signal(signal.SIGINT)
        assert node.wait(60) == 0
        pages = yard.house.ledger.pages(job.id)
        assert {(p.state, p.attempt, p.deaths) for p in pages} == {(TaskState.READY, 0, 0)}
        yard.gate.unlink()
        yard.start()
        (job,) = yard.finish(job)
        assert job.pages_done == 3


def test_work_waits_for_space_on_a_full_disk_and_then_goes_on(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)]
    subprocess.run(mount, check=True)
    try:
        with a_yard(tmp_path, data=disk / "data") as yard:
            yard.gate.touch()
            yard.start()
            job = yard.submit(30, "gate")
            yard.begun(2)
            ballast = disk / "ballast"
            _fill(ballast)
            yard.gate.unlink()
            until(lambda: "disk_full" in yard.log, "the disk to be found full")
            ballast.unlink()
            (job,) = yard.finish(job)
            assert (job.state, job.pages_done, job.pages_failed) == (JobState.COMPLETED, 30, 0)
            assert not yard.events(job, EventKind.PAGE_FAILED)
            found = re.findall(r"This is leaf (\d+)\.", yard.markdown(job))
            assert found == [str(page) for page in range(1, 31)]
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_an_engine_that_is_away_burns_no_attempt(yard: Yard) -> None:
    yard.start()
    job = yard.submit(["AWAY leaf"], "away")
    until(lambda: "engine_away" in yard.log, "the engine to be found away")
    until(lambda: yard.house.ledger.page(job.id, 1).state is TaskState.READY, "the page to wait")
    page = yard.house.ledger.page(job.id, 1)
    assert (page.attempt, page.deaths) == (0, 0)


def test_a_page_text_lost_with_the_power_is_read_again(yard: Yard) -> None:
    yard.start()
    yard.gate.touch()
    job = yard.submit(["leaf one", "leaf two", "leaf three"], "gate")
    yard.begun(2)
    until(lambda: len(_busy(yard)) == 2, "two pages in work")
    yard.house.service.pause(job.id)
    yard.gate.unlink()
    until(lambda: yard.job(job).pages_done == 2, "two pages")
    lost = yard.house.ledger.page(job.id, 1)
    yard.house.shelf.delete([page_key(job.id, 1, lost.token)])
    yard.house.service.resume(job.id)
    (job,) = yard.finish(job)
    assert (job.state, job.pages_done, job.pages_failed) == (JobState.COMPLETED, 3, 0)
    begun = Counter(first for _, first in yard.notes())
    assert begun == {"leaf one": 2, "leaf two": 1, "leaf three": 1}
    assert "leaf one" in yard.markdown(job)


def test_the_same_document_is_not_read_again(yard: Yard) -> None:
    yard.start()
    (first,) = yard.finish(yard.submit(5, "count"))
    (second,) = yard.finish(yard.submit(5, "count"))
    assert second.pages_cached == 5
    assert len(yard.notes()) == 5
    assert yard.markdown(second) == yard.markdown(first)


def test_one_data_folder_has_one_node(yard: Yard) -> None:
    yard.start()
    data = yard.house.settings.data
    until(lambda: is_node_running(data), "the node to run")
    second = yard.start()
    assert second.wait(60) == 3
    assert "node_running" in yard.log


KEEPER = """
import sys, threading
from pagemill.app.keeper import NodeKeeper
from pagemill.settings import load_settings
keeper = NodeKeeper(load_settings())
keeper.start()
print("kept", flush=True)
sys.stdin.read()
keeper.stop()
"""


def keep(yard: Yard) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", KEEPER],
        env=os.environ | yard.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def test_a_kept_node_is_started_again_when_it_is_killed(yard: Yard) -> None:
    with keep(yard) as keeper:
        yard.gate.touch()
        job = yard.submit(4, "gate")
        yard.begun(2)
        (node,) = children_of(keeper.pid)
        node.kill()
        yard.begun(4)
        yard.gate.unlink()
        (job,) = yard.finish(job)
        assert job.pages_done == 4
        keeper.communicate(timeout=60)
    assert not is_node_running(yard.house.settings.data)


def test_nothing_outlives_a_killed_keeper(yard: Yard) -> None:
    with keep(yard) as keeper:
        yard.gate.touch()
        yard.submit(4, "gate")
        yard.begun(2)
        family = psutil.Process(keeper.pid).children(recursive=True)
        assert len(family) >= 3
        keeper.kill()
        until(lambda: all(map(is_gone, family)), "the node and its children to die")
    assert not is_node_running(yard.house.settings.data)


def _busy(yard: Yard) -> list[int]:
    """Pids of the children that the node says are at work."""
    found: list[int] = []

    def look() -> list[int]:
        found[:] = [int(str(r["pid"])) for n in yard.house.ledger.nodes() for r in n.running]
        return found

    until(lambda: len(look()) == 2, "two children at work")
    return found


def _fill(path: Path) -> None:
    """Leaves no byte free."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue


def test_a_page_made_to_kill_is_given_up_and_the_next_one_is_read(tmp_path: Path) -> None:
    """Nothing is pretended here: PDFium eats memory until the child is killed for it."""
    path = tmp_path / "bomb.pdf"
    path.write_bytes(bomb_pdf())
    with a_yard(tmp_path, page_timeout_seconds=20, child_memory_mb=400) as yard:
        yard.start()
        job = yard.house.service.submit_file(path, {"engine": "auto"}).job
        (job,) = yard.finish(job)
        assert (job.state, job.pages_done, job.pages_failed) == (JobState.COMPLETED, 1, 1)
        bad = yard.house.ledger.page(job.id, 1)
        assert bad.failure is not None
        assert bad.failure.code in {"page_memory", "page_timeout"}
        assert "could not be read" in yard.markdown(job)
