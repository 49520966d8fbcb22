"""The full text follows the ledger: pages of completed jobs come in, those of deleted jobs go.

What the index has and what it lacks is asked for anew each time, so that a kill at any moment loses
nothing. New results come first; beside that all of ledger and index is walked through, a piece at a
time, for what slipped by: deleted jobs, corrections, a clock that was set back, an index that was
thrown away. One node does it at a time; two would do the same work and no harm.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
import structlog

from pagemill.model.page import page_key
from pagemill.model.wording import plain_text
from pagemill.ports import Clock, FinishedJob, IndexedPage, Ledger, Mark, SearchIndex, Shelf

DUTY, DUTY_SECONDS, RENEW_SECONDS = "search", 45.0, 15.0
JOBS_AT_ONCE, WALK_AT_ONCE, PAGES_AT_ONCE = 200, 1000, 5000
BATCH_CHARACTERS = 400_000
MOST_CHARACTERS = 100_000  # of one page


class _Cell(msgspec.Struct):
    text: str


class _Block(msgspec.Struct):
    text: str = ""
    cells: tuple[_Cell, ...] = ()


class _Page(msgspec.Struct):
    """As much of a page text as is searched."""

    blocks: tuple[_Block, ...]

    def lines(self) -> Iterator[str]:
        for block in self.blocks:
            yield block.text or "\n".join(cell.text for cell in block.cells)


@dataclass(slots=True)
class _Batch:
    """What goes into the index together."""

    pages: list[IndexedPage] = field(default_factory=list)
    whole: list[FinishedJob] = field(default_factory=list)
    characters: int = 0

    def add(self, page: IndexedPage) -> None:
        self.pages.append(page)
        self.characters += len(page.text) + 200


@dataclass(slots=True)
class _Walk:
    """A way through everything in the order of ids, a piece at a time; once more if something was
    changed meanwhile. `at` is None when it is over.
    """

    at: str | None = ""
    is_stale: bool = False

    def touch(self) -> None:
        self.at, self.is_stale = self.at or "", True

    def begin(self) -> str | None:
        """Behind which id the next piece lies."""
        self.is_stale = self.is_stale and self.at != ""
        return self.at

    def go_on(self, ids: Sequence[str]) -> None:
        """These were looked at; fewer than were asked for are the last ones."""
        end = "" if self.is_stale else None
        self.at = ids[-1] if len(ids) == WALK_AT_ONCE else end


class Indexer:
    """`round` belongs to one thread. `rest` waits so many seconds and says whether to stop: half of
    the time is left to the work that fills the index, which goes on in the same process.
    """

    def __init__(
        self,
        ledger: Ledger,
        shelf: Shelf,
        index: SearchIndex,
        clock: Clock,
        holder: str,
        rest: Callable[[float], bool],
    ) -> None:
        self._ledger = ledger
        self._shelf = shelf
        self._index = index
        self._clock = clock
        self._holder = holder
        self._rest = rest
        self._has_duty = False
        self._ask_again = clock.monotonic()
        self._seen: int | None = None
        self._has_news = True
        self._is_complete = False  # and the index says so
        self._finished, self._indexed = _Walk(), _Walk()
        self._log = structlog.get_logger()

    def round(self) -> bool:
        """Whether there is more to do soon. Raises `ledger_busy`, `search_unavailable`,
        `disk_full`.
        """
        if not self._is_mine():
            return False
        self._look()
        if self._has_news and self._follow():
            return True
        self._has_news = False
        self._walk_finished()
        self._walk_index()
        return False

    def _is_mine(self) -> bool:
        """Asked for now and then: to ask is to write."""
        now = self._clock.monotonic()
        if now >= self._ask_again:
            self._ask_again = now + RENEW_SECONDS
            keeping = self._ledger.keeping
            self._has_duty = keeping.take_duty(DUTY, self._holder, DUTY_SECONDS)
        return self._has_duty

    def _look(self) -> None:
        """A ledger that stands still has nothing new, and once walked through, nothing old."""
        is_empty, mark = self._index.prepare(), self._ledger.change_mark()
        self._is_complete = self._is_complete and not is_empty
        if is_empty or mark != self._seen:
            self._seen, self._has_news = mark, True
            self._finished.touch()
            self._indexed.touch()

    def _follow(self) -> bool:
        """Jobs that finished since. True if there may be more, and nobody wants us to stop."""
        while True:
            mark = self._index.mark()
            jobs = self._ledger.finished.since(mark, JOBS_AT_ONCE)
            is_last = len(jobs) < JOBS_AT_ONCE
            if not self._take(jobs):
                return True
            if jobs:
                mark = Mark(jobs[-1].finished_ms, jobs[-1].id)
            if jobs or not self._is_complete:
                self._index.set_mark(mark, is_complete=is_last)
                self._is_complete = is_last
            if is_last or not self._is_mine():
                return False

    def _walk_finished(self) -> None:
        after = self._finished.begin()
        if after is not None:
            jobs = self._ledger.finished.after(after, WALK_AT_ONCE)
            if self._take(jobs):
                self._finished.go_on([job.id for job in jobs])

    def _walk_index(self) -> None:
        after = self._indexed.begin()
        if after is None:
            return
        ids = self._index.jobs(after, WALK_AT_ONCE)
        known = self._ledger.books.known_jobs(ids) if ids else set()
        if gone := [job_id for job_id in ids if job_id not in known]:
            self._index.drop(gone)
            self._log.info("search_dropped", jobs=len(gone))
        self._indexed.go_on(ids)

    def _take(self, jobs: Sequence[FinishedJob]) -> bool:
        """Those that the index has not, or not as they are. False if it was stopped before."""
        known = self._index.versions([job.id for job in jobs]) if jobs else {}
        began, batch = self._clock.monotonic(), _Batch()
        for job in jobs:
            if known.get(job.id) == job.version:
                continue
            for page in self._new_pages(job, is_known=job.id in known):
                batch.add(page)
                if batch.characters >= BATCH_CHARACTERS:
                    self._index.put(batch.pages)
                    batch = _Batch(whole=batch.whole)
                    if self._rest(self._clock.monotonic() - began):
                        return False
                    began = self._clock.monotonic()
            batch.whole.append(job)
        if batch.pages or batch.whole:
            self._index.put(batch.pages, batch.whole)
            return not self._rest(self._clock.monotonic() - began)
        return True

    def _new_pages(self, job: FinishedJob, *, is_known: bool) -> Iterator[IndexedPage]:
        """Pages of which the index has another text, or none; what is no page any more goes."""
        indexed = self._index.pages(job.id) if is_known else {}
        after = 0
        while done := self._ledger.books.done_pages(job.id, after, PAGES_AT_ONCE):
            for page in done:
                if indexed.pop(page.number, None) != page.token:
                    text = self._text(job.id, page.number, page.token)
                    yield IndexedPage(job.id, job.user_id, page.number, page.token, text)
            after = done[-1].number
        if indexed:
            self._index.drop_pages(job.id, list(indexed))

    def _text(self, job_id: str, number: int, token: str) -> str:
        """Nothing for a page that is being deleted, or that nobody understands any more."""
        try:
            data = self._shelf.get(page_key(job_id, number, token))
            page = msgspec.json.decode(data, type=_Page)
        except (FileNotFoundError, msgspec.DecodeError):
            return ""
        return plain_text(page.lines(), MOST_CHARACTERS)
