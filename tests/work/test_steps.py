"""Steps take work and give outcomes; whatever goes wrong inside is an outcome too."""

import errno
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pagemill.engines import EngineRegistry
from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from pagemill.model.options import Options
from pagemill.model.page import PageText, page_key
from pagemill.model.task import (
    AssembleDone,
    Away,
    GiveUp,
    Outcome,
    PageDone,
    PageResult,
    Reread,
    Retry,
    SplitDone,
    TaskKind,
    Work,
)
from pagemill.ports import Book, DocumentPage, Folder, ReadOptions, Tools
from pagemill.testing import documents as make
from pagemill.testing.engines import AwayEngine, CountEngine, FlakyEngine
from pagemill.work.lectern import Lectern
from pagemill.work.steps import perform
from pagemill.work.steps.read import stored_page
from work.kit import assemble_work, make_tools, page_work, shelve, split_work


@pytest.fixture
def count(tmp_path: Path) -> CountEngine:
    return CountEngine(pages_read=tmp_path / "read")


@pytest.fixture
def tools(tmp_path: Path, count: CountEngine) -> Tools:
    return make_tools(tmp_path, count)


def do(work: Work, tools: Tools) -> Outcome:
    return perform(work, tools, Lectern(tools)).outcome


def stored(tools: Tools, work: Work) -> PageText:
    return stored_page(tools.shelf.get(page_key(work.job_id, work.page_no, work.token)))


# Split


def test_split_plans_every_page_with_its_engine(tools: Tools) -> None:
    done = do(split_work(shelve(tools, make.text_pdf(3))), tools)
    assert isinstance(done, SplitDone)
    assert done.document_pages == 3
    assert [page.number for page in done.pages] == [1, 2, 3]
    assert {page.engine for page in done.pages} == {"count"}
    assert len({page.cache_key for page in done.pages}) == 1


def test_split_plans_only_the_pages_asked_for(tools: Tools) -> None:
    work = split_work(shelve(tools, make.text_pdf(5)), Options(engine="count", pages="2-3,5-"))
    done = do(work, tools)
    assert isinstance(done, SplitDone)
    assert [page.number for page in done.pages] == [2, 3, 5]
    assert done.document_pages == 5


def test_a_second_split_looks_into_no_page(tools: Tools) -> None:
    work = split_work(shelve(tools, make.text_pdf(2)), Options(), attempt=2)
    done = do(work, tools)
    assert isinstance(done, SplitDone)
    assert {page.engine for page in done.pages} == {"auto"}
    assert "failed before" in done.pages[0].reason


def test_looking_ahead_ends_when_its_time_is_up(tools: Tools, tmp_path: Path) -> None:
    class Hurried:
        """Every look at it is a second later."""

        def __init__(self) -> None:
            self.seconds = 0.0

        def now_ms(self) -> int:
            return 0

        def monotonic(self) -> float:
            self.seconds += 1
            return self.seconds

    hurried = replace(tools, clock=Hurried())
    done = do(split_work(shelve(tools, make.text_pdf(3)), Options()), hurried)
    assert isinstance(done, SplitDone)
    assert {page.engine for page in done.pages} == {"auto"}


def test_a_layer_to_be_compared_with_its_picture_is_left_to_the_page(tools: Tools) -> None:
    work = split_work(shelve(tools, make.picture_pdf(1, hidden_text="An earlier OCR")), Options())
    done = do(work, tools)
    assert isinstance(done, SplitDone)
    assert [page.engine for page in done.pages] == ["auto"]
    assert "compared with the picture" in done.pages[0].reason


def test_a_page_that_cannot_be_looked_at_does_not_stop_the_split(tools: Tools) -> None:
    work = split_work(shelve(tools, make.holed_pdf(3, {2})), Options())
    done = do(work, tools)
    assert isinstance(done, SplitDone)
    assert [page.engine for page in done.pages] == ["text", "auto", "text"]


