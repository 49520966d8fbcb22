"""The house as operators see it: queue, workers, capacity, health, metrics; and who I am."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from pagemill.model.history import Past
from pagemill.model.people import Role, Scope, Usage
from pagemill.service import Service
from pagemill.web.context import AtDesk, InHouse, Who
from pagemill.web.figures import HistoryView, QueueView, view_history, view_queue
from pagemill.web.problems import PROBLEMS
from pagemill.web.views import WorkerView, view_worker

router = APIRouter(responses=PROBLEMS)
_ANYBODYS = frozenset({"child", "pid", "kind", "engine", "attempt", "memory_mb", "child_tasks"})
_ANYBODYS |= {"since_ms", "seconds", "child_since_ms", "child_seconds"}


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
    """`usage` counts what the limits bound."""

    id: str
    role: Role
    scopes: list[Scope]
    limits: dict[str, int]
    usage: dict[str, int]
    links: dict[str, str]


class HealthView(BaseModel):
    """`status` is `healthy` as long as the process answers and the ledger can be read;
    `model_loaded` once a worker is there that can read pages.
    """

    status: str
    model_loaded: bool
    active_jobs: int
    queued_jobs: int
    total_jobs: int
    workers: int


class ReadyView(BaseModel):
    """`workers` are alive ones; jobs are accepted without any, and wait."""

    ready: bool
    workers: int


@router.get("/v1/queue", tags=["operators"])
def queue(service: AtDesk, who: Who) -> QueueView:
    """How the queue stands and how fast it moves: in all, by engine, and by user (for admins;
    others see their own line).
    """
    return view_queue(service.overview.queue(user_id=who.sees), service.clock.now_ms())


@router.get("/v1/queue/history", tags=["operators"])
def history(service: AtDesk, span: Past = Past.HOUR) -> HistoryView:
    """How much waited, how much was done and how long jobs waited: in the last hour by the minute,
    in the last day by the hour, or in thirty days by six hours.
    """
    return view_history(span, service.overview.history(span))


@router.get("/v1/workers", tags=["operators"])
def workers(service: AtDesk, who: Who) -> WorkersView:
    """Machines that do the work, and what each worker is at: which jobs, only admins see."""
    now_ms = service.clock.now_ms()
    views = [
        view_worker(node, now_ms, is_alive=service.overview.is_alive(node))
        for node in service.overview.nodes()
    ]
    if Scope.ADMIN not in who.scopes:
        for view in views:
            view.running = [
                {k: v for k, v in one.items() if k in _ANYBODYS} for one in view.running
            ]
    return WorkersView(workers=views)


@router.get("/v1/capacity", tags=["operators"])
def capacity(service: AtDesk) -> CapacityView:
    now = service.overview.capacity()
    return CapacityView(
        nodes=now.nodes,
        slots=now.slots,
        busy=now.busy,
        waiting_pages=now.waiting_pages,
        wait_seconds=now.wait_seconds,
    )


@router.get("/v1/me", tags=["me"])
def me(house: InHouse, who: Who) -> MeView:
    """Who is asking, what they may do, and what they take up."""
    usage = house.office.usage(who)
    return MeView(
        id=who.id,
        role=who.user.role,
        scopes=sorted(who.scopes),
        limits={**house.limits(), **house.office.bounds_of(who.user)},
        usage={name: getattr(usage, name) for name in Usage.__dataclass_fields__},
        links={
            "jobs": "/v1/jobs",
            "settings": "/v1/me/settings",
            "tokens": "/v1/me/tokens",
            "audit": "/v1/audit",
        },
    )


@router.get("/health", tags=["operators"])
def health(service: AtDesk) -> HealthView:
    jobs, alive = service.overview.job_counts(), _alive(service)
    return HealthView(
        status="healthy",
        model_loaded=alive > 0,
        active_jobs=jobs.get("processing", 0),
        queued_jobs=jobs.get("queued", 0),
        total_jobs=sum(jobs.values()),
        workers=alive,
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
    return sum(service.overview.is_alive(node) for node in service.overview.nodes())
