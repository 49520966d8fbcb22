"""Steering the queue: stop and go on, engines and their limits, what was given up, the order."""

import asyncio
from contextlib import nullcontext
from dataclasses import replace
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Body, Depends, Path, Query
from pydantic import AwareDatetime, BaseModel, Field

from pagemill.model.job import MAX_PRIORITY, MIN_PRIORITY, JobState
from pagemill.model.options import ENGINE_ALIASES
from pagemill.model.people import Caller
from pagemill.ports import DeadQuery, JobQuery
from pagemill.service import Service, Target
from pagemill.web.context import AtDesk, House, InHouse, Who
from pagemill.web.operator_views import (
    DeadLettersView,
    EnginesView,
    EngineView,
    OrderView,
    ReasonsView,
    ReprioritisedView,
    RequeuedView,
    StopsView,
    view_engine,
    view_letter,
    view_reason,
    view_stop,
    view_work,
)
from pagemill.web.problems import PROBLEMS

DRAIN_LOOK_SECONDS = 0.25
MAX_LETTERS = 200
router = APIRouter(prefix="/v1", tags=["operators"], responses=PROBLEMS)


class OrderRequest(BaseModel):
    """One user, one engine, or without both the whole queue."""

    user: Annotated[str, Field(max_length=64)] = ""
    engine: Annotated[str, Field(max_length=100)] = ""

    @property
    def target(self) -> Target:
        return Target.of(self.user, self.engine)


class EngineChange(BaseModel):
    max_running: int | None = Field(
        ge=1, le=1024, description="Pages it reads at once, on all machines; null for no limit."
    )


class ReprioritiseRequest(BaseModel):
    """Which jobs, and their new place. Without `state` all that have not ended."""

    priority: int = Field(ge=MIN_PRIORITY, le=MAX_PRIORITY, description="0 to 10, 10 is first.")
    user: Annotated[str, Field(max_length=64)] = ""
    state: list[JobState] = Field(default=[], max_length=10)
    name: Annotated[str, Field(max_length=255)] = ""
    before: Annotated[str, Field(max_length=200)] = ""


Order = Annotated[OrderRequest | None, Body()]
OfUser = Annotated[str, Query(max_length=64, description="Of one user; admins: `*`.")]
Code = Annotated[str, Query(max_length=100, description="Only with this error code.")]
OfEngine = Annotated[str, Query(max_length=100, description="Only pages of this engine.")]
Since = Annotated[AwareDatetime | None, Query(description="Only given up since (RFC 3339).")]
Before = Annotated[str, Query(max_length=200, description="`next` of the answer before.")]
EngineName = Annotated[str, Path(max_length=100, description="As GET /v1/engines names it.")]


async def _query(
    code: Code = "", engine: OfEngine = "", since: Since = None, before: Before = ""
) -> DeadQuery:
    return DeadQuery(
        code=code,
        engine=ENGINE_ALIASES.get(engine, engine),
        since_ms=0 if since is None else max(0, round(1000 * since.timestamp())),
        before=before,
    )


Asked = Annotated[DeadQuery, Depends(_query)]


@router.get("/queue/stops")
def stops(service: AtDesk, who: Who) -> StopsView:
    """What is stopped now, as far as it concerns me."""
    return StopsView(stops=[view_stop(stop, who) for stop in service.steering.stops(who)])


@router.post("/queue/pause")
def pause(service: AtDesk, who: Who, order: Order = None) -> OrderView:
    """Begins no more work of a user (my own, or any for admins), an engine, or at all; what runs
    goes on. Jobs are still accepted, and wait.
    """
    target = (order or OrderRequest()).target
    changed = service.steering.pause(target, who)
    return _standing(service, target, who, is_stopped=True, changed=changed)


@router.post("/queue/resume")
def resume(service: AtDesk, who: Who, order: Order = None) -> OrderView:
    """Goes on after `pause` or `drain` of the same. What an operator stopped, only they resume."""
    target = (order or OrderRequest()).target
    changed = service.steering.resume(target, who)
    return _standing(service, target, who, is_stopped=False, changed=changed)


