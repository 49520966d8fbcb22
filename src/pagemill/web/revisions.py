"""Second thoughts about pages that were read: text put right by hand, a page read once more."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response
from pydantic import BaseModel, Field

from pagemill.ports import Correction, CorrectionQuery
from pagemill.service import TextChanged, Wish
from pagemill.web.context import AtDesk, JobRef, PageNumber, Who
from pagemill.web.jobs import RetryRequest
from pagemill.web.present import present
from pagemill.web.problems import PROBLEMS, problem
from pagemill.web.views import JobView, rfc3339

MOST_CORRECTIONS, MAX_ID = 500, 2**53
MAX_TEXT = 100_000
BlockPlace = Annotated[
    int, Path(ge=0, le=10_000_000, description="Its place in the page's `blocks`, from 0.")
]
router = APIRouter(prefix="/v1", tags=["results"], responses=PROBLEMS)


class BlockChange(BaseModel):
    """`text` is what the block shall say; of a table its rows as lines, tabs between the cells.
    `before` is what it said when you looked: if it says something else now, nothing is changed.
    """

    text: Annotated[str, Field(max_length=MAX_TEXT)]
    before: Annotated[str | None, Field(max_length=MAX_TEXT)] = None


class CorrectionView(BaseModel):
    """`superseded`: the page was read again since, so the correction is no longer in its text."""

    id: int
    page: int
    block: int
    before: str
    after: str
    user: str
    at: str
    superseded: bool


class CorrectionsView(BaseModel):
    """`next` is what `before` takes for those before these; null at the end."""

    corrections: list[CorrectionView]
    next: int | None


@router.patch(
    "/jobs/{ref}/pages/{number}/blocks/{block}",
    response_model=JobView,
    responses={409: {"description": "`text_changed`: `text` is what the block says now."}},
)
def correct(
    service: AtDesk,
    who: Who,
    ref: JobRef,
    number: PageNumber,
    block: BlockPlace,
    asked: BlockChange,
) -> JobView | Response:
    """Puts the text of one block right by hand. The page has it at once, and the outputs of the job
    are written again. A line stays one line, a table keeps its rows and cells.
    """
    try:
        wish = Wish(number, block, asked.text, asked.before)
        return present(service, service.revisions.correct(ref, wish, who).job)
    except TextChanged as error:
        return problem(error, text=error.text)


@router.get("/jobs/{ref}/corrections")
def corrections(
    service: AtDesk,
    who: Who,
    ref: JobRef,
    page: Annotated[int, Query(ge=0, le=10_000_000, description="Of one page only.")] = 0,
    before: Annotated[int, Query(ge=0, le=MAX_ID, description="`next` of the answer before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_CORRECTIONS)] = 100,
) -> CorrectionsView:
    """What was put right by hand in a job, newest first."""
    query = CorrectionQuery(page, before, limit + 1)
    found = service.revisions.corrections(ref, query, who)
    return CorrectionsView(
        corrections=[_view(one) for one in found[:limit]],
        next=found[limit - 1].id if len(found) > limit else None,
    )


@router.post("/jobs/{ref}/pages/{number}/retry")
def read_again(
    service: AtDesk,
    who: Who,
    ref: JobRef,
    number: PageNumber,
    asked: Annotated[RetryRequest | None, Body()] = None,
) -> JobView:
    """Reads one page once more, with another engine if one is named; the other pages stay, and the
    outputs are written again. What the page said before stays until then, and if it cannot be read.
    Its corrections stay in their list, but no longer in its text.
    """
    asked = asked or RetryRequest()
    told = service.revisions.read_again(ref, number, asked.engine, asked.password, who)
    return present(service, told)


def _view(one: Correction) -> CorrectionView:
    return CorrectionView(
        id=one.id,
        page=one.page,
        block=one.block,
        before=one.before,
        after=one.after,
        user=one.user_id,
        at=rfc3339(one.at_ms),
        superseded=one.is_superseded,
    )
