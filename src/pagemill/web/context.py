"""What every route needs, and the one place where a request becomes a user."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Path
from starlette.requests import HTTPConnection

from pagemill.model.people import Caller
from pagemill.service import Office, Service
from pagemill.web.config import WebConfig
from pagemill.web.live import Hub
from pagemill.web.metrics import Metrics

INTAKE_THREADS, PICTURE_THREADS = 32, 4
CALLER = "caller"


@dataclass(frozen=True, slots=True)
class House:
    """One per application. `intake` are the threads that write uploads, `pictures` those that wait
    for pages to be drawn: a slow disk or a slow page keeps no other request waiting.
    """

    service: Service
    office: Office
    config: WebConfig
    hub: Hub
    metrics: Metrics
    intake: ThreadPoolExecutor
    pictures: ThreadPoolExecutor

    def limits(self) -> dict[str, int]:
        """Of the house, for everybody."""
        return {
            "max_upload_bytes": self.service.limits.max_upload_bytes,
            "max_pages": self.config.max_pages,
            "max_page_pixels": self.config.max_page_pixels,
            "max_running": self.config.user_max_running,
        }


def house_of(connection: HTTPConnection) -> House:
    return cast("House", connection.app.state.house)


def service_of(connection: HTTPConnection) -> Service:
    return house_of(connection).service


def office_of(connection: HTTPConnection) -> Office:
    return house_of(connection).office


def caller_of(connection: HTTPConnection) -> Caller:
    """Who sends the request, as the gate has found out before any route."""
    return cast("Caller", connection.scope["state"][CALLER])


# Asked for by nearly every route. Coroutines, for the framework sends plain functions to a thread.
async def _house(connection: HTTPConnection) -> House:
    return house_of(connection)


async def _service(connection: HTTPConnection) -> Service:
    return service_of(connection)


async def _office(connection: HTTPConnection) -> Office:
    return office_of(connection)


async def _caller(connection: HTTPConnection) -> Caller:
    return caller_of(connection)


InHouse = Annotated[House, Depends(_house)]
AtDesk = Annotated[Service, Depends(_service)]
AtOffice = Annotated[Office, Depends(_office)]
Who = Annotated[Caller, Depends(_caller)]
JobRef = Annotated[str, Path(max_length=200, description="A job's id or handle.")]
PageNumber = Annotated[int, Path(ge=1, le=10_000_000, description="Pages count from 1.")]
