"""The desk: every use case a person has, in the order of a job's life."""

import builtins
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Unpack

import structlog
import uuid_utils

from pagemill.access import whose
from pagemill.errors import PagemillError
from pagemill.model.document import Document, media_type_of
from pagemill.model.event import Event
from pagemill.model.job import Job, JobState, NewJob, OutputFile
from pagemill.model.options import Choices, Options, parse_options
from pagemill.model.page import PageText
from pagemill.model.people import LOCAL, Caller
from pagemill.model.trace import job_span, place_of, submission_span, trace_id_of
from pagemill.ports import (
    Arrange,
    Bell,
    Clock,
    DeadQuery,
    JobQuery,
    Ledger,
    NoTracer,
    PageMarkdown,
    PageState,
    SearchIndex,
    Shelf,
    Submitted,
    Tracer,
    Upload,
    Viewer,
)
from pagemill.service import shown
from pagemill.service.dead_letters import DeadLetterDesk
from pagemill.service.finding import SearchDesk
from pagemill.service.names import clean_filename, upload_ids
from pagemill.service.new_jobs import Asked, check_priority, new_job, short
from pagemill.service.overview import Overview
from pagemill.service.reading import Reading
from pagemill.service.receive import copy_file, copy_named, receive
from pagemill.service.revision import RevisionDesk
from pagemill.service.steering import Steering

MIN_IMAGE_DPI, MAX_IMAGE_DPI = 18, 300


