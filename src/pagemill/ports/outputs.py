"""What a job gives back, and the tools steps work with."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pagemill.model.job import Failure
from pagemill.model.options import Options
from pagemill.model.page import PageText
from pagemill.ports.documents import Documents, OpenDocument
from pagemill.ports.engines import Engines, RegionFinder
from pagemill.ports.shelf import Shelf, Upload
from pagemill.ports.time import Clock


@dataclass(frozen=True, slots=True)
class Gap:
    """A page that was given up."""

    number: int
    failure: Failure


class Book(Protocol):
    """A read document on its way into outputs. `pages` may be walked again and again; it streams
    laid-out pages in order, one in memory at a time. `raw_pages` are as the engines gave them.
    """

    filename: str
    options: Options
    total: int
    password: str

    def pages(self) -> Iterator[PageText | Gap]: ...

    def raw_pages(self) -> Iterator[PageText | Gap]: ...

    def document(self) -> OpenDocument:
        """Opened at first use, closed by the owner of the book."""
        ...

    def document_path(self) -> Path: ...


class Folder(Protocol):
    """Where outputs are written: the job's folder on the shelf."""

    def write(self, name: str, path: str, media_type: str) -> AbstractContextManager[Upload]:
        """A file of output `name` at `path` in the folder; recorded when the block ends well."""
        ...


class Output(Protocol):
    """Makes one kind of result. Runs in a child process. `name` is what a job asks for."""

    name: str

    def write(self, book: Book, folder: Folder) -> None: ...


Outputs = Mapping[str, Output]
Arrange = Callable[[Callable[[], Iterator[PageText]]], Callable[[PageText], PageText]]
"""Layout: given a way to walk a document's raw pages, gives what lays one page out. It may walk
them once to learn what holds for the whole document (body font size), never keeps them."""


PageMarkdown = Callable[[PageText, Options], str]
"""One laid-out page as Markdown, with or without what `headers_footers` names."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What steps work with, wired by the program in the child process."""

    shelf: Shelf
    documents: Documents
    engines: Engines
    outputs: Outputs
    arrange: Arrange
    clock: Clock
    max_pages: int
    scratch: Path = field(default_factory=Path)
    regions: RegionFinder | None = None
