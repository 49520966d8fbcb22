"""Signals as events: a descriptor that wakes a waiting loop, and a count of what was asked."""

import signal
import socket
from contextlib import suppress
from types import FrameType
from typing import Self


class StopSignals:
    """Counts SIGTERM and SIGINT between enter and leave. Main thread only.

    Python's own handlers run between two bytecodes, too late for a loop asleep in epoll; the
    wakeup descriptor is written by the C handler at once (signal.set_wakeup_fd).
    """

    def __init__(self) -> None:
        self.count = 0
        self._reader, self._writer = socket.socketpair()
        self._reader.settimeout(0.0)
        self._writer.settimeout(0.0)

    def __enter__(self) -> Self:
        self._wakeup = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._before = {
            number: signal.signal(number, self._on_signal)
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup)
        self._reader.close()
        self._writer.close()

    def fileno(self) -> int:
        return self._reader.fileno()

    def clear(self) -> None:
        with suppress(BlockingIOError):
            self._reader.recv(4096)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
