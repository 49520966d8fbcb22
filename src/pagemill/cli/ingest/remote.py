"""Taking files in over HTTP: each is read to name its bytes, and sent if the server has no job of
them. The name of the bytes is the key of the request, so that however often a file is sent, and
whoever is killed meanwhile, the server makes one job of it.
"""

import hashlib
import os
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from pagemill.cli.ingest.door import Door
from pagemill.cli.ingest.hands import Hands
from pagemill.cli.ingest.memory import Memory
from pagemill.cli.ingest.reading import Examined, examined
from pagemill.cli.ingest.verdicts import Outcome, Verdict, known_verdict
from pagemill.cli.ingest.walk import Found, refused, source_key
from pagemill.client import Client, KnownInfo
from pagemill.errors import PagemillError
from pagemill.ports import Source, Taken
from pagemill.service import clean_filename, ingest_key
from pagemill.shelf.bulk import digest_of, state_of

TRIES = 3
# What is wrong with one file; anything else concerns all of them.
OF_ONE_FILE = frozenset(
    {
        "empty_file",
        "not_a_document",
        "too_large",
        "upload_cut",
        "file_changed",
        "file_not_found",
        "file_unreadable",
        "invalid_request",
        "no_file",
        "idempotency_conflict",
        "internal",
    }
)
WORTH_ANOTHER_TRY = frozenset({"upload_cut", "file_changed", "internal"})
LASTING = frozenset({"empty_file", "not_a_document"})  # refusals that the bytes themselves deserve


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is asked for with every file; `priority` None goes by size."""

    options: Mapping[str, object]
    priority: int | None = None
    password: str = ""


class RemoteIntake:
    """An `Intake` over HTTP. `greeted` is what the server answered to a question about nothing: it
    knows the options by a short name of its own. `at_once` files are read or sent at a time.

    Raises what concerns every file, such as `token_invalid`, `quota_pages`; a server that is away
    is waited for at the door.
    """

    def __init__(
        self,
        client: Client,
        parcel: Parcel,
        greeted: KnownInfo,
        memory: Memory,
        door: Door,
        at_once: int,
    ) -> None:
        self._client = client
        self._parcel = parcel
        self._options = greeted.options
        self._memory = memory
        self._door = door
        self._readers = Hands(at_once)
        self._senders = ThreadPoolExecutor(at_once, thread_name_prefix="send")
        self._lock = threading.Lock()  # from asking about contents until they are in hand
        self._in_hand: dict[str, Future[Source]] = {}

    def close(self) -> None:
        self._readers.close()
        self._senders.shutdown(cancel_futures=True)

    def take(self, batch: Sequence[Found]) -> list[Verdict]:
        known = self._memory.known([self._key(found.path) for found in batch])
        told = [known_verdict(found, known.get(self._key(found.path))) for found in batch]
        fresh = [found for found, verdict in zip(batch, told, strict=True) if verdict is None]
        read = self._readers.map(self._read, fresh)
        settled = {source.key: source for source in self._settle(read)}
        return [
            verdict or _verdict(found, settled[self._key(found.path)])
            for found, verdict in zip(batch, told, strict=True)
        ]

    def _settle(self, read: Sequence[Source]) -> list[Source]:
        """Sends what the server does not have."""
        there, mine, others = self._claim(read)
        try:
            settled = _ended(mine)
            for source, future in others:
                settled.append(self._after(source, future))
        finally:
            with self._lock:
                for source, _ in mine:
                    self._in_hand.pop(source.sha256, None)
        done = [source for source in read if source.outcome is Taken.REFUSED] + there + settled
        self._memory.keep([source for source in done if _is_lasting(source)])
        return done

    def _claim(
        self, read: Sequence[Source]
    ) -> tuple[list[Source], list["Sending"], list["Sending"]]:
        """What the server has, what is sent from here, and what somebody else has in hand."""
        wanted = [source for source in read if source.outcome is not Taken.REFUSED]
        there: list[Source] = []
        mine: list[Sending] = []
        others: list[Sending] = []
        with self._lock:
            jobs = self._ask({source.sha256 for source in wanted})
            for source in wanted:
                if source.sha256 in jobs:
                    there.append(_duplicate(source, jobs[source.sha256]))
                elif source.sha256 in self._in_hand:
                    others.append((source, self._in_hand[source.sha256]))
                else:
                    future = self._senders.submit(self._send, source)
                    self._in_hand[source.sha256] = future
                    mine.append((source, future))
        return there, mine, others

    def _ask(self, contents: set[str]) -> Mapping[str, str]:
        if not contents:
            return {}
        ask = self._client.known
        return self._door.through(lambda: ask(sorted(contents), self._parcel.options)).jobs

    def _after(self, source: Source, future: Future[Source]) -> Source:
        """A file whose bytes another one has brought; should that have been refused, this one may
        fare better.
        """
        first = future.result()
        if first.outcome is Taken.REFUSED:
            return self._send(source)
        return _duplicate(source, first.job_id)

    # On the threads

    def _read(self, found: Found) -> Source:
        """A file with the name of its bytes, or refused."""
        source = Source(self._key(found.path), str(found.path), found.size_bytes, found.mtime_ns)
        try:
            with examined(found, sys.maxsize) as looked:
                return (
                    _named(source, looked)
                    if isinstance(looked, Examined)
                    else _refusal(source, looked.code, looked.message)
                )
        except (OSError, ValueError) as error:
            why = refused(found.path, error)
            return _refusal(source, why.code, why.message)

    def _send(self, source: Source) -> Source:
        path = Path(source.path)
        for number in range(1, TRIES + 1):
            try:
                job = self._door.through(lambda source=source: self._submit(path, source))  # type: ignore[misc]
                return replace(source, job_id=job)
            except PagemillError as error:
                if error.code not in OF_ONE_FILE:
                    raise
                if number == TRIES or error.code not in WORTH_ANOTHER_TRY:
                    return _refusal(source, error.code, error.message)
                if error.code == "internal":
                    self._door.rest(error)
            source = self._read(Found(path, source.size_bytes, source.mtime_ns))
            if source.outcome is Taken.REFUSED:
                break
        return source

    def _submit(self, path: Path, source: Source) -> str:
        """The id of the job. A file that changes while it is sent looks as if the connection broke;
        it must not make everybody wait.
        """
        try:
            job = self._client.submit(
                path,
                filename=clean_filename(path.name),
                options=self._parcel.options,
                priority=self._parcel.priority,
                password=self._parcel.password,
                idempotency_key=ingest_key(source.sha256, self._options),
                sha256=source.sha256,
            )
        except OSError as error:
            why = refused(path, error)
            raise PagemillError(why.code, why.message) from None
        except PagemillError as error:
            if error.code == "server_unreachable" and _is_changed(path, source):
                raise PagemillError("file_changed", "The file changed while it was sent") from None
            raise
        return job.id

    def _key(self, path: Path) -> str:
        return source_key(path, self._options)


Sending = tuple[Source, Future[Source]]


def _ended(sendings: Iterable[Sending]) -> list[Source]:
    """Raises the first error, once all have ended."""
    futures = [future for _, future in sendings]
    errors = [error for error in (future.exception() for future in futures) if error is not None]
    if errors:
        raise errors[0]
    return [future.result() for future in futures]


def _named(source: Source, looked: Examined) -> Source:
    """With the digest of the bytes and the size and time they had. Raises OSError."""
    now = looked.found
    if len(looked.head) == now.size_bytes:
        sha256 = hashlib.sha256(looked.head).hexdigest()
    else:
        os.lseek(looked.file, 0, os.SEEK_SET)
        sha256 = digest_of(looked.file)
    if state_of(os.fstat(looked.file)) != state_of(looked.state):
        return _refusal(source, "file_changed", "The file changed while it was read")
    return replace(source, size_bytes=now.size_bytes, mtime_ns=now.mtime_ns, sha256=sha256)


def _verdict(found: Found, source: Source) -> Verdict:
    return Verdict(found.path, Outcome(source.outcome), source.job_id, source.code, source.message)


def _is_changed(path: Path, source: Source) -> bool:
    try:
        state = path.stat()
    except OSError:
        return True
    return (state.st_size, state.st_mtime_ns) != (source.size_bytes, source.mtime_ns)


def _refusal(source: Source, code: str, message: str) -> Source:
    return replace(source, outcome=Taken.REFUSED, code=code, message=message)


def _duplicate(source: Source, job_id: str) -> Source:
    return replace(source, outcome=Taken.DUPLICATE, job_id=job_id)


def _is_lasting(source: Source) -> bool:
    return source.outcome is not Taken.REFUSED or source.code in LASTING


def greet(client: Client, options: Mapping[str, object], door: Door | None = None) -> KnownInfo:
    """Asks about nothing, to learn that the server is there, lets us in and takes the options.
    Without a door to wait at, raises `server_unreachable`; in any case what is wrong with token or
    options.
    """
    if door is None:
        return client.known((), options)
    return door.through(lambda: client.known((), options))
