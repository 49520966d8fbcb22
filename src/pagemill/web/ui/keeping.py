"""The house for operators: how it is, what it keeps and for how long, its settings."""

from collections.abc import Iterator

from fastapi import APIRouter, Request, Response

from pagemill.access import require
from pagemill.model.people import LOCAL, Scope
from pagemill.service import Housekeeping
from pagemill.web.config import SettingLine
from pagemill.web.context import House, InHouse, Who
from pagemill.web.keeping import view_condition
from pagemill.web.ui.glances import glances_of
from pagemill.web.ui.rendering import pages_of, show

CONDITION_SECONDS = 10.0
# What is kept: the setting, what it bounds, its unit. 0 bounds nothing.
KEPT = (
    ("max_job_age_hours", "Ended jobs: for how long", "hours"),
    ("max_job_count", "Ended jobs: how many, of all users", "jobs"),
    ("max_job_storage_mb", "Ended jobs: how much, of all users", "MB"),
    ("user_max_job_age_hours", "A user's ended jobs: for how long", "hours"),
    ("user_max_job_count", "A user's ended jobs: how many", "jobs"),
    ("user_max_job_storage_mb", "A user's ended jobs: how much", "MB"),
    ("upload_hours", "Documents that nobody has made a job of", "hours"),
    ("event_days", "Events of ended jobs", "days"),
    ("audit_days", "Who did what", "days"),
)
router = APIRouter(include_in_schema=False, prefix="/ui")


@router.get("/house")
def house_page(house: InHouse, who: Who, request: Request) -> Response:
    require(who, Scope.ADMIN)
    return show(
        request,
        "house.html",
        condition=_condition(house, request),
        kept=list(_kept(house.config.settings)),
        settings=house.config.settings,
    )


def _condition(house: House, request: Request) -> str:
    def make() -> str:
        now = view_condition(Housekeeping(house.service).condition(LOCAL))
        return pages_of(request).text("house_condition.html", now=now)

    return glances_of(request).text("house", CONDITION_SECONDS, make)


def _kept(settings: tuple[SettingLine, ...]) -> Iterator[tuple[str, str, str]]:
    """What, how long or how much, and the setting that says so."""
    values = {line.name: line.value for line in settings}
    for name, what, unit in KEPT:
        if name in values:
            number = float(values[name])
            yield what, f"{number:,g} {unit}" if number else "no limit", name
