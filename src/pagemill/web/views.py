"""What the API shows: one model per answer, and how it is made from the house's values."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from pagemill.model.event import Event
from pagemill.model.job import Failure, Job, JobState, OutputFile
from pagemill.model.task import TaskState
from pagemill.ports import NodeState, PageState, PastAttempt

COUNTED_PLACES = 1000
_PAGE_WORDS = {
    TaskState.BLOCKED: "queued",
    TaskState.READY: "queued",
    TaskState.RUNNING: "processing",
    TaskState.DONE: "done",
    TaskState.WAITING: "retrying",
    TaskState.DEAD: "failed",
    TaskState.CANCELLED: "cancelled",
    TaskState.HELD: "paused",
}


class ErrorView(BaseModel):
    code: str
    message: str
    hint: str


class DocumentView(BaseModel):
    """`id` is what `document_id` takes when the same bytes shall be converted again."""

    id: str
    filename: str
    media_type: str
    bytes: int
    sha256: str


class CountView(BaseModel):
    """`total` is null until the document was opened. `cached` pages count as done, too."""

    total: int | None
    done: int
    failed: int
    cached: int


class JobView(BaseModel):
    """A job. `position` is given when one queued job is asked for: 1 is next; beyond 1,000 it may
    be an estimate. `version` grows by one with every change and is the `id` of the job's last
    event. `note` is what came with it to be given back.
    """

    id: str
    handle: str
    user: str
    state: JobState
    version: int
    document: DocumentView
    options: dict[str, Any]
    priority: int
    note: dict[str, Any]
    pages: CountView
    failed_pages: list[int]
    progress: int
    eta_seconds: float | None
    position: int | None
    message: str
    error: ErrorView | None
    created_at: str
    started_at: str | None
    finished_at: str | None
    updated_at: str
    expires_at: str | None
    links: dict[str, str]


class JobsView(BaseModel):
    """`next` is what `before` takes for the jobs after these; null at the end."""

    jobs: list[JobView]
    next: str | None


class PageView(BaseModel):
    number: int
    state: str
    engine: str
    reason: str
    attempts: int
    deaths: int
    cached: bool
    milliseconds: int | None
    confidence: float | None
    flags: list[str]
    error: ErrorView | None
    links: dict[str, str]


class AttemptView(BaseModel):
    """A failed attempt at a page; `died`: the worker did, `given_up`: it was the last one."""

    attempt: int
    at: str
    code: str
    message: str
    died: bool
    given_up: bool


class WholePageView(PageView):
    """`history`: its failed attempts, the first one first, as long as the job's events are kept."""

    history: list[AttemptView]


class PagesView(BaseModel):
    """`next` is what `after` takes for the pages after these; null at the end."""

    pages: list[PageView]
    next: int | None


class OutputView(BaseModel):
    name: str
    path: str
    media_type: str
    bytes: int
    sha256: str
    href: str


class OutputsView(BaseModel):
    state: JobState
    outputs: list[OutputView]


class EventView(BaseModel):
    """`seq` counts a job's changes from 1; `data` depends on `kind`."""

    job_id: str
    seq: int
    at: str
    kind: str
    data: dict[str, Any]


class WorkerView(BaseModel):
    """A machine as it last reported, `heartbeat_age_seconds` ago. `running` has a line for each
    busy worker: what it is at and for how many `seconds`, and how long the worker itself has lived
    (`child_seconds`). `memory_mb`: the machine's agent and all its workers.
    """

    id: str
    host: str
    pid: int
    alive: bool
    draining: bool
    slots: int
    engines: list[str]
    started_at: str
    seen_at: str
    heartbeat_age_seconds: float
    memory_mb: int
    running: list[dict[str, Any]]


def rfc3339(at_ms: int) -> str:
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def view_job(
    job: Job, now_ms: int, failed_pages: list[int] | None = None, position: int | None = None
) -> JobView:
    eta = job.eta_seconds(now_ms)
    return JobView(
        id=job.id,
        handle=job.handle,
        user=job.user_id,
        state=job.state,
        version=job.version,
        document=DocumentView(
            id=job.document.sha256,
            filename=job.filename,
            media_type=job.document.media_type,
            bytes=job.document.size_bytes,
            sha256=job.document.sha256,
        ),
        options=job.options.as_dict(),
        priority=job.priority,
        note=json.loads(job.note),
        pages=CountView(
            total=job.pages_total,
            done=job.pages_done,
            failed=job.pages_failed,
            cached=job.pages_cached,
        ),
        failed_pages=failed_pages or [],
        progress=job.progress,
        eta_seconds=None if eta is None else round(eta, 1),
        position=position,
        message=_message(job, position),
        error=_error(job.failure),
        created_at=rfc3339(job.created_ms),
        started_at=_maybe(job.started_ms),
        finished_at=_maybe(job.finished_ms),
        updated_at=rfc3339(job.updated_ms),
        expires_at=_maybe(job.expires_ms),
        links=_links(job),
    )


