"""What only a local disk needs: syncing, real paths, real folders.

A file survives a power cut once its bytes are synced and every folder on the way to it names the
next one; renaming alone promises neither (fsync(2), rename(2)).
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from pagemill.ports.shelf import DiskSpace, Stored

STAGED = "#"  # in the name of a file that obstore has not finished


class Disk:
    """The folder behind a local shelf. Thread-safe."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self._synced_folders = {self.root}
        self._make_root()

    def path(self, key: str) -> Path:
        return self.root / key

    def prepare(self, folders: Sequence[str]) -> None:
        """Makes these folders, all directly in one below the root, and syncs the way to them: no
        write into them has to do it any more.
        """
        for folder in folders:
            self.path(folder).mkdir(parents=True, exist_ok=True)
        for above in {self.path(folder).parent for folder in folders}:
            sync(above)
            sync(self.root)
        self._synced_folders.update(self.path(folder) for folder in folders)

    def sync_file(self, key: str) -> None:
        sync(self.path(key))

    def sync_way_to(self, key: str) -> None:
        """Syncs the folder that holds `key`, and the folders above it that this process has not
        synced before: whoever made them may not have come to it yet.
        """
        folder = self.path(key).parent
        sync(folder)
        while folder not in self._synced_folders:
            sync(folder.parent)
            self._synced_folders.add(folder)
            folder = folder.parent

    def remove_staged(self, key: str) -> None:
        """Removes what a broken write left: obstore writes `key#1`, `key#2` before it renames."""
        for left in self.path(key).parent.glob(f"{Path(key).name}*"):
            left.unlink(missing_ok=True)

    def remove_folder(self, prefix: str) -> None:
        folder = self.path(prefix)
        for _ in range(3):  # a late writer may add a file while the folder goes
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                return
        shutil.rmtree(folder)

    def sweep(self, prefix: str, older_than_ms: int) -> int:
        """Removes files directly below `prefix/` last written before that moment; staged ones too,
        which obstore's listing hides.
        """
        removed = 0
        for entry in self._entries(prefix):
            path = Path(entry)
            with suppress(FileNotFoundError):  # its writer has just finished
                if path.stat().st_mtime_ns // 1_000_000 < older_than_ms:
                    path.unlink()
                    removed += 1
        return removed

    def leftovers(self, prefix: str) -> Iterator[Stored]:
        """Files below `prefix/`, and staged ones anywhere, which obstore's listing hides."""
        for folder, _, names in os.walk(self.root):
            place = Path(folder).relative_to(self.root)
            is_all = place.parts[:1] == (prefix,)
            for name in names:
                if is_all or STAGED in name:
                    with suppress(FileNotFoundError):
                        state = (Path(folder) / name).stat()
                        changed_ms = state.st_mtime_ns // 1_000_000
                        yield Stored(f"{place}/{name}", state.st_size, changed_ms)

    def space(self) -> DiskSpace:
        state = os.statvfs(self.root)
        return DiskSpace(state.f_blocks * state.f_frsize, state.f_bavail * state.f_frsize)

    def _entries(self, prefix: str) -> list[str]:
        try:
            with os.scandir(self.path(prefix)) as entries:
                return [entry.path for entry in entries if entry.is_file(follow_symlinks=False)]
        except FileNotFoundError:
            return []

    def _make_root(self) -> None:
        missing = [p for p in (self.root, *self.root.parents) if not p.exists()]
        self.root.mkdir(parents=True, exist_ok=True)
        for folder in missing:
            sync(folder.parent)


def sync(path: Path) -> None:
    """Returns once the file's bytes, or the folder's names, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
