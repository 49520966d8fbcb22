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


class Copier:
    """Copies to paths below `root`. `is_linking` gives files a second name instead of a copy: on
    one disk only, and safe because nothing on a shelf is ever written in place.
    """

    def __init__(self, root: Path, *, is_linking: bool = False) -> None:
        self._root = root
        self._is_linking = is_linking
        self._made: set[Path] = set()
        self.copied = self.kept = 0

    def copy(self, source: Path, key: str) -> int:
        """Its size. Raises FileNotFoundError, and OSError where there is no space."""
        state, target = source.stat(), self._root / key
        if _is_same(target, state):
            self.kept += 1
            return state.st_size
        self._make(target.parent)
        part = target.with_name(target.name + PART)
        part.unlink(missing_ok=True)
        if self._is_linking:
            part.hardlink_to(source)
        else:
            shutil.copyfile(source, part)
            os.utime(part, ns=(state.st_atime_ns, state.st_mtime_ns))
        part.replace(target)
        part.unlink(missing_ok=True)  # a rename between two names of one file does nothing
        self.copied += 1
        return state.st_size

    def _make(self, folder: Path) -> None:
        if folder not in self._made:
            folder.mkdir(parents=True, exist_ok=True)
            if len(self._made) > 10_000:
                self._made.clear()
            self._made.add(folder)


def size_of(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


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


def _is_same(target: Path, source: os.stat_result) -> bool:
    try:
        state = target.stat()
    except FileNotFoundError:
        return False
    return (state.st_size, state.st_mtime_ns) == (source.st_size, source.st_mtime_ns)


def _mark(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest())