@pytest.mark.parametrize(
    ("data", "options", "code"),
    [
        (b"", Options(), "empty_file"),
        (b"hello, I am a text", Options(), "not_a_document"),
        (make.damaged_pdf(), Options(), "corrupt"),
        (make.encrypted_pdf("secret"), Options(), "password_required"),
        (make.text_pdf(2), Options(pages="3-"), "no_such_pages"),
        (make.text_pdf(6), Options(), "too_many_pages"),
        (make.text_pdf(1), Options(engine="nobody"), "engine_missing"),
    ],
)
def test_a_document_that_cannot_be_split_is_given_up(
    tmp_path: Path, data: bytes, options: Options, code: str
) -> None:
    tools = make_tools(tmp_path, max_pages=5)
    outcome = do(split_work(shelve(tools, data), options), tools)
    assert isinstance(outcome, GiveUp)
    assert outcome.failure.code == code
    assert outcome.failure.hint


def test_the_password_opens_the_document(tools: Tools) -> None:
    work = split_work(shelve(tools, make.encrypted_pdf("secret")), password="secret")
    assert isinstance(do(work, tools), SplitDone)


def test_a_document_that_is_not_on_the_shelf_is_looked_for_again(tools: Tools) -> None:
    document = shelve(tools, make.text_pdf(1))
    tools.shelf.delete([document.key])
    outcome = do(split_work(document), tools)
    assert isinstance(outcome, Retry)
    assert outcome.failure.code == "document_not_found"


# Read


def test_a_page_lies_on_the_shelf_under_its_token(tools: Tools) -> None:
    work = page_work(shelve(tools, make.text_pdf(3)), 2)
    done = do(work, tools)
    assert isinstance(done, PageDone)
    assert not done.is_cached
    text = stored(tools, work)
    assert (text.number, text.engine, text.reason) == (2, "count", "asked for")
    assert any("This is leaf 2." in block.text for block in text.blocks)
    assert [s.key for s in tools.shelf.list("jobs")] == [page_key("job", 2, "tok2")]


def test_auto_is_decided_when_the_page_is_read(tools: Tools) -> None:
    work = page_work(shelve(tools, make.text_pdf(1)), engine="auto", options=Options())
    done = do(work, tools)
    assert isinstance(done, PageDone)
    assert done.engine == "text"
    assert stored(tools, work).reason not in {"", "asked for"}


@pytest.mark.parametrize(
    ("mode", "reason"), [("fast", "no language"), ("balanced", "something else than the picture")]
)
def test_a_layer_that_lies_is_told_with_the_page(tmp_path: Path, mode: str, reason: str) -> None:
    body = "The goods you asked for were sent to you today, and the bill is with them. " * 3
    tools = replace(make_tools(tmp_path), engines=EngineRegistry())
    document = shelve(tools, make.mismapped_pdf([body], make.permuted_letters()))
    plan = do(split_work(document, Options(mode=mode)), tools)
    assert isinstance(plan, SplitDone)
    work = page_work(document, engine=plan.pages[0].engine, options=Options(mode=mode))
    done = do(work, tools)
    assert isinstance(done, PageDone)
    assert (done.engine, done.flags) == ("ppocr", ("garbage_text_layer",))
    assert reason in stored(tools, work).reason
    assert "The goods you asked for" in " ".join(b.text for b in stored(tools, work).blocks)


def test_an_earlier_reading_answers_without_reading(tools: Tools, count: CountEngine) -> None:
    document = shelve(tools, make.text_pdf(1))
    first = page_work(document)
    do(first, tools)
    second = page_work(document, job_id="other", cached_from=page_key("job", 1, "tok1"))
    done = do(second, tools)
    assert isinstance(done, PageDone)
    assert done.is_cached
    assert stored(tools, second) == stored(tools, first)
    assert count.times_begun("Page 1 of 1") == 1


@pytest.mark.parametrize("left", [None, b"", b'{"number": 1, "wid'])
def test_a_lost_earlier_reading_is_read_anew(tools: Tools, left: bytes | None) -> None:
    work = page_work(shelve(tools, make.text_pdf(1)), cached_from="jobs/old/pages/0001.x.json")
    if left is not None:
        tools.shelf.put(work.cached_from, left)
    done = do(work, tools)
    assert isinstance(done, PageDone)
    assert not done.is_cached


