"""One job: its pages beside what was read of them, what it gave, what happened to it.

The page itself holds no page of the document: its script fetches the one that is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup

from pagemill.errors import PagemillError
from pagemill.model.event import Event, EventKind
from pagemill.model.job import MAX_PRIORITY, MIN_PRIORITY, Job, JobState
from pagemill.model.page import BlockKind
from pagemill.model.people import Caller
from pagemill.model.task import TaskState
from pagemill.ports import Correction, CorrectionQuery, PageRun
from pagemill.service import Service
from pagemill.service.parts import PageParts, Part
from pagemill.web.context import AtDesk, JobRef, PageNumber, Who
from pagemill.web.present import present
from pagemill.web.ui.markdown import safe_html
from pagemill.web.ui.rendering import is_fragment, show
from pagemill.web.views import view_whole_page

EVENTS, CORRECTIONS, MOST_OFFSET = 200, 100, 2**53
MOST_PARTS, MOST_LETTERS = 2000, 200_000
_UNSURE, _DOUBTFUL, _FAIRLY = 0.6, 0.8, 0.95
_LETTERS = {
    TaskState.BLOCKED: "q",
    TaskState.READY: "q",
    TaskState.RUNNING: "p",
    TaskState.DONE: "d",
    TaskState.WAITING: "r",
    TaskState.DEAD: "f",
    TaskState.CANCELLED: "c",
    TaskState.HELD: "h",
}
router = APIRouter(include_in_schema=False, prefix="/ui/jobs")


@router.get("/{ref}")
def job(
    service: AtDesk,
    who: Who,
    request: Request,
    ref: JobRef,
    page: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    q: Annotated[str, Query(max_length=400)] = "",
) -> Response:
    """The page, or its head alone for who has the rest. `q` are words to mark."""
    found = service.get(ref, who)
    values = _head(service, found)
    if is_fragment(request):
        return show(request, "job_head.html", **values)
    runs = service.reading.runs(found)
    first = runs[0].first if runs else 1
    return show(request, "job.html", runs=run_text(runs), page=page or first, q=q, **values)


@router.get("/{ref}/pages")
def pages(service: AtDesk, who: Who, ref: JobRef) -> Response:
    """How every page stands, as `run_text` has it."""
    runs = service.reading.runs(service.get(ref, who))
    return Response(run_text(runs), media_type="text/plain", headers={"Cache-Control": "no-store"})


@router.get("/{ref}/pages/{number}/text")
def page_text(
    service: AtDesk, who: Who, request: Request, ref: JobRef, number: PageNumber
) -> Response:
    """A page block by block, and where each stands; or why there is nothing to show."""
    found = service.get(ref, who)
    state = service.ledger.page(found.id, number)
    attempts = service.dead_letters.attempts(found.id, number)
    values: dict[str, Any] = {
        "job": found,
        "view": view_whole_page(found.id, state, attempts),
        "engines": service.choices.engines,
        "corrections": _corrections(service, found, who, number),
    }
    try:
        parts = service.reading.parts(found, number)
    except PagemillError as error:
        if error.code != "page_not_ready":
            raise
        return show(request, "job_page.html", page=None, parts=(), **values)
    listed = shown(found.id, parts)
    values["is_cut"] = len(listed) < len(parts.parts)
    return show(request, "job_page.html", page=parts.text, parts=listed, **values)


@router.get("/{ref}/text")
def text(
    service: AtDesk,
    who: Who,
    request: Request,
    ref: JobRef,
    at: Annotated[int, Query(ge=0, le=MOST_OFFSET)] = 0,
) -> Response:
    """The text of the whole job, rendered, a stretch at a time: the rest comes when it is near."""
    found = service.get(ref, who)
    stretch = service.reading.stretch(found, at)
    passages = [(safe_html(one.markdown, found.id), one) for one in stretch.passages]
    return show(request, "job_text.html", job=found, passages=passages, next=stretch.next, at=at)


@router.get("/{ref}/timeline")
def timeline(
    service: AtDesk,
    who: Who,
    request: Request,
    ref: JobRef,
    before: Annotated[int, Query(ge=0, le=MOST_OFFSET)] = 0,
) -> Response:
    """What happened, the last first; pages that were read one after the other in one line."""
    found = service.get(ref, who)
    end = min(before or found.version + 1, found.version + 1)
    after = max(0, end - 1 - EVENTS)
    events = [e for e in service.events(found.id, after, EVENTS, who) if e.seq < end]
    earlier = after + 1 if after else 0
    return show(request, "job_timeline.html", job=found, moments=moments(events), earlier=earlier)


@router.get("/{ref}/corrections")
def corrections(service: AtDesk, who: Who, request: Request, ref: JobRef) -> Response:
    """What was put right by hand, the last first."""
    found = service.get(ref, who)
    listed = _corrections(service, found, who)
    return show(request, "job_corrections.html", job=found, corrections=listed)


# ---------------------------------------------------------------- values for templates


def _corrections(service: Service, found: Job, who: Caller, page: int = 0) -> list[Correction]:
    query = CorrectionQuery(page, limit=CORRECTIONS)
    return service.revisions.corrections(found.id, query, who)


def _head(service: Service, found: Job) -> dict[str, Any]:
    images = sum(file.name == "images" for file in found.outputs)
    return {
        "found": found,
        "job": present(service, found),
        "files": [file for file in found.outputs if file.name != "images"],
        "pictures": images,
        "engines": service.choices.engines,
        "priorities": range(MAX_PRIORITY, MIN_PRIORITY - 1, -1),
        "may_retry": found.state in (JobState.FAILED, JobState.CANCELLED)
        or (found.state is JobState.COMPLETED and found.pages_failed > 0),
    }


def run_text(runs: Sequence[PageRun]) -> str:
    """`d5f1q994`: five pages done, one failed, the others waiting; `-` for pages left out."""
    parts, place = [], 1
    for run in runs:
        if run.first > place:
            parts.append(f"-{run.first - place}")
        parts.append(f"{_LETTERS[run.state]}{run.last - run.first + 1}")
        place = run.last + 1
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class ShownPart:
    """`sure` is in percent, None where the engine is certain; `shade` names a class by it."""

    part: Part
    html: Markup
    name: str
    sure: int | None
    shade: str
    is_corrected: bool

    @property
    def is_furniture(self) -> bool:
        return self.part.block.kind in (BlockKind.HEADER, BlockKind.FOOTER)


def shown(job_id: str, page: PageParts) -> list[ShownPart]:
    """Of a page that is longer than anybody reads on a screen, its beginning."""
    found, left = [], MOST_LETTERS
    for part in page.parts[:MOST_PARTS]:
        if left > 0:
            found.append(_shown(job_id, part, page.text.corrected, left))
            left -= len(part.markdown)
    return found


def _shown(job_id: str, part: Part, corrected: Sequence[int], most: int) -> ShownPart:
    confidence = part.block.confidence
    return ShownPart(
        part,
        safe_html(part.markdown[:most], job_id),
        part.block.kind.replace("_", " "),
        None if confidence is None else round(100 * confidence),
        _shade(confidence),
        not set(corrected).isdisjoint(part.sources),
    )


def _shade(confidence: float | None) -> str:
    if confidence is None or confidence >= _FAIRLY:
        return "sure"
    if confidence >= _DOUBTFUL:
        return "fair"
    return "doubtful" if confidence >= _UNSURE else "unsure"


@dataclass(frozen=True, slots=True)
class Moment:
    """An event, or several pages read one after the other: then `count` is more than 1."""

    event: Event
    count: int = 1
    first: int = 0
    last: int = 0


def moments(events: Sequence[Event]) -> list[Moment]:
    """The last first."""
    found: list[Moment] = []
    for event in events:
        before = found[-1] if found else None
        if (
            event.kind is EventKind.PAGE_DONE
            and before is not None
            and before.event.kind is EventKind.PAGE_DONE
        ):
            number = int(str(event.data["page"]))
            low = min(before.first or int(str(before.event.data["page"])), number)
            high = max(before.last or int(str(before.event.data["page"])), number)
            found[-1] = Moment(event, before.count + 1, low, high)
        else:
            found.append(Moment(event))
    return found[::-1]
