"""The dialect of a worker-pool converter: `/convert`, `/conversion-status/{id}`, a WebSocket.

Files lie in an input folder and are converted by name; an upload works, too. Times are UTC without
a zone, as there.
"""

import asyncio
from datetime import UTC, datetime
from functools import partial
from pathlib import Path as Folder
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Request, Response, WebSocket
from pydantic import BaseModel

from pagemill.errors import PagemillError
from pagemill.model.job import Job, JobState
from pagemill.model.people import Caller, Scope
from pagemill.ports import Submitted
from pagemill.service import Asked
from pagemill.web.context import AtDesk, House, InHouse, Who, caller_of, house_of
from pagemill.web.form import Parts
from pagemill.web.intake import Intake
from pagemill.web.openapi import form_body
from pagemill.web.present import present_all
from pagemill.web.problems import PROBLEMS, problem
from pagemill.web.streams import follow, tell_while_there
from pagemill.web.views import JobView

router = APIRouter(tags=["convert dialect"], responses=PROBLEMS)
ConversionId = Annotated[str, Path(max_length=200, description="A conversion's id.")]

DEFAULT_MODE = "prompt_layout_all_en"
OUTPUTS_OF_MODE = {
    "prompt_layout_all_en": "markdown,annotated,layout,json",
    "prompt_layout_only_en": "layout,json",
    "prompt_ocr": "markdown,text",
    "prompt_grounding_ocr": "markdown,annotated",
}
_WORDS = {
    JobState.QUEUED: "accepted",
    JobState.PAUSED: "accepted",
    JobState.PROCESSING: "processing",
    JobState.COMPLETED: "completed",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "failed",
}


class Accepted(BaseModel):
    status: str
    conversion_id: str
    filename: str
    message: str
    queue_size: int
    active_tasks: int


class Conversion(BaseModel):
    id: str
    filename: str
    status: str
    progress: int
    message: str
    created_at: str
    started_at: str | None
    completed_at: str | None
    error: str | None


class Pool(BaseModel):
    status: str
    queue_size: int
    active_tasks: int
    num_workers: int


class Progress(BaseModel):
    """What the WebSocket tells; `step` names the part of the work."""

    status: str
    progress: int
    message: str
    step: str
    timestamp: str


@router.post(
    "/convert",
    response_model=Accepted,
    openapi_extra=form_body(
        {
            "filename": "A file in the input folder.",
            "prompt_mode": f"One of {', '.join(OUTPUTS_OF_MODE)}.",
            "file": "The document itself, instead of `filename`.",
        },
        required=(),
    ),
)
async def convert(house: InHouse, who: Who, request: Request) -> Response:
    """Begins a conversion of a file in the input folder, or of an upload, and answers at once."""
    intake = Intake(house, request)
    try:
        accepted = await intake.form(partial(_accept, house, who))
    except PagemillError as error:
        return intake.refuse(error)
    return Response(accepted.model_dump_json(), media_type="application/json")


@router.get("/conversion-status/{conversion_id}")
def conversion_status(service: AtDesk, who: Who, conversion_id: ConversionId) -> Conversion:
    """Where a conversion stands."""
    view = present_all(service, [service.get(conversion_id, who)])[0]
    return Conversion(
        id=view.id,
        filename=view.document.filename,
        status=_WORDS[view.state],
        progress=view.progress,
        message=message_of(view),
        created_at=_local(view.created_at),
        started_at=_local(view.started_at) if view.started_at else None,
        completed_at=_local(view.finished_at) if view.finished_at else None,
        error=_error(view),
    )


@router.get("/worker-pool-status")
def worker_pool_status(service: AtDesk) -> Pool:
    """How much waits, how much is worked on, and by how many workers."""
    counts = service.overview.job_counts()
    nodes = [node for node in service.overview.nodes() if service.overview.is_alive(node)]
    return Pool(
        status="ok",
        queue_size=counts.get("queued", 0),
        active_tasks=counts.get("processing", 0),
        num_workers=sum(node.slots for node in nodes),
    )