def test_an_error_of_the_engine_is_tried_again_and_told_without_a_traceback(
    tmp_path: Path,
) -> None:
    engine = FlakyEngine(pages_read=tmp_path / "read")
    tools = make_tools(tmp_path, engine)
    work = page_work(shelve(tools, make.text_pdf(["FLAKY page"])), engine="flaky")
    done = perform(work, tools, Lectern(tools))
    assert done.outcome == Retry(
        Failure(
            "engine_failed",
            "RuntimeError: flaky on purpose: FLAKY page",
            "Retry the failed pages with another engine.",
        )
    )
    assert "Traceback" in done.trouble
    assert isinstance(do(work, tools), PageDone)


def test_an_engine_that_is_away_rests_the_pool(tmp_path: Path) -> None:
    tools = make_tools(tmp_path, AwayEngine(pages_read=None))
    work = page_work(shelve(tools, make.text_pdf(["AWAY"])), engine="away")
    outcome = do(work, tools)
    assert isinstance(outcome, Away)
    assert outcome.failure.code == "engine_away"
    assert outcome.pause_seconds > 0


@dataclass
class RaisingEngine(CountEngine):
    name: str = "raising"
    error: Exception | None = None

    def read(self, page: DocumentPage, options: ReadOptions) -> PageText:
        raise self.error or RuntimeError


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (MemoryError(), Retry, "page_memory"),
        (OSError(errno.ENOSPC, "full"), Away, "disk_full"),
        (OSError(errno.EDQUOT, "full"), Away, "disk_full"),
        (OSError(errno.EIO, "broken"), Retry, "engine_failed"),
        (PagemillError("disk_full"), Away, "disk_full"),
        (PagemillError("page_unrenderable"), GiveUp, "page_unrenderable"),
        (PagemillError("language_missing"), GiveUp, "language_missing"),
        (PagemillError("engine_failed"), Retry, "engine_failed"),
        (PagemillError("page_memory"), Retry, "page_memory"),
        (ZeroDivisionError("x" * 5000), Retry, "engine_failed"),
    ],
)
def test_every_error_has_its_outcome(
    tmp_path: Path, error: Exception, kind: type, code: str
) -> None:
    tools = make_tools(tmp_path, RaisingEngine(pages_read=None, error=error))
    work = page_work(shelve(tools, make.text_pdf(1)), engine="raising")
    outcome = do(work, tools)
    assert isinstance(outcome, kind)
    assert isinstance(outcome, Retry | GiveUp | Away)
    assert outcome.failure.code == code
    assert len(outcome.failure.message) < 400


def test_one_document_stays_open_between_its_pages(tools: Tools) -> None:
    lectern = Lectern(tools)
    first, second = (shelve(tools, make.text_pdf([text])) for text in ("one", "two"))
    opened = lectern.open(page_work(first))
    assert lectern.open(page_work(first, 1, token="again")) is opened
    assert lectern.open(page_work(second)) is not opened


def test_a_document_opened_with_a_password_is_not_open_for_everybody(tools: Tools) -> None:
    document = shelve(tools, make.encrypted_pdf("secret"))
    lectern = Lectern(tools)
    lectern.open(page_work(document, password="secret"))
    with pytest.raises(PagemillError) as refused:
        lectern.open(page_work(document, password="wrong"))
    assert refused.value.code == "password_required"


# Assemble


def read_all(tools: Tools, data: bytes) -> tuple[list[Work], list[PageResult]]:
    document = shelve(tools, data)
    total = do(split_work(document), tools)
    assert isinstance(total, SplitDone)
    works = [page_work(document, page.number) for page in total.pages]
    for work in works:
        assert isinstance(do(work, tools), PageDone)
    return works, [PageResult(w.page_no, w.token, "count") for w in works]


def test_outputs_are_written_and_listed(tools: Tools) -> None:
    works, results = read_all(tools, make.text_pdf(2))
    options = Options(engine="count", outputs=("markdown", "text"))
    done = do(assemble_work(works[0].document, results, options=options), tools)
    assert isinstance(done, AssembleDone)
    assert {file.name for file in done.outputs} == {"markdown", "text"}
    for file in done.outputs:
        data = tools.shelf.get(f"jobs/job/{file.path}")
        assert len(data) == file.size_bytes
        assert b"leaf 1" in data
        assert b"leaf 2" in data


