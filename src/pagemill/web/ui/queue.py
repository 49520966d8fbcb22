"""The queue for operators: how it stands, how it went, what was given up, and orders to all of it.

What is shown is the same for every operator, so it is made once a second at most, however many
look.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from pagemill.access import require
from pagemill.errors import CATALOGUE
from pagemill.model.history import Past
from pagemill.model.people import LOCAL, Scope
from pagemill.ports import DeadQuery, StopScope
from pagemill.service import may_go_right
from pagemill.web.context import House, InHouse, Who
from pagemill.web.figures import view_history, view_queue
from pagemill.web.ui.glances import glances_of
from pagemill.web.ui.plots import LABELS, SPANS, plots_of
from pagemill.web.ui.rendering import NOT_KEPT, pages_of, show
from pagemill.web.views import view_worker

NOW_SECONDS, HISTORY_SECONDS, FAILURES_SECONDS = 1.0, 10.0, 10.0
TOP_USERS, MOST_LETTERS = 50, 50
router = APIRouter(include_in_schema=False, prefix="/ui/queue")
Fresh = Annotated[bool, Query(description="As it is now: the reader has just changed it.")]


@router.get("")
def queue(house: InHouse, who: Who, request: Request) -> Response:
    require(who, Scope.ADMIN)
    return show(
        request,
        "queue.html",
        now=_now(house, request, NOW_SECONDS),
        past=_past(house, request, Past.HOUR, HISTORY_SECONDS),
        failures=_failures(house, request, "", FAILURES_SECONDS),
        engines=[line.engine for line in house.service.overview.queue(0).engines],
    )


@router.get("/now")
def now(house: InHouse, who: Who, request: Request, *, fresh: Fresh = False) -> Response:
    require(who, Scope.ADMIN)
    return _part(_now(house, request, 0 if fresh else NOW_SECONDS))


@router.get("/history")
def history(house: InHouse, who: Who, request: Request, span: Past = Past.HOUR) -> Response:
    require(who, Scope.ADMIN)
    return _part(_past(house, request, span, HISTORY_SECONDS))


@router.get("/failures")
def failures(
    house: InHouse,
    who: Who,
    request: Request,
    engine: Annotated[str, Query(max_length=100)] = "",
    *,
    fresh: Fresh = False,
) -> Response:
    require(who, Scope.ADMIN)
    return _part(_failures(house, request, engine, 0 if fresh else FAILURES_SECONDS))


@router.get("/failed")
def failed(
    house: InHouse,
    who: Who,
    request: Request,
    code: Annotated[str, Query(max_length=100)] = "",
    engine: Annotated[str, Query(max_length=100)] = "",
    before: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """What was given up for one reason, newest first."""
    require(who, Scope.ADMIN)
    query = DeadQuery(code=code, engine=engine, before=before, limit=MOST_LETTERS + 1)
    found = house.service.dead_letters.letters(query, who, "*")
    letters, more = found[:MOST_LETTERS], len(found) > MOST_LETTERS
    return show(
        request,
        "queue_failed.html",
        letters=letters,
        code=code,
        engine=engine,
        more=letters[-1].cursor if more else "",
    )


def _part(text: str) -> Response:
    return Response(text, headers=NOT_KEPT, media_type="text/html; charset=utf-8")


def _now(house: House, request: Request, seconds: float) -> str:
    def make() -> str:
        service = house.service
        now_ms = service.clock.now_ms()
        stops = service.steering.stops(LOCAL)
        return pages_of(request).text(
            "queue_now.html",
            queue=view_queue(service.overview.queue(TOP_USERS), now_ms),
            workers=[
                view_worker(node, now_ms, is_alive=service.overview.is_alive(node))
                for node in service.overview.nodes()
            ],
            stops=stops,
            whole=next((stop for stop in stops if stop.scope is StopScope.QUEUE), None),
            stopped_users={stop.name: stop for stop in stops if stop.scope is StopScope.USER},
            stopped_engines={stop.name: stop for stop in stops if stop.scope is StopScope.ENGINE},
        )

    return glances_of(request).text("queue now", seconds, make)


def _past(house: House, request: Request, span: Past, seconds: float) -> str:
    def make() -> str:
        told = view_history(span, house.service.overview.history(span))
        return pages_of(request).text(
            "queue_history.html",
            span=span,
            spans=SPANS,
            plots=plots_of(told),
            labels=LABELS[span],
            points=told.points,
        )

    return glances_of(request).text(f"queue {span}", seconds, make)


def _failures(house: House, request: Request, engine: str, seconds: float) -> str:
    def make() -> str:
        reasons = house.service.dead_letters.reasons(DeadQuery(engine=engine), LOCAL, "*")
        return pages_of(request).text(
            "queue_failures.html",
            reasons=[(reason, CATALOGUE.get(reason.code)) for reason in reasons],
            hopeful=sum(reason.count for reason in reasons if may_go_right(reason.code)),
            may_go_right=may_go_right,
            engine=engine,
        )

    return glances_of(request).text(f"failures {engine}", seconds, make)
