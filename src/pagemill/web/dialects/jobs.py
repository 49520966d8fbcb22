"""The dialect of an asynchronous DeepSeek-OCR server: `/jobs/create`, `/jobs`, `/jobs/{job_id}`.

Job ids look like `document.pdf_20260107_123456_a1b2c3d4`; the house's own ids work, too.
"""

import secrets
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel

from pagemill.errors import PagemillError
from pagemill.model.job import JobState
from pagemill.model.people import Caller
from pagemill.ports import JobQuery, Submitted
from pagemill.service import Service, address_name
from pagemill.web.answers import file_answer
from pagemill.web.context import AtDesk, InHouse, Who
from pagemill.web.form import Parts
from pagemill.web.intake import Intake
from pagemill.web.openapi import form_body
from pagemill.web.present import present_all
from pagemill.web.problems import PROBLEMS
from pagemill.web.views import JobView

MAX_PROMPT = 10_000
MAX_JOBS = 1000
router = APIRouter(prefix="/jobs", tags=["jobs dialect"], responses=PROBLEMS)
JobId = Annotated[str, Path(max_length=200, description="A job's id.")]

_GROUNDING = "<|grounding|>"


class Word(StrEnum):
    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


_STATES = {word: (JobState(word),) for word in Word} | {
    Word.QUEUED: (JobState.QUEUED, JobState.PAUSED)
}
_WORDS = {state: word for word, states in _STATES.items() for state in states}


class Status(BaseModel):
    """`progress` is a percentage; `total_pages` is 0 until the document was opened."""

    job_id: str
    status: str
    progress: float
    processed_pages: int
    total_pages: int
    filename: str
    prompt: str | None
    message: str
    error: str | None
    created_at: str
    updated_at: str
    started_at: str | None
    completed_at: str | None


class Statuses(BaseModel):
    jobs: list[Status]
    total: int


class Created(BaseModel):
    job_id: str
    status: str
    filename: str
    message: str


class Cancelled(BaseModel):
    job_id: str
    status: str
    message: str


@router.post(
    "/create",
    response_model=Created,
    openapi_extra=form_body(
        {"file": "The document.", "prompt": "What to do, such as `<image>Convert to markdown`."}
    ),
)
async def create(house: InHouse, who: Who, request: Request) -> Response:
    """Takes a document and a prompt, and answers with a job id as soon as it is on the disk."""
    intake = Intake(house, request)
    try:
        job = (await intake.form(partial(_submit, house.service, who))).job
    except PagemillError as error:
        return intake.refuse(error)
    made = Created(
        job_id=job.handle,
        status="queued",
        filename=job.filename,
        message=f"Job created. Ask GET /jobs/{job.handle} for its status.",
    )
    return Response(made.model_dump_json(), media_type="application/json")


@router.get("")
def jobs(
    service: AtDesk,
    who: Who,
    limit: Annotated[int, Query(ge=1, le=MAX_JOBS)] = 50,
    status: Annotated[Word | None, Query(description="Only jobs with this status.")] = None,
) -> Statuses:
    """My jobs, newest first."""
    states = () if status is None else _STATES[status]
    found = service.list(JobQuery(states=states, limit=limit), who)
    shown = [_status(view) for view in present_all(service, found)]
    return Statuses(jobs=shown, total=len(shown))


@router.get("/{job_id}")
def job(service: AtDesk, who: Who, job_id: JobId) -> Status:
    """Where a job stands."""
    return _status(_view(service, who, job_id))


@router.get("/{job_id}/download", response_class=Response)
def download(service: AtDesk, who: Who, job_id: JobId, request: Request) -> Response:
    """The Markdown of a completed job; 409 until then."""
    job = service.get(job_id, who)
    return file_answer(service, request, job, service.output(job_id, "markdown", who))


@router.get("/{job_id}/metadata", response_class=Response)
def metadata(service: AtDesk, who: Who, job_id: JobId, request: Request) -> Response:
    """How the pages were read; for jobs that were not asked for it, where they stand."""
    job = service.get(job_id, who)
    try:
        return file_answer(service, request, job, service.output(job_id, "metadata", who))
    except PagemillError as error:
        if error.code != "output_not_found":
            raise
    body = _status(_view(service, who, job_id)).model_dump_json()
    return Response(body, media_type="application/json")


@router.delete("/{job_id}")
def cancel(service: AtDesk, who: Who, job_id: JobId) -> Cancelled:
    """Cancels a job that has not ended; pages that were read stay."""
    job = service.cancel(job_id, who)
    return Cancelled(job_id=job.handle or job.id, status="cancelled", message="Job cancelled")


def handle(filename: str, now_ms: int, mark: str) -> str:
    """`document.pdf_20260107_123456_a1b2c3d4`: file name, UTC time, eight hex digits."""
    moment = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%d_%H%M%S")
    return f"{address_name(filename)}_{moment}_{mark}"


def outputs_of(prompt: str) -> str:
    """A prompt that asks for grounding wants to know where the text stands."""
    return "markdown,annotated,metadata" if _GROUNDING in prompt else "markdown,metadata"


def plain_prompt(prompt: str) -> str:
    """Without the mark that stands for the picture. Raises `invalid_request`."""
    if len(prompt) > MAX_PROMPT:
        raise PagemillError(
            "invalid_request",
            f"The prompt has {len(prompt):,} characters",
            f"At most {MAX_PROMPT:,} are allowed.",
        )
    return prompt.strip().removeprefix("<image>").strip()


def _submit(service: Service, who: Caller, parts: Parts) -> Submitted:
    upload, prompt = parts.file(), parts.fields.get("prompt", "")
    return service.submit(
        upload,
        parts.filename,
        {"outputs": outputs_of(plain_prompt(prompt))},
        by=who,
        handle=handle(parts.filename, service.clock.now_ms(), secrets.token_hex(4)),
        note={"prompt": prompt} if prompt else {},
    )


def _view(service: Service, who: Caller, job_id: str) -> JobView:
    return present_all(service, [service.get(job_id, who)])[0]


def _status(view: JobView) -> Status:
    pages, prompt = view.pages, view.note.get("prompt")
    facts: dict[str, Any] = {
        "job_id": view.handle or view.id,
        "status": _WORDS[view.state],
        "progress": float(view.progress),
        "processed_pages": pages.done + pages.failed,
        "total_pages": pages.total or 0,
        "filename": view.document.filename,
        "prompt": prompt if isinstance(prompt, str) else None,
        "message": view.message,
        "error": None if view.error is None else view.error.message,
        "created_at": view.created_at,
        "updated_at": view.updated_at,
        "started_at": view.started_at,
        "completed_at": view.finished_at,
    }
    return Status(**facts)
