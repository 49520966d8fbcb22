"""News of many jobs: what changed is asked once per interval, written once, and told to all.

The hub (`web/live.py`) looks for the feed while anybody listens. Listeners of one user's jobs share
a channel: a short tail of what was told. A listener is only a cursor into that tail, so a slow one
costs nothing; it hears of every job once, as it is when the listener comes to it, and is told to
look at everything again where the tail does not reach back.
"""

import asyncio
import contextlib
import json
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass

from anyio.to_thread import run_sync
from sse_starlette import ServerSentEvent

from pagemill.service import Changed, ChangeDesk, Service
from pagemill.web.views import JobView, view_job

EVERYBODY = ""
AT_A_LOOK, TOO_FAR_BEHIND, TAIL = 500, 5000, 1000


class Piece:
    """One job that changed. `view` is None when it is gone. Written once for every way of telling
    it, whoever listens.
    """

    def __init__(self, changed: Changed, now_ms: int) -> None:
        change = changed.change
        self.number, self.job_id, self.user_id = change.number, change.job_id, change.user_id
        self.view: JobView | None = None
        if change.job is not None:
            self.view = view_job(change.job, now_ms, changed.failed_pages)
        self._written: dict[Way, bytes] = {}

    def written(self, way: "Way") -> bytes:
        if way not in self._written:
            self._written[way] = way(self)
        return self._written[way]


Way = Callable[[Piece], bytes]
"""How a piece of news is told: as a server-sent event with its number as the id."""


def as_json(piece: Piece) -> bytes:
    if piece.view is None:
        return event("gone", json.dumps({"id": piece.job_id}), piece.number)
    return event("job", piece.view.model_dump_json(), piece.number)


def event(name: str, data: str, number: int) -> bytes:
    return ServerSentEvent(data, event=name, id=str(number)).encode()


class Channel:
    """What the listeners of one user's jobs share. All that changed after `start` and up to `end`
    is in the tail; -1 until the first look.
    """

    def __init__(self, end: int) -> None:
        self.start = self.end = end
        self.listeners = 0
        self.is_closed = False
        self._tail: deque[Piece] = deque(maxlen=TAIL)
        self._bell = asyncio.Event()

    def since(self, number: int) -> list[Piece]:
        """Each job once, at its last change."""
        last = {piece.job_id: piece for piece in self._tail if piece.number > number}
        return sorted(last.values(), key=lambda piece: piece.number)

    def begin(self, end: int) -> None:
        """Nothing before is known here: who has not heard of it looks again."""
        self._tail.clear()
        self.start = self.end = end
        self._wake()

    def tell(self, pieces: Sequence[Piece], end: int) -> None:
        if len(self._tail) + len(pieces) > TAIL:
            kept = [*self._tail, *pieces][-TAIL:]
            self.start = kept[0].number - 1
        self._tail.extend(pieces)
        self.end = end
        if pieces:
            self._wake()

    def close(self) -> None:
        self.is_closed = True
        self._wake()

    async def ready(self) -> None:
        while self.end < 0 and not self.is_closed:
            await self._bell.wait()

    async def beyond(self, number: int) -> None:
        """Returns when there is something after `number`, or nothing will come any more."""
        while not self.is_closed and not self._has_news(number):
            await self._bell.wait()

    def _has_news(self, number: int) -> bool:
        return number < self.start or bool(self._tail and self._tail[-1].number > number)

    def _wake(self) -> None:
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()


@dataclass(frozen=True, slots=True)
class Found:
    """What a look found after the number `since`. `begin` is the number to go on from where changes
    are not told one by one: at first, and where too many came at once.
    """

    since: int
    begin: int | None = None
    pieces: Sequence[Piece] = ()


