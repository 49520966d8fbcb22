"""Nobody reaches what belongs to somebody else, by any route there is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI, WebSocket

from pagemill.errors import PagemillError
from pagemill.model.people import Role
from pagemill.ports import JobQuery
from pagemill.web import WebConfig
from pagemill.web.context import AtDesk, Who
from web.addresses import Operation, operations
from web.asking import Answer, ask, calls, naming
from web.neighbours import Things, nothing_like, settle, state_of
from web_house import LiveHouse, open_service, serving

ANN, BOB = "ann-of-the-mill", "bob-of-the-barn"


@dataclass
class Street:
    """A house where two people and an admin live, each with a door of their own."""

    house: LiveHouse
    doors: dict[str, httpx2.Client]

    @property
    def web(self) -> FastAPI:
        return self.house.server.config.app

    def settle(self, user_id: str) -> Things:
        return settle(self.house, user_id)


@contextmanager
def street_in(root: Path) -> Iterator[Street]:
    service = open_service(root)
    config = WebConfig(watch_interval_ms=20, is_open=False, input_folder=root / "input")
    with serving(service, root, config) as house:
        tokens = {user_id: house.let_in(user_id) for user_id in (ANN, BOB)}
        tokens["admin"] = house.let_in("chief", Role.ADMIN)
        doors = {user_id: house.client(token) for user_id, token in tokens.items()}
        yield Street(house, doors)
        for door in doors.values():
            door.close()
    service.ledger.close()


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with street_in(tmp_path) as street:
        yield street


def own(street: Street, user_id: str, operation: Operation, as_user: str) -> list[Answer]:
    """Calls for new things of the user, by themselves or somebody else."""
    things = street.settle(user_id)
    return [ask(street.doors[as_user], call) for call in calls(operation, lambda _: things)]


def others(
    street: Street, user_id: str, operation: Operation, theirs: Things
) -> Iterator[tuple[Answer, Answer]]:
    """Calls for things of another user, each beside the same for what does not exist: all is
    theirs, or one thing of several and the others are one's own.
    """
    door, names = street.doors[user_id], naming(operation)
    mine, nothing = street.settle(user_id), nothing_like(theirs)
    everything = {*names, *operation.query, *operation.headers}
    for chosen in [everything, *({name} for name in names if len(names) > 1)]:
        pairs = zip(
            calls(operation, lambda name: theirs if name in chosen else mine),  # noqa: B023
            calls(operation, lambda name: nothing if name in chosen else mine),  # noqa: B023
            strict=True,
        )
        for call, made_up in pairs:
            if call.texts != made_up.texts:
                yield ask(door, call), ask(door, made_up)


def faults(street: Street, user_id: str, operation: Operation, theirs: Things) -> Iterator[str]:
    """What is wrong with what a user is answered: about somebody else's things, and at all."""
    made_up = set()
    for answer, beside in others(street, user_id, operation, theirs):
        if answer.call.named != beside.call.named:
            made_up.add(beside.gist)
        yield from wrong_about(answer, beside)
        yield from leaks(answer, theirs)
    answers = own(street, user_id, operation, user_id)
    for answer in answers:
        yield from leaks(answer, theirs)
    if {answer.status for answer in answers} == {403}:
        answers = own(street, user_id, operation, "admin")
    for names in {frozenset(answer.call.named) for answer in answers}:
        ways = [answer for answer in answers if answer.call.named.keys() == names]
        if not any(answer.is_success and answer.gist not in made_up for answer in ways):
            yield f"cannot be called by {sorted(names)}, or does nothing: {ways[0]}"


def wrong_about(answer: Answer, beside: Answer) -> Iterator[str]:
    """A WebSocket may be opened to say that there is nothing. What names nothing, such as a key or
    a filter, may come to something, but to the same.
    """
    if answer.call.named == beside.call.named:
        if answer.status != beside.status:
            yield f"knows what belongs to others: {answer}\n  beside: {beside}"
        return
    if answer.is_success and answer.status != 101:
        yield f"is reached: {answer}"
    if answer.status not in (101, 403, 404):
        yield f"is refused in a way of its own: {answer}"
    if answer.gist != beside.gist:
        yield f"is told apart from what does not exist: {answer}\n  beside: {beside}"


