"""A bell between machines: PostgreSQL's LISTEN and NOTIFY.

Ringing and listening each have a thread and a connection of their own, made at first use and made
anew when it is lost: whoever rings never waits for the server, and the agent waits at a descriptor
of this process, which stays the same whatever becomes of the server.
"""

import os
import select
import threading
from contextlib import suppress
from typing import Any

import psycopg
import structlog

CHANNEL = "pagemill_bell"
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.1, 5.0
BETWEEN_RINGS_SECONDS = 0.005  # rings closer together than this are one
_CONNECTION: dict[str, Any] = {
    "application_name": "pagemill bell",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}


class PostgresBell:
    """Implements `ports.DoorBell`. Rings reach all agents on the same database."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._ringer: _Ringer | None = None
        self._listener: _Listener | None = None

    def ring(self) -> None:
        """Thread-safe. While the server is away the ring is lost."""
        with self._lock:
            if self._ringer is None:
                self._ringer = _Ringer(self._url)
        self._ringer.ring()

    def listen(self) -> int:
        with self._lock:
            if self._listener is None:
                self._listener = _Listener(self._url)
        return self._listener.descriptor

    def clear(self) -> None:
        if self._listener is not None:
            _drain(self._listener.descriptor)

    def close(self) -> None:
        """A ring not yet passed on is lost. To be called when nobody rings or listens any more."""
        for end in (self._ringer, self._listener):
            if end is not None:
                end.close()
        self._ringer = self._listener = None


class _Ringer:
    """Passes rings on, however many came meanwhile as one."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._asked = threading.Event()
        self._stopping = threading.Event()
        self._connection: psycopg.Connection | None = None
        self._thread = threading.Thread(target=self._run, name="bell-ringer", daemon=True)
        self._thread.start()

    def ring(self) -> None:
        self._asked.set()

    def close(self) -> None:
        self._stopping.set()
        self._asked.set()
        self._thread.join()

    def _run(self) -> None:
        while self._asked.wait() and not self._stopping.is_set():
            self._asked.clear()
            self._pass_on()
            self._stopping.wait(BETWEEN_RINGS_SECONDS)
        self._hang_up()

    def _pass_on(self) -> None:
        """A connection that was lost while nobody rang is made anew once."""
        was_connected = self._connection is not None
        if not self._notify() and was_connected:
            self._notify()

    def _notify(self) -> bool:
        try:
            if self._connection is None:
                self._connection = _connect(self._url)
            self._connection.execute(f"NOTIFY {CHANNEL}")
        except psycopg.Error:
            self._hang_up()
            return False
        return True

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Listener:
    """Makes `descriptor` readable when somebody rang, and whenever it may have missed a ring."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.descriptor, self._rings = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._end, self._ending = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._log = structlog.get_logger()
        self._thread = threading.Thread(target=self._run, name="bell-listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        os.write(self._ending, b"!")
        self._thread.join()
        for end in (self.descriptor, self._rings, self._end, self._ending):
            os.close(end)

    def _run(self) -> None:
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                with _connect(self._url) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    wait = FIRST_WAIT_SECONDS
                    self._pass_on()
                    if not self._hear(connection):
                        return
            except psycopg.Error as error:
                self._log.warning("bell_waits", cause=_words(error), wait_seconds=wait)
            if self._is_ending(wait):
                return
            wait = min(LONGEST_WAIT_SECONDS, 2 * wait)

    def _hear(self, connection: psycopg.Connection) -> bool:
        """Until the end is near (False). Raises psycopg.Error when the server is gone."""
        while True:
            if self._end in _readable(connection.fileno(), self._end):
                return False
            if list(connection.notifies(timeout=0)):
                self._pass_on()

    def _pass_on(self) -> None:
        """A pipe that is full rings already."""
        with suppress(BlockingIOError):
            os.write(self._rings, b"!")

    def _is_ending(self, seconds: float) -> bool:
        return bool(_readable(self._end, seconds=seconds))


def _connect(url: str) -> psycopg.Connection:
    """What the address says itself comes before what we would say."""
    given = psycopg.conninfo.conninfo_to_dict(url)
    return psycopg.connect(**_CONNECTION | given, autocommit=True)


def _readable(*descriptors: int, seconds: float | None = None) -> set[int]:
    """Those that are, once one is or the time is over; unlike select it takes any descriptor."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return {ready for ready, _ in poll.poll(None if seconds is None else 1000 * seconds)}


def _drain(descriptor: int) -> None:
    with suppress(BlockingIOError):
        while os.read(descriptor, 65536):
            pass


def _words(error: psycopg.Error) -> str:
    return " ".join(str(error).split())[:200]