class Feed:
    """Use from the event loop only, but for `look`, which asks the ledger."""

    def __init__(self, service: Service) -> None:
        self._desk = ChangeDesk(service.ledger)
        self._clock = service.clock
        self._channels: dict[str, Channel] = {}
        self._ways: Counter[Way] = Counter()
        self._end = -1
        self._is_closed = False

    @property
    def is_heard(self) -> bool:
        return bool(self._channels)

    @contextlib.contextmanager
    def listen(self, wish: "Wish") -> Iterator[Channel]:
        channel = self._channels.setdefault(wish.user_id, Channel(self._end))
        channel.is_closed = self._is_closed
        channel.listeners += 1
        self._ways[wish.way] += 1
        try:
            yield channel
        finally:
            channel.listeners -= 1
            self._ways[wish.way] -= 1
            if not channel.listeners:
                del self._channels[wish.user_id]
            if not self._channels:
                self._end = -1

    def look(self) -> Found:
        """Blocks. Two statements at most, three where there is very much."""
        desk, since = self._desk, self._end
        if since < 0:
            return Found(since, desk.end())
        changes = desk.after(since, AT_A_LOOK)
        if changes and changes[-1].change.number - since >= AT_A_LOOK:
            end = desk.end()
            if end - since > TOO_FAR_BEHIND:
                return Found(since, end)
        now_ms = self._clock.now_ms()
        pieces = [Piece(changed, now_ms) for changed in changes]
        for way in [way for way, listeners in list(self._ways.items()) if listeners]:
            for piece in pieces:
                piece.written(way)
        return Found(since, None, pieces)

    def spread(self, found: Found) -> bool:
        """Tells all channels. Whether there may be more to ask for at once."""
        if found.since != self._end:
            return True  # everybody has left meanwhile, and somebody came
        if found.begin is not None:
            self._end = found.begin
            for channel in self._channels.values():
                channel.begin(self._end)
            return False
        if found.pieces:
            self._end = found.pieces[-1].number
            for user_id, channel in self._channels.items():
                theirs = [p for p in found.pieces if user_id in (EVERYBODY, p.user_id)]
                channel.tell(theirs, self._end)
        return self._end - found.since >= AT_A_LOOK

    def close(self) -> None:
        self._is_closed = True
        for channel in self._channels.values():
            channel.close()


@dataclass(frozen=True, slots=True)
class Wish:
    """Whose jobs somebody wants to hear of ("": everybody's), told how, since which number and, by
    the event loop's time, until when.
    """

    user_id: str
    way: Way
    after: int | None = None
    until: float | None = None


async def told(channel: Channel, service: Service, wish: Wish) -> AsyncIterator[bytes]:
    """What a listener gets: a greeting, what it missed, and what happens. Ends when the server
    stops or the time is up.
    """
    await channel.ready()
    start = channel.start
    seen = channel.end if wish.after is None else wish.after
    past: Sequence[Piece] | None = ()
    if not start <= seen <= channel.end:
        past = await run_sync(_missed, service, wish)
    if past is None:
        seen = channel.end
    yield _greeting(seen, is_missed=past is None)
    for piece in past or ():
        yield piece.written(wish.way)
        seen = piece.number
    # What was read from the ledger reaches as far as the channel did before that, at least.
    async for news in _news(channel, wish, max(seen, start)):
        yield news


async def _news(channel: Channel, wish: Wish, seen: int) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout_at(wish.until):
                await channel.beyond(seen)
        except TimeoutError:
            return
        if channel.is_closed:
            return
        if seen < channel.start:
            yield _greeting(channel.end, is_missed=True)
        else:
            yield b"".join(piece.written(wish.way) for piece in channel.since(seen))
        seen = channel.end


def _missed(service: Service, wish: Wish) -> Sequence[Piece] | None:
    """Since the listener was here last, from the ledger; None where it must look again."""
    changes = ChangeDesk(service.ledger).missed(wish.after or 0, TAIL, wish.user_id)
    if changes is None:
        return None
    now_ms = service.clock.now_ms()
    pieces = [Piece(changed, now_ms) for changed in changes]
    for piece in pieces:
        piece.written(wish.way)
    return pieces


def _greeting(number: int, *, is_missed: bool) -> bytes:
    return event("hello", json.dumps({"missed": is_missed}), number)
