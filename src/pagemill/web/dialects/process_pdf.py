"""The dialect of a PDF OCR service: `/process_pdf`, `/result/{job_id}/...`, `/tasks`.

Its files have names of their own, and its pictures count pages from 0: `images/0_0.jpg` is the
first of the first page.
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel

from pagemill.errors import PagemillError
from pagemill.model.job import Job, JobState, OutputFile
from pagemill.model.people import Caller
from pagemill.ports import JobQuery, Submitted
from pagemill.service import Service
from pagemill.web.answers import disposition, file_answer
from pagemill.web.archives import zipped
from pagemill.web.context import AtDesk, InHouse, Who
from pagemill.web.form import Parts
from pagemill.web.intake import Intake
from pagemill.web.openapi import form_body
from pagemill.web.present import present_all
from pagemill.web.problems import PROBLEMS
from pagemill.web.views import JobView

OUTPUTS = "markdown,annotated,layout,images"
MARKDOWN = "text/markdown; charset=utf-8"
MAX_TASKS = 1000
router = APIRouter(tags=["process_pdf dialect"], responses=PROBLEMS)
JobId = Annotated[str, Path(max_length=200, description="A job's id.")]
LATER: dict[int | str, dict[str, object]] = {
    202: {"description": "Not yet: the job's status.", "content": {"application/json": {}}}
}

_WORDS = {
    JobState.QUEUED: "pending",
    JobState.PAUSED: "pending",
    JobState.PROCESSING: "processing",
    JobState.COMPLETED: "completed",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "failed",
}
_FILES = {"markdown": "output.mmd", "annotated": "output_det.mmd", "layout": "output_layouts.pdf"}
_OUR_LINK = re.compile(rb"\]\(images/([1-9]\d{0,7})_(\d{1,4}\.jpg)\)")
_LONGEST_LINK = 32
_OUR_PICTURE = re.compile(r"images/([1-9]\d{0,7})_(\d{1,4}\.jpg)", re.ASCII)
_THEIR_PICTURE = re.compile(r"(\d{1,8})_(\d{1,4}\.jpg)", re.ASCII)


class Word(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


class Accepted(BaseModel):
    job_id: str
    status: str
    filename: str
    message: str


class Task(BaseModel):
    """`total_pages` is null until the document was opened."""

    job_id: str
    status: str
    filename: str
    total_pages: int | None
    processed_pages: int
    created_at: str
    updated_at: str
    error_message: str | None


class Tasks(BaseModel):
    tasks: list[Task]
    total: int


@router.post(
    "/process_pdf", response_model=Accepted, openapi_extra=form_body({"file": "The document."})
)
async def process_pdf(house: InHouse, who: Who, request: Request) -> Response:
    """Takes a document and answers with a job id as soon as it is on the disk."""
    intake = Intake(house, request)
    try:
        job = (await intake.form(partial(_submit, house.service, who))).job
    except PagemillError as error:
        return intake.refuse(error)
    accepted = Accepted(
        job_id=job.id,
        status="pending",
        filename=job.filename,
        message=f"Processing has been queued. Ask GET /result/{job.id}/status.",
    )
    return Response(accepted.model_dump_json(), media_type="application/json")


@router.get("/tasks")
def tasks(
    service: AtDesk,
    who: Who,
    status: Annotated[Word | None, Query(description="Only tasks with this status.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_TASKS)] = 100,
) -> Tasks:
    """My tasks, newest first."""
    states = tuple(state for state, word in _WORDS.items() if status == word)
    views = present_all(service, service.list(JobQuery(states=states, limit=limit), who))
    return Tasks(tasks=[_task(view) for view in views], total=len(views))


@router.get("/result/{job_id}/status")
def status(service: AtDesk, who: Who, job_id: JobId) -> Task:
    """Where a job stands."""
    return _task(present_all(service, [service.get(job_id, who)])[0])


@router.get("/result/{job_id}/markdown", response_class=Response, responses=LATER)
@router.get("/result/{job_id}/output.mmd", response_class=Response, responses=LATER)
def markdown(service: AtDesk, who: Who, job_id: JobId) -> Response:
    """The Markdown; 202 with the status until it is there."""
    return _text(service, service.get(job_id, who), "markdown", who)


@router.get("/result/{job_id}/output_det.mmd", response_class=Response, responses=LATER)
def detections(service: AtDesk, who: Who, job_id: JobId) -> Response:
    """The Markdown with the place of every block; 202 with the status until it is there."""
    return _text(service, service.get(job_id, who), "annotated", who)


@router.get("/result/{job_id}/output_layouts.pdf", response_class=Response, responses=LATER)
def layouts(service: AtDesk, who: Who, job_id: JobId, request: Request) -> Response:
    """The document with the blocks drawn in; 202 with the status until it is there."""
    job = service.get(job_id, who)
    if not job.state.is_final:
        return _not_yet(service, job)
    return file_answer(service, request, job, _file(service, job, "layout", who))


@router.get("/result/{job_id}/images", response_model=list[str], responses=LATER)
def pictures(service: AtDesk, who: Who, job_id: JobId) -> Response:
    """The names of the pictures that were cut out; 202 with the status until they are known."""
    job = service.get(job_id, who)
    if not job.state.is_final:
        return _not_yet(service, job)
    _check_result(job)
    names = [their_name(file) for file in job.outputs if file.name == "images"]
    return JSONResponse([name.removeprefix("images/") for name in names])


@router.get("/result/{job_id}/images/{name}", response_class=Response, responses=LATER)
def picture(service: AtDesk, who: Who, job_id: JobId, name: str, request: Request) -> Response:
    """One of them, such as `0_0.jpg`; 202 with the status until they are there."""
    job = service.get(job_id, who)
    if not job.state.is_final:
        return _not_yet(service, job)
    return file_answer(service, request, job, _file(service, job, our_name(name), who))


@router.get("/result/{job_id}/zip", response_class=Response, responses=LATER)
def archive(service: AtDesk, who: Who, job_id: JobId) -> Response:
    """All files of a job in one; 202 with the status until they are there."""
    job = service.get(job_id, who)
    if not job.state.is_final:
        return _not_yet(service, job)
    _check_result(job)
    files = ((their_name(file), _chunks(service, job, file)) for file in job.outputs)
    headers = {"Content-Disposition": disposition(f"{job.id}.zip", is_inline=False)}
    return StreamingResponse(zipped(files), media_type="application/zip", headers=headers)


def their_name(file: OutputFile) -> str:
    """`images/1_0.jpg` is `images/0_0.jpg` there, `result.md` is `output.mmd`."""
    match = _OUR_PICTURE.fullmatch(file.path)
    if match is None:
        return _FILES.get(file.name, file.path)
    return f"images/{int(match[1]) - 1}_{match[2]}"


def our_name(name: str) -> str:
    """`0_0.jpg` is `images/1_0.jpg` here. Raises `output_not_found`."""
    match = _THEIR_PICTURE.fullmatch(name)
    if match is None:
        raise PagemillError("output_not_found", f"'{name[:80]}' is not the name of a picture")
    return f"images/{int(match[1]) + 1}_{match[2]}"


def with_their_links(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Text whose links to pictures name them as they are named there."""
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        # A link may go on in the next chunk; what cannot be one is passed on.
        end = text.find(b"]", max(0, len(text) - _LONGEST_LINK))
        whole, rest = (text, b"") if end < 0 else (text[:end], text[end:])
        yield _OUR_LINK.sub(_relinked, whole)
    yield _OUR_LINK.sub(_relinked, rest)