def view_page(job_id: str, page: PageState) -> PageView:
    here = f"/v1/jobs/{job_id}/pages/{page.number}"
    read = {"markdown": f"{here}?format=markdown", "json": f"{here}?format=json"}
    return PageView(
        number=page.number,
        state=_PAGE_WORDS[page.state],
        engine=page.engine,
        reason=page.reason,
        attempts=page.attempt,
        deaths=page.deaths,
        cached=page.is_cached,
        milliseconds=page.run_ms,
        confidence=page.confidence,
        flags=list(page.flags),
        error=_error(page.failure),
        links={"self": here, "image": f"{here}?format=image"} | (read if page.token else {}),
    )


def view_whole_page(job_id: str, page: PageState, attempts: Sequence[PastAttempt]) -> WholePageView:
    return WholePageView(
        **view_page(job_id, page).model_dump(),
        history=[
            AttemptView(
                attempt=past.attempt,
                at=rfc3339(past.at_ms),
                code=past.failure.code,
                message=past.failure.message,
                died=past.has_died,
                given_up=past.is_final,
            )
            for past in attempts
        ],
    )


def view_output(job_id: str, file: OutputFile) -> OutputView:
    return OutputView(
        name=file.name,
        path=file.path,
        media_type=file.media_type,
        bytes=file.size_bytes,
        sha256=file.sha256,
        href=f"/v1/jobs/{job_id}/outputs/{file.path}",
    )


def view_event(event: Event) -> EventView:
    return EventView(
        job_id=event.job_id,
        seq=event.seq,
        at=rfc3339(event.at_ms),
        kind=event.kind,
        data=event.data,
    )


def view_worker(node: NodeState, now_ms: int, *, is_alive: bool) -> WorkerView:
    return WorkerView(
        id=node.id,
        host=node.host,
        pid=node.pid,
        alive=is_alive,
        draining=node.is_draining,
        slots=node.slots,
        engines=list(node.engines),
        started_at=rfc3339(node.started_ms),
        seen_at=rfc3339(node.seen_ms),
        heartbeat_age_seconds=max(0, now_ms - node.seen_ms) / 1000,
        memory_mb=node.memory_mb,
        running=[_with_ages(line, now_ms) for line in node.running],
    )


def _with_ages(line: dict[str, Any], now_ms: int) -> dict[str, Any]:
    ages = {"seconds": "since_ms", "child_seconds": "child_since_ms"}
    known = {name: since for name, since in ages.items() if since in line}
    return line | {name: max(0, now_ms - line[since]) / 1000 for name, since in known.items()}


def _message(job: Job, position: int | None) -> str:
    read = job.pages_done + job.pages_failed
    match job.state:
        case JobState.QUEUED:
            return "Waiting for a worker" + _in_line(position)
        case JobState.PROCESSING if job.pages_total is None:
            return "Opening the document"
        case JobState.PROCESSING if read == job.pages_total:
            return "Writing the outputs"
        case JobState.PROCESSING:
            return f"{read} of {job.pages_total} pages read"
        case JobState.COMPLETED if job.pages_failed:
            return f"Done, but {job.pages_failed} of {job.pages_total} pages could not be read"
        case JobState.FAILED if job.failure is not None:
            return job.failure.message
        case _:
            return job.state.capitalize()


def _in_line(position: int | None) -> str:
    """What stands far from both ends of the line has a place that is only estimated."""
    if not position:
        return ""
    return f", {'about ' * (position > COUNTED_PLACES)}number {position:,} in line"


def _links(job: Job) -> dict[str, str]:
    here = f"/v1/jobs/{job.id}"
    return {
        "self": here,
        "events": f"{here}/events",
        "pages": f"{here}/pages",
        "outputs": f"{here}/outputs",
    } | {name: f"{here}/outputs/{name}" for name in job.options.outputs}


def _error(failure: Failure | None) -> ErrorView | None:
    if failure is None:
        return None
    return ErrorView(code=failure.code, message=failure.message, hint=failure.hint)


def _maybe(at_ms: int | None) -> str | None:
    return None if at_ms is None else rfc3339(at_ms)
