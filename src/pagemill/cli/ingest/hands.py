"""Threads that read files, as many as it takes to keep a processor busy and no more.

On a disk of this machine a few are fastest: more only wait for each other. Where every read waits
for a network or a turning disk, many read at once. So it is measured: while the threads do next to
nothing but wait, their number doubles. Waiting for a processor that others use is no such waiting.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import TypeVar

Given = TypeVar("Given")
Result = TypeVar("Result")

FEWEST, FIRST = 2, 4
# Of a thread's time. Threads that wait for each other alone come near the first only when there are
# dozens of them, so they do not grow by themselves.
IDLE, BUSY = 0.9, 0.5
_SCHEDULE = Path("/proc/thread-self/schedstat")


class Hands:
    """At most `most` at once. Thread-safe."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.count = min(most, FIRST)
        self._pool = ThreadPoolExecutor(most, thread_name_prefix="read")

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def map(self, do: Callable[[Given], Result], given: Sequence[Given]) -> list[Result]:
        """Results in the order of what was given. Raises the first error, once all have ended."""
        share = max(1, -(-len(given) // self.count))
        shares = [given[first : first + share] for first in range(0, len(given), share)]
        futures = [self._pool.submit(_each, do, some) for some in shares]
        wait(futures)
        ends = [future.result() for future in futures]
        if share >= FIRST:  # a handful of files teaches nothing
            self._learn([idle for _, idle in ends])
        return [result for results, _ in ends for result in results]

    def _learn(self, idle: Sequence[float]) -> None:
        mean = sum(idle) / len(idle)
        if mean > IDLE:
            self.count = min(self._most, 2 * self.count)
        elif mean < BUSY:
            self.count = max(min(self._most, FEWEST), self.count // 2)


def _each(do: Callable[[Given], Result], some: Sequence[Given]) -> tuple[list[Result], float]:
    """With the part of the time in which this thread waited for something else than a processor."""
    began, worked = time.perf_counter_ns(), _worked_ns()
    results = [do(one) for one in some]
    passed = max(1, time.perf_counter_ns() - began)
    return results, 1 - (_worked_ns() - worked) / passed


def _worked_ns() -> int:
    """What this thread has run, or would have if it had been given a processor (proc(5))."""
    try:
        ran, waited, _ = _SCHEDULE.read_text().split()
    except (OSError, ValueError):
        return time.thread_time_ns()
    return int(ran) + int(waited)
