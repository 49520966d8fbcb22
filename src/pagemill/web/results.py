"""What a job has to show: pages while it runs, outputs when it is done."""

import asyncio
from collections.abc import Iterator
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

import msgspec
from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from pagemill.errors import PagemillError
from pagemill.model.job import Job, OutputFile
from pagemill.model.people import Caller
from pagemill.service import Service, download_name
from pagemill.web.answers import disposition, document_answer, file_answer
from pagemill.web.archives import zipped
from pagemill.web.context import AtDesk, House, InHouse, JobRef, PageNumber, Who
from pagemill.web.problems import PROBLEMS, problem
from pagemill.web.views import (
    OutputsView,
    PagesView,
    WholePageView,
    view_output,
    view_page,
    view_whole_page,
)

MAX_PAGES = 1000
PICTURE_SECONDS = 3600
MARKDOWN = "text/markdown; charset=utf-8"
router = APIRouter(prefix="/v1", tags=["results"], responses=PROBLEMS)


class PageFormat(StrEnum):
    STATE = "state"
    MARKDOWN = "markdown"
    JSON = "json"
    IMAGE = "image"


@router.get("/jobs/{ref}/pages")
def pages(
    service: AtDesk,
    who: Who,
    ref: JobRef,
    after: Annotated[int, Query(ge=0, le=10_000_000, description="`next` of the page before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGES)] = 100,
) -> PagesView:
    """How every page stands, ascending; none before the document was opened."""
    job = service.get(ref, who)
    found = service.pages(job.id, after, limit + 1, who)
    return PagesView(
        pages=[view_page(job.id, page) for page in found[:limit]],
        next=found[limit - 1].number if len(found) > limit else None,
    )


@router.get(
    "/jobs/{ref}/pages/{number}",
    response_model=WholePageView | dict[str, Any],  # the latter with `format=json`
    responses={
        200: {
            "description": "The page in the format asked for.",
            "content": {"text/markdown": {}, "image/jpeg": {}},
        }
    },
)
async def page(
    house: InHouse,
    who: Who,
    ref: JobRef,
    number: PageNumber,
    request: Request,
    format: Annotated[PageFormat, Query(description="How to show it.")] = PageFormat.STATE,
    dpi: Annotated[int, Query(description="Of `image`: 18 to 300.")] = 96,
) -> Response:
    """One page: how it stands, its Markdown, everything known of it as JSON, or its picture.
    Pages can be fetched as soon as each is read.
    """
    if format is PageFormat.IMAGE:
        return await _picture(house, who, request, ref, number, dpi)
    return await run_sync(_page, house.service, ref, number, format, who)


async def _picture(
    house: House, who: Caller, request: Request, ref: str, number: int, dpi: int
) -> Response:
    """A document never changes, so neither does the picture of a page."""
    job = await run_sync(house.service.get, ref, who)
    headers = {
        "ETag": f'"{job.document.sha256[:32]}-{number}-{dpi}"',
        "Cache-Control": f"private, max-age={PICTURE_SECONDS}",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    draw = partial(house.service.page_image, ref, number, dpi, who)
    jpeg = await asyncio.get_running_loop().run_in_executor(house.pictures, draw)
    return Response(jpeg, headers=headers, media_type="image/jpeg")


def _page(service: Service, ref: str, number: int, shape: PageFormat, who: Caller) -> Response:
    if shape is PageFormat.MARKDOWN:
        return Response(service.page_markdown(ref, number, who), media_type=MARKDOWN)
    if shape is PageFormat.JSON:
        body = msgspec.json.encode(service.page_text(ref, number, who))
        return Response(body, media_type="application/json")
    job = service.get(ref, who)
    attempts = service.dead_letters.attempts(job.id, number)
    view = view_whole_page(job.id, service.page(ref, number, who), attempts)
    return Response(view.model_dump_json(), media_type="application/json")


@router.head("/jobs/{ref}/document", include_in_schema=False)
@router.get(
    "/jobs/{ref}/document",
    response_class=Response,
    responses={
        200: {"description": "The whole file.", "content": {"*/*": {}}},
        206: {"description": "The range asked for.", "content": {"*/*": {}}},
        304: {"description": "You have it already."},
    },
)
def document(service: AtDesk, who: Who, ref: JobRef, request: Request) -> Response:
    """The document as it was sent. Ranges and ETags work."""
    job = service.get(ref, who)
    return document_answer(service, request, job)


@router.get("/jobs/{ref}/outputs")
def outputs(service: AtDesk, who: Who, ref: JobRef) -> OutputsView:
    job = service.get(ref, who)
    return OutputsView(state=job.state, outputs=[view_output(job.id, file) for file in job.outputs])


@router.head("/jobs/{ref}/outputs/{name:path}", include_in_schema=False)
@router.get(
    "/jobs/{ref}/outputs/{name:path}",
    response_class=Response,
    responses={
        200: {"description": "The whole file.", "content": {"*/*": {}}},
        206: {"description": "The range asked for.", "content": {"*/*": {}}},
        304: {"description": "You have it already."},
    },
)
def output(
    service: AtDesk,
    who: Who,
    ref: JobRef,
    name: str,
    request: Request,
    *,
    is_partial: Annotated[
        bool, Query(alias="partial", description="Markdown of the pages read so far.")
    ] = False,
) -> Response:
    """An output by name (`markdown`) or path (`images/1_0.jpg`). Ranges and ETags work. `409`
    with the job's state while it is not ready.
    """
    job = service.get(ref, who)
    try:
        return file_answer(service, request, job, service.output(ref, name, who))
    except PagemillError as error:
        if (
            is_partial
            and name == "markdown"
            and error.code in ("output_not_ready", "output_not_found")
        ):
            return _partial(service, job, who)
        return problem(error, state=job.state, progress=job.progress)


@router.get(
    "/jobs/{ref}/archive",
    response_class=Response,
    responses={200: {"description": "The archive.", "content": {"application/zip": {}}}},
)
def archive(service: AtDesk, who: Who, ref: JobRef) -> Response:
    """All outputs as one ZIP, written while it is sent: no ranges. `409` with the job's state
    while it runs.
    """
    job = service.get(ref, who)
    if not job.state.is_final:
        error = PagemillError("output_not_ready", f"The job is {job.state}; outputs come later")
        return problem(error, state=job.state, progress=job.progress)
    if not job.outputs:
        raise PagemillError("output_not_found", f"The job was {job.state} and has no outputs")
    files = ((_name_inside(job, file), service.read(job, file)) for file in job.outputs)
    name = download_name(job.filename, "result.zip")
    headers = {"Content-Disposition": disposition(name, is_inline=False)}
    return StreamingResponse(zipped(files), media_type="application/zip", headers=headers)


def _name_inside(job: Job, file: OutputFile) -> str:
    """Pictures stay in their folder, where the Markdown links to them."""
    return file.path if "/" in file.path else download_name(job.filename, file.path)


def _partial(service: Service, job: Job, who: Caller) -> Response:
    name = download_name(job.filename, "result.md")
    return StreamingResponse(
        _encoded(service.partial_markdown(job.id, who)),
        media_type=MARKDOWN,
        headers={
            "Content-Disposition": disposition(name, is_inline=True),
            "Cache-Control": "no-store",
        },
    )


def _encoded(texts: Iterator[str]) -> Iterator[bytes]:
    return (text.encode("utf-8", "replace") for text in texts)
