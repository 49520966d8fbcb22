"""Bytes by key."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Stored:
    """A file on the shelf."""

    key: str
    size_bytes: int
    modified_ms: int


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """Of the disk the shelf lies on, and what anybody may still write to it."""

    size_bytes: int
    free_bytes: int


class Upload(Protocol):
    """Bytes on their way in, hashed as they pass. Leave it without `keep` and nothing remains."""

    @property
    def size_bytes(self) -> int: ...

    @property
    def sha256(self) -> str:
        """Hex digest of what was written so far."""
        ...

    @property
    def head(self) -> bytes:
        """The first 1,024 bytes (or fewer)."""
        ...

    def write(self, chunk: bytes) -> None:
        """Raises `disk_full`."""
        ...

    def keep(self, key: str) -> None:
        """Makes the bytes appear under `key`, whole and synced to the disk before it returns.
        Replaces what lay there. Raises `disk_full`.
        """
        ...


class Shelf(Protocol):
    """Bytes by key (`a/b/c.pdf`: letters, digits, `._-`, no `..`).

    Every write is atomic: a key holds
    the old bytes or the new, never half. Safe to use from many threads and processes.
    """

    def upload(self) -> AbstractContextManager[Upload]:
        """A streamed write whose key is known only at the end. Constant memory."""
        ...

    def writer(self, key: str) -> AbstractContextManager[Upload]:
        """A streamed write to `key`; kept (not synced) when the block ends without an error."""
        ...

    def put(self, key: str, data: bytes) -> None:
        """Atomic, not synced: may be lost with the power. Raises `disk_full`."""
        ...

    def get(self, key: str) -> bytes:
        """Raises FileNotFoundError."""
        ...

    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Chunks of bytes `start` to `end` (exclusive). Raises FileNotFoundError at once."""
        ...

    def stat(self, key: str) -> Stored | None: ...

    def list(self, prefix: str) -> Iterator[Stored]:
        """Everything below `prefix/`, in no promised order."""
        ...

    def delete(self, keys: Iterable[str]) -> None:
        """Keys that are not there are no error."""
        ...

    def delete_folder(self, prefix: str) -> None:
        """Everything below `prefix/`, and on a disk the empty folders too."""
        ...

    def local_path(self, key: str) -> AbstractContextManager[Path]:
        """A real file with these bytes, for libraries that want one; on a disk the file itself.
        Raises FileNotFoundError.
        """
        ...

    def sweep_uploads(self, older_than_ms: int) -> int:
        """Removes uploads that nobody has written to since that moment (ms UTC): what killed
        processes left behind. Returns how many.
        """
        ...

    def leftovers(self, older_than_ms: int) -> Iterator[Stored]:
        """What killed processes left behind, last written before that moment: uploads, and files
        that had no name of their own yet. Looks at the whole shelf.
        """
        ...

    def sweep_leftovers(self, older_than_ms: int) -> int:
        """Removes them. Returns how many."""
        ...

    def disk_space(self) -> DiskSpace | None:
        """None for a store elsewhere."""
        ...

    def move(self, source: str, target: str) -> None:
        """Replaces what lay at `target`. Raises FileNotFoundError."""
        ...
