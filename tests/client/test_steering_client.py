"""The client of those who steer the queue, sync and async, against a real server."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from pagemill.client import AsyncClient, Client
from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from web_house import FAILURE, LiveHouse, open_service, serving

CORRUPT = Failure("corrupt", "The file is damaged")


def failed(house: LiveHouse, mill: Client, failure: Failure) -> str:
    job = mill.submit(house.pdf, filename="bad.pdf")
    house.worker.unopened = failure
    house.worker.work_off()
    house.worker.unopened = None
    return job.id


def test_the_queue_is_stopped_drained_and_resumed(house: LiveHouse, mill: Client) -> None:
    job = mill.submit(house.pdf)
    (work,) = house.worker.claim(1)
    stopped = mill.pause_queue()
    assert (stopped.scope, stopped.stopped, stopped.changed) == ("queue", True, True)
    drained = mill.drain_queue(wait=0.01)
    assert (drained.running, drained.work[0].job, drained.work[0].kind) == (1, job.id, "split")
    assert [(stop.scope, stop.by) for stop in mill.stops()] == [("queue", "local")]
    house.worker.finish(work)
    assert mill.drain_queue(wait=20).running == 0
    assert mill.resume_queue().changed
    assert mill.stops() == []


def test_users_and_engines_are_stopped_by_name(mill: Client) -> None:
    assert mill.pause_queue(user="local").name == "local"
    assert mill.pause_queue(engine="text").scope == "engine"
    assert {(stop.scope, stop.name) for stop in mill.stops()} == {
        ("user", "local"),
        ("engine", "text"),
    }
    with pytest.raises(PagemillError) as refused:
        mill.pause_queue(user="local", engine="text")
    assert refused.value.code == "invalid_options"


def test_engines_are_listed_and_limited(house: LiveHouse, mill: Client) -> None:
    mill.submit(house.pdf)
    assert [(one.name, one.ready, one.max_running) for one in mill.engines()] == [("cpu", 1, None)]
    assert mill.limit_engine("cpu", 3).max_running == 3
    assert mill.limit_engine("cpu", None).max_running is None


def test_given_up_work_is_listed_with_reasons(house: LiveHouse, mill: Client) -> None:
    hopeless, other = failed(house, mill, CORRUPT), failed(house, mill, FAILURE)
    found = mill.dead_letters(limit=1)
    assert [(one.job, one.kind, one.error.code) for one in found.dead_letters] == [
        (other, "split", "engine_failed")
    ]
    rest = mill.dead_letters(before=found.next or "")
    assert [one.job for one in rest.dead_letters] == [hopeless]
    assert [(one.code, one.count, one.hopeless) for one in mill.dead_reasons()] == [
        ("corrupt", 1, True),
        ("engine_failed", 1, False),
    ]
    assert mill.dead_letters(code="corrupt", since="2120-01-01T00:00:00Z").dead_letters == []


def test_everything_that_may_go_right_is_requeued_to_the_end(tmp_path: Path) -> None:
    service = open_service(tmp_path)
    service = replace(service, limits=replace(service.limits, batch=2))
    with serving(service, tmp_path) as house, Client(house.url, patience_seconds=0) as mill:
        hopeless = failed(house, mill, CORRUPT)
        jobs = [failed(house, mill, FAILURE) for _ in range(5)]
        done = mill.requeue_failed()
        assert (done.requeued, done.jobs, done.hopeless) == (5, jobs[::-1], 1)
        assert mill.requeue_failed().requeued == 0
        assert mill.requeue_failed(everything=True).jobs == [hopeless]
    service.ledger.close()


def test_all_waiting_jobs_change_places(tmp_path: Path) -> None:
    service = open_service(tmp_path)
    service = replace(service, limits=replace(service.limits, batch=2))
    with serving(service, tmp_path) as house, Client(house.url, patience_seconds=0) as mill:
        for name in ("a.pdf", "b.pdf", "a again.pdf", "a.txt"):
            mill.submit(house.pdf, filename=name)
        assert mill.reprioritise(2, name="a", states=["queued"]) == 3
        assert [job.priority for job in mill.jobs().jobs] == [2, 2, 10, 2]
    service.ledger.close()


def test_workers_are_listed(house: LiveHouse, mill: Client) -> None:
    assert mill.workers() == []


def test_the_async_client_steers_too(house: LiveHouse) -> None:
    async def steer() -> tuple[bool, int, int, list[str]]:
        async with AsyncClient(house.url) as mill:
            await mill.submit(house.pdf, filename="a.pdf")
            stopped = (await mill.pause_queue()).stopped
            running = (await mill.drain_queue()).running
            await mill.resume_queue()
            moved = await mill.reprioritise(1)
            await mill.limit_engine("cpu", 2)
            await mill.requeue_failed()
            assert (await mill.stops(), await mill.workers()) == ([], [])
            assert (await mill.dead_letters()).dead_letters == await mill.dead_reasons() == []
            return stopped, running, moved, [one.name for one in await mill.engines()]

    assert asyncio.run(steer()) == (True, 0, 1, ["cpu"])


def test_the_house_is_looked_after(house: LiveHouse, mill: Client) -> None:
    failed(house, mill, CORRUPT)
    house.service.ledger.figures.sample()
    past = mill.queue_history()
    assert (past.span, past.step_seconds, len(past.points)) == ("hour", 60, 60)
    assert past.points[0].pages is None
    assert sum(point.jobs or 0 for point in past.points) == 1
    told = mill.house()
    assert (told.holdings["jobs"], told.workers) == (1, 0)
    assert [one.urgency for one in told.advice] == ["bad"]
    local = house.office.user("local")
    house.office.change_user(replace(local, limits=replace(local.limits, keep_jobs=1)))
    failed(house, mill, FAILURE)
    assert mill.clean(dry_run=True).jobs == mill.clean().jobs == 1
    assert mill.settings() == []  # a house that was opened without any

    async def again() -> None:
        async with AsyncClient(house.url) as client:
            assert (await client.queue_history("month")).step_seconds == 6 * 3600
            assert (await client.house()).holdings["jobs"] == 1
            assert (await client.clean()).jobs == 0
            assert await client.workers() == await client.settings() == []

    asyncio.run(again())
