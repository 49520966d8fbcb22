"""Pages in letters that the chosen engine cannot read, and what an engine says of its reading."""

from dataclasses import dataclass, replace
from pathlib import Path

from pagemill.engines.scripts import unread_script
from pagemill.model.options import Options
from pagemill.model.page import PageText, page_key
from pagemill.model.task import GiveUp, Outcome, PageDone, Work
from pagemill.ports import DocumentPage, ReadOptions, Tools
from pagemill.testing import documents as make
from pagemill.testing.engines import CountEngine
from pagemill.work.lectern import Lectern
from pagemill.work.steps import perform
from pagemill.work.steps.read import stored_page
from work.kit import make_tools, page_work, shelve


@dataclass
class Reader(CountEngine):
    """Reads as PP-OCR does where the page shows Cyrillic letters: not at all."""

    name: str = "ppocr"
    word: str = "Cyrillic"

    def harm(self, first: str) -> None:
        raise unread_script("Cyrl", self.name)


@dataclass
class Packed(CountEngine):
    """Has the packs that are named. `asked` are the languages of the last page."""

    name: str = "tesseract"
    packs: tuple[str, ...] = ("eng",)
    asked: tuple[str, ...] = ()

    def languages(self) -> list[str]:
        return list(self.packs)

    def read(self, page: DocumentPage, options: ReadOptions) -> PageText:
        self.asked = options.languages
        return super().read(page, options)


CYRILLIC = make.text_pdf(["Plain words", "Cyrillic words", "Plain again"])


def do(work: Work, tools: Tools) -> Outcome:
    return perform(work, tools, Lectern(tools)).outcome


def reason(tools: Tools, work: Work) -> str:
    return stored_page(tools.shelf.get(page_key(work.job_id, work.page_no, work.token))).reason


def test_a_page_in_letters_that_were_not_foreseen_is_read_by_who_can(tmp_path: Path) -> None:
    packed = Packed(packs=("eng", "rus"))
    tools = make_tools(tmp_path, Reader(), packed)
    work = page_work(shelve(tools, CYRILLIC), 2, engine="ppocr", options=Options())
    done = do(work, tools)
    assert isinstance(done, PageDone)
    assert done.engine == "tesseract"
    assert packed.asked == ("rus", "eng")
    assert reason(tools, work) == (
        "asked for; the page is written in Cyrillic letters, which ppocr cannot read;"
        " read as rus, eng"
    )


def test_without_a_pack_only_that_page_is_given_up_and_the_pack_is_named(tmp_path: Path) -> None:
    tools = make_tools(tmp_path, Reader(), Packed())
    document = shelve(tools, CYRILLIC)
    works = [page_work(document, n, engine="ppocr", options=Options()) for n in (1, 2, 3)]
    first, middle, last = (do(work, tools) for work in works)
    assert isinstance(first, PageDone)
    assert isinstance(last, PageDone)
    assert isinstance(middle, GiveUp)
    assert middle.failure.code == "language_missing"
    assert "Cyrillic" in middle.failure.message
    assert "apt-get install tesseract-ocr-rus" in middle.failure.hint


def test_an_engine_that_was_asked_for_by_name_is_not_replaced(tmp_path: Path) -> None:
    tools = make_tools(tmp_path, Reader(), Packed(packs=("rus",)))
    options = Options(engine="ppocr")
    outcome = do(page_work(shelve(tools, CYRILLIC), 2, engine="ppocr", options=options), tools)
    assert isinstance(outcome, GiveUp)
    assert "ppocr cannot read" in outcome.failure.message


def test_what_the_engine_says_of_its_reading_stands_beside_why_it_was_chosen(
    tmp_path: Path,
) -> None:
    @dataclass
    class Talker(CountEngine):
        name: str = "talker"

        def read(self, page: DocumentPage, options: ReadOptions) -> PageText:
            return replace(super().read(page, options), reason="all in one breath")

    tools = make_tools(tmp_path, Talker())
    work = page_work(shelve(tools, make.text_pdf(1)), engine="talker")
    do(work, tools)
    assert reason(tools, work) == "asked for; all in one breath"
