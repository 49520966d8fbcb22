"""The ledger against the shelf: every document, page text and output that should be there.

What seems lost is looked at twice, a moment apart: upkeep may have a document aside just then, and
a job may be deleted while its files are counted.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from pagemill.model.books import JobBook
from pagemill.model.document import Document
from pagemill.model.job import JobState, job_folder
from pagemill.model.page import PageText, page_key
from pagemill.ports import Ledger, Shelf
from pagemill.work.inspection.faults import FaultKind

DAMAGED = "damaged"


@dataclass(slots=True)
class Losses:
    """What a job misses: page texts (token by number) and outputs (paths)."""

    pages: dict[int, str] = field(default_factory=dict)
    outputs: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.pages or self.outputs)


class Files:
    """Looks; with `is_hashing` it reads every byte. For one thread."""

    def __init__(self, ledger: Ledger, shelf: Shelf, *, is_hashing: bool) -> None:
        self._books = ledger.books
        self._shelf = shelf
        self._is_hashing = is_hashing
        self.pages = self.outputs = 0

    def fault_of(self, document: Document) -> FaultKind | None:
        stored = self._shelf.stat(document.key)
        if stored is None:
            return FaultKind.DOCUMENT_LOST
        is_whole = stored.size_bytes == document.size_bytes
        if is_whole and self._is_hashing:
            is_whole = self._digest(document.key) == document.sha256
        return None if is_whole else FaultKind.DOCUMENT_DAMAGED

    def losses_of(self, book: JobBook) -> Losses:
        """Nothing for jobs that need no files."""
        losses = Losses()
        has_outputs = book.state is JobState.COMPLETED and book.outputs
        if not (book.needs_page_texts or has_outputs) or not book.counted.done:
            return losses
        folder = job_folder(book.id)
        sizes = {stored.key: stored.size_bytes for stored in self._shelf.list(folder)}
        if book.needs_page_texts:
            for number, token in self._done_pages(book.id):
                self.pages += 1
                key = page_key(book.id, number, token)
                if not sizes.get(key) or not self._is_text(key):
                    losses.pages[number] = token
        for output in book.outputs if has_outputs else ():
            self.outputs += 1
            key = f"{folder}/{output.path}"
            if sizes.get(key) != output.size_bytes or not self._is(key, output.sha256):
                losses.outputs.append(output.path)
        return losses

    def set_aside(self, document: Document) -> None:
        """Damaged bytes are kept for whoever wants to look at them."""
        self._shelf.move(document.key, f"{DAMAGED}/{document.key.rpartition('/')[2]}")

    def _done_pages(self, job_id: str) -> Iterator[tuple[int, str]]:
        after = 0
        while pages := self._books.done_pages(job_id, after):
            for page in pages:
                yield page.number, page.token
            after = pages[-1].number

    def _is_text(self, key: str) -> bool:
        if not self._is_hashing:
            return True
        try:
            msgspec.json.decode(self._shelf.get(key), type=PageText)
        except (FileNotFoundError, msgspec.DecodeError):
            return False
        return True

    def _is(self, key: str, sha256: str) -> bool:
        return not self._is_hashing or self._digest(key) == sha256

    def _digest(self, key: str) -> str:
        digest = hashlib.sha256()
        try:
            for chunk in self._shelf.stream(key):
                digest.update(chunk)
        except FileNotFoundError:
            return ""
        return digest.hexdigest()
