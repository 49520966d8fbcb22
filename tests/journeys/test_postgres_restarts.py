"""PostgreSQL dies in the middle of everything; machines that share it die, too."""

import re
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from journeys.nodes import PATIENCE_SECONDS, PLUGINS, Yard, a_yard, until
from journeys.test_serve import begun_pages, done_in, events_in, title, watched
from pagemill.client import Client
from pagemill.model.job import Job, JobState
from pagemill.testing.documents import text_pdf
from pagemill_process import serving
from postgres_server import PostgresServer, postgres_server

PAGES, OTHERS, CUTS = 80, 12, 3


def test_a_database_that_dies_in_the_middle_costs_time_and_nothing_else(tmp_path: Path) -> None:
    """It is cut off three times while a job is read, watched, and others are sent."""
    with postgres_server(is_safe=True) as server:
        settings = {
            "ledger": server.new_database(),
            "plugins": PLUGINS,
            "heartbeat_seconds": 0.5,
            "test_pages_read": tmp_path / "read",
            "test_slow_seconds": 0.05,
        }
        with (
            serving(tmp_path, **settings) as url,
            Client(url, patience_seconds=PATIENCE_SECONDS) as mill,
            ThreadPoolExecutor(4) as senders,
        ):
            sent = mill.submit(
                text_pdf([title(page) for page in range(1, PAGES + 1)]),
                filename="long.pdf",
                options={"engine": "slow"},
            )
            others = []
            with watched(mill, sent.id) as news:
                for cut in range(1, CUTS + 1):
                    part = PAGES * cut // (CUTS + 2)
                    until(lambda part=part: len(done_in(news)) >= part, f"{part} pages")
                    others += [senders.submit(send_other, mill, cut, n) for n in range(OTHERS)]
                    server.stop("immediate")
                    assert_busy(f"{url}/v1/jobs/{sent.id}")
                    server.start()
            ended = [mill.wait(other.result()) for other in others]

            assert [e.seq for e in events_in(news)] == list(range(1, news[-1].version + 1))
            assert Counter(done_in(news)) == Counter(range(1, PAGES + 1))
            job = mill.get(sent.id)
            assert (job.state, job.pages.done, job.pages.failed) == ("completed", PAGES, 0)
            found = re.findall(r"Volume leaf \d+ end", mill.output(job.id, "markdown").decode())
            assert found == [title(page) for page in range(1, PAGES + 1)]
            assert {page.deaths for page in mill.pages(job.id)} == {0}

            assert {job.state for job in ended} == {"completed"}
            listed = [job.document.filename for job in mill.jobs(limit=200).jobs]
            names = [f"{cut}-{n}.pdf" for cut in range(1, CUTS + 1) for n in range(OTHERS)]
            assert sorted(listed) == sorted([*names, "long.pdf"])
        # What was in hand while the answer was lost may have been read once more.
        begun = Counter(page for page in begun_pages(tmp_path) if page.startswith("Volume"))
        assert set(begun) == {title(page) for page in range(1, PAGES + 1)}


def send_other(mill: Client, cut: int, n: int) -> str:
    name = f"{cut}-{n}.pdf"
    return mill.submit(text_pdf([f"Sheet {name}"]), filename=name, options={"engine": "text"}).id


def assert_busy(url: str) -> None:
    answer = httpx2.get(url, timeout=60)
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "ledger_busy"
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP])
def test_what_a_dead_or_frozen_machine_had_in_hand_another_one_does(
    tmp_path: Path, postgres: PostgresServer, end: signal.Signals
) -> None:
    shared = {
        "ledger": postgres.new_database(),
        "shelf": tmp_path / "shelf",
        "lease_seconds": 2,
        "upkeep_seconds": 0.25,
    }
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    with a_yard(tmp_path / "one", **shared) as one, a_yard(tmp_path / "two", **shared) as two:
        one.gate.touch()
        first = one.start()
        job = one.submit(12, "gate")
        one.begun(2)
        first.send_signal(end)
        two.start()
        (job,) = two.finish(job)
        assert (job.state, job.pages_done, job.pages_failed) == (JobState.COMPLETED, 12, 0)
        assert len(two.notes()) == 12
        assert len(one.notes()) == 2
        pages = two.house.ledger.pages(job.id)
        assert {(page.attempt, page.deaths) for page in pages} == {(1, 0)}
        found = re.findall(r"This is leaf (\d+)\.", two.markdown(job))
        assert found == [str(page) for page in range(1, 13)]
        assert_late_news_changes_nothing(one, two, job)


def assert_late_news_changes_nothing(one: Yard, two: Yard, job: Job) -> None:
    """A machine that wakes up finds its work taken away, and its results refused."""
    one.gate.unlink()
    (node,) = one.nodes
    node.send_signal(signal.SIGCONT)
    if node.poll() is None:
        until(lambda: "task_taken_away" in one.log or "late_reports" in one.log, "the waking up")
    assert two.job(job) == job
