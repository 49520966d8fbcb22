"""Threads that read files, as many as it takes to keep a processor busy and no more.

On a disk of this machine a few are fastest: more only wait for each other. Where every read waits
for a network, many read at once. So it is measured: while the process idles, their number doubles.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

Given = TypeVar("Given")
Result = TypeVar("Result")

FEWEST, FIRST = 2, 4
IDLE, BUSY = 0.4, 0.8  # seconds of processor time a second


class Hands:
    """At most `most` at once. Thread-safe."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = min(most, FIRST)
        self._pool = ThreadPoolExecutor(most, thread_name_prefix="read")

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def map(self, do: Callable[[Given], Result], given: Sequence[Given]) -> list[Result]:
        """Results in the order of what was given. Raises the first error, once all have ended."""
        share = max(1, -(-len(given) // self._count))
        since, used = time.monotonic(), time.process_time()
        shares = [given[first : first + share] for first in range(0, len(given), share)]
        futures = [self._pool.submit(_each, do, some) for some in shares]
        wait(futures)
        self._learn(len(given), time.monotonic() - since, time.process_time() - used)
        return [result for future in futures for result in future.result()]

    def _learn(self, files: int, seconds: float, used: float) -> None:
        """A handful of files teaches nothing."""
        if files < FIRST * self._count or not seconds:
            return
        if used / seconds < IDLE:
            self._count = min(self._most, 2 * self._count)
        elif used / seconds > BUSY:
            self._count = max(min(self._most, FEWEST), self._count // 2)


def _each(do: Callable[[Given], Result], some: Sequence[Given]) -> list[Result]:
    return [do(one) for one in some]
