"""The dialect of a receipt extractor: `/api/upload`, `/api/extract/{file_id}`, `/api/task`.

Refusals are problems, as everywhere, that also carry `success` and `error`. Fields nobody has read
are null, never guessed.
"""

import json
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel

from pagemill.errors import PagemillError
from pagemill.model.job import Job, JobState
from pagemill.model.people import Caller
from pagemill.service import Asked, Service, clean_filename
from pagemill.web.context import AtDesk, House, InHouse, Who
from pagemill.web.form import Parts
from pagemill.web.intake import Intake
from pagemill.web.openapi import form_body, json_body
from pagemill.web.problems import PROBLEMS, of_validation, problem
from pagemill.web.streams import long_poll

MAX_TEXT_BYTES = 1024 * 1024
OUTPUTS = "text,markdown"
_SENTENCES = {"pending": "Pending...", "reading": "Running OCR...", "writing": "Finalizing..."}


class _Route(APIRoute):
    """Refusals as this API's clients know them."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except PagemillError as error:
                return problem(error, success=False, error=error.message)
            except RequestValidationError as wrong:
                refusal = of_validation(wrong)
                return problem(refusal, success=False, error=refusal.message)

        return answer


router = APIRouter(prefix="/api", tags=["extract dialect"], responses=PROBLEMS, route_class=_Route)
FileId = Annotated[str, Path(max_length=200, description="What the upload was called.")]
TaskId = Annotated[str, Path(max_length=200, description="A task's id.")]


class Uploaded(BaseModel):
    success: bool
    file_id: str
    filename: str
    size: int
    message: str


class Queued(BaseModel):
    success: bool
    task_id: str
    status: str
    message: str


class TaskState(BaseModel):
    """`state` is PENDING, PROCESSING, SUCCESS or FAILURE."""

    state: str
    status: str
    result: dict[str, Any] | None = None
    error: str | None = None


class Extracted(BaseModel):
    """`data` holds the text; `vendor`, `amount`, `date`, `category` and `confidence` are null."""

    success: bool
    data: dict[str, Any]
    file_id: str


@router.post("/upload", response_model=Uploaded, openapi_extra=form_body({"file": "The document."}))
async def upload(house: InHouse, who: Who, request: Request) -> Response:
    """Keeps a document until somebody asks for its extraction."""
    intake = Intake(house, request)
    try:
        kept = await intake.form(partial(_keep, house.service, who))
    except PagemillError as error:
        return intake.refuse(error, success=False, error=error.message)
    return _json(kept)


@router.post(
    "/extract/{file_id}",
    response_model=Extracted | Queued,
    openapi_extra=json_body({"async": ("boolean", "Answer at once, with a task id.")}),
)
async def extract(house: InHouse, who: Who, file_id: FileId, request: Request) -> Response:
    """Reads an upload: at once with `async` false or left out, in the background with true."""
    intake = Intake(house, request)
    try:
        job, is_async = await intake.json(partial(_begin, house, who, file_id))
    except PagemillError as error:
        return intake.refuse(error, success=False, error=error.message)
    if is_async:
        return _json(_queued(job, "Document extraction queued."))
    return await _extracted(house, who, job)


@router.post(
    "/process-async",
    response_model=Queued,
    openapi_extra=json_body(
        {
            "file_id": ("string", "What the upload was called."),
            "expense_data": ("object", "What the document says, as a person has checked it."),
            "original_extraction": ("object", "What had been read."),
        },
        required=("file_id",),
    ),
)
async def process_async(house: InHouse, who: Who, request: Request) -> Response:
    """Keeps the checked data with the document and its text, for good."""
    intake = Intake(house, request)
    try:
        job = await intake.json(partial(_process, house.service, who))
    except PagemillError as error:
        return intake.refuse(error, success=False, error=error.message)
    return _json(_queued(job, "Document processing queued."))


@router.get("/task/{task_id}", response_model_exclude_none=True)
def task(service: AtDesk, who: Who, task_id: TaskId) -> TaskState:
    """Where a task stands, and its result."""
    job = service.get(task_id, who)
    match job.state:
        case JobState.COMPLETED:
            result = _result(service, job)
            return TaskState(state="SUCCESS", status="Completed", result=result)
        case JobState.FAILED | JobState.CANCELLED:
            return TaskState(state="FAILURE", status="Failed", error=_why(job))
        case JobState.PROCESSING:
            return TaskState(state="PROCESSING", status=_SENTENCES[_part(job)])
        case _:
            return TaskState(state="PENDING", status=_SENTENCES["pending"])


def _keep(service: Service, who: Caller, parts: Parts) -> Uploaded:
    file_id, document = service.keep(parts.file(), parts.filename, who)
    return Uploaded(
        success=True,
        file_id=file_id,
        filename=clean_filename(parts.filename),
        size=document.size_bytes,
        message="File uploaded",
    )


def _begin(house: House, who: Caller, file_id: str, given: dict[str, object]) -> tuple[Job, bool]:
    """The job, and whether the client wants to wait elsewhere."""
    is_async, config = given.get("async", False), house.config
    if not isinstance(is_async, bool):
        raise PagemillError("invalid_request", "`async` is neither true nor false")
    if not is_async and house.hub.is_full:
        raise house.hub.refusal()
    submitted = house.service.submit_upload(
        file_id,
        {"outputs": OUTPUTS},
        by=who,
        note={"file_id": file_id},
        soft_seconds=min(config.extract_soft_seconds, config.extract_hard_seconds),
        hard_seconds=config.extract_hard_seconds,
        keep_seconds=config.extract_expires_seconds,
        is_urgent=True,
    )
    return submitted.job, is_async


def _process(service: Service, who: Caller, given: dict[str, object]) -> Job:
    file_id = given.get("file_id")
    if not isinstance(file_id, str):
        raise PagemillError("invalid_request", "`file_id` is not a text")
    note: dict[str, object] = {"file_id": file_id}
    for name in ("expense_data", "original_extraction"):
        if not isinstance(given.get(name, {}), dict):
            raise PagemillError("invalid_request", f"`{name}` is not an object")
        note[name] = given.get(name, {})
    asked = Asked(by=who, note=note, is_urgent=True)
    return service.submit_upload(file_id, {"outputs": OUTPUTS}, **asked).job


async def _extracted(house: House, who: Caller, job: Job) -> Response:
    """Waits for the result. A client that leaves, or an answer that comes too late, loses nothing:
    the task goes on and can be asked for.
    """
    with house.hub.watch(job) as watched:
        await long_poll(watched, house.config.extract_hard_seconds, None)
    job = await run_sync(house.service.get, job.id, who)
    if job.state is JobState.COMPLETED:
        return JSONResponse(await run_sync(_result, house.service, job))
    if not job.state.is_final:
        error = PagemillError(
            "job_timeout",
            "The extraction is not done yet",
            f"It goes on: ask GET /api/task/{job.id}.",
        )
        return problem(error, success=False, error=error.message, task_id=job.id)
    code = job.failure.code if job.failure is not None else "invalid_state"
    error = PagemillError(code, _why(job))
    return problem(error, success=False, error=error.message, task_id=job.id)


def _result(service: Service, job: Job) -> dict[str, Any]:
    note = _note(job)
    if "expense_data" in note:
        kept = {name: note[name] for name in ("original_extraction", "file_id")}
        return {"success": True, "data": note["expense_data"], **kept}
    text, is_whole = _text(service, job)
    data: dict[str, Any] = {
        "vendor": None,
        "amount": None,
        "date": None,
        "category": None,
        "confidence": None,
        "text": text,
        "text_is_whole": is_whole,
        "pages": job.pages_total,
        "failed_pages": job.pages_failed,
    }
    return {"success": True, "data": data, "file_id": note.get("file_id", "")}


def _note(job: Job) -> dict[str, Any]:
    note: dict[str, Any] = json.loads(job.note)
    return note


def _text(service: Service, job: Job) -> tuple[str | None, bool]:
    """As much of the text as fits into an answer, and whether that is all; None for jobs that were
    not asked for any.
    """
    files = {file.name: file for file in job.outputs}
    file = files.get("text") or files.get("markdown")
    if file is None:
        return None, False
    data = b"".join(service.read(job, file, 0, min(file.size_bytes, MAX_TEXT_BYTES) or None))
    return data.decode("utf-8", "ignore"), file.size_bytes <= MAX_TEXT_BYTES


def _queued(job: Job, what: str) -> Queued:
    return Queued(
        success=True,
        task_id=job.id,
        status="processing",
        message=f"{what} Use /api/task/{job.id} to check status.",
    )


def _part(job: Job) -> str:
    settled = job.pages_done + job.pages_failed
    return "writing" if job.pages_total and settled == job.pages_total else "reading"


def _why(job: Job) -> str:
    return job.failure.message if job.failure is not None else "The task was cancelled"


def _json(model: BaseModel) -> Response:
    return Response(model.model_dump_json(), media_type="application/json")
