"""Traces: what happened to a job, as spans that stand below each other (W3C Trace Context). Pure.

A job's own span has ids made of the job's, so that every process that works on the job knows under
what its spans stand, without asking anybody.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from pagemill.model.job import Failure, Job, NewJob
from pagemill.model.task import (
    AssembleDone,
    Outcome,
    PageDone,
    Released,
    Reread,
    SplitDone,
    TaskKind,
    Work,
)

Attribute = str | int | float
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_DONE = SplitDone | PageDone | AssembleDone


@dataclass(frozen=True, slots=True)
class Place:
    """A span's place: the ids of its trace and its own, 32 and 16 hexadecimal digits. Where
    `is_sampled` is None whoever records the span decides, each in the same way.
    """

    trace_id: str
    span_id: str
    is_sampled: bool | None = None

    def __str__(self) -> str:
        """As a `traceparent`."""
        return f"00-{self.trace_id}-{self.span_id}-{'00' if self.is_sampled is False else '01'}"


@dataclass(frozen=True, slots=True)
class Span:
    """Something that has happened, from `began_ms` to `ended_ms` (since 1970, with fractions).
    `place` None leaves the span's own id to chance; `parent` None begins a trace.
    """

    name: str
    parent: Place | None
    began_ms: float
    ended_ms: float
    place: Place | None = None
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    failure: Failure | None = None


def place_of(traceparent: str) -> Place | None:
    """None where it is no `traceparent` that anybody could go on from."""
    found = _TRACEPARENT.fullmatch(traceparent)
    if found is None or not int(found[1], 16) or not int(found[2], 16):
        return None
    return Place(found[1], found[2], bool(int(found[3], 16) & 1))


def trace_id_of(job_id: str) -> str:
    """The trace of a job that came without one: its own id without dashes, if it is a UUID."""
    digits = job_id.replace("-", "")
    is_uuid = re.fullmatch(r"[0-9a-f]{32}", digits) is not None and int(digits, 16)
    return digits if is_uuid else blake2b(job_id.encode(), digest_size=16).hexdigest()


def job_place(job_id: str, traceparent: str) -> Place:
    """Of the job's own span."""
    above = place_of(traceparent)
    own_id = blake2b(job_id.encode(), digest_size=8).hexdigest()
    if above is None:
        return Place(trace_id_of(job_id), own_id)
    return Place(above.trace_id, own_id, above.is_sampled)


def submission_span(new: NewJob, began_ms: float, ended_ms: float) -> Span:
    return Span(
        "submit",
        place_of(new.by.traceparent),
        began_ms,
        ended_ms,
        place_of(new.traceparent),
        {
            "pagemill.job.id": new.id,
            "pagemill.user": new.by.id,
            "pagemill.document.bytes": new.document.size_bytes,
        },
    )


def job_span(job: Job) -> Span:
    """Of a job that has ended: from its arrival on."""
    return Span(
        "job",
        place_of(job.traceparent),
        job.created_ms,
        job.finished_ms or job.updated_ms,
        job_place(job.id, job.traceparent),
        {
            "pagemill.job.id": job.id,
            "pagemill.user": job.user_id,
            "pagemill.job.state": str(job.state),
            "pagemill.pages.done": job.pages_done,
            "pagemill.pages.failed": job.pages_failed,
            "pagemill.pages.cached": job.pages_cached,
        },
        job.failure,
    )


def task_span(work: Work, outcome: Outcome, began_ms: float, ended_ms: float) -> Span | None:
    """Of one attempt; None where it was never made."""
    if isinstance(outcome, Released):
        return None
    attributes: dict[str, Attribute] = {
        "pagemill.job.id": work.job_id,
        "pagemill.attempt": work.attempt,
        "pagemill.outcome": _word_of(outcome),
    }
    if work.since_ms and work.kind is not TaskKind.ASSEMBLE:
        attributes["pagemill.wait_ms"] = max(0, round(began_ms - work.since_ms))
    if work.kind is TaskKind.PAGE:
        attributes["pagemill.page"] = work.page_no
        attributes["pagemill.engine"] = getattr(outcome, "engine", work.engine)
    failure = getattr(outcome, "failure", None)
    if failure is not None:
        attributes["pagemill.error.code"] = failure.code
    parent = job_place(work.job_id, work.traceparent)
    return Span(str(work.kind), parent, began_ms, ended_ms, None, attributes, failure)


def may_end_job(outcome: Outcome) -> bool:
    """Whether nothing may be left to do for the job after this."""
    return not isinstance(outcome, SplitDone | PageDone | Released | Reread)


def _word_of(outcome: Outcome) -> str:
    """`done`, `cached`, `retry`, `give_up`, `died`, `away` or `reread`."""
    if isinstance(outcome, PageDone) and outcome.is_cached:
        return "cached"
    if isinstance(outcome, _DONE):
        return "done"
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(outcome).__name__).lower()
