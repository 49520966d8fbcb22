"""The list of jobs: newest first, a hundred at a time, kept current by its script."""

from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from pagemill.access import whose
from pagemill.errors import PagemillError
from pagemill.model.job import JobState
from pagemill.model.people import Caller, Scope
from pagemill.ports import JobQuery
from pagemill.service import ChangeDesk
from pagemill.web.context import House, InHouse, Who
from pagemill.web.ui.rendering import is_fragment, show
from pagemill.web.views import JobView, view_job

ROWS, MOST_USERS, EVERYBODY = 100, 1000, "*"
router = APIRouter(include_in_schema=False, prefix="/ui")


@dataclass(frozen=True, slots=True)
class Filter:
    """What is shown: as GET /v1/jobs takes it, and as the address of the page has it."""

    states: tuple[JobState, ...] = ()
    name: str = ""
    user: str = ""
    before: str = ""

    @property
    def query(self) -> str:
        return urlencode(
            [
                *(("state", state.value) for state in self.states),
                *(
                    (key, value)
                    for key in ("name", "user", "before")
                    if (value := getattr(self, key))
                ),
            ]
        )

    @property
    def address(self) -> str:
        return "/ui/jobs" + (f"?{self.query}" if self.query else "")


async def _filter(
    state: Annotated[str, Query(max_length=200)] = "",
    name: Annotated[str, Query(max_length=255)] = "",
    user: Annotated[str, Query(max_length=64)] = "",
    before: Annotated[str, Query(max_length=200)] = "",
) -> Filter:
    """Raises `invalid_request`."""
    try:
        states = (JobState(state),) if state else ()
    except ValueError:
        raise PagemillError("invalid_request", f"There is no state '{state[:40]}'") from None
    return Filter(states, name.strip(), user.strip(), before)


Asked = Annotated[Filter, Depends(_filter)]


@router.get("/jobs")
def jobs(
    house: InHouse,
    who: Who,
    request: Request,
    asked: Asked,
    ref: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """With `ref` the job of that id or handle; for htmx the rows only."""
    ref, missing = ref.strip(), ""
    if ref and (found := _find(house, ref, who)):
        return Response(status_code=303, headers={"Location": f"/ui/jobs/{found}"})
    rows = _rows(house, asked, who)
    if is_fragment(request):
        answer = show(request, "job_rows.html" if asked.before else "job_list.html", **rows)
        if not asked.before:
            answer.headers["HX-Replace-Url"] = asked.address
        return answer
    missing = ref
    values = rows | _counts(house, asked, who) | {"users": _users(house, who), "missing": missing}
    return show(request, "jobs.html", 404 if missing else 200, **values)


@router.get("/job-counts")
def job_counts(house: InHouse, who: Who, request: Request, asked: Asked) -> Response:
    """How many jobs are in each state."""
    return show(request, "job_counts.html", **_counts(house, asked, who))


def _rows(house: House, asked: Filter, who: Caller) -> dict[str, Any]:
    """`end` is the last change of any job before these were looked up: the news go on after it."""
    end = ChangeDesk(house.service.ledger).end()
    query = JobQuery("", asked.states, asked.name, asked.before, ROWS + 1)
    found = house.service.list(query, who, asked.user)
    now_ms = house.service.clock.now_ms()
    shown: list[JobView] = [view_job(job, now_ms) for job in found[:ROWS]]
    more = replace(asked, before=shown[-1].id).address if len(found) > ROWS else ""
    return {"jobs": shown, "more": more, "asked": asked, "end": end}


def _counts(house: House, asked: Filter, who: Caller) -> dict[str, Any]:
    """From what is kept, not counted. With a name asked for nobody knows how many match."""
    counts = house.service.overview.job_counts(whose(who, asked.user))
    return {"asked": asked, "states": list(JobState), "counts": {} if asked.name else counts}


def _users(house: House, who: Caller) -> list[str]:
    if Scope.ADMIN not in who.scopes:
        return []
    return [user.id for user in house.office.users(who)[:MOST_USERS] if user.id != who.id]


def _find(house: House, ref: str, who: Caller) -> str:
    try:
        return house.service.get(ref, who).id
    except PagemillError:
        return ""
