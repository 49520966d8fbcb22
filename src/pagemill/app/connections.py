"""Connections that hold nothing up: uvicorn would wait for ever for the headers of a request, and
for a reader who takes nothing.

h11 is named, not left to what is installed: it bounds what the headers of a request may weigh.
"""

import asyncio
import resource
from asyncio import TimerHandle
from typing import Any, cast

from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

MOST_CONNECTIONS = 16_384
_MOST_FILES = 65_536


class Lobby:
    """The connections of one server that have no request under way, the longest waiting first.

    `header_seconds`: how long each may stay until the headers of its request are complete.
    `idle_seconds`: how long a reader may take nothing. `most_connections`: with more of them open,
    those that wait longest here are closed; files and sockets of the rest of the process come from
    what is left of its limit (RLIMIT_NOFILE).
    """

    def __init__(self, header_seconds: float, idle_seconds: float, most_connections: int) -> None:
        self._header_seconds = header_seconds
        self._most_connections = most_connections
        self._waiting: dict[Connection, TimerHandle] = {}
        self.idle_seconds = idle_seconds

    def enter(self, connection: "Connection") -> None:
        """Who waits already goes on waiting: single bytes buy no time."""
        if connection not in self._waiting:
            self._waiting[connection] = connection.loop.call_later(
                self._header_seconds, self._close, connection
            )

    def leave(self, connection: "Connection") -> None:
        timer = self._waiting.pop(connection, None)
        if timer is not None:
            timer.cancel()

    def make_room(self, open_connections: int) -> None:
        if open_connections > self._most_connections and self._waiting:
            self._close(next(iter(self._waiting)))

    def _close(self, connection: "Connection") -> None:
        self.leave(connection)
        connection.transport.close()


class Connection(H11Protocol):
    """One connection, until it becomes a WebSocket or ends."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        lobby: Lobby,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._lobby = lobby
        self._drains = 0
        self._stuck_at = (0, 0)
        self._watch: TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))
        self._lobby.enter(self)
        self._lobby.make_room(len(self.connections))
        self._watch = self.loop.call_later(self._lobby.idle_seconds, self._look)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.get_protocol() is not self:
            self._stop()
        elif self._is_busy:
            self._lobby.leave(self)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._is_busy and not self.transport.is_closing():
            self._lobby.enter(self)

    def resume_writing(self) -> None:
        self._drains += 1
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    @property
    def _is_busy(self) -> bool:
        """Whether a request has come whose answer is not complete. Uvicorn has none at first."""
        cycle: Any = self.cycle
        return cycle is not None and not cycle.response_complete

    def _look(self) -> None:
        """Drops a reader who took nothing since the last look. Closing would wait for him, too.
        While writing is paused or the end is near, only the reader changes what is unsent.
        """
        stuck_at = (self._drains, self.transport.get_write_buffer_size())
        is_held_up = self.flow.write_paused or self.transport.is_closing()
        if is_held_up and stuck_at[1] and stuck_at == self._stuck_at:
            self.transport.abort()
            return
        self._stuck_at = stuck_at if is_held_up else (0, 0)
        self._watch = self.loop.call_later(self._lobby.idle_seconds, self._look)

    def _stop(self) -> None:
        self._lobby.leave(self)
        if self._watch is not None:
            self._watch.cancel()


def connections_at_most(most: int) -> int:
    """Connections there may be at once: three quarters of the open files that this process may
    have, whose limit is raised as far as it goes. Never more than `most`.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return min(most, max(wanted, soft) * 3 // 4)
