"""Search: one field, and pages that hold what is typed there."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from pagemill.model.people import Caller
from pagemill.model.search import MAX_QUERY, Wanted, wanted_of
from pagemill.service import Service
from pagemill.web.context import AtDesk, Who
from pagemill.web.searching import MOST_SKIPPED, view_hits
from pagemill.web.ui.rendering import is_fragment, show

AT_ONCE = 20
router = APIRouter(include_in_schema=False, prefix="/ui")


@router.get("/search")
def search(
    service: AtDesk,
    who: Who,
    request: Request,
    q: Annotated[str, Query(max_length=MAX_QUERY)] = "",
    user: Annotated[str, Query(max_length=64)] = "",
    job: Annotated[str, Query(max_length=200)] = "",
    after: Annotated[int, Query(ge=0, le=MOST_SKIPPED)] = 0,
) -> Response:
    """For htmx what was found, or with `after` the hits after those that are shown."""
    asked = {"q": q, "user": user, "job": job}
    if not service.searching.is_on:
        return show(request, "search.html", asked=asked, is_on=False)
    values = {"asked": asked, "is_on": True, **_found(service, who, asked, after)}
    if not is_fragment(request):
        return show(request, "search.html", **values)
    if after:
        return show(request, "search_hits.html", **values)
    answer = show(request, "search_found.html", **values)
    answer.headers["HX-Replace-Url"] = _address(asked)
    return answer


def _found(service: Service, who: Caller, asked: dict[str, str], after: int) -> dict[str, Any]:
    ref = asked["job"]
    name = service.get(ref, who).filename if ref else ""
    found = view_hits(
        service.searching.find(
            asked["q"], who, user_id=asked["user"], ref=ref, skip=after, limit=AT_ONCE
        )
    )
    return {
        "found": found,
        "filename": name,
        "wanted": _wishes(wanted_of(asked["q"])),
        "more": _address(asked | {"after": str(found.next)}) if found.next else "",
        "everywhere": _address(asked | {"job": ""}),
        "everybody": _address(asked | {"user": "*"}),
    }


def _wishes(wanted: Wanted) -> dict[str, bool]:
    """What the person could leave out, if nothing was found."""
    return {
        "words": bool(wanted),
        "several": len(wanted.terms) > 1,
        "phrase": any(len(term.words) > 1 for term in wanted.terms),
        "without": bool(wanted.without),
    }


def _address(asked: dict[str, str]) -> str:
    given = {name: value for name, value in asked.items() if value}
    return "/ui/search" + (f"?{urlencode(given)}" if given else "")
