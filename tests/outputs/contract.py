"""What every output must do. A test class inherits `OutputContract` and names its output and the
paths of the files it writes for `three_pages`.
"""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from outputs.books import TIMEOUT, MemoryFolder, TestBook, block, book_of, page_of, written
from pagemill.model.options import Options
from pagemill.model.page import BlockKind, Cell, PageText
from pagemill.outputs import all_outputs
from pagemill.ports import Gap
from pagemill.testing.documents import text_pdf

TEXTS = [
    "Ein Satz mit Umlauten: äöüß",
    "العربية تُكتب من اليمين",
    "汉字 and 😀 and é",
    "\x00\x0c\u2028\ufeff",
]


def full_page(number: int) -> PageText:
    """One block of every kind."""
    cells = (Cell(0, 0, "a|b"), Cell(0, 1, "<b>"), Cell(1, 0, "two\nlines"), Cell(1, 1, ""))
    blocks = [block(TEXTS[0], kind, level=1) for kind in BlockKind]
    table = block("", BlockKind.TABLE, cells=cells, confidence=0.5)
    return page_of(*blocks, table, *TEXTS, number=number, flags=("blank",), language="de")


class OutputContract:
    name: str
    paths: frozenset[str]

    @pytest.fixture
    def pdf(self, tmp_path: Path) -> Path:
        path = tmp_path / "three.pdf"
        path.write_bytes(text_pdf(3))
        return path

    @pytest.fixture
    def three_pages(self, pdf: Path) -> TestBook:
        pages = [full_page(1), Gap(2, TIMEOUT), full_page(3)]
        return book_of(pages, pdf, outputs=tuple(all_outputs()))

    def test_it_is_found_by_its_name(self) -> None:
        assert all_outputs()[self.name].name == self.name

    def test_files_are_written_under_its_name(self, three_pages: TestBook) -> None:
        folder = written(self.name, three_pages)
        assert set(folder.files) == self.paths
        assert set(folder.names.values()) == {self.name}
        assert all(file.size_bytes and file.media_type for file in folder.files.values())

    def test_equal_books_give_equal_bytes(self, three_pages: TestBook) -> None:
        first, second = (written(self.name, three_pages).files for _ in range(2))
        assert {p: bytes(f.data) for p, f in first.items()} == {
            p: bytes(f.data) for p, f in second.items()
        }

    def test_a_page_without_blocks_is_no_trouble(self, pdf: Path) -> None:
        written(self.name, book_of([page_of(), page_of(number=2), page_of(number=3)], pdf))

    def test_an_empty_book_is_no_trouble(self, pdf: Path) -> None:
        written(self.name, book_of([], pdf))

    def test_a_book_of_gaps_is_no_trouble(self, pdf: Path) -> None:
        written(self.name, book_of([Gap(n, TIMEOUT) for n in (1, 2, 3)], pdf))


class StreamedContract(OutputContract):
    """For outputs that write as they read. The others hold what their PDF library holds, or one
    picture.
    """

    def test_memory_is_flat_over_pages(self, pdf: Path) -> None:
        short, long = (self.peak(pages, pdf) for pages in (100, 2000))
        assert long < short + 1_000_000  # the pages themselves would be twelve times that

    def peak(self, pages: int, pdf: Path) -> int:
        def make() -> Iterator[PageText | Gap]:
            for number in range(1, pages + 1):
                yield Gap(number, TIMEOUT) if number % 100 == 0 else full_page(number)

        book = TestBook(make, pdf, Options(), pages)
        tracemalloc.start()
        try:
            written(self.name, book, MemoryFolder(is_sink=True))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
