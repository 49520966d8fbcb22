"""Waiting longer and longer for something that fails, and at once again when it works."""

from dataclasses import dataclass


@dataclass(slots=True)
class Patience:
    """Seconds doubling from `first` to `longest`; no jitter, as only one process waits here."""

    first: float
    longest: float
    _next: float = 0.0

    def lose(self) -> float:
        """Failed once more: how many seconds to wait now."""
        wait = self._next or self.first
        self._next = min(self.longest, wait * 2)
        return wait

    def regain(self) -> None:
        self._next = 0.0
