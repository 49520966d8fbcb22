"""News of watched jobs: one question per interval for all of them, however many watch.

One hub per server process, living on its event loop. While nobody watches it asks nothing. Every
watched job keeps its newest row and a short tail of events that all its watchers share; a watcher
is only a cursor into that tail, so a slow one costs nothing and one that fell behind reads the
event table by itself.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar, cast

import structlog
from sse_starlette import ServerSentEvent

from pagemill.errors import PagemillError
from pagemill.model.job import Job
from pagemill.service import News, Service
from pagemill.web.feed import Channel, Feed, Wish
from pagemill.web.views import EventView, JobView, view_event, view_job

T = TypeVar("T")
TAIL = 500


@dataclass(frozen=True)
class Story:
    """Something to tell watchers: what happened, or how the job stands now. Encoded once."""

    seq: int
    news: EventView | JobView

    @cached_property
    def sse(self) -> bytes:
        """Only events carry an id: a client that comes again names the last one it saw."""
        body = self.news.model_dump_json()
        if isinstance(self.news, JobView):
            return ServerSentEvent(body, event="job").encode()
        return ServerSentEvent(body, event=self.news.kind, id=str(self.seq)).encode()

    @cached_property
    def text(self) -> str:
        name = "job" if isinstance(self.news, JobView) else "event"
        return f'{{"type":"{name}","{name}":{self.news.model_dump_json()}}}'


class Watched:
    """A job somebody watches. `job` is the newest row, None once it was deleted; `end` is the
    sequence number of the last event told.
    """

    def __init__(self, job: Job) -> None:
        self.job: Job | None = job
        self.standing: Story | None = None
        self.watchers = 0
        self.is_closed = False
        self.end = self._start = job.version
        self._tail: deque[Story] = deque(maxlen=TAIL)
        self._bell = asyncio.Event()

    @property
    def is_over(self) -> bool:
        """No more news will come."""
        if self.is_closed or self.job is None:
            return True
        return self.job.state.is_final and self.end >= self.job.version

    async def beyond(self, seq: int) -> None:
        """Returns when there is something newer than `seq`, or nothing will come any more."""
        while self.end <= seq and not self.is_over:
            await self._bell.wait()

    def since(self, seq: int) -> list[Story] | None:
        """Events after `seq`; None where the tail does not reach back that far."""
        if seq < self._start:
            return None
        return [story for story in self._tail if story.seq > seq]

    def tell(self, news: News, now_ms: int) -> None:
        self.job = news.job
        view = view_job(news.job, now_ms, news.failed_pages, news.position)
        self.standing = Story(news.job.version, view)
        self._tail.extend(Story(event.seq, view_event(event)) for event in news.events)
        if len(self._tail) == TAIL:
            self._start = self._tail[0].seq - 1
        # Old events may have been pruned: without any, the row itself is the news.
        self.end = news.events[-1].seq if news.events else news.job.version
        self._wake()

    def meet(self, job: Job) -> None:
        """A newcomer brought the row as it just read it; its events are told at the next look."""
        if self.job is not None and self.job.version < job.version:
            self.job, self.standing = job, None

    def lose(self) -> None:
        self.job = None
        self._wake()

    def close(self) -> None:
        self.is_closed = True
        self._wake()

    def _wake(self) -> None:
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()


class Hub:
    """Use from the event loop only. `start` before the first `watch`, `close` at the end."""

    def __init__(self, service: Service, interval_seconds: float, max_watchers: int) -> None:
        self._service = service
        self._interval = interval_seconds
        self._max_watchers = max_watchers
        self._watched: dict[str, Watched] = {}
        self._feed = Feed(service)
        self._someone = asyncio.Event()
        self._has_newcomer = False
        self._mark: int | None = None
        self._task: asyncio.Task[None] | None = None
        # Always the same thread: a ledger may compare its marks per connection.
        self._thread = ThreadPoolExecutor(1, "watch")
        self.watchers = 0
        self.is_closed = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    def close(self) -> None:
        """Ends every stream and long poll; later ones end at once."""
        self.is_closed = True
        for watched in self._watched.values():
            watched.close()
        self._feed.close()
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._thread.shutdown(wait=False, cancel_futures=True)

    @property
    def is_full(self) -> bool:
        return self.watchers >= self._max_watchers

    def refusal(self) -> PagemillError:
        return PagemillError(
            "too_many_watchers", f"{self.watchers} live streams are open, which is the limit"
        )

    @contextlib.contextmanager
    def watch(self, job: Job) -> Iterator[Watched]:
        """Raises `too_many_watchers`."""
        if self.is_full:
            raise self.refusal()
        watched = self._enter(job)
        try:
            yield watched
        finally:
            self._leave(job.id, watched)

    @contextlib.contextmanager
    def listen(self, wish: Wish) -> Iterator[Channel]:
        """News of many jobs. Raises `too_many_watchers`."""
        with self.wait(), self._feed.listen(wish) as channel:
            self._has_newcomer = self._has_newcomer or channel.end < 0
            self._someone.set()
            yield channel

    @contextlib.contextmanager
    def wait(self) -> Iterator[None]:
        """For who waits for something else than a job. Raises `too_many_watchers`."""
        if self.is_full:
            raise self.refusal()
        self.watchers += 1
        try:
            yield
        finally:
            self.watchers -= 1

    def _enter(self, job: Job) -> Watched:
        watched = self._watched.setdefault(job.id, Watched(job))
        watched.meet(job)
        watched.watchers += 1
        watched.is_closed = self.is_closed
        self.watchers += 1
        # The row was read before it was watched: what changed in between would never be told.
        self._has_newcomer = True
        self._someone.set()
        return watched

    def _leave(self, job_id: str, watched: Watched) -> None:
        self.watchers -= 1
        watched.watchers -= 1
        if not watched.watchers and self._watched.get(job_id) is watched:
            del self._watched[job_id]

    async def _run(self) -> None:
        while True:
            if not (self._watched or self._feed.is_heard):
                self._someone.clear()
            await self._someone.wait()
            try:
                await self._look()
            except PagemillError as error:
                self._mark = None
                _log().warning("no_news_of_watched_jobs", code=error.code, cause=error.message)
            except Exception:  # noqa: BLE001  logged; watchers are told at the next look
                self._mark = None
                _log().exception("no_news_of_watched_jobs")
            await asyncio.sleep(self._interval)

    async def _look(self) -> None:
        mark = await self._ask(self._service.change_mark)
        if mark == self._mark and not self._has_newcomer:
            return
        self._mark, self._has_newcomer = mark, False
        if self._feed.is_heard:
            is_more = self._feed.spread(await self._ask(self._feed.look))
            self._has_newcomer = self._has_newcomer or is_more
        seen = {job_id: watched.end for job_id, watched in self._watched.items()}
        if seen:
            news = await self._ask(lambda: self._service.news(seen))
            self._spread(seen, {item.job.id: item for item in news})

    def _spread(self, seen: Mapping[str, int], news: Mapping[str, News]) -> None:
        for job_id in seen:
            watched = self._watched.get(job_id)
            if watched is None or watched.end != seen[job_id]:
                continue
            item = news.get(job_id)
            if item is None:
                watched.lose()
            elif item.job.version > watched.end:
                watched.tell(item, self._service.clock.now_ms())
                self._has_newcomer = self._has_newcomer or watched.end < item.job.version

    async def _ask(self, question: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, question)


def _log() -> structlog.typing.FilteringBoundLogger:
    return cast("structlog.typing.FilteringBoundLogger", structlog.get_logger())
