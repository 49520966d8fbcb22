"""The shelf over any obstore store. A local disk adds syncing and real paths, nothing else."""

import errno
import hashlib
import itertools
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore

from pagemill.errors import PagemillError
from pagemill.ports.shelf import DiskSpace, Stored
from pagemill.shelf.disk import Disk
from pagemill.shelf.keys import checked_key, checked_prefix

if TYPE_CHECKING:
    from obstore import GetResult, ObjectMeta  # stubs only: not importable at run time

UPLOADS = "uploads"
HEAD_BYTES = 1024
READ_BYTES = 512 * 1024
# Up to twelve parts are on their way at once, whatever the file's size. Larger parts bring a disk
# nothing: 1 MB hashed, written, synced and renamed takes 1.6 times as long as a bare synced file
# with any of 128 KB to 2 MB, and 1.45 times written past obstore (the hash). S3 wants 5 MB or more.
DISK_PART_BYTES, STORE_PART_BYTES = 256 * 1024, 5 * 1024 * 1024
DELETE_BATCH = 1000
_FULL = (errno.ENOSPC, errno.EDQUOT)


class ObjectShelf:
    """Implements `ports.Shelf`. With a `disk`, the store must be a LocalStore on `disk.root`.

    Thread-safe, and safe between processes: every write goes to a name of its own and is renamed.
    """

    def __init__(self, store: ObjectStore, disk: Disk | None = None) -> None:
        self._store = store
        self._disk = disk

    @contextmanager
    def upload(self) -> Iterator["StagedUpload"]:
        upload = StagedUpload(self._store, self._disk)
        try:
            yield upload
        finally:
            upload.discard()

    @contextmanager
    def writer(self, key: str) -> Iterator["StagedUpload"]:
        checked_key(key)
        with self.upload() as upload:
            yield upload
            upload.keep(key, is_synced=False)

    def put(self, key: str, data: bytes) -> None:
        with _named_when_full():
            obstore.put(self._store, checked_key(key), data)

    def get(self, key: str) -> bytes:
        return obstore.get(self._store, checked_key(key)).bytes().to_bytes()

    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        if start == 0 and end is None:
            return _chunks(obstore.get(self._store, checked_key(key)))
        size = obstore.head(self._store, checked_key(key))["size"]
        end = size if end is None else min(end, size)
        if start >= end:
            return iter(())
        return _chunks(obstore.get(self._store, key, options={"range": (start, end)}))

    def stat(self, key: str) -> Stored | None:
        try:
            return _stored(obstore.head(self._store, checked_key(key)))
        except FileNotFoundError:
            return None

    def list(self, prefix: str) -> Iterator[Stored]:
        for batch in obstore.list(self._store, checked_prefix(prefix)):
            yield from map(_stored, batch)

    def delete(self, keys: Iterable[str]) -> None:
        waiting = map(checked_key, keys)
        while batch := [*itertools.islice(waiting, DELETE_BATCH)]:
            self._delete_batch(batch)

    def delete_folder(self, prefix: str) -> None:
        if self._disk is not None:
            self._disk.remove_folder(checked_prefix(prefix))
        else:
            self.delete([stored.key for stored in self.list(prefix)])

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        checked_key(key)
        if self._disk is not None:
            path = self._disk.path(key)
            if not path.is_file():
                raise FileNotFoundError(key)
            yield path
            return
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / Path(key).name
            with _named_when_full(), path.open("wb") as file:
                file.writelines(self.stream(key))
            yield path

    def sweep_uploads(self, older_than_ms: int) -> int:
        if self._disk is not None:
            return self._disk.sweep(UPLOADS, older_than_ms)
        stale = [s.key for s in self.list(UPLOADS) if s.modified_ms < older_than_ms]
        self.delete(stale)
        return len(stale)

    def leftovers(self, older_than_ms: int) -> Iterator[Stored]:
        found = self.list(UPLOADS) if self._disk is None else self._disk.leftovers(UPLOADS)
        yield from (stored for stored in found if stored.modified_ms < older_than_ms)

    def sweep_leftovers(self, older_than_ms: int) -> int:
        removed = 0
        for stored in self.leftovers(older_than_ms):
            if self._disk is not None:
                self._disk.path(stored.key).unlink(missing_ok=True)
            else:
                self.delete([stored.key])
            removed += 1
        return removed

    def disk_space(self) -> DiskSpace | None:
        return None if self._disk is None else self._disk.space()

    def move(self, source: str, target: str) -> None:
        with _named_when_full():
            obstore.rename(self._store, checked_key(source), checked_key(target))

    def _delete_batch(self, keys: Sequence[str]) -> None:
        try:
            obstore.delete(self._store, keys)
        except FileNotFoundError:  # a disk stops at the first key that is not there
            for key in keys:
                with suppress(FileNotFoundError):
                    obstore.delete(self._store, key)


