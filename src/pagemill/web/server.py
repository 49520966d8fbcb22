"""The web application, put together. It reads no settings and owns no parts but the hub."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from starlette.middleware.cors import CORSMiddleware
from starlette.types import Scope

from pagemill import __version__
from pagemill.errors import PagemillError
from pagemill.service import Office, Service
from pagemill.web import (
    bundles,
    contents,
    house,
    jobs,
    keeping,
    listening,
    operators,
    orders,
    results,
    revisions,
    searching,
    streams,
    ui,
    users,
)
from pagemill.web.auth import Gate, Turnstile, refusal
from pagemill.web.bounds import Bounds
from pagemill.web.config import WebConfig
from pagemill.web.context import INTAKE_THREADS, PICTURE_THREADS, House
from pagemill.web.dialects import ROUTERS
from pagemill.web.door import Door
from pagemill.web.live import Hub
from pagemill.web.metrics import Metrics
from pagemill.web.openapi import install_openapi
from pagemill.web.outside import Outside
from pagemill.web.problems import install_problems, problem
from pagemill.web.requests import HEADER

CORS_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
CORS_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID")
CORS_EXPOSED = ("Location", "ETag", "Retry-After", "Content-Disposition", HEADER)


def build_web(service: Service, office: Office, config: WebConfig | None = None) -> FastAPI:
    """The application. Call `end_streams` before its server shuts down: connections that never
    end would be waited for.
    """
    config = config or WebConfig()
    web = FastAPI(
        title="Pagemill",
        version=__version__,
        summary="The document OCR job server that never loses a page.",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    metrics = Metrics(service)
    web.state.pages = ui.Pages(ui.read_assets())
    web.state.glances = ui.Glances(service.clock)
    web.state.turnstile = Turnstile()
    web.state.house = House(
        service,
        office,
        config,
        Hub(service, config.watch_interval_ms / 1000, config.max_watchers),
        metrics,
        ThreadPoolExecutor(INTAKE_THREADS, "intake"),
        ThreadPoolExecutor(PICTURE_THREADS, "pictures"),
    )
    for room in (
        jobs,
        orders,
        bundles,
        contents,
        streams,
        listening,
        results,
        revisions,
        searching,
        house,
        operators,
        keeping,
        users,
    ):
        web.include_router(room.router)
    for router in (*ROUTERS, *ui.ROUTERS):
        web.include_router(router)
    install_problems(web, _refusal)
    install_openapi(web)
    _guard(web, office, config, metrics)
    return web


def _guard(web: FastAPI, office: Office, config: WebConfig, metrics: Metrics) -> None:
    """What every request passes on its way in, the last named first."""
    web.add_middleware(Bounds, idle_seconds=config.idle_seconds)
    web.add_middleware(
        Gate,
        office=office,
        is_open=config.is_open,
        failed_logins_per_minute=config.failed_logins_per_minute,
        turnstile=web.state.turnstile,
        refuse=_refusal_at_gate,
    )
    web.add_middleware(
        Door,
        origins=config.cors_origins,
        hosts=config.allowed_hosts,
        is_open=config.is_open,
    )
    if config.cors_origins:
        web.add_middleware(
            CORSMiddleware,
            allow_origins=config.cors_origins,
            allow_methods=CORS_METHODS,
            allow_headers=CORS_HEADERS,
            expose_headers=CORS_EXPOSED,
            allow_private_network=True,
        )
    web.add_middleware(Outside, metrics=metrics)


def _refusal(request: Request, error: PagemillError) -> Response:
    """For people a page, for programs a problem document."""
    return ui.refusal_page(request, error) if ui.wants_page(request.scope) else problem(error)


def _refusal_at_gate(scope: Scope, error: PagemillError) -> Response:
    if ui.wants_page(scope):
        return ui.refusal_page(Request(scope), error)
    return refusal(error)


def end_streams(web: FastAPI) -> None:
    """Ends live streams and long polls, so that their connections close. On the event loop."""
    web.state.house.hub.close()


@asynccontextmanager
async def _lifespan(web: FastAPI) -> AsyncIterator[None]:
    here: House = web.state.house
    here.hub.start()
    yield
    here.hub.close()
    here.pictures.shutdown(wait=False, cancel_futures=True)
    here.intake.shutdown(wait=True)