def new_job_id() -> str:
    """UUIDv7 (RFC 9562): ids made later sort later, so an id is also a cursor."""
    return str(uuid_utils.uuid7())


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may ask for; `batch` bounds those that do something to many jobs. A node
    that was silent for `node_silence_ms` counts as gone.
    """

    max_upload_bytes: int = 2048 * 1024 * 1024
    node_silence_ms: int = 60_000
    batch: int = 1000


@dataclass(frozen=True, slots=True)
class News:
    """A watched job as it is now, and what happened to it since it was last looked at."""

    job: Job
    events: list[Event]
    failed_pages: list[int]
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """Use cases over ports. Every call is short, except `submit_file` and what streams.

    `ref` is a job's id or handle. Raises `job_not_found` for jobs of other users, too.
    """

    ledger: Ledger
    shelf: Shelf
    bell: Bell
    clock: Clock
    choices: Choices
    viewer: Viewer
    arrange: Arrange
    mark: PageMarkdown
    limits: Limits = field(default_factory=Limits)
    default_outputs: tuple[str, ...] = ("markdown",)
    new_id: Callable[[], str] = new_job_id
    tracer: Tracer = field(default_factory=NoTracer)
    index: SearchIndex | None = None

    # in
    def receive(self) -> AbstractContextManager[Upload]:
        """A place for bytes to arrive at; unless submitted, nothing remains of them.
        Writing raises `too_large`, `disk_full`.
        """
        return receive(self.shelf, self.limits.max_upload_bytes)

    def submit(
        self,
        upload: Upload,
        filename: str,
        options: Mapping[str, object],
        **asked: Unpack[Asked],
    ) -> Submitted:
        """Accepts what was received. When it returns, document and job are on the disk for good.

        Options are checked before anything is kept; nothing is parsed. Raises `invalid_options`,
        `invalid_request`, `idempotency_conflict`, `disk_full`, `ledger_busy`.
        """
        began_ms = self.clock.now_ms()
        media_type = media_type_of(upload.head)
        document = Document(upload.sha256, media_type, upload.size_bytes)
        new = self._new_job(document, filename, options, asked)
        upload.keep(document.key)
        return self._write_down(new, began_ms)

    def submit_file(
        self,
        path: Path,
        options: Mapping[str, object],
        **asked: Unpack[Asked],
    ) -> Submitted:
        """As `submit`, from a file of this machine. Raises `file_not_found`, too."""
        with self.receive() as upload:
            copy_file(path, upload)
            return self.submit(upload, path.name, options, **asked)

    def submit_named(
        self, folder: Path, name: str, options: Mapping[str, object], **asked: Unpack[Asked]
    ) -> Submitted:
        """As `submit`, from a file that lies in `folder` under exactly this name. Raises
        `file_not_found`, for names that lead elsewhere too.
        """
        with self.receive() as upload:
            copy_named(folder, name, upload)
            return self.submit(upload, name, options, **asked)

    def submit_document(
        self,
        document_id: str,
        options: Mapping[str, object],
        *,
        filename: str = "",
        **asked: Unpack[Asked],
    ) -> Submitted:
        """As `submit`, for bytes this user sent before. Raises `document_not_found`."""
        began_ms = self.clock.now_ms()
        owner = asked.get("by", LOCAL)
        document, earlier_name = self.ledger.document(document_id, owner.id)
        if self.shelf.stat(document.key) is None:
            raise PagemillError("document_not_found")
        new = self._new_job(document, filename or earlier_name, options, asked)
        return self._write_down(new, began_ms)

    def keep(self, upload: Upload, filename: str, who: Caller = LOCAL) -> tuple[str, Document]:
        """Keeps what was received without a job, for `submit_upload`; gives its id, which is made
        of the time and the file's name, and what it is. Raises `quota_bytes`, `disk_full`.
        """
        document = Document(upload.sha256, media_type_of(upload.head), upload.size_bytes)
        name = clean_filename(filename)
        # The bytes and the row wait for the same disk: side by side they wait half as long.
        with ThreadPoolExecutor(1) as beside:
            kept = beside.submit(upload.keep, document.key)
            upload_id = self._enter_upload(document, name, who)
        if (error := kept.exception()) is not None:
            self.ledger.drop_upload(upload_id, who.id)
            raise error
        return upload_id, document

    def submit_upload(
        self, upload_id: str, options: Mapping[str, object], **asked: Unpack[Asked]
    ) -> Submitted:
        """As `submit`, for what was kept. Raises `upload_not_found`."""
        began_ms = self.clock.now_ms()
        document, filename = self.ledger.upload(upload_id, asked.get("by", LOCAL).id)
        if self.shelf.stat(document.key) is None:
            raise PagemillError("upload_not_found", "The bytes of this upload are gone")
        return self._write_down(self._new_job(document, filename, options, asked), began_ms)

    # looking
    def get(self, ref: str, who: Caller = LOCAL) -> Job:
        return self.ledger.job(ref, who.sees)

    def list(self, query: JobQuery, who: Caller = LOCAL, user_id: str = "") -> builtins.list[Job]:
        """One's own jobs, or those of `user_id` for an admin, "*" for everybody's. Raises
        `forbidden`.
        """
        return self.ledger.jobs(replace(query, user_id=whose(who, user_id)))

    def position(self, job: Job) -> int | None:
        return self.ledger.position(job) if job.state is JobState.QUEUED else None

    def failed_pages(self, job_ids: Sequence[str]) -> dict[str, builtins.list[int]]:
        return self.ledger.failed_pages(job_ids)

    def events(
        self, ref: str, after: int = 0, limit: int = 1000, who: Caller = LOCAL
    ) -> builtins.list[Event]:
        return self.ledger.events(self.get(ref, who).id, after, limit)

    def change_mark(self) -> int:
        """As the ledger's: a number that differs if anybody may have written since."""
        return self.ledger.change_mark()

    def news(self, seen: Mapping[str, int]) -> builtins.list[News]:
        """The jobs of `seen` that still exist, with their events after the version seen.

        Of whatever user: for watchers who were let in by `get`. One statement for all rows, and
        for each row that changed one for its events.
        """
        jobs = self.ledger.jobs_by_id(tuple(seen))
        failed = self.failed_pages([job.id for job in jobs if job.pages_failed])
        return [
            News(
                job,
                self._events_between(job, seen[job.id]),
                failed.get(job.id, []),
                self.position(job) if job.version > seen[job.id] else None,
            )
            for job in jobs
        ]

    # fetching
    def pages(
        self, ref: str, after: int = 0, limit: int = 1000, who: Caller = LOCAL
    ) -> builtins.list[PageState]:
        return self.ledger.pages(self.get(ref, who).id, after, limit)

    def page(self, ref: str, number: int, who: Caller = LOCAL) -> PageState:
        return self.ledger.page(self.get(ref, who).id, number)

    def page_text(self, ref: str, number: int, who: Caller = LOCAL) -> PageText:
        """Raises `page_not_found`, `page_not_ready`."""
        job = self.get(ref, who)
        return shown.read_page(self.shelf, job, self.ledger.page(job.id, number))

    def page_markdown(self, ref: str, number: int, who: Caller = LOCAL) -> str:
        """The page by itself: heading levels may differ in the whole document.
        Raises `page_not_found`, `page_not_ready`.
        """
        return self._markdown(self.page_text(ref, number, who), self.get(ref, who).options)

    def page_image(self, ref: str, number: int, dpi: int = 96, who: Caller = LOCAL) -> bytes:
        """A JPEG of the page as a person sees it, drawn by a child process.
        Raises `page_not_found`, `invalid_options` and what the viewer raises.
        """
        if not MIN_IMAGE_DPI <= dpi <= MAX_IMAGE_DPI:
            raise PagemillError(
                "invalid_options",
                f"`dpi` is {dpi}",
                f"It must lie between {MIN_IMAGE_DPI} and {MAX_IMAGE_DPI}.",
            )
        job = self.get(ref, who)
        self.ledger.page(job.id, number)
        return self.viewer.jpeg(job.document, number, dpi, self.ledger.password(job.id))

    def outputs(self, ref: str, who: Caller = LOCAL) -> tuple[OutputFile, ...]:
        return self.get(ref, who).outputs

    def output(self, ref: str, name: str, who: Caller = LOCAL) -> OutputFile:
        """By the output's name or a path such as `images/1_0.jpg`.
        Raises `output_not_ready`, `output_not_found`.
        """
        return shown.find_output(self.get(ref, who), name)

    def read(
        self, job: Job, file: OutputFile, start: int = 0, end: int | None = None
    ) -> Iterator[bytes]:
        """Raises `output_not_found` at once if the file was removed."""
        try:
            return self.shelf.stream(f"{job.folder}/{file.path}", start, end)
        except FileNotFoundError:
            raise PagemillError("output_not_found", "The output was removed") from None

    def read_document(self, job: Job, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes as they were sent. Raises `output_not_found` if they are gone."""
        try:
            return self.shelf.stream(job.document.key, start, end)
        except FileNotFoundError:
            raise PagemillError("output_not_found", "The document was removed") from None

    def partial_markdown(self, ref: str, who: Caller = LOCAL) -> Iterator[str]:
        return shown.partial_markdown(self.ledger, self.shelf, self._markdown, self.get(ref, who))

    @property
    def reading(self) -> Reading:
        """What people read on a screen."""
        return Reading(self.ledger, self.shelf, self.arrange, self.mark)

    # steering
    def cancel(self, ref: str, who: Caller = LOCAL) -> Job:
        job = self._told(self.ledger.cancel(self.get(ref, who).id, who))
        self.tracer.record(job_span(job))
        return job

    def pause(self, ref: str, who: Caller = LOCAL) -> Job:
        return self._told(self.ledger.pause(self.get(ref, who).id, who))

    def resume(self, ref: str, who: Caller = LOCAL) -> Job:
        return self._told(self.ledger.resume(self.get(ref, who).id, who))

    def retry(self, ref: str, engine: str = "", password: str = "", who: Caller = LOCAL) -> Job:
        """Failed and cancelled pages again, with `engine` if given; the rest stays."""
        if engine:
            parse_options({"engine": engine}, self.choices)
        job = self.get(ref, who)
        return self._told(self.ledger.retry(job.id, engine, short(password, "password"), who))

    def requeue_failed(self, who: Caller = LOCAL, user_id: str = "") -> builtins.list[Job]:
        """Retries ended jobs of which something failed that may go right: one's own, or those of
        `user_id` for an admin ("*" for everybody's); as many as `limits.batch` at a time.
        """
        done = self.dead_letters.requeue(DeadQuery(), who, user_id)
        return self.ledger.jobs_by_id(done.job_ids)

    def set_priority(self, ref: str, priority: int, who: Caller = LOCAL) -> Job:
        job = self.get(ref, who)
        return self._told(self.ledger.set_priority(job.id, check_priority(priority), who))

    def delete(self, ref: str, who: Caller = LOCAL) -> None:
        self.ledger.delete(self.get(ref, who).id, who)
        self.bell.ring()

    @property
    def overview(self) -> Overview:
        """The house as a whole, for operators."""
        return Overview(self.ledger, self.clock, self.limits.node_silence_ms)

    @property
    def dead_letters(self) -> DeadLetterDesk:
        """What was given up."""
        return DeadLetterDesk(self.ledger, self.bell, self.limits.batch)

    @property
    def revisions(self) -> RevisionDesk:
        """Second thoughts about pages that were read."""
        return RevisionDesk(self.ledger, self.shelf, self.bell, self.choices)

    @property
    def steering(self) -> Steering:
        """What is handed out, and in which order."""
        return Steering(self.ledger, self.bell, self.choices.engines, self.limits.batch)

    @property
    def searching(self) -> SearchDesk:
        """The full text of finished jobs."""
        return SearchDesk(self.ledger, self.shelf, self.index)

    # below the desk
    def _markdown(self, text: PageText, options: Options) -> str:
        """Laid out with nothing known but the page itself."""
        return self.mark(self.arrange(lambda: iter((text,)))(text), options)

    def _new_job(
        self, document: Document, filename: str, options: Mapping[str, object], asked: Asked
    ) -> NewJob:
        chosen = parse_options({"outputs": self.default_outputs, **options}, self.choices)
        new = new_job(self.new_id(), document, filename, chosen, asked)
        place = self.tracer.enter(place_of(new.by.traceparent), trace_id_of(new.id))
        return replace(new, traceparent=str(place) if place else new.by.traceparent)

    def _enter_upload(self, document: Document, name: str, who: Caller) -> str:
        for upload_id in upload_ids(self.clock.now_ms(), name):
            if self.ledger.keep_upload(upload_id, document, name, who):
                return upload_id
        raise PagemillError("internal", "No id is left for this upload")

    def _write_down(self, new: NewJob, began_ms: int) -> Submitted:
        submitted = self.ledger.submit(new)
        self.bell.ring()
        if submitted.is_new:
            self.tracer.record(submission_span(new, began_ms, self.clock.now_ms()))
            structlog.get_logger().info(
                "job_accepted", job=new.id, user=new.by.id, bytes=new.document.size_bytes
            )
        return submitted

    def _events_between(self, job: Job, seen: int) -> builtins.list[Event]:
        """Up to the version of the row: a row and its events never tell different stories."""
        if job.version <= seen:
            return []
        events = self.ledger.events(job.id, seen)
        return [event for event in events if event.seq <= job.version]

    def _told(self, job: Job) -> Job:
        self.bell.ring()
        return job
