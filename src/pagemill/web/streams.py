"""Live streams of one job: server-sent events, a WebSocket, the long poll. One source for all.

A stream starts with the job as it stands, goes on with every event after the one named, tells the
job's new standing after each batch, and ends after the job's last event.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from functools import partial

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Header, Query, Request, Response, WebSocket, WebSocketDisconnect
from sse_starlette import EventSourceResponse
from sse_starlette.sse import SendTimeoutError
from starlette.types import Receive, Scope, Send

from pagemill.errors import PagemillError
from pagemill.model.job import Job
from pagemill.model.people import Caller
from pagemill.web.context import House, InHouse, JobRef, Who, caller_of, house_of
from pagemill.web.live import Story, Watched
from pagemill.web.present import present
from pagemill.web.problems import PROBLEMS, problem
from pagemill.web.views import view_event

MAX_SEQ = 2**53
BATCH = 1000
router = APIRouter(prefix="/v1", tags=["live"], responses=PROBLEMS)


@router.get(
    "/jobs/{ref}/events",
    response_class=Response,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "Events as they happen."},
        204: {"description": "Nothing is left to tell; do not come again."},
    },
)
async def events(
    house: InHouse,
    who: Who,
    ref: JobRef,
    request: Request,
    after: int = Query(0, ge=0, le=MAX_SEQ, description="Only events after this `seq`."),
    last_event_id: str = Header("", description="As `after`; sent by clients that come again."),
) -> Response:
    """Server-sent events: `id` is the `seq`, `event` the kind. `job` events carry no id and hold
    the job as it stands. The stream ends after the job's last event.
    """
    job = await run_sync(house.service.get, ref, who)
    seen = int(last_event_id) if is_seq(last_event_id) else after
    if job.state.is_final and is_seq(last_event_id) and seen >= job.version:
        return Response(status_code=204)
    if house.hub.is_full:
        raise house.hub.refusal()
    return EventStream(
        _sse(house, job, who, seen),
        ping=house.config.heartbeat_seconds,
        send_timeout=house.config.idle_seconds,
    )


@router.websocket("/jobs/{ref}/ws")
async def socket(websocket: WebSocket, ref: str, after: int = Query(0, ge=0, le=MAX_SEQ)) -> None:
    """The same news as texts: `{"type": "event", "event": …}` and `{"type": "job", "job": …}`."""
    house, who = house_of(websocket), caller_of(websocket)
    try:
        job = await run_sync(house.service.get, ref, who)
        if house.hub.is_full:
            raise house.hub.refusal()
    except PagemillError as error:
        await websocket.send_denial_response(problem(error))
        return
    await websocket.accept()
    await tell_while_there(websocket, house, _tell(websocket, house, job, who, after))


async def tell_while_there(websocket: WebSocket, house: House, telling: Awaitable[None]) -> None:
    """Until all is told, the watcher has left, or takes nothing any more."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_until_gone, websocket, tasks.cancel_scope)
        # Here, not around the group: what leaves it comes wrapped, and would not be recognised.
        with contextlib.suppress(WebSocketDisconnect, TimeoutError, RuntimeError):
            await telling
            async with asyncio.timeout(house.config.idle_seconds):
                await websocket.close()
        tasks.cancel_scope.cancel()


async def follow(
    house: House, watched: Watched, job: Job, who: Caller, after: int
) -> AsyncIterator[Story]:
    """Ends when the job's last event was told, the job is deleted, the token of who watches runs
    out or the server stops.
    """
    until = end_of(house, who)
    told, seen = -1, min(after, job.version)
    if not job.state.is_final:
        told = job.version
        yield await _standing(house, job)
    while True:
        end, is_over, current = watched.end, watched.is_over, watched.job
        async for story in _missed(house, watched, job.id, who, seen, end):
            yield story
            seen = story.seq
        # Pruned events leave gaps; what the row says was seen is seen.
        seen = max(seen, end)
        if current is not None and current.version != told:
            told = current.version
            yield watched.standing or await _standing(house, current)
        if is_over:
            return
        try:
            async with asyncio.timeout_at(until):
                await watched.beyond(seen)
        except TimeoutError:
            return


def end_of(house: House, who: Caller) -> float | None:
    """By the event loop's time, when a stream must end because the token does."""
    if who.expires_ms is None:
        return None
    left_ms = who.expires_ms - house.service.clock.now_ms()
    return asyncio.get_running_loop().time() + left_ms / 1000


async def long_poll(watched: Watched, seconds: float, after: int | None) -> None:
    """Waits until the job has ended, or has changed since version `after` if that is given."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not watched.is_over and (after is None or watched.end <= after):
                await watched.beyond(watched.end)


class EventStream(EventSourceResponse):
    """Drops a reader that takes nothing for `send_timeout`, without a word in the log."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with contextlib.suppress(SendTimeoutError):
            await super().__call__(scope, receive, send)


async def _sse(house: House, job: Job, who: Caller, after: int) -> AsyncIterator[bytes]:
    with house.hub.watch(job) as watched:
        async for story in follow(house, watched, job, who, after):
            yield story.sse


async def _tell(websocket: WebSocket, house: House, job: Job, who: Caller, after: int) -> None:
    with house.hub.watch(job) as watched:
        async for story in follow(house, watched, job, who, after):
            async with asyncio.timeout(house.config.idle_seconds):
                await websocket.send_text(story.text)


async def _until_gone(websocket: WebSocket, scope: anyio.CancelScope) -> None:
    """What a watcher says is not listened to; that it left is."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
    scope.cancel()


async def _standing(house: House, job: Job) -> Story:
    return Story(job.version, await run_sync(present, house.service, job))


async def _missed(
    house: House, watched: Watched, job_id: str, who: Caller, seen: int, end: int
) -> AsyncIterator[Story]:
    while seen < end:
        stories = watched.since(seen)
        if stories is None:
            ask = partial(house.service.events, job_id, seen, BATCH, who)
            stories = [Story(event.seq, view_event(event)) for event in await run_sync(ask)]
        if not stories:
            return
        for story in stories:
            yield story
        seen = stories[-1].seq


def is_seq(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 15
