"""Many jobs at once: one order to all of them; what one refuses holds up no other."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pagemill.errors import PagemillError
from pagemill.model.job import MAX_PRIORITY, MIN_PRIORITY, JobState, require
from pagemill.model.people import Caller
from pagemill.ports import JobQuery
from pagemill.service import Service
from pagemill.web.context import AtDesk, Who
from pagemill.web.problems import PROBLEMS

MOST_NAMED, MOST_MATCHED = 200, 100
router = APIRouter(prefix="/v1", tags=["jobs"], responses=PROBLEMS)
Ref = Annotated[str, Field(max_length=200)]


class Order(StrEnum):
    CANCEL = "cancel"
    PAUSE = "pause"
    RESUME = "resume"
    RETRY = "retry"
    PRIORITY = "priority"
    DELETE = "delete"


class Match(BaseModel):
    """Jobs as GET /v1/jobs finds them."""

    state: list[JobState] = Field(default=[], max_length=10)
    name: Annotated[str, Field(max_length=255)] = ""
    user: Annotated[str, Field(max_length=64)] = ""


class OrdersRequest(BaseModel):
    """To `jobs` (ids or handles, at most 200), or to all that `match`, newest first. `priority`
    goes with the order of that name, `engine` with `retry`.
    """

    order: Order
    jobs: list[Ref] = Field(default=[], max_length=MOST_NAMED)
    match: Match | None = None
    before: Annotated[str, Field(max_length=200)] = ""
    priority: int | None = Field(default=None, ge=MIN_PRIORITY, le=MAX_PRIORITY)
    engine: Annotated[str, Field(max_length=100)] = ""


class RefusalView(BaseModel):
    """`job` as it was named."""

    job: str
    code: str
    message: str
    hint: str


class OrdersView(BaseModel):
    """`done` are ids. `next` is what `before` takes for more that match; null at the end."""

    done: list[str]
    refused: list[RefusalView]
    next: str | None


@router.post("/jobs/orders")
def order(service: AtDesk, who: Who, asked: OrdersRequest) -> OrdersView:
    """One order to many jobs. Each is told by itself, and each refusal is answered beside what was
    done. Of jobs that `match` one answer is about 100: ask again with its `next`.
    """
    deed = _deed(service, asked, who)
    if asked.match is not None and asked.jobs:
        raise PagemillError("invalid_request", "Both `jobs` and `match` are given")
    if asked.match is None:
        return _carry_out(asked.jobs, lambda ref: deed(service.get(ref, who).id), None)
    query = JobQuery("", tuple(asked.match.state), asked.match.name, asked.before, MOST_MATCHED)
    found = {job.id: job for job in service.list(query, who, asked.match.user)}

    def to_match(job_id: str) -> str:
        # Most that are refused are so by their state: no need to wait for the ledger to say it.
        if (command := _COMMANDS.get(asked.order)) is not None:
            require(command, found[job_id].state)
        return deed(job_id)

    last = list(found)[-1] if len(found) == MOST_MATCHED else None
    return _carry_out(list(found), to_match, last)


_COMMANDS = {
    Order.CANCEL: "cancel",
    Order.PAUSE: "pause",
    Order.RESUME: "resume",
    Order.RETRY: "retry",
    Order.PRIORITY: "reprioritise",
}


def _deed(service: Service, asked: OrdersRequest, who: Caller) -> Callable[[str], str]:
    """Does it to the job of an id, which it returns. Raises `invalid_request`."""
    priority = asked.priority or 0
    if asked.order is Order.PRIORITY and asked.priority is None:
        raise PagemillError("invalid_request", "The order `priority` needs a `priority`")
    deeds: dict[Order, Callable[[str], object]] = {
        Order.CANCEL: lambda job_id: service.cancel(job_id, who),
        Order.PAUSE: lambda job_id: service.pause(job_id, who),
        Order.RESUME: lambda job_id: service.resume(job_id, who),
        Order.RETRY: lambda job_id: service.retry(job_id, asked.engine, "", who),
        Order.PRIORITY: lambda job_id: service.set_priority(job_id, priority, who),
        Order.DELETE: lambda job_id: service.delete(job_id, who),
    }

    def do(job_id: str) -> str:
        deeds[asked.order](job_id)
        return job_id

    return do


def _carry_out(refs: Sequence[str], deed: Callable[[str], str], after: str | None) -> OrdersView:
    """Where the house itself is in trouble, it will be so for the next job, too: those are refused
    without another try.
    """
    done: list[str] = []
    refused: list[RefusalView] = []
    trouble: PagemillError | None = None
    for ref in dict.fromkeys(refs):
        try:
            if trouble is not None:
                raise trouble
            done.append(deed(ref))
        except PagemillError as error:
            kind = error.kind
            trouble = error if kind.status >= 500 or kind.is_retryable else trouble
            refused.append(_refusal(ref, error))
    return OrdersView(done=done, refused=refused, next=after)


def _refusal(ref: str, error: PagemillError) -> RefusalView:
    return RefusalView(job=ref, code=error.code, message=error.message, hint=error.hint)
