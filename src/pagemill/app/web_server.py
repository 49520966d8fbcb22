"""The web application on uvicorn, as `serve` and the tests run it."""

import asyncio
import gc
import logging
from collections.abc import Callable, Iterator
from functools import partial
from socket import socket

import uvicorn
from fastapi import FastAPI

from pagemill.app.addresses import is_loopback
from pagemill.app.connections import MOST_CONNECTIONS, Connection, Lobby, connections_at_most
from pagemill.app.house import House
from pagemill.settings import Settings, shown, sources_in
from pagemill.web import SettingLine, WebConfig, build_web, end_streams

# Longest time for answers under way when a stop was asked for.
GRACE_SECONDS = 10
# Nothing that watchers say is listened to.
WS_MESSAGE_BYTES = 64 * 1024
INPUT = "input"
# Objects until the young are looked through, and how often that until the older ones are.
GARBAGE_THRESHOLDS = (700, 5, 3)
WARM_SECONDS = 10.0


class WebServer(uvicorn.Server):
    """Says when it is ready, and ends streams that would never end before it waits for them."""

    def __init__(
        self,
        web: FastAPI,
        on_ready: Callable[[], None],
        *,
        header_seconds: float = 15.0,
        idle_seconds: float = 60.0,
        most_connections: int = MOST_CONNECTIONS,
    ) -> None:
        most = connections_at_most(most_connections)
        lobby = Lobby(header_seconds, idle_seconds, most)
        super().__init__(
            uvicorn.Config(
                web,
                http=partial(Connection, lobby=lobby),  # type: ignore[arg-type]  # any callable does
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                lifespan="on",
                ws="websockets-sansio",
                ws_max_size=WS_MESSAGE_BYTES,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        logging.getLogger("uvicorn.error").addFilter(_is_news)
        self._web = web
        self._on_ready = on_ready

    def stop(self) -> None:
        """From any thread or signal handler; `run` returns soon after."""
        self.should_exit = True

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            _settle_down()
            # Threads and connections come with the first requests, and stay, too.
            asyncio.get_running_loop().call_later(WARM_SECONDS, _settle_down)
            self._on_ready()

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        end_streams(self._web)
        await super().shutdown(sockets)


def _settle_down() -> None:
    """As Python has it, garbage is looked for seldom among much, and all answers wait for it, up to
    a quarter of a second. What the program itself consists of stays for good and is left out; among
    the rest it is looked for often and soon done.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)


def _is_news(record: logging.LogRecord) -> bool:
    """A refused handshake is none, but uvicorn takes each for an error; strangers could fill the
    log.
    """
    return record.msg != "ASGI callable returned without completing handshake."


def web_of(house: House, *, is_open: bool = True) -> FastAPI:
    """`is_open`: no tokens are asked for."""
    settings = house.settings
    config = WebConfig(
        watch_interval_ms=settings.watch_interval_ms,
        max_watchers=settings.max_watchers,
        max_wait_seconds=settings.max_wait_seconds,
        max_pages=settings.max_pages,
        max_page_pixels=settings.max_page_pixels,
        user_max_running=settings.user_max_running,
        min_upload_bytes_per_second=settings.min_upload_kbps * 1000,
        cors_origins=tuple(origin.rstrip("/") for origin in _listed(settings.cors_origins)),
        allowed_hosts=_hosts(settings),
        is_open=is_open,
        failed_logins_per_minute=settings.failed_logins_per_minute,
        input_folder=settings.input_folder or settings.data.absolute() / INPUT,
        extract_soft_seconds=settings.extract_soft_seconds,
        extract_hard_seconds=settings.extract_hard_seconds,
        extract_expires_seconds=settings.extract_expires_seconds,
        settings=tuple(setting_lines(settings)),
    )
    return build_web(house.service, house.office, config)


def setting_lines(settings: Settings) -> Iterator[SettingLine]:
    for one in sources_in(settings):
        field = Settings.model_fields[one.name]
        value = shown(one.name, one.value)
        yield SettingLine(
            one.name,
            "" if value is None else str(value),
            one.source,
            field.description or "",
            is_usual=one.value == field.default,
        )


def _hosts(settings: Settings) -> tuple[str, ...]:
    """On a network that its operator trusts, machines go by names that nobody has to list."""
    return _listed(settings.allowed_hosts) if is_loopback(settings.host) else ("*",)


def _listed(text: str) -> tuple[str, ...]:
    """Origins and host names have no case."""
    return tuple(part.strip().lower() for part in text.split(",") if part.strip())
