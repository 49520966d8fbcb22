"""How the queue stands, as the API tells it."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from pagemill.client import Client
from pagemill.model.people import Role
from pagemill.ports import NodeState
from pagemill.web import WebConfig
from web_house import LiveHouse, open_service, serving


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[LiveHouse]:
    """A house that asks for tokens, where Ann has two jobs in work and Bob one that waits."""
    service = open_service(tmp_path)
    with serving(service, tmp_path, WebConfig(watch_interval_ms=20, is_open=False)) as house:
        send(house, "ann")
        send(house, "ann")
        house.worker.step()
        house.worker.step(2)
        send(house, "bob")
        yield house
    service.ledger.close()


def send(house: LiveHouse, user_id: str) -> None:
    with house.client(house.let_in(user_id)) as client:
        client.post("/v1/jobs", files={"file": ("mill.pdf", house.pdf)})


def queue_of(house: LiveHouse, user_id: str, role: Role = Role.USER) -> dict:
    with house.client(house.let_in(user_id, role)) as client:
        return client.get("/v1/queue").json()


def test_admins_see_everybodys_lines_and_others_totals_and_their_own(shared: LiveHouse) -> None:
    chief, bob = queue_of(shared, "chief", Role.ADMIN), queue_of(shared, "bob")
    assert [line["user"] for line in chief["users"]] == ["ann", "bob"]
    assert chief["others"] is None
    assert [line["user"] for line in bob["users"]] == ["bob"]
    assert bob["users"][0]["jobs"] == {"queued": 1}
    assert "ann" not in str(bob)
    for told in ("jobs", "pages", "engines", "throughput"):
        assert bob[told] == chief[told]


def test_the_queue_is_told_by_state_and_engine_with_its_pace(shared: LiveHouse) -> None:
    told = queue_of(shared, "chief", Role.ADMIN)
    assert told["jobs"] == {"processing": 2, "queued": 1}
    assert (told["pages"], told["waiting_pages"]) == ({"done": 2, "ready": 4}, 4)
    (text,) = told["engines"]
    assert (text["engine"], text["pages"]) == ("text", {"done": 2, "ready": 4})
    assert text["page_seconds"]["count"] == told["page_seconds"]["count"] == 2
    assert text["page_seconds"]["mean"] == 0.007
    assert told["wait_seconds"]["count"] == 2
    assert told["throughput"]["minute"] == {"pages": 2, "jobs": 0}
    assert told["oldest_waiting_seconds"] >= 0
    assert told["oldest_queued_at"].startswith("20")


def test_when_all_is_done_is_told_once_somebody_works(shared: LiveHouse) -> None:
    """Four pages and a job of three more, at 7 ms each over two slots."""
    assert queue_of(shared, "chief", Role.ADMIN)["eta_seconds"] is None
    now_ms = shared.service.clock.now_ms()
    shared.service.ledger.enter(NodeState("n", "1", "host", 1, 2, ("text",), now_ms, now_ms))
    assert queue_of(shared, "chief", Role.ADMIN)["eta_seconds"] == pytest.approx(0.0, abs=0.05)
    with shared.client(shared.let_in("ann")) as client:
        capacity = client.get("/v1/capacity").json()
        health = client.get("/health").json()
    assert (capacity["slots"], capacity["waiting_pages"]) == (2, 4)
    assert (health["active_jobs"], health["queued_jobs"], health["total_jobs"]) == (2, 1, 3)


def test_the_client_has_it_typed(shared: LiveHouse) -> None:
    with Client(shared.url, token=shared.let_in("chief", Role.ADMIN)) as mill:
        queue = mill.queue()
    assert queue.throughput["hour"].pages == 2
    assert [line.user for line in queue.users] == ["ann", "bob"]
    assert queue.engines[0].page_seconds is not None


def test_stats_of_an_empty_house_are_all_there(client: httpx2.Client) -> None:
    told = client.get("/v1/queue").json()
    assert (told["jobs"], told["pages"], told["users"], told["others"]) == ({}, {}, [], None)
    assert (told["eta_seconds"], told["oldest_queued_at"], told["wait_seconds"]) == (0, None, None)
    stats = client.get("/api/queue/stats").json()
    assert set(stats.values()) == {0}
