"""A clock that jumps must not make everything look old."""

from pagemill.ports import Clock

JUMP_MS = 60_000
REST_SECONDS = 3600.0


class Steadiness:
    """Compares the clock of the wall with one that never jumps. For one thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall_ms = clock.now_ms()
        self._ticks = clock.monotonic()
        self._rests_until = self._ticks

    def look(self) -> int:
        """By how many milliseconds the clock was moved since the last look, if that is a jump; 0
        if it went on as time does.
        """
        wall_ms, ticks = self._clock.now_ms(), self._clock.monotonic()
        moved = wall_ms - self._wall_ms - round(1000 * (ticks - self._ticks))
        self._wall_ms, self._ticks = wall_ms, ticks
        if abs(moved) <= JUMP_MS:
            return 0
        self._rests_until = ticks + REST_SECONDS
        return moved

    @property
    def is_trusted(self) -> bool:
        """Not for an hour after a jump: what was moved wrongly is often moved back."""
        return self._clock.monotonic() >= self._rests_until
