"""The house as operators see it: queue, workers, capacity, health, metrics; and who I am."""

from typing import Any

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from pagemill.service import Service
from pagemill.web.context import AtDesk, InHouse, User
from pagemill.web.problems import PROBLEMS
from pagemill.web.views import WorkerView, rfc3339, view_worker

router = APIRouter(responses=PROBLEMS)


class QueueView(BaseModel):
    """Jobs and page tasks by state."""

    jobs: dict[str, int]
    pages: dict[str, int]
    oldest_queued_at: str | None
    pages_last_hour: int
    mean_page_ms: float | None


class RequeuedView(BaseModel):
    requeued: int
    jobs: list[str]


class WorkersView(BaseModel):
    workers: list[WorkerView]


class CapacityView(BaseModel):
    """`wait_seconds` is a guess for a page sent now; null while nothing is known."""

    nodes: int
    slots: int
    busy: int
    waiting_pages: int
    wait_seconds: float | None


class MeView(BaseModel):
    id: str
    limits: dict[str, int]
    links: dict[str, str]


class SettingsView(BaseModel):
    settings: dict[str, Any]
    limits: dict[str, int]


class HealthView(BaseModel):
    """`status` is `healthy` as long as the process answers and the ledger can be read."""

    status: str
    active_jobs: int
    queued_jobs: int
    total_jobs: int
    workers: int


class ReadyView(BaseModel):
    """`workers` are alive ones; jobs are accepted without any, and wait."""

    ready: bool
    workers: int


@router.get("/v1/queue", tags=["operators"])
def queue(service: AtDesk) -> QueueView:
    stats = service.queue()
    oldest = stats.oldest_queued_ms
    return QueueView(
        jobs=dict(stats.jobs),
        pages=dict(stats.tasks),
        oldest_queued_at=None if oldest is None else rfc3339(oldest),
        pages_last_hour=stats.pages_done_last_hour,
        mean_page_ms=stats.mean_page_ms,
    )


@router.post("/v1/queue/requeue-failed", tags=["operators"])
def requeue_failed(service: AtDesk, user: User) -> RequeuedView:
    """Retries ended jobs that have failed pages; their other pages stay."""
    jobs = [job.id for job in service.requeue_failed(user)]
    return RequeuedView(requeued=len(jobs), jobs=jobs)


@router.get("/v1/workers", tags=["operators"])
def workers(service: AtDesk) -> WorkersView:
    return WorkersView(
        workers=[view_worker(node, is_alive=service.is_alive(node)) for node in service.nodes()]
    )


@router.get("/v1/capacity", tags=["operators"])
def capacity(service: AtDesk) -> CapacityView:
    now = service.capacity()
    return CapacityView(
        nodes=now.nodes,
        slots=now.slots,
        busy=now.busy,
        waiting_pages=now.waiting_pages,
        wait_seconds=now.wait_seconds,
    )


@router.get("/v1/me", tags=["me"])
def me(house: InHouse, user: User) -> MeView:
    links = {"jobs": "/v1/jobs", "settings": "/v1/me/settings"}
    return MeView(id=user, limits=_limits(house), links=links)


@router.get("/v1/me/settings", tags=["me"])
def settings(house: InHouse) -> SettingsView:
    return SettingsView(settings={}, limits=_limits(house))


@router.get("/health", tags=["operators"])
def health(service: AtDesk) -> HealthView:
    jobs = service.queue().jobs
    return HealthView(
        status="healthy",
        active_jobs=jobs.get("processing", 0),
        queued_jobs=jobs.get("queued", 0),
        total_jobs=sum(jobs.values()),
        workers=_alive(service),
    )


@router.get("/ready", tags=["operators"])
def ready(service: AtDesk) -> ReadyView:
    """`503` while the ledger cannot be used."""
    service.change_mark()
    return ReadyView(ready=True, workers=_alive(service))


@router.get("/metrics", tags=["operators"], response_class=Response)
def metrics(house: InHouse) -> Response:
    """Figures for Prometheus."""
    return Response(house.metrics.page(), media_type=CONTENT_TYPE_LATEST)


def _alive(service: Service) -> int:
    return sum(service.is_alive(node) for node in service.nodes())


def _limits(house: InHouse) -> dict[str, int]:
    return {
        "max_upload_bytes": house.service.limits.max_upload_bytes,
        "max_pages": house.config.max_pages,
        "max_page_pixels": house.config.max_page_pixels,
        "max_running": house.config.user_max_running,
    }
