"""Spans of tasks and jobs, made where their ends are seen: at the agent."""

from typing import Protocol

from pagemill.model.trace import job_span, may_end_job, task_span
from pagemill.ports import Clock, Ledger, Tracer
from pagemill.work.children import Result


class Traces(Protocol):
    """What the agent tells of. Nothing here waits, but `tell_jobs` for the ledger."""

    def has_ended(self, result: Result) -> None:
        """An attempt is over, just now."""
        ...

    def are_jobs_open(self) -> bool:
        """Whether jobs are known that may have ended since they were told of."""
        ...

    def tell_jobs(self, ledger: Ledger) -> None: ...


class TaskTraces:
    """Implements `Traces` for a node that is traced."""

    def __init__(self, tracer: Tracer, clock: Clock) -> None:
        self._tracer = tracer
        self._clock = clock
        self._open: set[str] = set()

    def has_ended(self, result: Result) -> None:
        now_ms = self._clock.now_ms()
        began_ms = now_ms - 1000 * result.seconds
        span = task_span(result.work, result.outcome, began_ms, now_ms)
        if span is not None:
            self._tracer.record(span)
        if may_end_job(result.outcome):
            self._open.add(result.work.job_id)

    def are_jobs_open(self) -> bool:
        return bool(self._open)

    def tell_jobs(self, ledger: Ledger) -> None:
        """Once their last reports are in. One that goes on is heard of again."""
        for job in ledger.jobs_by_id(sorted(self._open)):
            if job.state.is_final:
                self._tracer.record(job_span(job))
        self._open.clear()


class Untraced:
    """Implements `Traces` for a node that is not."""

    def has_ended(self, result: Result) -> None:
        pass

    def are_jobs_open(self) -> bool:
        return False

    def tell_jobs(self, ledger: Ledger) -> None:
        pass
