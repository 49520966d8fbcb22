"""What every route needs, and the one place where a request becomes a user."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Path
from starlette.requests import HTTPConnection

from pagemill.service import LOCAL_USER, Service
from pagemill.web.config import WebConfig
from pagemill.web.live import Hub
from pagemill.web.metrics import Metrics

INTAKE_THREADS, PICTURE_THREADS = 32, 4


@dataclass(frozen=True, slots=True)
class House:
    """One per application. `intake` are the threads that write uploads, `pictures` those that wait
    for pages to be drawn: a slow disk or a slow page keeps no other request waiting.
    """

    service: Service
    config: WebConfig
    hub: Hub
    metrics: Metrics
    intake: ThreadPoolExecutor
    pictures: ThreadPoolExecutor


def house_of(connection: HTTPConnection) -> House:
    return cast("House", connection.app.state.house)


def service_of(connection: HTTPConnection) -> Service:
    return house_of(connection).service


def user_of(connection: HTTPConnection) -> str:
    """The id of the user a request speaks for. Whoever reaches a loopback server is `local`."""
    return LOCAL_USER


InHouse = Annotated[House, Depends(house_of)]
AtDesk = Annotated[Service, Depends(service_of)]
User = Annotated[str, Depends(user_of)]
JobRef = Annotated[str, Path(max_length=200, description="A job's id or handle.")]
PageNumber = Annotated[int, Path(ge=1, le=10_000_000, description="Pages count from 1.")]
