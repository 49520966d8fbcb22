"""One file onto the shelf: read once, named by its bytes, written or linked. On the I/O threads."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto

from pagemill.cli.ingest.walk import Found, Refused, refused
from pagemill.errors import PagemillError
from pagemill.model.document import UNKNOWN, Document, media_type_of
from pagemill.service.receive import too_large
from pagemill.shelf.bulk import BLOCK_BYTES, BulkShelf, digest_of, state_of

HEAD_BYTES = 1024
# A named pipe must not wait for a writer, nor a terminal take us over.
FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class Way(Enum):
    """How a file's bytes came to lie on the shelf."""

    COPIED = auto()
    LINKED = auto()
    THERE = auto()


@dataclass(frozen=True, slots=True)
class Shelved:
    """A file whose bytes lie on the shelf; `found` is how it was when it was read."""

    found: Found
    document: Document
    way: Way


@dataclass(frozen=True, slots=True)
class Unfit:
    """A file whose bytes are no document, and will not be however often it is read."""

    found: Found
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Examined:
    """An open file that looks like a document. `head` is its beginning, or all of it and then it
    is as long as the file.
    """

    found: Found
    file: int
    state: os.stat_result
    head: bytes
    media_type: str


Read = Shelved | Unfit | Refused


@contextmanager
def examined(found: Found, max_bytes: int) -> Iterator[Examined | Unfit | Refused]:
    """The file as it is now, open for the block. Raises OSError."""
    file = os.open(found.path, FLAGS)
    try:
        state = os.fstat(file)
        now = Found(found.path, state.st_size, state.st_mtime_ns)
        yield _refusal(now, state.st_mode, max_bytes) or _examine(now, file, state)
    finally:
        os.close(file)


def _refusal(found: Found, mode: int, max_bytes: int) -> Unfit | Refused | None:
    if not stat.S_ISREG(mode):
        return Refused(found.path, "not_a_document", "This is no file any more")
    if not found.size_bytes:
        return Unfit(found, "empty_file", "The file is empty")
    if found.size_bytes > max_bytes:
        error = too_large(max_bytes)
        return Refused(found.path, error.code, error.message)
    return None


def _examine(found: Found, file: int, state: os.stat_result) -> Examined | Unfit:
    """A small file is read whole, and by one byte more: if there is one, it has grown."""
    head = os.read(file, min(found.size_bytes, BLOCK_BYTES) + 1)
    media_type = media_type_of(head[:HEAD_BYTES])
    if media_type == UNKNOWN:
        return Unfit(found, "not_a_document", "Not a document Pagemill can open")
    return Examined(found, file, state, head, media_type)


@dataclass(frozen=True, slots=True)
class Shelver:
    """`links` makes a second name for a file where it can, in place of a copy."""

    shelf: BulkShelf
    max_bytes: int
    links: bool = False

    def shelve(self, found: Found) -> Read:
        """Raises `disk_full`, `ledger_unusable`; whatever is wrong with this file alone is told."""
        try:
            with examined(found, self.max_bytes) as looked:
                return self._shelve(looked) if isinstance(looked, Examined) else looked
        except (OSError, ValueError) as error:
            return refused(found.path, error)

    def _shelve(self, looked: Examined) -> Shelved | Refused:
        found, file = looked.found, looked.file
        is_whole = len(looked.head) == found.size_bytes
        sha256 = hashlib.sha256(looked.head).hexdigest() if is_whole else _digest(file)
        document = Document(sha256, looked.media_type, found.size_bytes)
        try:
            way = self._keep(document, looked, is_whole=is_whole)
        except OSError as error:  # the file itself was read before
            cause = f"The shelf cannot be written to: {error.strerror}"
            raise PagemillError("ledger_unusable", cause) from error
        if way is None or state_of(os.fstat(file)) != state_of(looked.state):
            return Refused(found.path, "file_changed", "The file changed while it was read")
        return Shelved(found, document, way)

    def _keep(self, document: Document, looked: Examined, *, is_whole: bool) -> Way | None:
        """None if the bytes are others by now. A large file is read once more for a copy; the bytes
        of a small one are at hand.
        """
        key = document.key
        if self.shelf.holds(key, document.sha256, document.size_bytes):
            return Way.THERE
        if self.links and self.shelf.link(key, looked.file, looked.state):
            return Way.LINKED
        if is_whole:
            self.shelf.put(key, looked.head)
            return Way.COPIED
        return Way.COPIED if self.shelf.copy(key, looked.file, document.sha256) else None


def _digest(file: int) -> str:
    os.lseek(file, 0, os.SEEK_SET)
    return digest_of(file)