@router.post("/queue/drain")
async def drain(
    house: InHouse,
    who: Who,
    order: Order = None,
    wait: Annotated[float, Query(ge=0, description="Seconds to wait until nothing runs.")] = 0,
) -> OrderView:
    """As `pause`, and tells what still runs; with `wait` as soon as nothing does, or when the time
    is up. Then machines may be stopped without a page being read twice.
    """
    target = (order or OrderRequest()).target
    with house.hub.wait() if wait else nullcontext():
        changed = await run_sync(house.service.steering.pause, target, who)
        await _until_idle(house, target, who, min(wait, house.config.max_wait_seconds))
    return await run_sync(
        lambda: _standing(house.service, target, who, is_stopped=True, changed=changed)
    )


async def _until_idle(house: House, target: Target, who: Caller, seconds: float) -> None:
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    while clock() < end and not house.hub.is_closed:
        if not await run_sync(house.service.steering.running, target, who):
            return
        await asyncio.sleep(min(DRAIN_LOOK_SECONDS, max(0.0, end - clock())))


def _standing(
    service: Service, target: Target, who: Caller, *, is_stopped: bool, changed: bool
) -> OrderView:
    return OrderView(
        scope=target.scope,
        name=target.name,
        stopped=is_stopped,
        changed=changed,
        running=service.steering.running(target, who),
        work=[view_work(task) for task in service.steering.in_work(target, who)],
    )


@router.get("/engines")
def engines(service: AtDesk) -> EnginesView:
    """Every engine that has had work: how much runs and waits, its limit, whether it rests."""
    return EnginesView(engines=[view_engine(pool) for pool in service.steering.engines()])


@router.patch("/engines/{engine}")
def change_engine(service: AtDesk, who: Who, engine: EngineName, asked: EngineChange) -> EngineView:
    """Sets how many pages an engine reads at once. For admins."""
    return view_engine(service.steering.limit_engine(engine, asked.max_running, who))


@router.get("/queue/dead-letters")
def dead_letters(
    service: AtDesk,
    who: Who,
    asked: Asked,
    user: OfUser = "",
    limit: Annotated[int, Query(ge=1, le=MAX_LETTERS)] = 50,
) -> DeadLettersView:
    """Pages, documents and outputs that were given up, newest first: mine, or those of others for
    admins. Each says why.
    """
    found = service.dead_letters.letters(replace(asked, limit=limit + 1), who, user)
    return DeadLettersView(
        dead_letters=[view_letter(letter) for letter in found[:limit]],
        next=found[limit - 1].cursor if len(found) > limit else None,
    )


@router.get("/queue/dead-letters/reasons")
def reasons(service: AtDesk, who: Who, asked: Asked, user: OfUser = "") -> ReasonsView:
    """The same by error code, the most frequent first, each with an example."""
    found = service.dead_letters.reasons(asked, who, user)
    return ReasonsView(reasons=[view_reason(reason) for reason in found])


@router.post("/queue/requeue-failed")
def requeue_failed(
    service: AtDesk,
    who: Who,
    asked: Asked,
    user: OfUser = "",
    *,
    is_all: Annotated[
        bool, Query(alias="all", description="What can never go right, too: damaged files.")
    ] = False,
) -> RequeuedView:
    """Tries again what was given up in jobs that have ended; what was read stays. Mine, or that of
    `user` for admins. One answer is about some hundred jobs at most: ask again with its `next`.
    """
    done = service.dead_letters.requeue(asked, who, user, is_all=is_all)
    return RequeuedView(
        requeued=len(done.job_ids),
        jobs=list(done.job_ids),
        pages=done.pages,
        hopeless=done.hopeless,
        left_out=done.left_out,
        next=done.before or None,
    )


@router.post("/queue/reprioritise")
def reprioritise(service: AtDesk, who: Who, asked: ReprioritiseRequest) -> ReprioritisedView:
    """Gives my waiting jobs, or those of `user` for admins, another priority. As `requeue-failed`
    does, one answer may be about a part of them.
    """
    query = JobQuery(name=asked.name, before=asked.before)
    moved = service.steering.reprioritise(
        asked.priority, query, who, asked.user, states=asked.state
    )
    return ReprioritisedView(reprioritised=moved.count, next=moved.before or None)