def _relinked(match: re.Match[bytes]) -> bytes:
    return b"](images/%d_%s)" % (int(match[1]) - 1, match[2])


def _submit(service: Service, who: Caller, parts: Parts) -> Submitted:
    return service.submit(parts.file(), parts.filename, {"outputs": OUTPUTS}, by=who)


def _text(service: Service, job: Job, name: str, who: Caller) -> Response:
    if not job.state.is_final:
        return _not_yet(service, job)
    file = _file(service, job, name, who)
    return StreamingResponse(_chunks(service, job, file), media_type=MARKDOWN)


def _chunks(service: Service, job: Job, file: OutputFile) -> Iterator[bytes]:
    chunks = service.read(job, file)
    return with_their_links(chunks) if file.media_type.startswith("text/") else chunks


def _file(service: Service, job: Job, name: str, who: Caller) -> OutputFile:
    _check_result(job)
    return service.output(job.id, name, who)


def _check_result(job: Job) -> None:
    """Raises what an ended job failed for; `output_not_found` if it gave nothing."""
    if job.failure is not None:
        raise PagemillError(job.failure.code, job.failure.message, job.failure.hint)
    if not job.outputs:
        raise PagemillError("output_not_found", f"The job was {job.state} and has no result")


def _not_yet(service: Service, job: Job) -> Response:
    view = present_all(service, [job])[0]
    return JSONResponse({**_task(view).model_dump(), "message": view.message}, 202)


def _task(view: JobView) -> Task:
    word = _WORDS[view.state]
    why = view.error.message if view.error is not None else view.message
    return Task(
        job_id=view.id,
        status=word,
        filename=view.document.filename,
        total_pages=view.pages.total,
        processed_pages=view.pages.done + view.pages.failed,
        created_at=view.created_at,
        updated_at=view.updated_at,
        error_message=why if word == Word.FAILED else None,
    )
