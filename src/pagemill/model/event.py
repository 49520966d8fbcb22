"""Events: the history of a job, one row per change.

An event's `seq` is the job's version after the change, so the last event of a job always carries
the job's version and a watcher that knows both cannot miss one.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class EventKind(StrEnum):
    """What can happen to a job. The fields of `data` stand beside each kind."""

    JOB_QUEUED = "job.queued"  # filename, bytes, priority
    JOB_STARTED = "job.started"  # pages
    PAGE_DONE = "page.done"  # page, engine, cached, ms, attempt
    PAGE_RETRY = "page.retry"  # page, code, message, attempt, node, died
    PAGE_FAILED = "page.failed"  # page, code, message, attempt, node, died, deaths
    PAGE_KEPT = "page.kept"  # page, code, message, attempt, node, died, deaths
    PAGE_CORRECTED = "page.corrected"  # page, block, user
    STEP_RETRY = "step.retry"  # step, code, message, attempt, node, died
    JOB_ASSEMBLING = "job.assembling"  # done, failed
    JOB_COMPLETED = "job.completed"  # done, failed, outputs
    JOB_FAILED = "job.failed"  # code, message, step, attempt, node, died, deaths
    JOB_CANCELLED = "job.cancelled"
    JOB_PAUSED = "job.paused"
    JOB_RESUMED = "job.resumed"
    JOB_RETRIED = "job.retried"  # pages, engine, page
    JOB_PRIORITY = "job.priority"  # priority
    JOB_REPAIRED = "job.repaired"  # found, pages
    JOB_DAMAGED = "job.damaged"  # code, message


@dataclass(frozen=True, slots=True)
class Event:
    job_id: str
    seq: int
    at_ms: int
    kind: EventKind
    data: dict[str, object] = field(default_factory=dict)
