"""The book that outputs are written from, and the folder they are written to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from pagemill.errors import PagemillError
from pagemill.model.job import OutputFile, job_folder
from pagemill.model.page import PageText, page_key
from pagemill.model.task import PageResult, Work
from pagemill.ports import Gap, OpenDocument, Shelf, Tools, Upload
from pagemill.work.lectern import Lectern

KEPT_PAGES = 200
"""Page texts of a book no longer than this stay in memory between two walks."""


class LostPage(Exception):
    """A page the ledger counts as read has no readable text on the shelf."""


class ReadBook:
    """Implements `ports.Book` over the winning page texts of one job: one in memory at a time, but
    for short books.

    Raises LostPage while walking where a page text is gone, and `page_unrenderable` for the
    document of a book that `is_closed`.
    """

    def __init__(
        self, work: Work, tools: Tools, lectern: Lectern, *, is_closed: bool = False
    ) -> None:
        self.filename = work.filename
        self.options = work.options
        self.password = work.password
        self.total = len(work.results)
        self._work = work
        self._tools = tools
        self._lectern = lectern
        self._is_closed = is_closed
        self._lay_out: Callable[[PageText], PageText] | None = None
        self._kept: list[PageText | Gap] = []
        self._sizes: dict[int, int] = {}

    @property
    def text_bytes(self) -> int:
        """What the page texts walked so far take up on the shelf."""
        return sum(self._sizes.values())

    def pages(self) -> Iterator[PageText | Gap]:
        if self._lay_out is None:
            self._lay_out = self._tools.arrange(self._texts)
        for page in self.raw_pages():
            yield page if isinstance(page, Gap) else self._lay_out(page)

    def raw_pages(self) -> Iterator[PageText | Gap]:
        if self._kept:
            yield from self._kept
            return
        kept: list[PageText | Gap] = []
        for result in self._work.results:
            page = self._page(result)
            if self.total <= KEPT_PAGES:
                kept.append(page)
            yield page
        self._kept = kept

    def document(self) -> OpenDocument:
        self._refuse_if_closed()
        return self._lectern.open(self._work)

    def document_path(self) -> Path:
        self._refuse_if_closed()
        return self._lectern.path(self._work)

    def lost_pages(self) -> tuple[int, ...]:
        """Every page whose text is gone or unreadable, found by trying them all."""
        return tuple(
            result.number for result in self._work.results if not self._is_readable(result)
        )

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise PagemillError(
                "page_unrenderable", "Drawing from the document killed the worker process before"
            )

    def _texts(self) -> Iterator[PageText]:
        return (page for page in self.raw_pages() if isinstance(page, PageText))

    def _page(self, result: PageResult) -> PageText | Gap:
        if result.failure is not None:
            return Gap(result.number, result.failure)
        key = page_key(self._work.job_id, result.number, result.token)
        try:
            data = self._tools.shelf.get(key)
            self._sizes[result.number] = len(data)
            return msgspec.json.decode(data, type=PageText)
        except (FileNotFoundError, msgspec.DecodeError) as error:
            raise LostPage(key) from error

    def _is_readable(self, result: PageResult) -> bool:
        try:
            self._page(result)
        except LostPage:
            return False
        return True


class ShelfFolder:
    """Implements `ports.Folder`: the job's folder, with a record of every file written."""

    def __init__(self, shelf: Shelf, job_id: str) -> None:
        self._shelf = shelf
        self._root = job_folder(job_id)
        self._files: dict[str, OutputFile] = {}

    @contextmanager
    def write(self, name: str, path: str, media_type: str) -> Iterator[Upload]:
        with self._shelf.writer(f"{self._root}/{path}") as upload:
            yield upload
        self._files[path] = OutputFile(name, path, media_type, upload.size_bytes, upload.sha256)

    def forget(self, name: str) -> None:
        """Drops the records of an output that failed halfway; its files go with the job."""
        self._files = {path: file for path, file in self._files.items() if file.name != name}

    def files(self) -> tuple[OutputFile, ...]:
        """In the order of writing; a path written twice counts once."""
        return tuple(self._files.values())
