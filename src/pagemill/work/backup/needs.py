"""What a ledger refers to on the shelf, as lines of a file: memory stays flat, however many."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pagemill.model.books import JobBook
from pagemill.model.job import JobState, job_folder
from pagemill.model.page import page_key
from pagemill.ports import Books


class NeedKind(StrEnum):
    DOCUMENT = "document"
    PAGE_TEXT = "page"
    OLD_PAGE_TEXT = "old_page"  # of a job that ended without a result: good to have
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Need:
    """`size_bytes` None: the ledger does not know it."""

    kind: NeedKind
    key: str
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """How much there is in a list of needs."""

    documents: int
    jobs: int
    files: int


def write_needs(books: Books, path: Path) -> Written:
    """Documents by SHA-256, then jobs by id with their files together."""
    documents = jobs = files = 0
    with path.open("w", encoding="utf-8") as lines:
        for need in _documents(books):
            documents, files = documents + 1, files + 1
            lines.write(_line(need))
        after = ""
        while batch := books.jobs(after):
            for book in batch:
                jobs += 1
                for need in _of_job(books, book):
                    files += 1
                    lines.write(_line(need))
            after = batch[-1].id
    return Written(documents, jobs, files)


def read_needs(path: Path) -> Iterator[Need]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            kind, key, size = line.rstrip("\n").split("\t")
            yield Need(NeedKind(kind), key, int(size) if size else None)


def _documents(books: Books) -> Iterator[Need]:
    after = ""
    while batch := books.documents(after):
        for document in batch:
            yield Need(NeedKind.DOCUMENT, document.key, document.size_bytes)
        after = batch[-1].sha256


def _of_job(books: Books, book: JobBook) -> Iterator[Need]:
    kind = NeedKind.PAGE_TEXT if book.needs_page_texts else NeedKind.OLD_PAGE_TEXT
    after = 0
    while book.counted.done and (pages := books.done_pages(book.id, after)):
        for page in pages:
            yield Need(kind, page_key(book.id, page.number, page.token))
        after = pages[-1].number
    if book.state is JobState.COMPLETED:
        for output in book.outputs:
            yield Need(NeedKind.OUTPUT, f"{job_folder(book.id)}/{output.path}", output.size_bytes)


def _line(need: Need) -> str:
    size = "" if need.size_bytes is None else need.size_bytes
    return f"{need.kind}\t{need.key}\t{size}\n"
