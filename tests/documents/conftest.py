"""Pages of PDFs that a test makes, opened as the program opens them."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drawn_pdfs import Read
from pagemill.documents import PageOpener
from pagemill.model.document import PDF
from pagemill.ports import DocumentPage


@pytest.fixture
def page_of(tmp_path: Path) -> Iterator[Callable[[bytes], DocumentPage]]:
    opened = []
    numbers = itertools.count()

    def page_of(data: bytes) -> DocumentPage:
        path = tmp_path / f"{next(numbers)}.pdf"
        path.write_bytes(data)
        document = PageOpener(4_000_000).open(path, PDF)
        opened.append(document)
        return document.page(1)

    yield page_of
    for document in opened:
        document.close()


@pytest.fixture
def read(page_of: Callable[[bytes], DocumentPage]) -> Read:
    return lambda data: page_of(data).native_text()
