"""Files copied or linked into a folder, each whole or not at all; what is there already stays.

A copy carries the time of its original: of equal size and time, it is the same.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PART = ".part"
BLOCK_BYTES = 1024 * 1024


class Copier:
    """Copies to paths below `root`. `is_linking` gives files a second name instead of a copy: on
    one disk only, and safe because nothing on a shelf is ever written in place.
    """

    def __init__(self, root: Path, *, is_linking: bool = False) -> None:
        self._root = root
        self._put = _link if is_linking else _write

    def copy(self, source: Path, key: str) -> int:
        """The size of what lies there then. A copy that is cut short has not the time of its
        original, so the next one writes it anew. Raises FileNotFoundError without an original, and
        OSError where there is no space.
        """
        original = source.stat()
        target = self._root / key
        there = _state(target)
        if there is not None and _is_same(there, original):
            return there.st_size
        if there is not None:
            return self._replace(source, target, original)
        try:
            return self._put(source, target, original)
        except FileNotFoundError:
            target.parent.mkdir(parents=True, exist_ok=True)
            return self._put(source, target, original)

    def _replace(self, source: Path, target: Path, original: os.stat_result) -> int:
        part = target.with_name(target.name + PART)
        part.unlink(missing_ok=True)
        size = self._put(source, part, original)
        part.replace(target)
        part.unlink(missing_ok=True)  # a rename between two names of one file does nothing
        return size


def _write(source: Path, target: Path, original: os.stat_result) -> int:
    with source.open("rb", 0) as reader, target.open("xb", 0) as writer:
        shutil.copyfileobj(reader, writer, BLOCK_BYTES)
        os.utime(writer.fileno(), ns=(original.st_atime_ns, original.st_mtime_ns))
        return os.fstat(writer.fileno()).st_size


def _link(source: Path, target: Path, original: os.stat_result) -> int:
    target.hardlink_to(source)
    return original.st_size


def size_of(path: Path) -> int | None:
    state = _state(path)
    return None if state is None else state.st_size


def files_below(root: Path) -> Iterator[Path]:
    """Relative to `root`; halves of files are not among them."""
    for folder, _, names in os.walk(root):
        for name in names:
            if not name.endswith(PART) and "#" not in name:
                yield Path(folder, name).relative_to(root)


def remove_others(root: Path, wanted: Iterator[str]) -> int:
    """Deletes what lies below `root` and is not wanted, and folders that are empty then. Remembers
    a few bytes of each key: rarely two keys share them, and then one file too many stays. Returns
    how many went.
    """
    marks = {_mark(key) for key in wanted}
    removed = 0
    for folder, _, names in os.walk(root, topdown=False):
        for name in names:
            path = Path(folder, name)
            if _mark(path.relative_to(root).as_posix()) not in marks:
                path.unlink()
                removed += 1
        with suppress(OSError):  # not empty
            if folder != str(root):
                Path(folder).rmdir()
    return removed


def sync_all() -> None:
    """Everything written so far is on the disks when it returns (sync(2) on Linux)."""
    os.sync()


def _state(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _is_same(copy: os.stat_result, original: os.stat_result) -> bool:
    return (copy.st_size, copy.st_mtime_ns) == (original.st_size, original.st_mtime_ns)


def _mark(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest())
