"""What the engine `text` finds out of a page beside its words."""

from pathlib import Path

import pytest

from drawn_pdfs import drawn_pdf, say
from pagemill.documents import PageOpener
from pagemill.engines.text import TextEngine
from pagemill.model.document import PDF
from pagemill.model.page import PageFlag, PageText
from pagemill.ports import ReadOptions

LINES = "".join(say(f"a line of some words {n}", 72, 400 - 14 * n) for n in range(8))


def read(folder: Path, content: str) -> PageText:
    path = folder / "page.pdf"
    path.write_bytes(drawn_pdf(content))
    document = PageOpener(1_000_000).open(path, PDF)
    try:
        return TextEngine().read(document.page(1), ReadOptions())
    finally:
        document.close()


@pytest.mark.parametrize(
    ("matrix", "rotation"),
    [
        ("1 0 0 1 0 0", 0),
        ("0 1 -1 0 792 0", 90),
        ("-1 0 0 -1 612 792", 180),
        ("0 -1 1 0 0 612", 270),
    ],
)
def test_a_page_whose_text_lies_on_its_side_says_how_to_turn_it(
    tmp_path: Path, matrix: str, rotation: int
) -> None:
    page = read(tmp_path, f"q {matrix} cm {LINES} Q")
    assert page.rotation == rotation
    assert (PageFlag.ROTATED in page.flags) == (rotation != 0)
    assert len(page.blocks) == 8


def test_a_few_sideways_lines_turn_no_page(tmp_path: Path) -> None:
    sideways = f"q 0 1 -1 0 792 0 cm {say('along the edge', 72, 700)} Q"
    assert read(tmp_path, LINES + sideways).rotation == 0
