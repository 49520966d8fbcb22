"""The desk for those who look for something in the text of finished jobs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from pagemill.access import whose
from pagemill.errors import PagemillError
from pagemill.model.job import Job
from pagemill.model.page import Block, Box, PageText, page_key
from pagemill.model.people import LOCAL, Caller
from pagemill.model.search import Piece, Wanted, snippet, spans_of, wanted_of, words_apart
from pagemill.ports import IndexedPage, Ledger, Looked, SearchIndex, Shelf

MOST_BOXES = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that has what was looked for: some of its text, and the boxes it stands in, in points
    of a page that is so wide and high. No boxes where the page text is not to be had.
    """

    job: Job
    page: int
    snippet: tuple[Piece, ...]
    boxes: tuple[Box, ...] = ()
    width: float = 0.0
    height: float = 0.0


@dataclass(frozen=True, slots=True)
class Hits:
    """The best first. `total` counts to 1,000; with `has_more` there are more. `next` is what is to
    be skipped for the hits after these. `is_complete` is false while older jobs are still missing.
    """

    hits: tuple[Hit, ...]
    total: int
    has_more: bool
    next: int | None
    is_complete: bool


@dataclass(frozen=True, slots=True)
class SearchDesk:
    ledger: Ledger
    shelf: Shelf
    index: SearchIndex | None

    @property
    def is_on(self) -> bool:
        return self.index is not None

    def find(
        self,
        query: str,
        who: Caller = LOCAL,
        *,
        user_id: str = "",
        ref: str = "",
        skip: int = 0,
        limit: int = 20,
    ) -> Hits:
        """In one's own pages, or those of `user_id` for an admin ("*" for everybody's); of one job
        with its `ref`. Raises `search_off`, `search_unavailable`, `forbidden`, `job_not_found`.
        """
        if self.index is None:
            raise PagemillError("search_off")
        owner = whose(who, user_id)
        if ref:
            job = self.ledger.job(ref, who.sees)
            owner, ref = ("" if owner == who.id else owner), job.id
        wanted = wanted_of(query)
        found = self.index.find(Looked(wanted, owner, ref, skip, limit))
        after = skip + limit
        return Hits(
            tuple(self._hits(found.pages, wanted)),
            found.total,
            found.has_more,
            after if after < found.total else None,
            found.is_complete,
        )

    def _hits(self, pages: Sequence[IndexedPage], wanted: Wanted) -> Iterator[Hit]:
        """Jobs that were deleted, and are in the index yet, are left out."""
        jobs = {job.id: job for job in self.ledger.jobs_by_id(list({p.job_id for p in pages}))}
        for page in pages:
            if page.job_id in jobs:
                yield self._hit(jobs[page.job_id], page, wanted)

    def _hit(self, job: Job, page: IndexedPage, wanted: Wanted) -> Hit:
        shown = snippet(page.text, wanted)
        text = self._page_text(page)
        if text is None:
            return Hit(job, page.number, shown)
        return Hit(job, page.number, shown, _boxes(text.blocks, wanted), text.width, text.height)

    def _page_text(self, page: IndexedPage) -> PageText | None:
        try:
            data = self.shelf.get(page_key(page.job_id, page.number, page.token))
            return msgspec.json.decode(data, type=PageText)
        except (FileNotFoundError, msgspec.DecodeError):
            return None


def _boxes(blocks: Sequence[Block], wanted: Wanted) -> tuple[Box, ...]:
    """Of blocks that hold it; a phrase that is broken over blocks is looked for word by word."""
    for asked in (wanted, words_apart(wanted)):
        held = [block.box for block in blocks if spans_of(_text_of(block), asked)]
        if held:
            return tuple(held[:MOST_BOXES])
    return ()


def _text_of(block: Block) -> str:
    return block.text or "\n".join(cell.text for cell in block.cells)
