"""Plans of those who steer the queue. What the server does in parts is done to the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from pagemill.client.operator_answers import (
    DeadLetterList,
    EngineInfo,
    EngineList,
    OrderInfo,
    ReasonInfo,
    ReasonList,
    ReprioritisedInfo,
    RequeuedInfo,
    StopInfo,
    StopList,
    WorkerInfo,
    WorkerList,
)
from pagemill.client.plans import Call, Patience, Plan, Query, typed


@dataclass(frozen=True, slots=True)
class Given:
    """Which given-up work: "" leaves a filter out. `since` is a moment in RFC 3339; `user` `*` is
    everybody, for admins.
    """

    user: str = ""
    code: str = ""
    engine: str = ""
    since: str = ""

    def query(self, **more: str | int) -> Query:
        named = {"user": self.user, "code": self.code, "engine": self.engine, "since": self.since}
        return {name: value for name, value in {**named, **more}.items() if value != ""}


def order(verb: str, user: str, engine: str, wait: float, patience: Patience) -> Plan[OrderInfo]:
    """Pause, resume, drain."""
    query: Query = {"wait": wait} if wait else {}
    body = {"user": user, "engine": engine}
    return (
        yield from typed(Call("POST", f"/v1/queue/{verb}", query, json=body), OrderInfo, patience)
    )


def stops(patience: Patience) -> Plan[list[StopInfo]]:
    return (yield from typed(Call("GET", "/v1/queue/stops"), StopList, patience)).stops


def engines(patience: Patience) -> Plan[list[EngineInfo]]:
    return (yield from typed(Call("GET", "/v1/engines"), EngineList, patience)).engines


def limit_engine(name: str, max_running: int | None, patience: Patience) -> Plan[EngineInfo]:
    path = f"/v1/engines/{quote(name, safe='')}"
    call = Call("PATCH", path, json={"max_running": max_running})
    return (yield from typed(call, EngineInfo, patience))


def dead_letters(given: Given, before: str, limit: int, patience: Patience) -> Plan[DeadLetterList]:
    query = given.query(before=before, limit=limit)
    call = Call("GET", "/v1/queue/dead-letters", query)
    return (yield from typed(call, DeadLetterList, patience))


def dead_reasons(given: Given, patience: Patience) -> Plan[list[ReasonInfo]]:
    call = Call("GET", "/v1/queue/dead-letters/reasons", given.query())
    return (yield from typed(call, ReasonList, patience)).reasons


def requeue_failed(given: Given, everything: bool, patience: Patience) -> Plan[RequeuedInfo]:  # noqa: FBT001  passed on from a keyword
    jobs: list[str] = []
    pages = hopeless = left_out = 0
    before: str | None = ""
    while before is not None:
        query = given.query(before=before, all="true" if everything else "")
        call = Call("POST", "/v1/queue/requeue-failed", query)
        part = yield from typed(call, RequeuedInfo, patience)
        jobs += part.jobs
        pages, left_out = pages + part.pages, left_out + part.left_out
        hopeless += part.hopeless
        before = part.next
    return RequeuedInfo(len(jobs), jobs, pages, hopeless, left_out)


def reprioritise(
    priority: int, user: str, states: Sequence[str], name: str, patience: Patience
) -> Plan[int]:
    body: dict[str, object] = {"priority": priority, "user": user, "state": list(states)}
    body["name"] = name
    count, before = 0, ""
    while True:
        call = Call("POST", "/v1/queue/reprioritise", json={**body, "before": before})
        part = yield from typed(call, ReprioritisedInfo, patience)
        count += part.reprioritised
        if part.next is None:
            return count
        before = part.next


def workers(patience: Patience) -> Plan[list[WorkerInfo]]:
    return (yield from typed(Call("GET", "/v1/workers"), WorkerList, patience)).workers
