"""Bytes on their way in, stopped at the size limit."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pagemill.errors import PagemillError
from pagemill.ports import Shelf, Upload
from pagemill.service.names import MAX_NAME

BLOCK_BYTES = 1024 * 1024


class BoundedUpload:
    """An upload that refuses to grow beyond `max_bytes`."""

    def __init__(self, inner: Upload, max_bytes: int) -> None:
        self._inner = inner
        self._max_bytes = max_bytes

    @property
    def size_bytes(self) -> int:
        return self._inner.size_bytes

    @property
    def sha256(self) -> str:
        return self._inner.sha256

    @property
    def head(self) -> bytes:
        return self._inner.head

    def write(self, chunk: bytes) -> None:
        """Raises `too_large`, `disk_full`."""
        if self._inner.size_bytes + len(chunk) > self._max_bytes:
            raise too_large(self._max_bytes)
        self._inner.write(chunk)

    def keep(self, key: str) -> None:
        self._inner.keep(key)


@contextmanager
def receive(shelf: Shelf, max_bytes: int) -> Iterator[Upload]:
    with shelf.upload() as upload:
        yield BoundedUpload(upload, max_bytes)


def copy_file(path: Path, upload: Upload) -> None:
    """Raises `file_not_found`, `too_large`, `disk_full`."""
    try:
        with path.open("rb") as source:
            while block := source.read(BLOCK_BYTES):
                upload.write(block)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise PagemillError("file_not_found", f"{path}: {error.strerror}") from None


def copy_named(folder: Path, name: str, upload: Upload) -> None:
    """A file that lies in `folder` itself: no path, no hidden file, no link, no device. Raises
    `file_not_found`, `too_large`, `disk_full`.
    """
    is_plain = name not in ("", ".", "..") and not name.startswith(".") and "\0" not in name
    if not is_plain or "/" in name or "\\" in name or len(name) > MAX_NAME:
        raise PagemillError("file_not_found", f"'{name[:80]}' is not the name of a file")
    try:
        # Not blocking, so that a named pipe does not wait for a writer.
        source = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (OSError, UnicodeError):
        raise _no_file(name) from None
    if not stat.S_ISREG(os.fstat(source).st_mode):
        os.close(source)
        raise _no_file(name)
    with os.fdopen(source, "rb") as file:
        while block := file.read(BLOCK_BYTES):
            upload.write(block)


def _no_file(name: str) -> PagemillError:
    return PagemillError(
        "file_not_found", f"There is no file '{name[:80]}' in the input folder", "Check the name."
    )


def too_large(max_bytes: int) -> PagemillError:
    megabytes = max_bytes // (1024 * 1024)
    return PagemillError("too_large", f"Larger than the {megabytes} MB this server accepts")
