"""What the page of a job is made of, as its routes give it."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from pagemill.model.event import Event, EventKind
from pagemill.model.job import JobState
from pagemill.model.task import TaskState
from pagemill.ports import PageRun
from pagemill.web.ui.job import EVENTS, moments, run_text
from web.knocking import house_with
from web_house import LiveHouse

DONE, READY, DEAD = TaskState.DONE, TaskState.READY, TaskState.DEAD


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        ([], ""),
        ([PageRun(1, 5, DONE), PageRun(6, 6, DEAD), PageRun(7, 1000, READY)], "d5f1q994"),
        ([PageRun(3, 4, DONE), PageRun(9, 9, TaskState.RUNNING)], "-2d2-4p1"),
        ([PageRun(1, 1, TaskState.HELD), PageRun(2, 2, TaskState.CANCELLED)], "h1c1"),
        ([PageRun(1, 20_000, TaskState.WAITING)], "r20000"),
    ],
)
def test_however_many_pages_are_told_in_a_few_letters(runs: list[PageRun], text: str) -> None:
    assert run_text(runs) == text


def done(seq: int, page: int) -> Event:
    return Event("j", seq, seq, EventKind.PAGE_DONE, {"page": page, "engine": "text"})


def test_pages_read_one_after_the_other_are_one_moment() -> None:
    retry = Event("j", 5, 5, EventKind.PAGE_RETRY, {"page": 9})
    events = [done(2, 4), done(3, 7), done(4, 5), retry, done(6, 8)]
    told = [(one.event.seq, one.count, one.first, one.last) for one in moments(events)]
    assert told == [(6, 1, 0, 0), (5, 1, 0, 0), (4, 3, 4, 7)]


def test_a_page_of_a_thousand_pages_is_no_longer_than_one_of_three(
    house: LiveHouse, client: httpx2.Client
) -> None:
    lengths, trips = [], []
    for pages in (3, 1000):
        ref = house.submit()["id"]
        house.worker.pages = pages
        house.worker.step()
        house.worker.step(2)
        before = house.service.ledger.trips()
        answer = client.get(f"/ui/jobs/{ref}")
        trips.append(house.service.ledger.trips() - before)
        lengths.append(len(answer.text))
        assert f'data-runs="d2q{pages - 2}"' in answer.text
        assert client.get(f"/ui/jobs/{ref}/pages").text == f"d2q{pages - 2}"
        house.worker.work_off()
    assert abs(lengths[1] - lengths[0]) < 100
    assert trips[0] == trips[1] <= 4


def test_every_page_says_what_is_known_of_it(house: LiveHouse, client: httpx2.Client) -> None:
    ref = house.submit()["id"]
    assert client.get(f"/ui/jobs/{ref}/pages/1/text").status_code == 404
    house.worker.broken = {2}
    house.worker.step()
    house.worker.step(2)
    read, failed, waiting = (
        client.get(f"/ui/jobs/{ref}/pages/{number}/text").text for number in (1, 2, 3)
    )
    assert "Page 1 of the ledger of mills, größer." in read
    assert 'data-sources="0"' in read
    assert '<rect class="sure" data-part="0" x="0' in read
    assert "The engine stumbled" in failed
    assert "1 attempt that failed" in failed
    assert "Not read yet" in waiting
    assert "<rect" not in failed + waiting
    assert client.get(f"/ui/jobs/{ref}/pages/9/text").status_code == 404


def test_long_text_and_long_histories_come_in_parts(
    house: LiveHouse, client: httpx2.Client
) -> None:
    house.worker.pages = EVENTS + 50
    house.worker.texts = {"result.md": b"Flour.\n\n" * 20_000}
    ref = house.submit()["id"]
    house.worker.work_off()
    assert house.service.get(ref).state is JobState.COMPLETED
    first = client.get(f"/ui/jobs/{ref}/text").text
    assert first.count("Flour.") == 6000
    assert f'hx-get="/ui/jobs/{ref}/text?at=48000"' in first
    assert "hx-get" not in client.get(f"/ui/jobs/{ref}/text?at=150000").text
    latest = client.get(f"/ui/jobs/{ref}/timeline").text
    assert latest.index("Completed: 250 pages read") < latest.index("198 pages read")
    assert "Opened" not in latest
    earlier = client.get(f"/ui/jobs/{ref}/timeline?before=55").text
    assert "52 pages read, between page 1 and 52" in earlier
    assert "Opened: 250 pages" in earlier
    assert "timeline?before=55" in latest


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[LiveHouse]:
    with house_with(tmp_path) as live:
        yield live


def test_who_may_only_look_is_offered_nothing_else(closed: LiveHouse) -> None:
    writer, reader = closed.let_in("ann"), closed.let_in("ann", scopes=["read"])
    with closed.client(writer) as client:
        files = {"file": ("mill.pdf", closed.pdf)}
        ref = client.post("/v1/jobs", files=files).json()["id"]
        closed.worker.step()
        closed.worker.step(1)
        offered = [client.get(f"/ui/jobs/{ref}{part}").text for part in ("", "/pages/1/text")]
    with closed.client(reader) as client:
        looked = [client.get(f"/ui/jobs/{ref}{part}").text for part in ("", "/pages/1/text")]
    for order in ("data-deed", "data-priority", 'data-ask="delete"', "data-may-write"):
        assert order in offered[0]
        assert order not in looked[0]
    for order in ("Correct", "data-again"):
        assert order in offered[1]
        assert order not in looked[1]
