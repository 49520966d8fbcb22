"""What was sent before, for those who are about to send many files."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pagemill.service import known_contents
from pagemill.web.context import AtDesk, Who
from pagemill.web.problems import PROBLEMS

router = APIRouter(prefix="/v1", tags=["jobs"], responses=PROBLEMS)


class KnownRequest(BaseModel):
    """`contents` are SHA-256 digests in hex, at most 1,000; `options` as for a new job."""

    contents: Annotated[list[str], Field(max_length=1000)] = []
    options: dict[str, Any] = {}


class KnownView(BaseModel):
    """`jobs` are job ids by digest. `ingest:<digest>:<options>` is the `Idempotency-Key` of a file
    that is sent; `place` changes when the server has another ledger, or knows me as somebody else.
    """

    place: str
    user: str
    options: str
    jobs: dict[str, str]


@router.post("/ingest/known")
def known(service: AtDesk, who: Who, asked: KnownRequest) -> KnownView:
    """Which contents `pagemill ingest` has sent for me already, with the same options."""
    found = known_contents(service, asked.contents, asked.options, who)
    return KnownView(place=found.place, user=who.id, options=found.options, jobs=dict(found.jobs))
