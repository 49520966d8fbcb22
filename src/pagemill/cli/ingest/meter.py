"""How fast something grows, over a while that has just passed."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

MARKS = 100  # to a window; what comes closer together is one


@dataclass(slots=True)
class Meter:
    """Units a second over the last `window_seconds`. Thread-safe; `clock` gives seconds."""

    clock: Callable[[], float]
    window_seconds: float = 60.0
    _marks: deque[tuple[float, float]] = field(default_factory=deque)
    _door: threading.Lock = field(default_factory=threading.Lock)

    def mark(self, value: float) -> None:
        """What has been counted so far."""
        now = self.clock()
        with self._door:
            marks = self._marks
            if len(marks) > 1 and now - marks[-2][0] < self.window_seconds / MARKS:
                marks.pop()
            marks.append((now, value))
            while len(self._marks) > 2 and now - self._marks[1][0] >= self.window_seconds:
                self._marks.popleft()

    def rate(self) -> float | None:
        """None until two moments are known that lie apart."""
        with self._door:
            if not self._marks:
                return None
            (since, first), (_, last) = self._marks[0], self._marks[-1]
        seconds = self.clock() - since
        return (last - first) / seconds if seconds > 0 and len(self._marks) > 1 else None
