"""Books and folders for tests of outputs: real pages over real documents, kept in memory."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pagemill.documents import PageOpener
from pagemill.model.document import media_type_of
from pagemill.model.job import Failure
from pagemill.model.options import Options
from pagemill.model.page import Block, BlockKind, Box, PageText
from pagemill.outputs import all_outputs
from pagemill.ports import Gap, OpenDocument

MAX_PIXELS = 40_000_000
TIMEOUT = Failure("page_timeout", "Reading the page took too long")


@dataclass
class Written:
    """One file, as an `Upload`. `sink` throws the bytes away and only counts them."""

    media_type: str
    is_sink: bool = False
    data: bytearray = field(default_factory=bytearray)
    size_bytes: int = 0
    largest_chunk: int = 0
    head: bytes = b""
    sha256: str = hashlib.sha256().hexdigest()

    def write(self, chunk: bytes) -> None:
        self.size_bytes += len(chunk)
        self.largest_chunk = max(self.largest_chunk, len(chunk))
        if not self.is_sink:
            self.data += chunk

    def keep(self, key: str) -> None:
        raise AssertionError(f"an output kept {key} by itself")


@dataclass
class MemoryFolder:
    is_sink: bool = False
    files: dict[str, Written] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def write(self, name: str, path: str, media_type: str) -> Iterator[Written]:
        file = Written(media_type, self.is_sink)
        yield file
        self.files[path] = file
        self.names[path] = name

    def text(self, path: str) -> str:
        return self.files[path].data.decode()


@dataclass
class TestBook:
    """Pages made by a function, so that a long book lies nowhere as a whole."""

    __test__ = False
    make: Callable[[], Iterator[PageText | Gap]]
    path: Path
    options: Options = field(default_factory=Options)
    total: int = 0
    filename: str = "a document.pdf"
    opened: OpenDocument | None = None
    password: str = ""

    def pages(self) -> Iterator[PageText | Gap]:
        return self.make()

    def raw_pages(self) -> Iterator[PageText | Gap]:
        return self.make()

    def document(self) -> OpenDocument:
        if self.opened is None:
            media_type = media_type_of(self.path.read_bytes()[:1024])
            self.opened = PageOpener(MAX_PIXELS).open(self.path, media_type, self.password)
        return self.opened

    def document_path(self) -> Path:
        return self.path

    def close(self) -> None:
        if self.opened is not None:
            self.opened.close()
            self.opened = None


def book_of(
    texts: Sequence[PageText | Gap], path: Path = Path("none"), **options: object
) -> TestBook:
    return TestBook(lambda: iter(texts), path, Options(**options), len(texts))  # type: ignore[arg-type]


def block(text: str, kind: BlockKind = BlockKind.PARAGRAPH, **more: object) -> Block:
    return Block(kind, Box(72, 72, 300, 100), text, **more)  # type: ignore[arg-type]


def page_of(*blocks: Block | str, number: int = 1, **more: object) -> PageText:
    made = tuple(block(item) if isinstance(item, str) else item for item in blocks)
    return PageText(number, 612, 792, made, "text", "1", **more)  # type: ignore[arg-type]


def written(name: str, book: TestBook, folder: MemoryFolder | None = None) -> MemoryFolder:
    """What output `name` writes of `book`, whose document is closed afterwards."""
    folder = folder or MemoryFolder()
    with closing(book):
        all_outputs()[name].write(book, folder)
    return folder


def markdown(*blocks: Block | str, **options: object) -> str:
    """`result.md` of one page."""
    return written("markdown", book_of([page_of(*blocks)], **options)).text("result.md")
