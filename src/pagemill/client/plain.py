"""The sync client: blocking requests and sleeps around the plans."""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
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
from pagemill.client.keeping import Keeping
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


class Client(Keeping):
    """Talks to one server, from any thread. Close it, or use it in `with`.

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
        http: httpx2.Client | None = None,
    ) -> None:
        self._http = http or httpx2.Client(
            base_url=url, headers=headers_of(token), timeout=TIMEOUT, limits=LIMITS
        )
        self._patience_seconds = patience_seconds
        self._rng = rng or random.Random()  # noqa: S311  spreads retries, guards nothing

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def submit(
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
        return self._do(plan)

    def submit_document(
        self,
        document_id: str,
        *,
        options: Mapping[str, object] | None = None,
        idempotency_key: str = "",
    ) -> JobInfo:
        """Converts bytes again that the server has: `document.id` of an earlier job."""
        plan = plans.resubmit(document_id, options or {}, self._patience(), idempotency_key)
        return self._do(plan)

    def known(
        self, contents: Sequence[str], options: Mapping[str, object] | None = None
    ) -> KnownInfo:
        """Which of up to 1,000 contents (SHA-256) `pagemill ingest` has sent with these options."""
        return self._do(plans.known(contents, options or {}, self._patience()))

    def get(self, ref: str) -> JobInfo:
        return self._do(plans.get(ref, self._patience()))

    def wait(self, ref: str) -> JobInfo:
        """The job once it has completed, failed or been cancelled."""
        return self._do(plans.wait(ref, self._patience()))

    def jobs(
        self,
        *,
        states: Sequence[str] = (),
        name: str = "",
        before: str = "",
        limit: int = 50,
        user: str = "",
    ) -> JobList:
        """Newest first; `name` is a part of the file name, `user` for admins, or `*`."""
        return self._do(plans.jobs(states, name, before, limit, self._patience(), user))

    def pages(self, ref: str) -> list[PageInfo]:
        return self._do(plans.pages(ref, self._patience()))

    def page_markdown(self, ref: str, number: int) -> str:
        """Raises `page_not_ready`, `page_not_found`."""
        return self._do(plans.page_markdown(ref, number, self._patience()))

    def outputs(self, ref: str) -> list[OutputInfo]:
        return self._do(plans.outputs(ref, self._patience()))

    def output(self, ref: str, name: str, *, partial: bool = False) -> bytes:
        """An output in memory; `partial` gives the Markdown of the pages read so far."""
        return self._do(plans.output(ref, name, partial, self._patience()))

    def cancel(self, ref: str) -> JobInfo:
        return self._do(plans.tell(ref, "cancel", None, self._patience()))

    def pause(self, ref: str) -> JobInfo:
        return self._do(plans.tell(ref, "pause", None, self._patience()))

    def resume(self, ref: str) -> JobInfo:
        return self._do(plans.tell(ref, "resume", None, self._patience()))

    def retry(self, ref: str, *, engine: str = "", password: str = "") -> JobInfo:
        """Failed pages again, with another engine if one is given."""
        body = {"engine": engine, "password": password}
        return self._do(plans.tell(ref, "retry", body, self._patience()))

    def retry_page(self, ref: str, page: int, *, engine: str = "", password: str = "") -> JobInfo:
        """One page once more, whatever came of it, with another engine if one is given."""
        return self._do(revisions.read_again(ref, page, engine, password, self._patience()))

    def correct(
        self, ref: str, page: int, block: int, text: str, *, before: str | None = None
    ) -> JobInfo:
        """Puts a block's text right; the outputs are written again. Raises `text_changed` where it
        no longer says `before`.
        """
        return self._do(revisions.correct(ref, page, block, text, before, self._patience()))

    def corrections(self, ref: str, *, page: int = 0) -> list[CorrectionInfo]:
        """Newest first; of one page or of all."""
        return self._do(revisions.corrections(ref, page, self._patience()))

    def set_priority(self, ref: str, priority: int) -> JobInfo:
        return self._do(plans.set_priority(ref, priority, self._patience()))

    def delete(self, ref: str) -> None:
        self._do(plans.delete(ref, self._patience()))

    def order(
        self, name: str, refs: Sequence[str], *, priority: int | None = None, engine: str = ""
    ) -> OrdersInfo:
        """Cancel, pause, resume, retry, priority or delete, for many jobs; what one refuses holds
        up no other.
        """
        deed = Deed(name, priority, engine)
        return self._do(many.order(deed, refs, self._patience()))

    def order_matching(
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
        return self._do(many.order_matching(deed, match, before, self._patience()))

    def search(
        self, words: str, *, user: str = "", job: str = "", limit: int = 20, after: int = 0
    ) -> SearchInfo:
        """Pages of finished jobs by what stands on them: my own, or for admins those of `user`
        (`*`: everybody's); of one job with its `job`.
        """
        return self._do(plans.search(words, user, job, limit, after, self._patience()))

    def queue(self) -> QueueInfo:
        return self._do(plans.queue(self._patience()))

    def pause_queue(self, *, user: str = "", engine: str = "") -> OrderInfo:
        """Begins nothing more of a user, an engine or, without both, at all; what runs goes on."""
        return self._do(operators.order("pause", user, engine, 0, self._patience()))

    def resume_queue(self, *, user: str = "", engine: str = "") -> OrderInfo:
        return self._do(operators.order("resume", user, engine, 0, self._patience()))

    def drain_queue(self, *, user: str = "", engine: str = "", wait: float = 0) -> OrderInfo:
        """As `pause_queue`; waits up to `wait` seconds, at most 60, until nothing runs."""
        return self._do(operators.order("drain", user, engine, wait, self._patience()))

    def stops(self) -> list[StopInfo]:
        return self._do(operators.stops(self._patience()))

    def engines(self) -> list[EngineInfo]:
        return self._do(operators.engines(self._patience()))

    def limit_engine(self, name: str, max_running: int | None) -> EngineInfo:
        """How many pages an engine reads at once, on all machines; None for no limit."""
        return self._do(operators.limit_engine(name, max_running, self._patience()))

    def dead_letters(
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
        return self._do(operators.dead_letters(given, before, limit, self._patience()))

    def dead_reasons(
        self, *, user: str = "", code: str = "", engine: str = "", since: str = ""
    ) -> list[ReasonInfo]:
        given = Given(user, code, engine, since)
        return self._do(operators.dead_reasons(given, self._patience()))

    def requeue_failed(
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
        return self._do(operators.requeue_failed(given, everything, self._patience()))

    def reprioritise(
        self, priority: int, *, user: str = "", states: Sequence[str] = (), name: str = ""
    ) -> int:
        """Gives all waiting jobs that match another priority. Returns how many changed."""
        plan = operators.reprioritise(priority, user, states, name, self._patience())
        return self._do(plan)

    def watch(self, ref: str, *, after: int = 0) -> Iterator[JobInfo | EventInfo]:
        """Every event after `after` as it happens, and the job after each batch; ends with the
        job. Goes on where it was when the server was restarted meanwhile.
        """
        return self._follow(Watching(ref, after, self._patience()))

    def events(
        self, *, user: str = "", after: int | None = None, on_break: OnBreak | None = None
    ) -> Iterator[Heard]:
        """Every job that is new, has changed or is gone, one's own or, for admins, those of `user`
        or `*`. Never ends; goes on where it was when the server was restarted meanwhile, and
        tells `on_break` why it has to.
        """
        return self._follow(Listening(user, after, self._patience(), on_break))

    def _follow(self, news: Stream[T]) -> Iterator[T]:
        while not news.is_over:
            try:
                with self._http.stream("GET", news.path, headers=news.headers) as response:
                    if is_good(response):
                        if response.status_code == httpx2.codes.OK:
                            for sse in httpx2.EventSource(response):
                                yield news.take(sse)
                        rest = news.finished(response.status_code)
                    else:
                        response.read()
                        rest = news.failed(reply_of(response))
            except httpx2.TransportError as error:
                rest = news.failed(lost(error))
            time.sleep(rest.seconds)

    def download(self, ref: str, name: str, target: str | Path) -> Path:
        """An output into a file, which appears whole or not at all; a broken download goes on
        where it broke.
        """
        return self._fetch(plans.output_path(ref, name), Path(target))

    def document(self, ref: str, target: str | Path) -> Path:
        """The document as it was sent, in the same way."""
        return self._fetch(plans.job_path(ref, "document"), Path(target))

    def archive(self, ref: str, target: str | Path) -> Path:
        """All outputs as one ZIP. A broken download begins again."""
        return self._fetch(plans.job_path(ref, "archive"), Path(target))

    def archives(
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
        return self._fetch(path, Path(target))

    def _fetch(self, path: str, target: Path) -> Path:
        fetching = Fetching(path, target, self._patience())
        try:
            while True:
                try:
                    with self._http.stream(
                        "GET", fetching.path, headers=fetching.headers
                    ) as response:
                        if is_good(response):
                            fetching.begin(response.status_code, response.headers)
                            for chunk in response.iter_bytes():
                                fetching.write(chunk)
                            return fetching.finished()
                        response.read()
                        rest = fetching.failed(reply_of(response))
                except httpx2.TransportError as error:
                    rest = fetching.failed(lost(error))
                time.sleep(rest.seconds)
        finally:
            fetching.drop()

    def _do(self, plan: Plan[T]) -> T:
        answer: Reply | Lost | None = None
        while True:
            try:
                step = plan.send(answer)
            except StopIteration as done:
                return cast("T", done.value)
            answer = self._step(step)

    def _step(self, step: Call | Rest) -> Reply | Lost | None:
        if isinstance(step, Rest):
            time.sleep(step.seconds)
            return None
        with ExitStack() as stack:
            try:
                return reply_of(self._http.request(**request_of(step, stack)))
            except httpx2.TransportError as error:
                return lost(error)

    def _patience(self) -> Patience:
        return Patience(self._patience_seconds, self._rng)
