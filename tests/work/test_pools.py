"""Which engine's limits hold for a page, and what a page does that chooses its engine late."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from pagemill.errors import PagemillError
from pagemill.model.options import AUTO, Options
from pagemill.model.page import PageText
from pagemill.model.task import Away, Moved, Outcome, PageDone, SplitDone, Work
from pagemill.ports import DocumentPage, ReadOptions, Tools
from pagemill.testing import documents as make
from pagemill.testing.engines import CountEngine
from pagemill.work.lectern import Lectern
from pagemill.work.steps import perform
from work.kit import make_tools, page_work, shelve, split_work

PAGES = ["The first page has a good text layer.", "And so has the second one."]


def do(work: Work, tools: Tools) -> Outcome:
    lectern = Lectern(tools)
    try:
        return perform(work, tools, lectern).outcome
    finally:
        lectern.close()


@dataclass
class GoneEngine(CountEngine):
    """Stands in for the text layer, and is away."""

    name: str = "text"

    def read(self, page: DocumentPage, options: ReadOptions) -> PageText:
        raise PagemillError("engine_away")


def test_pages_wait_for_the_engine_that_shall_read_them(tmp_path: Path) -> None:
    tools = make_tools(tmp_path, CountEngine())
    document = shelve(tools, make.text_pdf(PAGES))
    asked = do(split_work(document), tools)
    chosen = do(split_work(document, Options(engine=AUTO)), tools)
    assert isinstance(asked, SplitDone)
    assert isinstance(chosen, SplitDone)
    assert [plan.pool for plan in asked.pages] == ["count", "count"]
    assert [plan.pool for plan in chosen.pages] == ["text", "text"]


def test_pages_of_an_alias_wait_for_the_engine_behind_it(tmp_path: Path) -> None:
    tools = make_tools(tmp_path)
    document = shelve(tools, make.text_pdf(PAGES))
    plan = do(split_work(document, Options(engine="rapidocr"), attempt=2), tools)
    assert isinstance(plan, SplitDone)
    assert [page.pool for page in plan.pages] == ["ppocr", "ppocr"]


@pytest.mark.parametrize("guarded", [("text",), ("ppocr", "text")])
def test_a_page_that_comes_to_a_guarded_engine_is_moved_there(
    tmp_path: Path, guarded: tuple[str, ...]
) -> None:
    tools = make_tools(tmp_path)
    document = shelve(tools, make.text_pdf(PAGES))
    work = page_work(document, options=Options(), engine=AUTO, pool="auto", guarded=guarded)
    assert do(work, tools) == Moved("text")


def test_a_page_that_comes_to_any_other_engine_is_read(tmp_path: Path) -> None:
    tools = make_tools(tmp_path)
    document = shelve(tools, make.text_pdf(PAGES))
    work = page_work(document, options=Options(), engine=AUTO, pool="auto", guarded=("ppocr",))
    assert isinstance(do(work, tools), PageDone)


def test_an_engine_that_a_page_chose_and_that_is_away_is_named(tmp_path: Path) -> None:
    tools = make_tools(tmp_path, GoneEngine())
    document = shelve(tools, make.text_pdf(PAGES))
    options = Options()
    away = do(page_work(document, options=options, engine=AUTO, pool="auto"), tools)
    planned = do(page_work(document, options=options, engine="text", pool="text"), tools)
    assert isinstance(away, Away)
    assert isinstance(planned, Away)
    assert (away.pool, planned.pool) == ("text", "")
