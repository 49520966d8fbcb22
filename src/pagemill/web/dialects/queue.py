"""The dialect of a bulk OCR queue: `/api/queue/stats`, `/api/queue/requeue-failed`, a user's
settings.
"""

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, Field

from pagemill.service import MySettings, SettingsChange
from pagemill.web.context import AtDesk, AtOffice, Who
from pagemill.web.problems import PROBLEMS

router = APIRouter(prefix="/api", tags=["queue dialect"], responses=PROBLEMS)


class Stats(BaseModel):
    """Of everybody's documents. Times are 0 while there is nothing to measure."""

    pending: int
    processing: int
    failed: int
    completed_today: int
    avg_wait_time_minutes: float
    oldest_pending_minutes: float


class Requeued(BaseModel):
    requeued: int
    message: str


class Settings(BaseModel):
    concurrent_ocr_jobs: int
    ocr_timeout_seconds: float
    enable_background_ocr: bool


class Change(BaseModel):
    """Members left out stay as they are; others are not looked at."""

    concurrent_ocr_jobs: int | None = Field(None, ge=1, le=1024)
    ocr_timeout_seconds: float | None = Field(None, ge=1, le=86_400)
    enable_background_ocr: bool | None = None


@router.get("/queue/stats")
def stats(service: AtDesk) -> Stats:
    """How the queue stands."""
    now = service.overview.queue()
    return Stats(
        pending=now.pending,
        processing=now.processing,
        failed=now.failed,
        completed_today=now.completed_today,
        avg_wait_time_minutes=round(now.avg_wait_time_minutes, 1),
        oldest_pending_minutes=round(now.oldest_pending_minutes, 1),
    )


@router.post("/queue/requeue-failed")
def requeue_failed(service: AtDesk, who: Who) -> Requeued:
    """Tries failed documents and pages of mine again, where that may help."""
    count = len(service.requeue_failed(who))
    return Requeued(requeued=count, message=f"{count} requeued")


@router.get("/settings")
def settings(office: AtOffice, who: Who) -> Settings:
    """What I have set for my documents."""
    return _settings(office.my_settings(who))


@router.put("/settings")
def change_settings(office: AtOffice, who: Who, asked: Annotated[Change, Body()]) -> Settings:
    """Changes them, within what the house allows."""
    return _settings(office.change_my_settings(SettingsChange(**asked.model_dump()), who))


def _settings(now: MySettings) -> Settings:
    return Settings(
        concurrent_ocr_jobs=now.concurrent_ocr_jobs,
        ocr_timeout_seconds=now.ocr_timeout_seconds,
        enable_background_ocr=now.enable_background_ocr,
    )
