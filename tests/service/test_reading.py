"""The text of a job as people read it on a screen."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from pagemill.errors import PagemillError
from pagemill.layout import arrange
from pagemill.model.job import Job
from pagemill.model.page import Block, BlockKind, Box, Cell, PageText
from pagemill.outputs import page_markdown
from pagemill.service import Service
from pagemill.service.parts import parts_of
from pagemill.service.reading import STRETCH_BYTES, STRETCH_PAGES, Stretch
from pagemill.testing.documents import text_pdf
from web_house import HandWorker, open_service
from web_house import page_markdown as said_on


def line(text: str, y: float, x: float = 72, width: float = 300) -> Block:
    return Block(BlockKind.LINE, Box(x, y, x + width, y + 10), text, confidence=0.9)


def page(*blocks: Block) -> PageText:
    return PageText(1, 612, 792, blocks, "text", "1")


def test_each_line_is_found_in_the_block_that_was_made_of_it() -> None:
    lines = [
        line("The miller grinds the flour that the baker will need", 100),
        line("", 106),
        line("on the morrow.", 112, width=80),
        line("A second paragraph, far below.", 300),
    ]
    parts = parts_of(page(*lines), arrange, page_markdown).parts
    assert [part.sources for part in parts] == [(0, 2), (3,)]
    assert [part.markdown.split()[0] for part in parts] == ["The", "A"]


def test_a_block_that_an_engine_gave_whole_is_its_own_source() -> None:
    cells = (Cell(0, 0, "a"), Cell(0, 1, "b"), Cell(1, 0, "c"), Cell(1, 1, "d"))
    table = Block(BlockKind.TABLE, Box(72, 200, 400, 260), "a b c d", cells=cells)
    figure = Block(BlockKind.FIGURE, Box(72, 300, 400, 500))
    parts = parts_of(page(line("Above", 100), table, figure), arrange, page_markdown).parts
    by_kind = {part.block.kind: part for part in parts}
    assert by_kind[BlockKind.TABLE].sources == (1,)
    assert "| c | d |" in by_kind[BlockKind.TABLE].markdown
    assert (by_kind[BlockKind.FIGURE].sources, by_kind[BlockKind.FIGURE].markdown) == ((), "")


def test_a_page_without_words_has_no_parts() -> None:
    assert parts_of(page(), arrange, page_markdown).parts == ()
    assert parts_of(page(line("  ", 100)), arrange, page_markdown).parts == ()


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return open_service(tmp_path)


def finish(service: Service, markdown: str = "", pages: int = 1, **worker: object) -> Job:
    hand = HandWorker(
        service.ledger, service.shelf, pages, texts={"result.md": markdown.encode()}, **worker
    )
    with service.receive() as upload:
        upload.write(text_pdf(1))
        job = service.submit(upload, "mill.pdf", {}).job
    hand.work_off()
    return service.get(job.id)


def whole(service: Service, job: Job) -> list[Stretch]:
    stretches, at = [], 0
    while at is not None:
        stretches.append(service.reading.stretch(job, at))
        at = stretches[-1].next
    return stretches


def test_a_long_text_comes_in_stretches_that_end_where_a_block_does(service: Service) -> None:
    fenced = "```\nx = 1\n\n" + "größe = 2\n\n" * 3000 + "```"
    paragraphs = [f"Paragraph {n} of the größere ledger.\n\n" for n in range(3000)]
    text = "".join(paragraphs[:900]) + fenced + "\n\n" + "".join(paragraphs[900:])
    stretches = whole(service, finish(service, text))
    pieces = [stretch.passages[0].markdown for stretch in stretches]
    assert "".join(pieces) == text
    assert all(len(piece.encode()) <= STRETCH_BYTES for piece in pieces)
    assert len(pieces) > 3
    for piece in pieces[:-1]:
        assert piece.endswith("\n\n")
        assert piece.count("```") % 2 == 0


def test_a_block_without_end_is_cut_at_a_line_or_anywhere(service: Service) -> None:
    for text in ("| a | b |\n" * 20_000, "aüß" * 50_000):
        pieces = [stretch.passages[0].markdown for stretch in whole(service, finish(service, text))]
        assert "".join(pieces) == text
        assert all(len(piece) <= STRETCH_BYTES for piece in pieces)


def test_without_markdown_the_pages_are_read_as_they_are(service: Service) -> None:
    hand = HandWorker(service.ledger, service.shelf, 2 * STRETCH_PAGES, broken={3})
    with service.receive() as upload:
        upload.write(text_pdf(1))
        job = service.submit(upload, "mill.pdf", {"outputs": ["json"]}).job
    hand.step()
    hand.step(3)
    passages = service.reading.stretch(service.get(job.id)).passages
    assert [p.number for p in passages] == list(range(1, STRETCH_PAGES + 1))
    assert passages[0].markdown.strip() == said_on(1)
    assert passages[2].missing.startswith("Page 3 could not be read")
    assert passages[3].missing == "Not read yet"
    hand.work_off()
    stretches = whole(service, service.get(job.id))
    numbers = itertools.chain.from_iterable(
        [passage.number for passage in stretch.passages] for stretch in stretches
    )
    assert list(numbers) == list(range(1, 2 * STRETCH_PAGES + 1))


def test_an_output_that_was_removed_is_told(service: Service) -> None:
    job = finish(service, "gone")
    service.shelf.delete([f"{job.folder}/result.md"])
    with pytest.raises(PagemillError) as error:
        service.reading.stretch(job)
    assert error.value.code == "output_not_found"


def test_a_page_of_more_lines_than_anybody_reads_is_laid_out_all_the_same() -> None:
    lines = [line(f"Entry {n} of the ledger", 12.0 * (n % 66), 4.0 * n, 3) for n in range(3000)]
    wild = Block(BlockKind.LINE, Box(float("nan"), 0, float("inf"), 10), "nowhere")
    made = [replace(one, kind=BlockKind.PARAGRAPH) for one in lines]
    parts = parts_of(
        page(*lines, wild), lambda _: lambda text: text.with_blocks(tuple(made)), page_markdown
    ).parts
    assert [part.sources for part in parts] == [(n,) for n in range(3000)]
