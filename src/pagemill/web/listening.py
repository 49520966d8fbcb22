"""The live stream of many jobs: a greeting, then every job that is new, has changed or is gone."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response

from pagemill.access import whose
from pagemill.web.context import House, InHouse, Who
from pagemill.web.feed import Wish, as_json, told
from pagemill.web.problems import PROBLEMS
from pagemill.web.streams import MAX_SEQ, EventStream, end_of, is_seq

router = APIRouter(prefix="/v1", tags=["live"], responses=PROBLEMS)


async def _wish(
    house: InHouse,
    who: Who,
    user: Annotated[str, Query(max_length=64, description="Of one user; admins: `*`.")] = "",
    after: Annotated[
        int | None, Query(ge=0, le=MAX_SEQ, description="Only what changed after this `id`.")
    ] = None,
    last_event_id: Annotated[
        str, Header(description="As `after`; sent by clients that come again.")
    ] = "",
) -> Wish:
    """Raises `forbidden`. A token that runs out ends the stream."""
    seen = int(last_event_id) if is_seq(last_event_id) else after
    return Wish(whose(who, user), as_json, seen, end_of(house, who))


Asked = Annotated[Wish, Depends(_wish)]


@router.get(
    "/events",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {}}, "description": "News as they happen."}},
)
async def news(house: InHouse, wish: Asked) -> Response:
    """Server-sent events about all my jobs, or those of others for admins. `hello` comes first;
    `missed` in it says whether to look at everything again, because what changed after `after` is
    not told one by one. `job` is a job that is new or has changed, as it is now; `gone` names one
    that was deleted. The `id` of each is what `after` takes. A job that changes quickly may be told
    less often. The stream ends when the token does, never by itself.
    """
    return stream(house, wish)


def stream(house: House, wish: Wish) -> Response:
    """Raises `too_many_watchers`."""
    if house.hub.is_full:
        raise house.hub.refusal()
    return EventStream(
        _telling(house, wish),
        ping=house.config.heartbeat_seconds,
        send_timeout=house.config.idle_seconds,
    )


async def _telling(house: House, wish: Wish) -> AsyncIterator[bytes]:
    with house.hub.listen(wish) as channel:
        async for news in told(channel, house.service, wish):
            yield news
