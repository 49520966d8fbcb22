"""Steering a real server with real workers: drained, killed and resumed; stopped by engine; what
was given up tried again.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from journeys.nodes import PATIENCE_SECONDS, PLUGINS, children_of, kill, until
from pagemill.client import Client
from pagemill.testing.documents import text_pdf
from pagemill_process import serving, start_server

PAGES = 40


@dataclass
class Mill:
    """A folder for servers whose engines write down which pages they begin."""

    folder: Path

    @property
    def settings(self) -> dict[str, object]:
        return {
            "plugins": PLUGINS,
            "backoff_base_seconds": 0.01,
            "max_attempts": 1,
            "test_pages_read": self.folder / "read",
            "test_slow_seconds": 0.05,
        }

    def begun(self) -> Counter[str]:
        """How often each page was begun, by its first line."""
        try:
            lines = (self.folder / "read").read_text().splitlines()
        except FileNotFoundError:
            return Counter()
        return Counter(line.partition("\t")[2] for line in lines)

    def client(self, url: str) -> Client:
        return Client(url, patience_seconds=PATIENCE_SECONDS)


@pytest.fixture
def mill(tmp_path: Path) -> Mill:
    return Mill(tmp_path)


def slow_pages(count: int) -> bytes:
    return text_pdf([f"Leaf {n}\nSLOW" for n in range(1, count + 1)])


def test_a_drained_server_may_be_killed_and_no_page_is_read_twice(mill: Mill) -> None:
    process, url = start_server(mill.folder, **mill.settings)
    with mill.client(url) as client:
        job = client.submit(slow_pages(PAGES), filename="a.pdf", options={"engine": "slow"})
        until(lambda: len(mill.begun()) >= 4, "pages to be begun")
        drained = client.drain_queue(wait=60)
        before = client.get(job.id)
    for one in (*children_of(process.pid), process):
        kill(one.pid)
    process.communicate()
    assert (drained.running, before.state) == (0, "processing")
    assert before.pages.done == sum(mill.begun().values()) < PAGES
    with serving(mill.folder, **mill.settings) as url, mill.client(url) as client:
        later = client.submit(text_pdf(1), filename="b.pdf", options={"engine": "count"})
        assert client.get(later.id).state == "queued"
        assert client.get(job.id).pages == before.pages
        assert client.resume_queue().changed
        ended = [client.wait(ref).state for ref in (job.id, later.id)]
    assert ended == ["completed", "completed"]
    assert set(mill.begun().values()) == {1}
    assert len(mill.begun()) == PAGES + 1


def test_a_stopped_engine_holds_up_no_other(mill: Mill) -> None:
    with serving(mill.folder, **mill.settings) as url, mill.client(url) as client:
        first = client.submit(slow_pages(1), filename="a.pdf", options={"engine": "slow"})
        client.wait(first.id)
        client.pause_queue(engine="slow")
        held = client.submit(slow_pages(3), filename="b.pdf", options={"engine": "slow"})
        goes = client.submit(text_pdf(3), filename="c.pdf", options={"engine": "count"})
        assert client.wait(goes.id).state == "completed"
        slow = next(one for one in client.engines() if one.name == "slow")
        assert (slow.running, slow.ready, slow.stopped) == (0, 3, True)
        assert client.get(held.id).pages.done == 0
        client.resume_queue(engine="slow")
        assert client.wait(held.id).pages.done == 3


def test_what_was_given_up_is_tried_again_once_its_reason_is_gone(mill: Mill) -> None:
    leaves = ["Leaf 1", "Leaf 2\nFLAKY", "Leaf 3"]  # at first it fails
    with serving(mill.folder, **mill.settings) as url, mill.client(url) as client:
        sent = client.submit(text_pdf(leaves), filename="a.pdf", options={"engine": "flaky"})
        bad = client.submit(b"%PDF-1.7 and nothing else", filename="bad.pdf")
        assert client.wait(sent.id).failed_pages == [2]
        assert client.wait(bad.id).state == "failed"
        told = {one.code: (one.count, one.hopeless) for one in client.dead_reasons()}
        assert told == {"engine_failed": (1, False), "corrupt": (1, True)}
        done = client.requeue_failed()
        assert (done.jobs, done.pages, done.hopeless) == ([sent.id], 1, 1)
        again = client.wait(sent.id)
        assert (again.state, again.failed_pages) == ("completed", [])
        assert mill.begun() == {"Leaf 1": 1, "Leaf 2": 2, "Leaf 3": 1}
        assert [one.job for one in client.dead_letters().dead_letters] == [bad.id]
