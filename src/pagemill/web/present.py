"""Jobs as answers: the row and what has to be asked for beside it."""

from collections.abc import Sequence

from pagemill.model.job import Job
from pagemill.service import Service
from pagemill.web.views import JobView, view_job


def present(service: Service, job: Job) -> JobView:
    failed = service.failed_pages([job.id]) if job.pages_failed else {}
    return view_job(job, service.clock.now_ms(), failed.get(job.id), service.position(job))


def present_all(service: Service, jobs: Sequence[Job]) -> list[JobView]:
    """Without positions: counting the line for every one of many would cost."""
    with_failed = [job.id for job in jobs if job.pages_failed]
    failed = service.failed_pages(with_failed) if with_failed else {}
    now_ms = service.clock.now_ms()
    return [view_job(job, now_ms, failed.get(job.id)) for job in jobs]