@router.websocket("/ws/conversion/{conversion_id}")
async def conversion(websocket: WebSocket, conversion_id: str) -> None:
    """Progress of a conversion as it comes, until it has ended. Of one that does not exist, it
    says so and closes.
    """
    house, who = house_of(websocket), caller_of(websocket)
    try:
        if house.hub.is_full:
            raise house.hub.refusal()
        job = await run_sync(_find, house, who, conversion_id)
    except PagemillError as error:
        await websocket.send_denial_response(problem(error))
        return
    await websocket.accept()
    await tell_while_there(websocket, house, _tell(websocket, house, job, who))


def _find(house: House, who: Caller, conversion_id: str) -> Job | None:
    try:
        return house.service.get(conversion_id, who)
    except PagemillError as error:
        if error.code == "job_not_found":
            return None
        raise


async def _tell(websocket: WebSocket, house: House, job: Job | None, who: Caller) -> None:
    if job is None:
        await _send(websocket, house, _absent(house))
        return
    with house.hub.watch(job) as watched:
        async for story in follow(house, watched, job, who, job.version):
            if isinstance(story.news, JobView):
                await _send(websocket, house, progress_of(story.news))
        if watched.job is None:
            await _send(websocket, house, _absent(house))


def _absent(house: House) -> Progress:
    return Progress(
        status="failed",
        progress=0,
        message="There is no such conversion",
        step="error",
        timestamp=_naive(house.service.clock.now_ms()),
    )


async def _send(websocket: WebSocket, house: House, progress: Progress) -> None:
    async with asyncio.timeout(house.config.idle_seconds):
        await websocket.send_text(progress.model_dump_json())


def progress_of(view: JobView) -> Progress:
    return Progress(
        status=_WORDS[view.state],
        progress=view.progress,
        message=message_of(view),
        step=step_of(view),
        timestamp=_local(view.updated_at),
    )


def step_of(view: JobView) -> str:
    pages = view.pages
    match view.state:
        case JobState.PROCESSING if pages.done + pages.failed == pages.total:
            return "saving"
        case JobState.PROCESSING:
            return "page_processing"
        case JobState.QUEUED | JobState.PAUSED:
            return "queued"
        case _:
            return _WORDS[view.state]


def message_of(view: JobView) -> str:
    """`Processing page 9/20` at 45 percent: pages are read side by side, so it is how many."""
    pages = view.pages
    settled = pages.done + pages.failed
    if view.state is JobState.PROCESSING and pages.total and settled < pages.total:
        return f"Processing page {max(1, settled)}/{pages.total}"
    return view.message


def folder_of(house: House, who: Caller) -> Folder:
    """Admins, and whoever comes without a token, use the input folder; others one of their own in
    it, named as they are.
    """
    folder = house.config.input_folder
    return folder if Scope.ADMIN in who.scopes else folder / who.id


def _accept(house: House, who: Caller, parts: Parts) -> Accepted:
    job = _submit(house, who, parts).job
    counts = house.service.overview.job_counts()
    return Accepted(
        status="accepted",
        conversion_id=job.id,
        filename=job.filename,
        message="Conversion task started. Use WebSocket to track progress.",
        queue_size=counts.get("queued", 0),
        active_tasks=counts.get("processing", 0),
    )


def _submit(house: House, who: Caller, parts: Parts) -> Submitted:
    mode = parts.fields.get("prompt_mode") or DEFAULT_MODE
    if mode not in OUTPUTS_OF_MODE:
        raise PagemillError(
            "invalid_options",
            f"There is no prompt mode '{mode[:40]}'",
            f"Allowed: {', '.join(OUTPUTS_OF_MODE)}.",
        )
    options = {"outputs": OUTPUTS_OF_MODE[mode]}
    asked = Asked(by=who, note={"prompt_mode": mode})
    name = parts.fields.get("filename", "")
    if parts.has_file:
        return house.service.submit(parts.file(), parts.filename or name, options, **asked)
    if not name:
        raise PagemillError("no_file", "Neither `filename` nor `file` was sent")
    return house.service.submit_named(folder_of(house, who), name, options, **asked)


def _error(view: JobView) -> str | None:
    if view.state is JobState.CANCELLED:
        return "Cancelled"
    return None if view.error is None else view.error.message


def _local(moment: str) -> str:
    """`2024-01-01T12:00:00` of an RFC 3339 time."""
    return datetime.fromisoformat(moment).strftime("%Y-%m-%dT%H:%M:%S")


def _naive(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