def leaks(answer: Answer, theirs: Things) -> Iterator[str]:
    if found := answer.gives_away(theirs.secrets):
        yield f"gives away {sorted(found)}: {answer}"


@pytest.mark.parametrize(("user_id", "other_id"), [(BOB, ANN), (ANN, BOB)])
def test_nobody_reaches_or_sees_what_belongs_to_somebody_else(
    street: Street, user_id: str, other_id: str
) -> None:
    theirs = street.settle(other_id)
    before = state_of(street.house, theirs)
    found = [
        fault
        for operation in operations(street.web)
        for fault in faults(street, user_id, operation, theirs)
    ]
    assert not found, "\n".join(found)
    assert state_of(street.house, theirs) == before


def test_an_admin_sees_what_runs_where_and_whose_it_is(street: Street) -> None:
    theirs = street.settle(ANN)
    for path in ("/v1/workers", "/v1/jobs?user=*", f"/v1/jobs?user={ANN}"):
        assert theirs.jobs["processing"].id in street.doors["admin"].get(path).text
    assert "memory_mb" in street.doors[BOB].get("/v1/workers").text


# The search finds what it looks for.


def _gives_anybodys(service: AtDesk, job_id: str) -> dict:
    return {"state": service.ledger.job(job_id).state}


def _tells_what_exists(service: AtDesk, who: Who, job_id: str) -> dict:
    if service.ledger.job(job_id).user_id != who.id:
        raise PagemillError("forbidden")
    return {}


def _refuses_by_state(service: AtDesk, who: Who, job_id: str) -> dict:
    if service.ledger.job(job_id).user_id != who.id:
        raise PagemillError("invalid_state")
    return {}


def _lists_everybodys(service: AtDesk) -> list[str]:
    return [job.filename for job in service.ledger.jobs(JobQuery())]


async def _speaks_of_anybodys(websocket: WebSocket, job_id: str) -> None:
    house = websocket.app.state.house
    await websocket.accept()
    await websocket.send_text(house.service.ledger.job(job_id).state)
    await websocket.close()


@pytest.mark.parametrize(
    ("path", "route", "found"),
    [
        ("/leak/{job_id}", _gives_anybodys, "is reached"),
        ("/leak/{job_id}", _tells_what_exists, "is told apart"),
        ("/leak/{job_id}", _refuses_by_state, "is refused in a way of its own"),
        ("/leak", _lists_everybodys, "gives away"),
        ("/leak/{job_id}/ws", _speaks_of_anybodys, "is told apart"),
        ("/leak/{token_id}", lambda token_id: _not_there(), "cannot be called"),
    ],
)
def test_a_careless_route_is_found(
    street: Street, path: str, route: Callable[..., object], found: str
) -> None:
    add = street.web.add_api_websocket_route if path.endswith("/ws") else street.web.add_api_route
    add(path, route)
    (operation,) = [op for op in operations(street.web) if op.path == path and op.method != "HEAD"]
    assert any(found in fault for fault in faults(street, BOB, operation, street.settle(ANN)))


def _not_there() -> None:
    raise PagemillError("token_not_found")


@pytest.mark.parametrize(
    ("path", "route", "unknown"),
    [
        ("/new/{shelf_mark}", lambda shelf_mark: None, "`{shelf_mark}`"),
        ("/new", lambda folder="": None, "`?folder=`"),
    ],
)
def test_a_route_with_a_parameter_that_nobody_knows_is_named(
    street: Street, path: str, route: Callable[..., object], unknown: str
) -> None:
    street.web.add_api_route(path, route)
    (operation,) = [op for op in operations(street.web) if op.path == path]
    with pytest.raises(AssertionError, match=r"GET /new.*: what is") as error:
        list(faults(street, BOB, operation, street.settle(ANN)))
    assert unknown in str(error.value)


def test_a_route_in_no_description_is_named(street: Street) -> None:
    street.web.add_api_route("/hidden", lambda: None, include_in_schema=False)
    with pytest.raises(AssertionError, match="GET /hidden is in no description"):
        operations(street.web)
