"""The async client: awaited requests and sleeps around the plans."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar, cast

import httpx2

from pagemill.client import many, operators, plans, revisions
from pagemill.client.answers import (
    EventInfo,
    JobInfo,
    JobList,
    KnownInfo,
    OutputInfo,
    PageInfo,
    QueueInfo,
    SearchInfo,
)
from pagemill.client.keeping import AsyncKeeping
from pagemill.client.many import Deed, OrdersInfo
from pagemill.client.operator_answers import (
    DeadLetterList,
    EngineInfo,
    OrderInfo,
    ReasonInfo,
    RequeuedInfo,
    StopInfo,
)
from pagemill.client.operators import Given
from pagemill.client.plans import Call, Lost, Patience, Plan, Reply, Rest
from pagemill.client.revisions import CorrectionInfo
from pagemill.client.streams import Fetching, Heard, Listening, OnBreak, Stream, Watching
from pagemill.client.wire import (
    DEFAULT_URL,
    LIMITS,
    TIMEOUT,
    headers_of,
    is_good,
    lost,
    reply_of,
    request_of,
)

T = TypeVar("T")
DEFAULT_NAME = "document"


class AsyncClient(AsyncKeeping):
    """Talks to one server, for many tasks of one event loop. Close it, or use it in `async with`.

    `token` is sent with every request. `patience_seconds`: how long lost connections and a busy
    server are borne with. `http` is used as it is, whatever `url` and `token` say.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        token: str = "",
        patience_seconds: float = 30.0,
        rng: random.Random | None = None,
        http: httpx2.AsyncClient | None = None,
    ) -> None:
        self._http = http or httpx2.AsyncClient(
            base_url=url, headers=headers_of(token), timeout=TIMEOUT, limits=LIMITS
        )
        self._patience_seconds = patience_seconds
        self._rng = rng or random.Random()  # noqa: S311  spreads retries, guards nothing

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def submit(
        self,
        source: str | Path | bytes,
        *,
        filename: str = "",
        options: Mapping[str, object] | None = None,
        priority: int | None = None,
        password: str = "",
        idempotency_key: str = "",
        sha256: str = "",
    ) -> JobInfo:
        """Sends a file (or bytes, with a `filename`). Returns when the server has it safely.
        Raises `file_not_found` and what the server refuses; with `sha256` it refuses other bytes.
        """
        plan = plans.submit(
            source if isinstance(source, bytes) else Path(source),
            filename or (DEFAULT_NAME if isinstance(source, bytes) else Path(source).name),
            options or {},
            priority,
            password,
            idempotency_key,
            sha256,
            self._rng,
            self._patience(),
        )
        return await self._do(plan)

    async def submit_document(
        self,
        document_id: str,
        *,
        options: Mapping[str, object] | None = None,
        idempotency_key: str = "",
    ) -> JobInfo:
        """Converts bytes again that the server has: `document.id` of an earlier job."""
        plan = plans.resubmit(document_id, options or {}, self._patience(), idempotency_key)
        return await self._do(plan)

    async def known(
        self, contents: Sequence[str], options: Mapping[str, object] | None = None
    ) -> KnownInfo:
        """Which of up to 1,000 contents (SHA-256) `pagemill ingest` has sent with these options."""
        return await self._do(plans.known(contents, options or {}, self._patience()))

    async def get(self, ref: str) -> JobInfo:
        return await self._do(plans.get(ref, self._patience()))

    async def wait(self, ref: str) -> JobInfo:
        """The job once it has completed, failed or been cancelled."""
        return await self._do(plans.wait(ref, self._patience()))

    async def jobs(
        self,
        *,
        states: Sequence[str] = (),
        name: str = "",
        before: str = "",
        limit: int = 50,
        user: str = "",
    ) -> JobList:
        """Newest first; `name` is a part of the file name, `user` for admins, or `*`."""
        return await self._do(plans.jobs(states, name, before, limit, self._patience(), user))

    async def pages(self, ref: str) -> list[PageInfo]:
        return await self._do(plans.pages(ref, self._patience()))

    async def page_markdown(self, ref: str, number: int) -> str:
        """Raises `page_not_ready`, `page_not_found`."""
        return await self._do(plans.page_markdown(ref, number, self._patience()))

    async def outputs(self, ref: str) -> list[OutputInfo]:
        return await self._do(plans.outputs(ref, self._patience()))

    async def output(self, ref: str, name: str, *, partial: bool = False) -> bytes:
        """An output in memory; `partial` gives the Markdown of the pages read so far."""
        return await self._do(plans.output(ref, name, partial, self._patience()))

    async def cancel(self, ref: str) -> JobInfo:
        return await self._do(plans.tell(ref, "cancel", None, self._patience()))

    async def pause(self, ref: str) -> JobInfo:
        return await self._do(plans.tell(ref, "pause", None, self._patience()))

    async def resume(self, ref: str) -> JobInfo:
        return await self._do(plans.tell(ref, "resume", None, self._patience()))

    async def retry(self, ref: str, *, engine: str = "", password: str = "") -> JobInfo:
        """Failed pages again, with another engine if one is given."""
        body = {"engine": engine, "password": password}
        return await self._do(plans.tell(ref, "retry", body, self._patience()))

    async def retry_page(
        self, ref: str, page: int, *, engine: str = "", password: str = ""
    ) -> JobInfo:
        """One page once more, whatever came of it, with another engine if one is given."""
        return await self._do(revisions.read_again(ref, page, engine, password, self._patience()))

    async def correct(
        self, ref: str, page: int, block: int, text: str, *, before: str | None = None
    ) -> JobInfo:
        """Puts a block's text right; the outputs are written again. Raises `text_changed` where it
        no longer says `before`.
        """
        return await self._do(revisions.correct(ref, page, block, text, before, self._patience()))

    async def corrections(self, ref: str, *, page: int = 0) -> list[CorrectionInfo]:
        """Newest first; of one page or of all."""
        return await self._do(revisions.corrections(ref, page, self._patience()))

    async def set_priority(self, ref: str, priority: int) -> JobInfo:
        return await self._do(plans.set_priority(ref, priority, self._patience()))

    async def delete(self, ref: str) -> None:
        await self._do(plans.delete(ref, self._patience()))

    async def order(
        self, name: str, refs: Sequence[str], *, priority: int | None = None, engine: str = ""
    ) -> OrdersInfo:
        """Cancel, pause, resume, retry, priority or delete, for many jobs; what one refuses holds
        up no other.
        """
        deed = Deed(name, priority, engine)
        return await self._do(many.order(deed, refs, self._patience()))

    async def order_matching(
        self,
        order: str,
        *,
        states: Sequence[str] = (),
        name: str = "",
        user: str = "",
        before: str = "",
        priority: int | None = None,
        engine: str = "",
    ) -> OrdersInfo:
        """The same for all jobs that `jobs` would find; `user` `*` is everybody, for admins."""
        deed, match = Deed(order, priority, engine), {"state": states, "name": name, "user": user}
        return await self._do(many.order_matching(deed, match, before, self._patience()))

    async def search(
        self, words: str, *, user: str = "", job: str = "", limit: int = 20, after: int = 0
    ) -> SearchInfo:
        """Pages of finished jobs by what stands on them: my own, or for admins those of `user`
        (`*`: everybody's); of one job with its `job`.
        """
        return await self._do(plans.search(words, user, job, limit, after, self._patience()))

    async def queue(self) -> QueueInfo:
        return await self._do(plans.queue(self._patience()))

    async def pause_queue(self, *, user: str = "", engine: str = "") -> OrderInfo:
        """Begins nothing more of a user, an engine or, without both, at all; what runs goes on."""
        return await self._do(operators.order("pause", user, engine, 0, self._patience()))

    async def resume_queue(self, *, user: str = "", engine: str = "") -> OrderInfo:
        return await self._do(operators.order("resume", user, engine, 0, self._patience()))

    async def drain_queue(self, *, user: str = "", engine: str = "", wait: float = 0) -> OrderInfo:
        """As `pause_queue`; waits up to `wait` seconds, at most 60, until nothing runs."""
        return await self._do(operators.order("drain", user, engine, wait, self._patience()))

    async def stops(self) -> list[StopInfo]:
        return await self._do(operators.stops(self._patience()))

    async def engines(self) -> list[EngineInfo]:
        return await self._do(operators.engines(self._patience()))

    async def limit_engine(self, name: str, max_running: int | None) -> EngineInfo:
        """How many pages an engine reads at once, on all machines; None for no limit."""
        return await self._do(operators.limit_engine(name, max_running, self._patience()))

    async def dead_letters(
        self,
        *,
        user: str = "",
        code: str = "",
        engine: str = "",
        since: str = "",
        before: str = "",
        limit: int = 50,
    ) -> DeadLetterList:
        """What was given up, newest first. `since` is in RFC 3339, `user` for admins, or `*`."""
        given = Given(user, code, engine, since)
        return await self._do(operators.dead_letters(given, before, limit, self._patience()))

    async def dead_reasons(
        self, *, user: str = "", code: str = "", engine: str = "", since: str = ""
    ) -> list[ReasonInfo]:
        given = Given(user, code, engine, since)
        return await self._do(operators.dead_reasons(given, self._patience()))

    async def requeue_failed(
        self,
        *,
        user: str = "",
        code: str = "",
        engine: str = "",
        since: str = "",
        everything: bool = False,
    ) -> RequeuedInfo:
        """Tries again what was given up and may go right; a `code` that is named, and with
        `everything` any, whatever it is.
        """
        given = Given(user, code, engine, since)
        return await self._do(operators.requeue_failed(given, everything, self._patience()))

    async def reprioritise(
        self, priority: int, *, user: str = "", states: Sequence[str] = (), name: str = ""
    ) -> int:
        """Gives all waiting jobs that match another priority. Returns how many changed."""
        plan = operators.reprioritise(priority, user, states, name, self._patience())
        return await self._do(plan)

    def watch(self, ref: str, *, after: int = 0) -> AsyncIterator[JobInfo | EventInfo]:
        """Every event after `after` as it happens, and the job after each batch; ends with the
        job. Goes on where it was when the server was restarted meanwhile.
        """
        return self._follow(Watching(ref, after, self._patience()))

    def events(
        self, *, user: str = "", after: int | None = None, on_break: OnBreak | None = None
    ) -> AsyncIterator[Heard]:
        """Every job that is new, has changed or is gone, one's own or, for admins, those of `user`
        or `*`. Never ends; goes on where it was when the server was restarted meanwhile, and
        tells `on_break` why it has to.
        """
        return self._follow(Listening(user, after, self._patience(), on_break))

    async def _follow(self, news: Stream[T]) -> AsyncIterator[T]:
        while not news.is_over:
            try:
                async with self._http.stream("GET", news.path, headers=news.headers) as response:
                    if is_good(response):
                        if response.status_code == httpx2.codes.OK:
                            async for sse in httpx2.EventSource(response):
                                yield news.take(sse)
                        rest = news.finished(response.status_code)
                    else:
                        await response.aread()
                        rest = news.failed(reply_of(response))
            except httpx2.TransportError as error:
                rest = news.failed(lost(error))
            await asyncio.sleep(rest.seconds)

    async def download(self, ref: str, name: str, target: str | Path) -> Path:
        """An output into a file, which appears whole or not at all; a broken download goes on
        where it broke.
        """
        return await self._fetch(plans.output_path(ref, name), Path(target))

    async def document(self, ref: str, target: str | Path) -> Path:
        """The document as it was sent, in the same way."""
        return await self._fetch(plans.job_path(ref, "document"), Path(target))

    async def archive(self, ref: str, target: str | Path) -> Path:
        """All outputs as one ZIP. A broken download begins again."""
        return await self._fetch(plans.job_path(ref, "archive"), Path(target))

    async def archives(
        self,
        target: str | Path,
        refs: Sequence[str] = (),
        *,
        states: Sequence[str] = (),
        name: str = "",
        user: str = "",
        outputs: Sequence[str] = (),
    ) -> Path:
        """Outputs of many jobs as one ZIP: of up to 200 `refs`, or of up to 1,000 that match."""
        path = many.archive_path(refs, states, name, user, outputs)
        return await self._fetch(path, Path(target))

    async def _fetch(self, path: str, target: Path) -> Path:
        fetching = Fetching(path, target, self._patience())
        try:
            while True:
                try:
                    async with self._http.stream(
                        "GET", fetching.path, headers=fetching.headers
                    ) as response:
                        if is_good(response):
                            fetching.begin(response.status_code, response.headers)
                            async for chunk in response.aiter_bytes():
                                fetching.write(chunk)
                            return fetching.finished()
                        await response.aread()
                        rest = fetching.failed(reply_of(response))
                except httpx2.TransportError as error:
                    rest = fetching.failed(lost(error))
                await asyncio.sleep(rest.seconds)
        finally:
            fetching.drop()

    async def _do(self, plan: Plan[T]) -> T:
        answer: Reply | Lost | None = None
        while True:
            try:
                step = plan.send(answer)
            except StopIteration as done:
                return cast("T", done.value)
            answer = await self._step(step)

    async def _step(self, step: Call | Rest) -> Reply | Lost | None:
        if isinstance(step, Rest):
            await asyncio.sleep(step.seconds)
            return None
        with ExitStack() as stack:
            try:
                return reply_of(await self._http.request(**request_of(step, stack)))
            except httpx2.TransportError as error:
                return lost(error)

    def _patience(self) -> Patience:
        return Patience(self._patience_seconds, self._rng)