def test_a_gap_is_marked_where_a_page_was_given_up(tools: Tools) -> None:
    works, results = read_all(tools, make.text_pdf(3))
    results[1] = PageResult(2, "", "", Failure("worker_died", "it died"))
    done = do(assemble_work(works[0].document, results), tools)
    assert isinstance(done, AssembleDone)
    markdown = tools.shelf.get("jobs/job/result.md").decode()
    assert "leaf 1" in markdown
    assert "leaf 2" not in markdown
    assert "2" in markdown[markdown.index("leaf 1") : markdown.index("leaf 3")]


def test_a_job_without_any_page_is_given_up(tools: Tools) -> None:
    document = shelve(tools, make.text_pdf(1))
    gap = PageResult(1, "", "", Failure("worker_died", "it died"))
    outcome = do(assemble_work(document, [gap]), tools)
    assert isinstance(outcome, GiveUp)
    assert outcome.failure.code == "no_page_read"


@pytest.mark.parametrize("left", [None, b"", b"\0" * 100])
def test_page_texts_lost_with_the_power_are_asked_for_again(
    tools: Tools, left: bytes | None
) -> None:
    works, results = read_all(tools, make.text_pdf(4))
    for work in (works[1], works[3]):
        key = page_key("job", work.page_no, work.token)
        tools.shelf.delete([key])
        if left is not None:
            tools.shelf.put(key, left)
    outcome = do(assemble_work(works[0].document, results), tools)
    assert isinstance(outcome, Reread)
    assert outcome.pages == (2, 4)


@dataclass
class BrokenOutput:
    """Writes one file, then fails, as a plug-in may."""

    name: str = "broken"

    def write(self, book: Book, folder: Folder) -> None:
        with folder.write(self.name, "half.txt", "text/plain") as file:
            file.write(b"half")
        raise RuntimeError("broken on purpose")


@dataclass
class DrawingOutput:
    name: str = "drawing"

    def write(self, book: Book, folder: Folder) -> None:
        with folder.write(self.name, "drawing.txt", "text/plain") as file:
            file.write(str(book.document().pages).encode())


def test_an_output_that_keeps_failing_does_not_cost_the_job(tools: Tools) -> None:
    works, results = read_all(tools, make.text_pdf(1))
    tools = replace(tools, outputs={**tools.outputs, "broken": BrokenOutput()})
    options = Options(outputs=("broken", "markdown"))
    first = assemble_work(works[0].document, results, options=options)
    assert isinstance(do(first, tools), Retry)
    done = do(replace(first, attempt=2), tools)
    assert isinstance(done, AssembleDone)
    assert done.left_out == ("broken",)
    assert [file.name for file in done.outputs] == ["markdown"]
    alone = replace(first, attempt=2, options=Options(outputs=("broken",)))
    assert isinstance(do(alone, tools), Retry)


def test_a_document_that_kills_while_it_is_drawn_stays_closed_in_the_end(tools: Tools) -> None:
    works, results = read_all(tools, make.text_pdf(1))
    tools = replace(tools, outputs={**tools.outputs, "drawing": DrawingOutput()})
    options = Options(outputs=("markdown", "drawing"))
    work = assemble_work(works[0].document, results, options=options)
    done = do(replace(work, attempt=2, deaths=1), tools)
    assert isinstance(done, AssembleDone)
    assert done.left_out == ()
    done = do(replace(work, attempt=3, deaths=2), tools)
    assert isinstance(done, AssembleDone)
    assert done.left_out == ("drawing",)


def test_an_output_that_is_no_more_is_named(tools: Tools) -> None:
    works, results = read_all(tools, make.text_pdf(1))
    work = assemble_work(works[0].document, results, options=Options(outputs=("papyrus",)))
    outcome = do(work, tools)
    assert isinstance(outcome, GiveUp)
    assert "papyrus" in outcome.failure.message
    assert work.kind is TaskKind.ASSEMBLE
