"""The loop: files from the walk, in batches to the intake, verdicts to whoever listens."""

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from pagemill.cli.ingest.verdicts import Intake, Outcome, Tally, Verdict
from pagemill.cli.ingest.walk import Found, Item, Refused, Skipped

BATCH_BYTES = 256 * 1024 * 1024


class Listener(Protocol):
    """Hears of a run as it goes. Called on the thread that runs it, so it should be quick."""

    def hear(self, verdicts: Sequence[Verdict], tally: Tally) -> None:
        """Some more verdicts, and the counts with these in."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How many files make a batch, and how many batches may be under way at once. A batch of large
    files is closed earlier, so that progress is kept often.
    """

    batch: int = 1000
    at_once: int = 3


@dataclass(slots=True)
class Run:
    """One ingest. `stop` may be set at any moment, by a signal handler too: the batches in hand are
    brought to their end, and no other is begun.
    """

    intake: Intake
    listeners: Sequence[Listener] = ()
    pace: Pace = field(default_factory=Pace)
    stop: threading.Event = field(default_factory=threading.Event)
    tally: Tally = field(default_factory=Tally)

    def take(self, items: Iterable[Item]) -> Tally:
        """Until there are no more, or `stop`. Raises what the intake raises, once all batches under
        way have ended; what they brought is told first.
        """
        under_way: deque[tuple[list[Found], Future[list[Verdict]]]] = deque()
        with ThreadPoolExecutor(self.pace.at_once, thread_name_prefix="batch") as threads:
            try:
                for batch in self._batches(items):
                    under_way.append((batch, threads.submit(self.intake.take, batch)))
                    if len(under_way) >= self.pace.at_once:
                        self._end(*under_way.popleft())
                while under_way:
                    self._end(*under_way.popleft())
            except BaseException:
                self._end_rest(under_way)
                raise
        return self.tally

    def _batches(self, items: Iterable[Item]) -> Iterator[list[Found]]:
        """Files, gathered; what needs no intake is told on the way."""
        batch: list[Found] = []
        size_bytes = 0
        for item in items:
            if self.stop.is_set():
                return
            if not isinstance(item, Found):
                self._tell([verdict_of(item)])
                continue
            batch.append(item)
            size_bytes += item.size_bytes
            if len(batch) >= self.pace.batch or size_bytes >= BATCH_BYTES:
                yield batch
                batch, size_bytes = [], 0
        if batch and not self.stop.is_set():
            yield batch

    def _end(self, batch: list[Found], future: Future[list[Verdict]]) -> None:
        self._tell(future.result(), [found.size_bytes for found in batch])

    def _end_rest(self, under_way: deque[tuple[list[Found], Future[list[Verdict]]]]) -> None:
        """After an error the other batches still count, if nothing is wrong with them."""
        for batch, future in under_way:
            if future.cancel() or future.exception() is not None:
                continue
            self._end(batch, future)

    def _tell(self, verdicts: Sequence[Verdict], sizes: Sequence[int] = ()) -> None:
        for number, verdict in enumerate(verdicts):
            self.tally.add(verdict, sizes[number] if sizes else 0)
        for listener in self.listeners:
            listener.hear(verdicts, self.tally)


def verdict_of(item: Refused | Skipped) -> Verdict:
    match item:
        case Refused(path, code, message):
            return Verdict(path, Outcome.REFUSED, code=code, message=message)
        case Skipped(path, message):
            return Verdict(path, Outcome.SKIPPED, message=message)
