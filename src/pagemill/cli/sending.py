"""Many files on their way to a server at once, told of in the order of the command line.

Threads send; they are daemons, so that nobody who presses Ctrl-C waits for an upload.
"""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pagemill.client import JobInfo
from pagemill.errors import EXIT_FAILED, PagemillError


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a file: its job, or why the server will not have it."""

    path: Path
    job: JobInfo | None = None
    refusal: PagemillError | None = None


class Shipment:
    """Iterate once. What concerns every file, such as a server that is gone, ends the shipment:
    nothing more is begun, what is on its way is awaited and told, and then it is raised.
    """

    def __init__(
        self, send: Callable[[Path], JobInfo], paths: Sequence[Path], at_once: int
    ) -> None:
        self._send = send
        self._waiting = deque(paths)
        self._threads = min(at_once, len(paths))
        self._begun = 0
        self._door = threading.Lock()  # for these two
        self._news: queue.SimpleQueue[tuple[int, Sent | Exception]] = queue.SimpleQueue()
        self._known: dict[int, Sent | Exception] = {}

    def __iter__(self) -> Iterator[Sent]:
        for _ in range(self._threads):
            threading.Thread(target=self._work, daemon=True).start()
        trouble: Exception | None = None
        number = 0
        while number < self._count():
            if number not in self._known:
                self._learn()
                continue
            what = self._known.pop(number)
            number += 1
            if isinstance(what, Sent):
                yield what
            else:
                trouble = trouble or what
        if trouble is not None:
            raise trouble

    def known(self) -> list[Sent]:
        """What has arrived and was not told yet, in order: for somebody who stops early."""
        while not self._news.empty():
            self._learn()
        arrived = [self._known[number] for number in sorted(self._known)]
        self._known.clear()
        return [what for what in arrived if isinstance(what, Sent)]

    def _learn(self) -> None:
        number, what = self._news.get()
        self._known[number] = what

    def _count(self) -> int:
        """Files that will have been on their way when all is over; less once there was trouble."""
        with self._door:
            return self._begun + len(self._waiting)

    # On the threads

    def _work(self) -> None:
        for number, path in iter(self._next, None):
            what = self._outcome(path)
            if isinstance(what, Exception):
                with self._door:
                    self._waiting.clear()
            self._news.put((number, what))  # last: whoever waits for news counts anew

    def _next(self) -> tuple[int, Path] | None:
        with self._door:
            if not self._waiting:
                return None
            self._begun += 1
            return self._begun - 1, self._waiting.popleft()

    def _outcome(self, path: Path) -> Sent | Exception:
        try:
            return Sent(path, job=self._send(path))
        except PagemillError as error:
            is_about_this = error.kind.exit_code == EXIT_FAILED
            return Sent(path, refusal=error) if is_about_this else error
        except Exception as error:  # noqa: BLE001  raised where the files are told of
            return error
