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
