"""Regions are found where they are wanted, and their absence hurts nobody."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from pagemill.engines.regions import PageRegions
from pagemill.model.job import Failure
from pagemill.model.options import Options
from pagemill.model.page import Block, BlockKind, Box, PageText, Region, page_key
from pagemill.model.task import AssembleDone, PageDone, PageResult, SplitDone, Work
from pagemill.ports import DocumentPage, ReadOptions, Strokes, Tools
from pagemill.testing import documents as make
from pagemill.testing.engines import CountEngine
from pagemill.work.lectern import Lectern
from pagemill.work.steps import perform
from pagemill.work.steps.read import stored_page
from pagemill.work.steps.regions import DrawnOnce
from work.kit import assemble_work, make_tools, page_work, shelve, split_work

SAMPLES = Path(__file__).parents[1] / "samples"

PICTURE = Region(BlockKind.FIGURE, Box(100, 200, 300, 400), 0.9)
RULE = Box(100, 90, 300, 91)


@dataclass
class Finder:
    """Finds the same on every page; implements `ports.RegionFinder`."""

    version: str = "1"
    found: tuple[Region, ...] = (PICTURE,)
    drawn: Strokes = field(default_factory=Strokes)
    error: Exception | None = None
    rules_error: Exception | None = None
    is_missing: bool = False
    asked: list[int] = field(default_factory=list)
    warmed: int = 0

    def warm(self) -> None:
        self.warmed += 1

    def missing(self) -> Failure | None:
        return Failure("engine_missing", "not here") if self.is_missing else None

    def find(self, page: DocumentPage, text: PageText) -> tuple[Region, ...]:
        self.asked.append(page.number)
        page.render(72)
        if self.error is not None:
            raise self.error
        return self.found

    def strokes(self, page: DocumentPage, text: PageText) -> Strokes:
        assert text.regions == self.found
        if self.rules_error is not None:
            raise self.rules_error
        return self.drawn


@dataclass
class LineEngine(CountEngine):
    """Reads every page as one line, as from a picture."""

    needs_picture: bool = True

    def read(self, page: DocumentPage, options: ReadOptions) -> PageText:
        page.render(72)
        line = Block(BlockKind.LINE, Box(100, 100, 300, 112), "One line", 0.9)
        text = super().read(page, options)
        return replace(text, blocks=(line,), engine=self.name, dpi=72)


def tools_with(tmp_path: Path, finder: Finder | None, *engines: CountEngine) -> Tools:
    return replace(make_tools(tmp_path, *(engines or (LineEngine(),))), regions=finder)


def read(tools: Tools, work: Work) -> PageText:
    assert isinstance(perform(work, tools, Lectern(tools)).outcome, PageDone)
    return stored_page(tools.shelf.get(page_key(work.job_id, work.page_no, work.token)))


def test_what_is_found_is_kept_with_the_page(tmp_path: Path) -> None:
    tools = tools_with(tmp_path, Finder())
    text = read(tools, page_work(shelve(tools, make.text_pdf(1))))
    assert text.regions == (PICTURE,)


def test_rules_are_kept_among_what_the_page_holds_beside_its_words(tmp_path: Path) -> None:
    tools = tools_with(tmp_path, Finder(drawn=Strokes(rules=(RULE,))))
    text = read(tools, page_work(shelve(tools, make.text_pdf(1))))
    assert text.marks.rules == (RULE,)


def test_dashes_that_no_engine_reads_become_text(tmp_path: Path) -> None:
    dash = Box(150, 105, 155, 106)
    tools = tools_with(tmp_path, Finder(drawn=Strokes(dashes=(dash,))))
    text = read(tools, page_work(shelve(tools, make.text_pdf(1))))
    assert [(block.text, block.box) for block in text.blocks][1:] == [("–", dash)]


def test_where_rules_cannot_be_found_the_regions_stay(tmp_path: Path, capfd) -> None:
    tools = tools_with(tmp_path, Finder(rules_error=ValueError("odd picture")))
    text = read(tools, page_work(shelve(tools, make.text_pdf(1))))
    assert (text.regions, text.marks.rules) == ((PICTURE,), ())
    assert "odd picture" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("engine", "mode", "is_looked_at"),
    [
        ("count", "fast", False),
        ("count", "balanced", True),
        ("count", "best", True),
        ("text", "fast", False),
        ("text", "balanced", False),
        ("text", "best", True),
    ],
)
def test_the_mode_says_which_pages_are_looked_at_and_for_which_the_model_is_loaded(
    tmp_path: Path, engine: str, mode: str, is_looked_at: bool
) -> None:
    finder = Finder()
    tools = tools_with(tmp_path, finder)
    document = shelve(tools, make.text_pdf(1))
    read(tools, page_work(document, engine=engine, options=Options(engine=engine, mode=mode)))
    assert (bool(finder.asked), bool(finder.warmed)) == (is_looked_at, is_looked_at)


def test_a_text_layer_that_an_earlier_ocr_has_left_is_looked_at_as_a_scan(tmp_path: Path) -> None:
    finder = Finder()
    tools = tools_with(tmp_path, finder)
    document = shelve(tools, (SAMPLES / "vicksburg.pdf").read_bytes())
    text = read(tools, page_work(document, engine="text", options=Options(engine="text")))
    assert text.marks.is_scan
    assert text.regions == (PICTURE,)


def test_a_blank_page_is_not_looked_at(tmp_path: Path) -> None:
    finder = Finder()
    tools = tools_with(tmp_path, finder, CountEngine())
    read(tools, page_work(shelve(tools, make.text_pdf([""]))))
    assert finder.asked == []


@pytest.mark.parametrize("error", [ValueError("odd"), MemoryError(), OSError("gone")])
def test_a_page_whose_regions_fail_stands_without_them(tmp_path: Path, capsys, error) -> None:
    tools = tools_with(tmp_path, Finder(error=error))
    text = read(tools, page_work(shelve(tools, make.text_pdf(1))))
    assert (text.regions, text.blocks[0].text) == ((), "One line")
    assert "page 1 has no regions" in capsys.readouterr().err


def test_the_time_it_took_is_told(tmp_path: Path) -> None:
    class Clock:
        """Each look at it is a second later."""

        seconds = 0.0

        def now_ms(self) -> int:
            return 0

        def monotonic(self) -> float:
            self.seconds += 1
            return self.seconds

    tools = replace(tools_with(tmp_path, Finder()), clock=Clock())
    assert read(tools, page_work(shelve(tools, make.text_pdf(1)))).layout_ms == 1000


def key(tools: Tools, mode: str = "balanced") -> str:
    work = split_work(shelve(tools, make.text_pdf(1)), Options(engine="count", mode=mode))
    outcome = perform(work, tools, Lectern(tools)).outcome
    assert isinstance(outcome, SplitDone)
    return outcome.pages[0].cache_key


def test_pages_with_other_regions_are_read_anew(tmp_path: Path) -> None:
    """What finds regions is part of what a page was read with, where it is used at all."""
    none, one, two = (tools_with(tmp_path, f) for f in (None, Finder("1"), Finder("2")))
    gone = tools_with(tmp_path, Finder("1", is_missing=True))
    assert len({key(none), key(one), key(two)}) == 3
    assert key(none) == key(gone)
    assert key(one, "fast") == key(two, "fast") == key(none, "fast")


def test_a_page_is_drawn_once_for_all_who_want_the_same_picture(tmp_path: Path) -> None:
    tools = make_tools(tmp_path)
    page = Lectern(tools).open(page_work(shelve(tools, make.text_pdf(1)))).page(1)
    once = DrawnOnce(page)
    assert once.render(72) is once.render(72)
    assert once.render(36).dpi == 36
    assert (once.number, once.width, once.native_dpi()) == (1, page.width, page.native_dpi())


def test_a_picture_on_a_scan_is_cut_out_and_linked(tmp_path: Path) -> None:
    tools = tools_with(tmp_path, Finder())
    document = shelve(tools, make.picture_pdf(["A scan"]))
    options = Options(engine="count", outputs=("markdown", "images", "json", "annotated", "layout"))
    work = page_work(document, options=options)
    read(tools, work)
    results = [PageResult(1, work.token, "count")]
    done = perform(assemble_work(document, results, options=options), tools, Lectern(tools)).outcome
    assert isinstance(done, AssembleDone)
    assert "images/1_0.jpg" in {file.path for file in done.outputs}
    assert "![figure](images/1_0.jpg)" in tools.shelf.get("jobs/job/result.md").decode()
    (page,) = json.loads(tools.shelf.get("jobs/job/result.json"))["pages"]
    assert [block["kind"] for block in page["blocks"]] == ["paragraph", "figure"]
    assert page["regions"][0]["kind"] == "figure"


def test_the_finder_of_the_program_can_be_asked_without_loading_anything() -> None:
    finder = PageRegions()
    assert finder.missing() is None
    assert finder.version
