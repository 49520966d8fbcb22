"""The way to a server that may be away: one door for all who send.

Whoever finds it shut waits, and all others with them, a little longer each time; the first to come
through opens it again.
"""

import random
import re
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from pagemill.cli.screen import duration
from pagemill.errors import PagemillError

T = TypeVar("T")
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
PASSING = frozenset(
    {
        "server_unreachable",
        "ledger_busy",
        "disk_full",
        "engine_away",
        "too_many_requests",
        "too_many_jobs",
        "too_many_logins",
    }
)
_NUMBER = re.compile(r"^\[Errno -?\d+\] ")


class Door:
    """Thread-safe. `announce` hears what is waited for, and "" when it goes on. When `stop` is set
    nobody waits any more: the trouble is raised.
    """

    def __init__(
        self,
        announce: Callable[[str], None],
        stop: threading.Event,
        rng: random.Random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._announce = announce
        self._stop = stop
        self._rng = rng
        self._clock = clock
        self._lock = threading.Lock()
        self._times_shut = 0
        self._ceiling = FIRST_PAUSE
        self._opens_at = 0.0

    def through(self, act: Callable[[], T]) -> T:
        """What `act` gives, once the server is there. Raises what does not pass by waiting."""
        while True:
            seen = self._times_shut
            self._wait()
            try:
                done = act()
            except PagemillError as error:
                if error.code not in PASSING or self._stop.is_set():
                    raise
                self._shut(error, seen)
            else:
                self._open()
                return done

    def rest(self, error: PagemillError) -> None:
        """Waits as for a server that is away. Raises `error` when `stop` is set."""
        self._shut(error, self._times_shut)
        self._wait()
        if self._stop.is_set():
            raise error

    def _wait(self) -> None:
        while (seconds := self._opens_at - self._clock()) > 0 and not self._stop.is_set():
            self._stop.wait(seconds)

    def _shut(self, error: PagemillError, seen: int) -> None:
        """Once for all who ran into the same trouble at the same time."""
        with self._lock:
            if seen != self._times_shut:
                return
            self._times_shut += 1
            pause = self._rng.uniform(self._ceiling / 2, self._ceiling)
            pause = max(pause, float(error.retry_after or 0))
            self._ceiling = min(LONGEST_PAUSE, self._ceiling * 2)
            self._opens_at = self._clock() + pause
            again = duration(max(1.0, pause))
            self._announce(f"{_cause_of(error)}: waiting, again in {again}")

    def _open(self) -> None:
        with self._lock:
            if self._ceiling > FIRST_PAUSE:
                self._ceiling = FIRST_PAUSE
                self._announce("")


def _cause_of(error: PagemillError) -> str:
    """Of a lost connection the system's own words, without its number, and what they mean."""
    message = error.message.rstrip(".")
    if error.code != "server_unreachable" or message == error.kind.title:
        return message
    return f"{error.kind.title} ({_NUMBER.sub('', message)})"
