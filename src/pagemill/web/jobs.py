"""Jobs: bring, look, steer."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Body, Header, Query, Request, Response
from pydantic import BaseModel, Field

from pagemill.errors import PagemillError
from pagemill.model.job import MAX_PRIORITY, MIN_PRIORITY, JobState
from pagemill.ports import JobQuery, Submitted
from pagemill.service import Asked, Service
from pagemill.web.context import AtDesk, InHouse, JobRef, Who
from pagemill.web.form import Parts, sort_fields
from pagemill.web.intake import Intake
from pagemill.web.openapi import SUBMISSION
from pagemill.web.present import present, present_all
from pagemill.web.problems import PROBLEMS
from pagemill.web.streams import MAX_SEQ, long_poll
from pagemill.web.views import JobsView, JobView

MAX_JOBS = 200
router = APIRouter(prefix="/v1", tags=["jobs"], responses=PROBLEMS)


class RetryRequest(BaseModel):
    """`engine` reads the pages instead; `password` opens an encrypted document."""

    engine: Annotated[str, Field(max_length=100)] = ""
    password: Annotated[str, Field(max_length=1024)] = ""


class JobChange(BaseModel):
    priority: int = Field(ge=MIN_PRIORITY, le=MAX_PRIORITY, description="0 to 10, 10 is first.")


@router.post("/jobs", status_code=202, response_model=JobView, openapi_extra=SUBMISSION)
async def submit(
    house: InHouse,
    who: Who,
    request: Request,
    idempotency_key: Annotated[
        str, Header(max_length=255, description="Equal keys make one job, however often sent.")
    ] = "",
) -> Response:
    """Takes a document: a multipart form with `file`, or JSON with the `document_id` of an
    earlier upload. Answers as soon as it is safely on the disk; nothing is read yet.
    """
    intake = Intake(house, request)
    asked = Asked(by=who, idempotency_key=idempotency_key)
    try:
        if intake.kind == "application/json":
            accepted = await intake.json(partial(_submit_json, house.service, asked))
        else:
            accepted = await intake.form(partial(_submit_form, house.service, asked))
    except PagemillError as error:
        return intake.refuse(error)
    job, is_new = accepted.submitted.job, accepted.submitted.is_new
    house.metrics.received(job.document.size_bytes if is_new else 0)
    headers = {"Location": f"/v1/jobs/{job.id}"} | ({} if is_new else {"Idempotent-Replay": "true"})
    return Response(accepted.view.model_dump_json(), 202, headers, "application/json")


@dataclass(frozen=True, slots=True)
class Accepted:
    submitted: Submitted
    view: JobView


def _submit_form(service: Service, asked: Asked, parts: Parts) -> Accepted:
    upload = parts.file()
    name, options, asked = sort_fields(parts.fields, parts.filename, asked)
    return _accepted(service, service.submit(upload, name, options, **asked))


def _submit_json(service: Service, asked: Asked, given: dict[str, object]) -> Accepted:
    document_id = given.pop("document_id", None)
    if not isinstance(document_id, str):
        raise PagemillError("no_file", "The JSON names no `document_id`")
    name, options, asked = sort_fields(given, "", asked)
    return _accepted(service, service.submit_document(document_id, options, filename=name, **asked))


def _accepted(service: Service, submitted: Submitted) -> Accepted:
    # No position: counting a long line for every document of a large delivery adds up.
    return Accepted(submitted, present_all(service, [submitted.job])[0])


@router.get("/jobs")
def jobs(
    service: AtDesk,
    who: Who,
    state: Annotated[list[JobState], Query(description="Only jobs in these states.")] = [],  # noqa: B006  FastAPI copies it
    name: Annotated[str, Query(max_length=255, description="Part of the file name.")] = "",
    before: Annotated[str, Query(max_length=200, description="`next` of the page before.")] = "",
    user: Annotated[str, Query(max_length=64, description="Of one user; admins: `*`.")] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_JOBS)] = 50,
) -> JobsView:
    """Newest first: my own, or those of others for admins."""
    query = JobQuery("", tuple(state), name, before, limit + 1)
    found = service.list(query, who, user)
    return JobsView(
        jobs=present_all(service, found[:limit]),
        next=found[limit - 1].id if len(found) > limit else None,
    )


@router.get("/jobs/{ref}")
async def job(
    house: InHouse,
    who: Who,
    ref: JobRef,
    wait: Annotated[float, Query(ge=0, description="Seconds to wait for the job's end.")] = 0,
    after: Annotated[
        int | None, Query(ge=0, le=MAX_SEQ, description="Wait for any newer `version` instead.")
    ] = None,
) -> JobView:
    """One job; with `wait` as soon as it has ended, or when the time is up."""
    found = await run_sync(house.service.get, ref, who)
    if wait and not found.state.is_final:
        with house.hub.watch(found) as watched:
            await long_poll(watched, min(wait, house.config.max_wait_seconds), after)
        found = await run_sync(house.service.get, ref, who)
    return await run_sync(present, house.service, found)


@router.post("/jobs/{ref}/cancel")
def cancel(service: AtDesk, who: Who, ref: JobRef) -> JobView:
    """Stops within one page. What was read stays readable."""
    return present(service, service.cancel(ref, who))


@router.post("/jobs/{ref}/pause")
def pause(service: AtDesk, who: Who, ref: JobRef) -> JobView:
    """Holds pages that were not begun."""
    return present(service, service.pause(ref, who))


@router.post("/jobs/{ref}/resume")
def resume(service: AtDesk, who: Who, ref: JobRef) -> JobView:
    return present(service, service.resume(ref, who))


@router.post("/jobs/{ref}/retry")
def retry(
    service: AtDesk, who: Who, ref: JobRef, asked: Annotated[RetryRequest | None, Body()] = None
) -> JobView:
    """Failed and cancelled pages again; the others stay as they are."""
    asked = asked or RetryRequest()
    return present(service, service.retry(ref, asked.engine, asked.password, who))


@router.patch("/jobs/{ref}")
def change(service: AtDesk, who: Who, ref: JobRef, asked: JobChange) -> JobView:
    return present(service, service.set_priority(ref, asked.priority, who))


@router.delete("/jobs/{ref}", status_code=204)
def delete(service: AtDesk, who: Who, ref: JobRef) -> None:
    """The job, its results and, unless another job needs it, the document."""
    service.delete(ref, who)
