"""A clock that stands still until it is moved."""


class SettableClock:
    """Implements `ports.Clock`. Starts on 1 January 2026, 00:00 UTC."""

    def __init__(self, now_ms: int = 1_767_225_600_000) -> None:
        self._now_ms = now_ms
        self._elapsed_ms = 0

    def now_ms(self) -> int:
        return self._now_ms

    def monotonic(self) -> float:
        return self._elapsed_ms / 1000

    def advance(self, seconds: float = 0.0, *, ms: int = 0) -> None:
        """Moves both readings forward."""
        step = ms + round(seconds * 1000)
        self._now_ms += step
        self._elapsed_ms += step

    def set(self, now_ms: int) -> None:
        """Moves the wall clock alone, backward too, as an administrator or NTP may."""
        self._now_ms = now_ms
