"""The full text of finished jobs."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from pagemill.model.search import MAX_QUERY
from pagemill.service import Hit, Hits
from pagemill.web.context import AtDesk, Who
from pagemill.web.problems import PROBLEMS

MOST_AT_ONCE, MOST_SKIPPED = 100, 1000
router = APIRouter(prefix="/v1", tags=["results"], responses=PROBLEMS)

Words = Annotated[
    str,
    Query(
        max_length=MAX_QUERY,
        description='Words that must all stand on the page; `"words in a row"`, `-without`,'
        " `begin*`. The last word may go on unless a space stands behind it.",
    ),
]
Skipped = Annotated[int, Query(ge=0, le=MOST_SKIPPED, description="`next` of the hits before.")]


class PieceView(BaseModel):
    """A stretch of text; `hit`: it is what was looked for."""

    text: str
    hit: bool


class HitView(BaseModel):
    """A page. `boxes` are left, top, right and bottom of the blocks that hold what was looked for,
    in points of a page `width` wide and `height` high; none where they are not known.
    """

    job: str
    user: str
    filename: str
    page: int
    snippet: list[PieceView]
    boxes: list[tuple[float, float, float, float]]
    width: float
    height: float
    links: dict[str, str]


class SearchView(BaseModel):
    """The best first, the newest job first among equals. `total` counts to 1,000; with `more` there
    are more. `next` is what `after` takes for the hits after these; null at the end. `complete` is
    false while the full text is filled and older jobs are missing.
    """

    hits: list[HitView]
    total: int
    more: bool
    next: int | None
    complete: bool


@router.get("/search")
def search(
    service: AtDesk,
    who: Who,
    q: Words = "",
    user: Annotated[str, Query(max_length=64, description="Of one user; admins: `*`.")] = "",
    job: Annotated[str, Query(max_length=200, description="In this job only.")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_AT_ONCE)] = 20,
    after: Skipped = 0,
) -> SearchView:
    """Pages of finished jobs by what stands on them: my own, or those of others for admins. Case
    and accents make no difference.
    """
    found = service.searching.find(q, who, user_id=user, ref=job, skip=after, limit=limit)
    return view_hits(found)


def view_hits(found: Hits) -> SearchView:
    return SearchView(
        hits=[_view(hit) for hit in found.hits],
        total=found.total,
        more=found.has_more,
        next=found.next,
        complete=found.is_complete,
    )


def _view(hit: Hit) -> HitView:
    here = f"/v1/jobs/{hit.job.id}"
    page = f"{here}/pages/{hit.page}"
    return HitView(
        job=hit.job.id,
        user=hit.job.user_id,
        filename=hit.job.filename,
        page=hit.page,
        snippet=[PieceView(text=piece.text, hit=piece.is_hit) for piece in hit.snippet],
        boxes=[(box.x0, box.y0, box.x1, box.y1) for box in hit.boxes],
        width=hit.width,
        height=hit.height,
        links={"job": here, "page": page, "image": f"{page}?format=image"},
    )
