"""Time, and what wakes a waiting worker."""

from typing import Protocol


class Clock(Protocol):
    def now_ms(self) -> int:
        """Milliseconds since 1970, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backward; only differences mean anything."""
        ...


class Bell(Protocol):
    """Wakes the agent of this data folder. Losing a ring costs time, never work."""

    def ring(self) -> None:
        """Never blocks and never fails, whoever listens."""
        ...


class DoorBell(Bell, Protocol):
    """A bell that can be listened to as well."""

    def listen(self) -> int:
        """A descriptor that is readable after a ring, the same one until `close`."""
        ...

    def clear(self) -> None:
        """Takes all rings so far, however many, as one."""
        ...

    def close(self) -> None: ...