class LocalShelf(ObjectShelf):
    """A shelf on a local disk, in the folder `root` (made when missing).

    `folders` are those most synced writes go to, made beforehand: the first write into a new
    folder has to sync the folder above it, too.
    """

    def __init__(self, root: Path, folders: Sequence[str] = ()) -> None:
        disk = Disk(root)
        disk.prepare([checked_key(folder) for folder in folders])
        super().__init__(LocalStore(disk.root), disk)


class StagedUpload:
    """Bytes on their way in, under a random name until `keep` renames them. For one thread."""

    def __init__(self, store: ObjectStore, disk: Disk | None) -> None:
        self.size_bytes = 0
        self.head = b""
        self._store = store
        self._disk = disk
        self._key = f"{UPLOADS}/{secrets.token_hex(16)}"
        self._hash = hashlib.sha256()
        part_bytes = STORE_PART_BYTES if disk is None else DISK_PART_BYTES
        self._file = obstore.open_writer(store, self._key, buffer_size=part_bytes)
        self._is_kept = False

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def write(self, chunk: bytes) -> None:
        with _named_when_full():
            self._file.write(chunk)
        self._hash.update(chunk)
        if len(self.head) < HEAD_BYTES:
            self.head += bytes(chunk[: HEAD_BYTES - len(self.head)])
        self.size_bytes += len(chunk)

    def keep(self, key: str, *, is_synced: bool = True) -> None:
        checked_key(key)
        with _named_when_full():
            self._file.close()
            if self._disk is not None and is_synced:
                # Before the rename: a name must never lead to bytes that are not there yet.
                self._disk.sync_file(self._key)
            obstore.rename(self._store, self._key, key)
            self._is_kept = True
            if self._disk is not None and is_synced:
                self._disk.sync_way_to(key)

    def discard(self) -> None:
        """Leaves nothing behind, unless it was kept."""
        if self._is_kept:
            return
        # Closing ends the parts still on their way; whatever it says, the bytes are not wanted.
        with suppress(OSError, BaseError):
            self._file.close()
        with suppress(FileNotFoundError):
            obstore.delete(self._store, self._key)
        if self._disk is not None:
            self._disk.remove_staged(self._key)


def _chunks(found: "GetResult") -> Iterator[bytes]:
    for chunk in found.stream(min_chunk_size=READ_BYTES):
        yield bytes(chunk)


def _stored(meta: "ObjectMeta") -> Stored:
    return Stored(meta["path"], meta["size"], int(meta["last_modified"].timestamp() * 1000))


@contextmanager
def _named_when_full() -> Iterator[None]:
    """Turns a full disk into `disk_full`. obstore tells the error number in words only."""
    try:
        yield
    except (OSError, BaseError) as error:
        number = getattr(error, "errno", None)
        if number in _FULL or any(f"(os error {full})" in str(error) for full in _FULL):
            raise PagemillError("disk_full") from error
        raise
