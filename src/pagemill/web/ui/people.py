"""People for operators: who they are, what they may do and take up, their tokens, who did what."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from pagemill.access import require
from pagemill.model.people import Caller, Role, Scope, UserLimits
from pagemill.ports import StopScope
from pagemill.web.context import InHouse, Who
from pagemill.web.ui.account import in_order
from pagemill.web.ui.rendering import is_fragment, show
from pagemill.web.users import UserId

MOST_LINES, MOST_DEEDS = 200, 100
ROLES = {
    Role.ADMIN: "looks after everybody's work and the house",
    Role.USER: "sends documents and looks after their own",
    Role.READ_ONLY: "looks, and changes nothing",
}
# Of one user: what it is called, and in what it counts.
LIMITS = {
    "requests_per_minute": ("Requests a minute", ""),
    "pages_per_day": ("Pages a day", ""),
    "max_stored_mb": ("Stored at most", "MB"),
    "max_waiting_jobs": ("Jobs waiting at most", ""),
    "keep_hours": ("Ended jobs are kept", "hours"),
    "keep_jobs": ("Ended jobs kept at most", ""),
    "keep_mb": ("Ended jobs kept at most", "MB"),
}
router = APIRouter(include_in_schema=False, prefix="/ui")


@router.get("/people")
def people(
    house: InHouse, who: Who, request: Request, name: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """Everybody, or those whose name holds a text."""
    require(who, Scope.ADMIN)
    stats = house.service.overview.queue(MOST_LINES)
    found = [user for user in house.office.users(who) if name.strip() in user.id]
    return show(
        request,
        "people.html",
        users=found[:MOST_LINES],
        more=max(0, len(found) - MOST_LINES),
        name=name.strip(),
        lines={line.user_id: line for line in stats.users},
        stopped=_stopped(house, who),
        roles=ROLES,
    )


@router.get("/people/{user_id}")
def person(house: InHouse, who: Who, request: Request, user_id: UserId) -> Response:
    require(who, Scope.ADMIN)
    office, user = house.office, house.office.user(user_id, who)
    now_ms = house.service.clock.now_ms()
    return show(
        request,
        "person.html",
        user=user,
        usage=office.usage_of(user.id, who),
        in_force=office.limits_of(user),
        defaults=office.defaults,
        house_running=office.max_running,
        house_seconds=office.page_seconds,
        limits=[(name, *LIMITS[name]) for name in UserLimits.__dataclass_fields__],
        roles=ROLES,
        is_stopped=user.id in _stopped(house, who),
        tokens=in_order(office.tokens(user.id, who), now_ms),
        now_ms=now_ms,
        this_token=who.token_id,
        scopes=["read", "write", "admin"][: {Role.READ_ONLY: 1, Role.USER: 2}.get(user.role, 3)],
        **_deeds(house, who, user.id, 0),
    )


@router.get("/audit")
def audit(
    house: InHouse,
    who: Who,
    request: Request,
    user: Annotated[str, Query(max_length=64)] = "",
    before: Annotated[int, Query(ge=0, le=2**53)] = 0,
) -> Response:
    """Who did what, newest first; for htmx the next lines."""
    require(who, Scope.ADMIN)
    template = "audit_lines.html" if is_fragment(request) else "audit.html"
    return show(request, template, **_deeds(house, who, user.strip(), before))


def _deeds(house: InHouse, who: Caller, user_id: str, before: int) -> dict[str, Any]:
    found = house.office.deeds(user_id, before, MOST_DEEDS + 1, who)
    more = found[MOST_DEEDS - 1].id if len(found) > MOST_DEEDS else None
    return {"deeds": found[:MOST_DEEDS], "more": more, "of_user": user_id}


def _stopped(house: InHouse, who: Caller) -> set[str]:
    stops = house.service.steering.stops(who)
    return {stop.name for stop in stops if stop.scope is StopScope.USER}
