"""Rows of the job list as their jobs change, rendered once for all who look."""

from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response

from pagemill.web.context import InHouse
from pagemill.web.feed import Piece, event
from pagemill.web.listening import Asked, stream
from pagemill.web.ui.rendering import Pages, pages_of

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class AsRow:
    """A way of telling; the same for whoever looks."""

    pages: Pages

    def __call__(self, piece: Piece) -> bytes:
        if piece.view is None:
            return event("gone", piece.job_id, piece.number)
        row = self.pages.text("job_row.html", job=piece.view)
        return event("row", row.strip(), piece.number)


@router.get("/ui/events")
async def rows(house: InHouse, request: Request, wish: Asked) -> Response:
    """As `/v1/events`; `row` holds the rendered row of a job, `gone` the id of one."""
    return stream(house, replace(wish, way=AsRow(pages_of(request))))
