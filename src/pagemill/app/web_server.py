"""The web application on uvicorn, as `serve` and the tests run it."""

from collections.abc import Callable
from socket import socket

import uvicorn
from fastapi import FastAPI

from pagemill.app.house import House
from pagemill.web import WebConfig, build_web, end_streams

# Longest time for answers under way when a stop was asked for.
GRACE_SECONDS = 10


class WebServer(uvicorn.Server):
    """Says when it is ready, and ends streams that would never end before it waits for them."""

    def __init__(self, web: FastAPI, on_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                web,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                lifespan="on",
                ws="websockets-sansio",
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self._web = web
        self._on_ready = on_ready

    def stop(self) -> None:
        """From any thread or signal handler; `run` returns soon after."""
        self.should_exit = True

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        end_streams(self._web)
        await super().shutdown(sockets)


def web_of(house: House) -> FastAPI:
    settings = house.settings
    config = WebConfig(
        watch_interval_ms=settings.watch_interval_ms,
        max_watchers=settings.max_watchers,
        max_wait_seconds=settings.max_wait_seconds,
        max_pages=settings.max_pages,
        max_page_pixels=settings.max_page_pixels,
        user_max_running=settings.user_max_running,
    )
    return build_web(house.service, config)
