"""The full text follows the ledger, whatever happens to either meanwhile."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from pagemill.ledger import open_ledger
from pagemill.model.document import PDF, Document
from pagemill.model.job import NewJob
from pagemill.model.options import Options
from pagemill.model.page import Block, BlockKind, Box, Cell, PageText, page_key
from pagemill.model.people import LOCAL
from pagemill.model.search import wanted_of
from pagemill.model.task import (
    AssembleDone,
    PageDone,
    PagePlan,
    Report,
    RetryPolicy,
    SplitDone,
    TaskKind,
    Work,
)
from pagemill.ports import Ledger, Looked
from pagemill.search import SEARCH_FILE, SqliteIndex
from pagemill.shelf import LocalShelf
from pagemill.testing.clock import SettableClock
from pagemill.work import indexing
from pagemill.work.indexing import RENEW_SECONDS, Indexer

DOCUMENT = Document("ab" * 32, PDF, 3)


class Stop(Exception):
    """A kill, as far as a thread can be killed."""


@dataclass
class Place:
    """`says` is what every page of the next job says, of which it has so many."""

    root: Path
    clock: SettableClock
    ledger: Ledger
    shelf: LocalShelf
    index: SqliteIndex
    says: str = "a mill"
    pages: int = 1
    rests: list[float] = field(default_factory=list)

    def indexer(self, holder: str = "here", rest=None) -> Indexer:
        def resting(seconds: float) -> bool:
            self.rests.append(seconds)
            return False

        return Indexer(self.ledger, self.shelf, self.index, self.clock, holder, rest or resting)

    def finish(self, job_id: str) -> str:
        if not self.ledger.jobs_by_id([job_id]):
            self.ledger.submit(NewJob(job_id, LOCAL, DOCUMENT, "a.pdf", Options(), 5))
        while works := self.ledger.claim("here:1", (), 100, 60.0):
            self.ledger.finish([Report(w.task_id, w.token, self._outcome(w)) for w in works])
        return job_id

    def _outcome(self, work: Work) -> SplitDone | PageDone | AssembleDone:
        match work.kind:
            case TaskKind.SPLIT:
                numbers = range(1, self.pages + 1)
                plans = (PagePlan(n, "text", "", f"{work.job_id}-{n}") for n in numbers)
                return SplitDone(self.pages, tuple(plans))
            case TaskKind.PAGE:
                self.put(work.job_id, work.page_no, work.token, self.says)
                return PageDone("text", 7)
            case _:
                return AssembleDone(())

    def put(self, job_id: str, number: int, token: str, *texts: str) -> None:
        blocks = tuple(Block(BlockKind.LINE, Box(0, 0, 9, 9), text) for text in texts)
        page = PageText(number, 612, 792, blocks, "text", "1")
        self.shelf.put(page_key(job_id, number, token), msgspec.json.encode(page))

    def found(self, query: str) -> list[tuple[str, int]]:
        found = self.index.find(Looked(wanted_of(f"{query} "), "local", limit=100))
        return sorted((page.job_id, page.number) for page in found.pages)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    clock = SettableClock()
    ledger = open_ledger(
        tmp_path / "ledger.db",
        clock=clock,
        rng=random.Random(7),
        policy=RetryPolicy(),
        user_max_running=0,
        durable=False,
    )
    index = SqliteIndex(tmp_path / SEARCH_FILE)
    yield Place(tmp_path, clock, ledger, LocalShelf(tmp_path / "shelf"), index)
    index.close()
    ledger.close()


def test_finished_jobs_come_in_and_deleted_ones_go(place: Place) -> None:
    indexer = place.indexer()
    place.finish("job-1")
    place.ledger.submit(NewJob("job-2", LOCAL, DOCUMENT, "a.pdf", Options(), 5))
    assert not indexer.round()
    assert place.found("mill") == [("job-1", 1)]
    assert place.index.find(Looked(wanted_of(""))).is_complete
    place.finish("job-2")
    place.ledger.delete("job-1")
    indexer.round()
    assert place.found("mill") == [("job-2", 1)]
    assert place.index.jobs("", 10) == ["job-2"]


def test_what_was_changed_without_finishing_anew_is_found_by_its_new_words_only(
    place: Place,
) -> None:
    place.pages = 3
    indexer = place.indexer()
    place.finish("job-1")
    indexer.round()
    place.put("job-1", 2, "later", "another text")
    with closing(sqlite3.connect(place.root / "ledger.db")) as ledger, ledger:
        ledger.execute("UPDATE task SET token = 'later' WHERE kind = 'page' AND page_no = 2")
        ledger.execute("UPDATE task SET state = 6 WHERE kind = 'page' AND page_no = 3")
        ledger.execute("UPDATE job SET version = version + 1")
    indexer.round()
    assert place.found("mill") == [("job-1", 1)]
    assert place.found("another") == [("job-1", 2)]


def test_a_file_that_is_gone_is_filled_again(place: Place) -> None:
    for number in range(5):
        place.finish(f"job-{number}")
    indexer = place.indexer()
    indexer.round()
    place.index.close()
    (place.root / SEARCH_FILE).unlink()
    indexer.round()
    assert len(place.found("mill")) == 5


def test_what_is_deleted_behind_a_walk_is_found_by_the_next(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "WALK_AT_ONCE", 1)
    indexer = place.indexer()
    for number in range(3):
        place.finish(f"job-{number}")
    indexer.round()  # the first of them is looked at
    place.ledger.delete("job-0")
    for _ in range(8):
        indexer.round()
    assert place.index.jobs("", 10) == ["job-1", "job-2"]


def test_a_clock_that_was_set_back_hides_nothing(place: Place) -> None:
    indexer = place.indexer()
    place.finish("job-1")
    indexer.round()
    place.clock.advance(-86_400)
    place.finish("job-2")
    indexer.round()
    assert place.found("mill") == [("job-1", 1), ("job-2", 1)]


@pytest.mark.parametrize("writes", range(1, 6))
def test_killed_at_any_moment_it_loses_and_doubles_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    monkeypatch.setattr(indexing, "BATCH_CHARACTERS", 1)
    place.pages = 3
    place.finish("job-1")
    place.finish("job-2")
    left = iter(range(writes))

    def killed(_: float) -> bool:
        if next(left, None) is None:
            raise Stop
        return False

    with pytest.raises(Stop):
        place.indexer(rest=killed).round()
    again = place.indexer()
    again.round()
    pages = [(job, number) for job in ("job-1", "job-2") for number in (1, 2, 3)]
    assert place.found("mill") == pages
    assert place.index.versions(["job-1", "job-2"]).keys() == {"job-1", "job-2"}
    assert 0 not in place.index.versions(["job-1", "job-2"]).values()


def test_asked_to_stop_it_stops_between_two_batches_and_goes_on_later(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "BATCH_CHARACTERS", 1)
    place.pages = 4
    place.finish("job-1")
    assert place.indexer(rest=lambda _: True).round()
    assert len(place.found("mill")) == 1
    assert not place.indexer().round()
    assert len(place.found("mill")) == 4


def test_one_node_does_it_at_a_time_and_another_goes_on_when_it_is_gone(place: Place) -> None:
    first, second = place.indexer("first"), place.indexer("second")
    first.round()
    place.finish("job-1")
    second.round()
    assert place.found("mill") == []
    first.round()
    place.finish("job-2")
    place.clock.advance(indexing.DUTY_SECONDS + RENEW_SECONDS)
    second.round()
    assert len(place.found("mill")) == 2


def test_where_nothing_moves_nothing_is_written_or_asked_twice(place: Place) -> None:
    indexer = place.indexer()
    place.finish("job-1")
    indexer.round()
    indexer.round()
    mark, trips = place.ledger.change_mark(), place.ledger.trips()
    for _ in range(10):
        assert not indexer.round()
    assert place.ledger.change_mark() == mark
    assert place.ledger.trips() - trips == 11  # the mark alone


def test_tables_broken_words_and_pages_that_are_gone_are_taken_as_they_are(place: Place) -> None:
    place.pages = 2
    place.finish("job-1")
    tokens = {page.number: page.token for page in place.ledger.pages("job-1")}
    cells = (Cell(0, 0, "in a cell"), Cell(0, 1, "the next"))
    box = Box(0, 0, 9, 9)
    blocks = (
        Block(BlockKind.LINE, box, "an exam-"),
        Block(BlockKind.LINE, box, "ple\x00 of it"),
        Block(BlockKind.TABLE, box, cells=cells),
    )
    page = PageText(1, 612, 792, blocks, "text", "1")
    place.shelf.put(page_key("job-1", 1, tokens[1]), msgspec.json.encode(page))
    place.shelf.delete([page_key("job-1", 2, tokens[2])])
    place.indexer().round()
    assert place.found("example") == place.found('"cell the next"') == [("job-1", 1)]
    assert place.found("mill") == []
