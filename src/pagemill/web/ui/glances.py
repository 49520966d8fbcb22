"""What many look at and is the same for all of them: made once, and again when it has aged."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from fastapi import Request

from pagemill.ports import Clock

MOST = 64


@dataclass(slots=True)
class _Glance:
    lock: threading.Lock = field(default_factory=threading.Lock)
    text: str = ""
    made: float | None = None


class Glances:
    """One per application, from any thread. While one makes a text, others who want it wait."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._glances: dict[str, _Glance] = {}

    def text(self, name: str, seconds: float, make: Callable[[], str]) -> str:
        """What `make` gave, at most so long ago; 0 makes it anew."""
        with self._lock:
            if len(self._glances) >= MOST:
                self._glances.clear()
            glance = self._glances.setdefault(name, _Glance())
        with glance.lock:
            now = self._clock.monotonic()
            if glance.made is None or now - glance.made >= seconds:
                glance.text = make()
                glance.made = now
            return glance.text


def glances_of(request: Request) -> Glances:
    return cast("Glances", request.app.state.glances)
