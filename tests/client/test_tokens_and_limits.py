"""A server that asks for tokens and counts requests: what the client sends, awaits and raises."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from pagemill.client import AsyncClient, Client
from pagemill.client.plans import Call, Patience, Reply, Rest, ask, error_of
from pagemill.errors import PagemillError
from pagemill.model.people import User, UserLimits
from pagemill.service import Office
from pagemill.web import WebConfig
from web_house import LiveHouse, open_office, open_service, serving

TIGHT = UserLimits(requests_per_minute=2, max_stored_mb=1, max_waiting_jobs=1)


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[LiveHouse]:
    """A server that lets nobody in without a token."""
    service = open_service(tmp_path)
    with serving(service, tmp_path, WebConfig(is_open=False, max_wait_seconds=5)) as live:
        yield live
    service.ledger.close()


@pytest.fixture
def office(closed: LiveHouse) -> Office:
    return open_office(closed.service)


def test_a_client_with_a_token_acts_as_its_user(
    closed: LiveHouse, office: Office, tmp_path: Path
) -> None:
    office.add_user(User("ann"))
    _, token = office.add_token("ann")
    with Client(closed.url, token=token) as mill:
        job = mill.submit(closed.pdf, filename="a.pdf")
        closed.worker.work_off()
        assert mill.wait(job.id).state == "completed"
        assert list(mill.watch(job.id, after=100)) == []
        assert mill.download(job.id, "markdown", tmp_path / "a.md").stat().st_size
        assert mill.document(job.id, tmp_path / "a.pdf").read_bytes() == closed.pdf
    assert closed.service.get(job.id).user_id == "ann"


def test_the_async_client_sends_its_token_too(
    closed: LiveHouse, office: Office, tmp_path: Path
) -> None:
    _, token = office.add_token("local")

    async def bring_and_fetch() -> bytes:
        async with AsyncClient(closed.url, token=token) as mill:
            job = await mill.submit(closed.pdf, filename="a.pdf")
            return (await mill.document(job.id, tmp_path / "a.pdf")).read_bytes()

    assert asyncio.run(bring_and_fetch()) == closed.pdf


def code_of(closed: LiveHouse, token: str) -> str:
    with Client(closed.url, token=token, patience_seconds=0) as mill:
        with pytest.raises(PagemillError) as refused:
            mill.submit(closed.pdf, filename="a.pdf")
        return refused.value.code


def test_refusals_at_the_door_carry_their_codes(closed: LiveHouse, office: Office) -> None:
    office.add_user(User("ann"))
    token, revoked = office.add_token("ann")
    office.revoke_token(token.id, "ann")
    _, reading = office.add_token("ann", scopes=["read"])
    assert code_of(closed, "") == "token_required"
    assert code_of(closed, "pm_" + "x" * 43) == "token_invalid"
    assert code_of(closed, revoked) == "token_revoked"
    assert code_of(closed, reading) == "forbidden"


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "schlüssel"])
def test_a_token_that_no_header_can_hold_is_refused_before_it_is_sent(token: str) -> None:
    with pytest.raises(PagemillError) as refused:
        Client("http://127.0.0.1:9", token=token)
    assert refused.value.code == "token_invalid"
    assert token not in refused.value.message


def test_a_limit_says_when_to_come_again(closed: LiveHouse, office: Office) -> None:
    office.add_user(User("ann", limits=TIGHT))
    _, token = office.add_token("ann")
    with Client(closed.url, token=token, patience_seconds=0) as mill:
        mill.submit(closed.pdf, filename="a.pdf")
        with pytest.raises(PagemillError) as many:
            mill.submit(closed.pdf + b"%", filename="b.pdf")
        assert (many.value.code, many.value.retry_after) == ("too_many_jobs", 30)
        with pytest.raises(PagemillError) as fast:
            mill.queue()
    assert fast.value.code == "too_many_requests"
    assert fast.value.retry_after in range(1, 61)


def test_space_that_is_used_up_is_no_matter_of_waiting(closed: LiveHouse, office: Office) -> None:
    office.add_user(User("ann", limits=TIGHT))
    _, token = office.add_token("ann")
    with Client(closed.url, token=token) as mill, pytest.raises(PagemillError) as full:
        mill.submit(closed.pdf + b"%" * 1024 * 1024, filename="a.pdf")
    assert (full.value.code, full.value.retry_after) == ("quota_bytes", None)


def test_what_came_with_a_job_is_shown(closed: LiveHouse, office: Office) -> None:
    _, token = office.add_token("local")
    with Client(closed.url, token=token) as mill, closed.service.receive() as upload:
        upload.write(closed.pdf)
        note = {"prompt": "<image>Convert"}
        job = closed.service.submit(upload, "a.pdf", {}, note=note).job
        assert mill.get(job.id).note == note


def rests(replies: list[Reply], patience: float = 30) -> tuple[list[float], str]:
    """How long a request rests between these replies, and the code it ends with."""
    plan = ask(Call("GET", "/"), Patience(patience, random.Random(1)))
    rested: list[float] = []
    answers = iter(replies)
    step = next(plan)
    while True:
        try:
            step = plan.send(None if isinstance(step, Rest) else next(answers))
        except StopIteration:
            return rested, ""
        except PagemillError as error:
            return rested, error.code
        if isinstance(step, Rest):
            rested.append(step.seconds)


def busy(seconds: str, code: str = "too_many_requests") -> Reply:
    return Reply(429, {"retry-after": seconds}, b'{"code": "%s"}' % code.encode())


GOOD = Reply(200, {}, b"{}")


def test_a_server_that_counts_requests_gets_the_time_it_asks_for() -> None:
    assert rests([busy("41"), busy("7"), GOOD], patience=3) == ([41.0, 7.0], "")


@pytest.mark.parametrize(
    ("replies", "rested"),
    [
        ([busy("61")], []),
        ([busy("60")] * 4, [60.0] * 3),
    ],
)
def test_that_time_is_bounded(replies: list[Reply], rested: list[float]) -> None:
    assert rests(replies) == (rested, "too_many_requests")


def test_without_patience_nothing_is_waited_for() -> None:
    assert rests([busy("1")], patience=0) == ([], "too_many_requests")


def test_other_waits_stay_as_short_as_patience() -> None:
    rested, code = rests([busy("30", "too_many_jobs")] * 9, patience=12)
    assert (rested, code) == ([5.0] * 3, "too_many_jobs")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "token_required"),
        (402, "invalid_request"),
        (403, "forbidden"),
        (413, "too_large"),
        (429, "too_many_requests"),
    ],
)
def test_a_proxy_that_refuses_is_understood(status: int, code: str) -> None:
    error = error_of(Reply(status, httpx2.Headers({"Retry-After": "9"}), b"<html>No"))
    assert (error.code, error.retry_after) == (code, 9)


@pytest.mark.parametrize("text", ["", "soon", "-1", "1.5", "Fri, 31 Dec 1999", "9" * 30])
def test_a_time_that_is_no_number_of_seconds_is_left_out(text: str) -> None:
    assert error_of(busy(text)).retry_after is None
