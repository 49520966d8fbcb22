"""The web application, put together. It reads no settings and owns no parts but the hub."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI

from pagemill import __version__
from pagemill.service import Service
from pagemill.web import home, house, jobs, results, streams
from pagemill.web.config import WebConfig
from pagemill.web.context import INTAKE_THREADS, PICTURE_THREADS, House
from pagemill.web.live import Hub
from pagemill.web.metrics import Metrics
from pagemill.web.openapi import install_openapi
from pagemill.web.outside import Outside
from pagemill.web.problems import install_problems


def build_web(service: Service, config: WebConfig | None = None) -> FastAPI:
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
    web.state.house = House(
        service,
        config,
        Hub(service, config.watch_interval_ms / 1000, config.max_watchers),
        metrics,
        ThreadPoolExecutor(INTAKE_THREADS, "intake"),
        ThreadPoolExecutor(PICTURE_THREADS, "pictures"),
    )
    for room in (jobs, streams, results, house, home):
        web.include_router(room.router)
    install_problems(web)
    install_openapi(web)
    web.add_middleware(Outside, metrics=metrics)
    return web


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
