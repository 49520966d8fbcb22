"""Taking files in on the data folder itself: bytes onto the shelf, synced once, then the rows.

The order makes a batch safe against anything. A file's bytes are on the disk for good before a row
names them; all rows of a batch are one durable transaction; and what a kill leaves between the two
are files that nobody knows, which upkeep clears away an hour later. Done again, the same batch
finds its bytes on the shelf and its jobs in the ledger.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pagemill.cli.ingest.hands import Hands
from pagemill.cli.ingest.reading import Read, Shelved, Shelver, Unfit, Way
from pagemill.cli.ingest.verdicts import Outcome, Verdict, known_verdict
from pagemill.cli.ingest.walk import Found, Refused, source_key
from pagemill.errors import PagemillError
from pagemill.model.document import Document
from pagemill.model.job import NewJob
from pagemill.model.options import Options, fingerprint
from pagemill.model.people import Caller
from pagemill.ports import Arrival, Bell, Ledger, Source, Taken
from pagemill.service import ingest_key
from pagemill.service.desk import new_job_id
from pagemill.service.new_jobs import Asked, new_job

BUSY_TRIES, BUSY_SECONDS = 20, 1.0
YOUNG_SECONDS = 30.0  # half the time for which upkeep takes a file for young

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for with every file, and who asks; `priority` None goes by size."""

    by: Caller
    options: Options
    priority: int | None = None
    password: str = ""

    def job_of(self, document: Document, filename: str, key: str) -> NewJob:
        asked = Asked(
            by=self.by, priority=self.priority, password=self.password, idempotency_key=key
        )
        return new_job(new_job_id(), document, filename, self.options, asked)


class LocalIntake:
    """An `Intake` over ledger and shelf; at most `at_once` files are read at a time. `ways` counts
    how bytes came to lie on the shelf.
    """

    def __init__(
        self, ledger: Ledger, bell: Bell, shelver: Shelver, wish: Wish, at_once: int
    ) -> None:
        self.ways: Counter[Way] = Counter()
        self._ledger = ledger
        self._bell = bell
        self._shelver = shelver
        self._wish = wish
        self._options = fingerprint(wish.options.as_dict())
        self._hands = Hands(at_once)
        # Batches take turns at the ledger, so that one connection serves all: each has a cache.
        self._turn = threading.Lock()
        # One batch is read while another is written down: more at once only wait for each other.
        self._reading = threading.Lock()

    def close(self) -> None:
        self._hands.close()

    def take(self, batch: Sequence[Found]) -> list[Verdict]:
        keys = [source_key(found.path, self._options) for found in batch]
        with self._turn:
            known = self._ledger.sources.known(self._wish.by.id, keys)
        verdicts = [
            known_verdict(found, known.get(key)) for key, found in zip(keys, batch, strict=True)
        ]
        news = [number for number, verdict in enumerate(verdicts) if verdict is None]
        fresh = self._take_new([keys[n] for n in news], [batch[n] for n in news])
        rest = iter(fresh)
        return [next(rest) if verdict is None else verdict for verdict in verdicts]

    def _take_new(self, keys: Sequence[str], files: Sequence[Found]) -> list[Verdict]:
        """Reads them, and writes down what is to last. What is refused for the time being is not
        written, so that it is tried again.
        """
        since = time.monotonic()
        with self._reading:
            read = self._hands.map(self._shelver.shelve, files)
        shelved = [one for one in read if isinstance(one, Shelved)]
        if shelved:
            self._shelver.shelf.settle()
        arrivals = [
            self._arrival(key, one)
            for key, one in zip(keys, read, strict=True)
            if not isinstance(one, Refused)
        ]
        sources = iter(self._write_down(arrivals) if arrivals else ())
        verdicts = [
            _verdict(one, None if isinstance(one, Refused) else next(sources)) for one in read
        ]
        self._look_again(shelved, since)
        return verdicts

    def _arrival(self, key: str, read: Shelved | Unfit) -> Arrival:
        found = read.found
        path, size_bytes, mtime_ns = str(found.path), found.size_bytes, found.mtime_ns
        if isinstance(read, Unfit):
            outcome, code, message = Taken.REFUSED, read.code, read.message
            return Arrival(Source(key, path, size_bytes, mtime_ns, "", outcome, "", code, message))
        document = read.document
        job_key = ingest_key(document.sha256, self._options)
        job = self._wish.job_of(document, found.path.name, job_key)
        return Arrival(Source(key, path, size_bytes, mtime_ns, document.sha256), job)

    def _write_down(self, arrivals: Sequence[Arrival]) -> list[Source]:
        with self._turn:
            sources = patiently(lambda: self._ledger.sources.take(self._wish.by, arrivals))
        if any(source.outcome is Taken.ACCEPTED for source in sources):
            self._bell.ring()
        return sources

    def _look_again(self, shelved: Sequence[Shelved], since: float) -> None:
        """Upkeep may have thrown old bytes away that nobody used until they were written down. From
        now on it does not, so what is missing is brought once more, and stays.
        """
        is_late = time.monotonic() - since > YOUNG_SECONDS
        old = [one for one in shelved if is_late or one.way is not Way.COPIED]
        missing = [one.found for one in old if not self._shelver.shelf.has(one.document.key)]
        if missing:
            self._hands.map(self._shelver.shelve, missing)
            self._shelver.shelf.settle()
        self.ways.update(one.way for one in shelved)


def patiently(ask: Callable[[], Answer]) -> Answer:
    """Somebody else may hold the database for long. Raises `ledger_busy` in the end."""
    for _ in range(BUSY_TRIES):
        try:
            return ask()
        except PagemillError as error:
            if error.code != "ledger_busy":
                raise
            time.sleep(BUSY_SECONDS)
    return ask()


def _verdict(read: Read, source: Source | None) -> Verdict:
    """`source` is as it was written, of all but what is refused for the time being."""
    if source is None:
        assert isinstance(read, Refused)  # noqa: S101  the only kind that is not written
        return Verdict(read.path, Outcome.REFUSED, "", read.code, read.message)
    path = read.path if isinstance(read, Refused) else read.found.path
    return Verdict(path, Outcome(source.outcome), source.job_id, source.code, source.message)
