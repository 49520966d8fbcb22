"""The house itself, for admins: its settings, what it holds and needs, and cleaning up."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from pagemill import __version__
from pagemill.access import require
from pagemill.model.people import Scope
from pagemill.service import Advice, Cleaned, Condition, Housekeeping
from pagemill.web.context import AtDesk, InHouse, Who
from pagemill.web.problems import PROBLEMS
from pagemill.web.views import rfc3339

MOST_TOLD = 100
router = APIRouter(prefix="/v1", tags=["operators"], responses=PROBLEMS)


class SettingView(BaseModel):
    """`source` is where the value comes from: `default`, a file, a variable, or `flag`. Secrets are
    hidden.
    """

    name: str
    value: str
    source: str
    meaning: str


class SettingsListView(BaseModel):
    settings: list[SettingView]


class AdviceView(BaseModel):
    """`urgency` is bad or warn."""

    urgency: str
    text: str
    hint: str


class DiskView(BaseModel):
    bytes: int
    free_bytes: int


class HoldingsView(BaseModel):
    """`document_bytes` are those of documents, each once; `job_bytes` those of jobs, whose document
    counts for each. `trash`: files and folders that wait to be deleted, up to 100,000.
    """

    documents: int
    document_bytes: int
    jobs: int
    job_bytes: int
    trash: int


class DatabaseView(BaseModel):
    name: str
    bytes: int


class HouseView(BaseModel):
    """`disk` is null where documents lie in a store elsewhere. `workers` are machines at work,
    `upkeep_seconds` how long ago upkeep came round.
    """

    version: str
    database: DatabaseView
    disk: DiskView | None
    holdings: HoldingsView
    workers: int
    upkeep_seconds: float | None
    advice: list[AdviceView]


class GoneView(BaseModel):
    job: str
    user: str
    filename: str
    finished_at: str
    bytes: int
    reason: str


class CleanedView(BaseModel):
    """`jobs` ended ones have gone, or would go, and `bytes` with them, which workers free within a
    minute or so. `reasons` counts them by age, count and storage; `examples` are the first hundred.
    `more`: one answer is about some of them only.
    """

    dry_run: bool
    jobs: int
    bytes: int
    reasons: dict[str, int]
    examples: list[GoneView]
    more: bool


@router.get("/settings")
def settings(house: InHouse, who: Who) -> SettingsListView:
    """Every setting of this server: its value, where that comes from, and what it means."""
    require(who, Scope.ADMIN)
    return SettingsListView(
        settings=[
            SettingView(name=one.name, value=one.value, source=one.source, meaning=one.meaning)
            for one in house.config.settings
        ]
    )


@router.get("/house")
def condition(service: AtDesk, who: Who) -> HouseView:
    """What the house holds, the space it has, and advice where something is not as it should be."""
    return view_condition(Housekeeping(service).condition(who))


@router.post("/clean")
def clean(
    service: AtDesk,
    who: Who,
    *,
    dry_run: Annotated[bool, Query(description="Only tells what would go.")] = False,
) -> CleanedView:
    """Deletes ended jobs that are kept no longer, as upkeep does by itself, now."""
    keeping = Housekeeping(service)
    return view_cleaned(keeping.overdue(who) if dry_run else keeping.clean(who), is_dry=dry_run)


def view_condition(now: Condition) -> HouseView:
    held, space, age_ms = now.holdings, now.space, now.chores.round_age_ms
    return HouseView(
        version=__version__,
        database=DatabaseView(name=held.database, bytes=held.database_bytes),
        disk=None
        if space is None
        else DiskView(bytes=space.size_bytes, free_bytes=space.free_bytes),
        holdings=HoldingsView(
            documents=held.documents,
            document_bytes=held.document_bytes,
            jobs=held.jobs,
            job_bytes=held.job_bytes,
            trash=now.chores.trash,
        ),
        workers=now.alive,
        upkeep_seconds=None if age_ms is None else age_ms / 1000,
        advice=[_advice(one) for one in now.advice()],
    )


def view_cleaned(gone: Cleaned, *, is_dry: bool) -> CleanedView:
    return CleanedView(
        dry_run=is_dry,
        jobs=len(gone.jobs),
        bytes=gone.stored_bytes,
        reasons=gone.reasons,
        examples=[
            GoneView(
                job=over.job.id,
                user=over.job.user_id,
                filename=over.job.filename,
                finished_at=rfc3339(over.job.finished_ms),
                bytes=over.job.stored_bytes,
                reason=over.reason,
            )
            for over in gone.jobs[:MOST_TOLD]
        ],
        more=gone.is_more,
    )


def _advice(one: Advice) -> AdviceView:
    return AdviceView(urgency=one.urgency, text=one.text, hint=one.hint)
