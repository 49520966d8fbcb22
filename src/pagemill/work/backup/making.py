"""Making a backup while others work.

1. Take a hold: nobody deletes from the shelf. It is told again every minute, and runs out by itself
   when this process dies.
2. Copy the ledger, all of one moment, and list what that copy refers to.
3. Copy these files. A shelf only gains files or gets new ones in place of old; what the ledger's
   copy names is there, or an output was written anew meanwhile.
4. Look whether all of it arrived, sync, write the manifest, and only then remove what an earlier
   backup in the same folder had and this one has not.

Killed at any moment it leaves the backup before untouched, or a folder that says `unfinished`, and
the same command goes on with it.
"""

import fcntl
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pagemill.errors import PagemillError
from pagemill.ports import Clock, Ledger, Shelf
from pagemill.work.backup.copying import Copier, remove_others, size_of, sync_all
from pagemill.work.backup.manifest import (
    LOCK,
    MANIFEST,
    NEEDS,
    SHELF,
    UNFINISHED,
    Manifest,
    read_manifest,
    write_json,
    write_manifest,
)
from pagemill.work.backup.needs import Need, NeedKind, Written, read_needs, write_needs

HOLD_SECONDS, TELL_SECONDS = 600.0, 60.0
OURS = {MANIFEST, UNFINISHED, LOCK, NEEDS, SHELF}
_TOLD_EVERY = 200


@dataclass(frozen=True, slots=True)
class Step:
    """How far it is; `total` 0 where nobody knows."""

    name: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Wish:
    """`is_linking` gives files a second name on the same disk; `is_incremental` brings a finished
    backup up to date.
    """

    is_linking: bool = False
    is_incremental: bool = False


@dataclass(slots=True)
class _Count:
    files: int = 0
    bytes: int = 0
    missing: int = 0
    changed: int = 0


class Backup:
    """One backup into `folder`. `program` and `schema` are the versions written down with it."""

    def __init__(
        self,
        ledger: Ledger,
        shelf: Shelf,
        clock: Clock,
        folder: Path,
        *,
        program: str,
        schema: int,
        tell: Callable[[Step], None] = lambda _: None,
    ) -> None:
        self._ledger = ledger
        self._shelf = shelf
        self._clock = clock
        self._folder = folder
        self._program = program
        self._schema = schema
        self._tell = tell

    def make(self, wish: Wish) -> Manifest:
        """Raises `backup_failed`, `disk_full`, `tool_missing`, and what the ledger raises."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with _alone(self._folder):
            is_first = self._check_folder(wish)
            began_ms = self._clock.now_ms()
            write_json(self._folder / UNFINISHED, {"began_ms": began_ms})
            with _hold(self._ledger):
                written = self._copy_ledger()
                counted = self._copy_files(wish, written.files)
            made = self._finish(began_ms, written, counted)
            if not is_first:
                keys = (need.key for need in self._needs())
                remove_others(self._folder / SHELF, keys)
            self._clear()
        return made

    def _check_folder(self, wish: Wish) -> bool:
        """Whether nothing was here before."""
        names = {path.name for path in self._folder.iterdir()} - {LOCK}
        if UNFINISHED in names:
            return False
        if MANIFEST in names:
            if not wish.is_incremental:
                raise PagemillError(
                    "backup_failed",
                    f"{self._folder} holds a finished backup",
                    "Bring it up to date with --incremental, or name another folder.",
                )
            read_manifest(self._folder)
            return False
        if names - OURS:
            raise PagemillError(
                "backup_failed",
                f"{self._folder} holds something else",
                "Name an empty or a new folder.",
            )
        return True

    def _copy_ledger(self) -> Written:
        """Beside the copy that is there, until everything it refers to is."""
        self._tell(Step("ledger", 0, 0))
        staged = self._staged
        for leftover in self._folder.glob(f"{staged.name}*"):
            leftover.unlink()
        with self._ledger.keeping.copied(staged) as books:
            return write_needs(books, self._folder / NEEDS)

    def _copy_files(self, wish: Wish, total: int) -> _Count:
        copier = Copier(self._folder / SHELF, is_linking=wish.is_linking)
        count = _Count()
        for number, need in enumerate(self._needs()):
            if number % _TOLD_EVERY == 0:
                self._tell(Step("files", number, total))
            self._copy_file(need, copier, count)
        self._tell(Step("files", total, total))
        return count

    def _copy_file(self, need: Need, copier: Copier, count: _Count) -> None:
        size: int | None
        try:
            with self._shelf.local_path(need.key) as source:
                size = copier.copy(source, need.key)
        except FileNotFoundError:  # perhaps an earlier backup had it
            size = size_of(self._folder / SHELF / need.key)
        if size is None:
            count.missing += need.kind is not NeedKind.OLD_PAGE_TEXT
            return
        count.files += 1
        count.bytes += size
        if need.size_bytes is not None and size != need.size_bytes:
            if need.kind is NeedKind.OUTPUT:
                count.changed += 1
            else:
                count.missing += 1

    def _finish(self, began_ms: int, written: Written, count: _Count) -> Manifest:
        self._tell(Step("sync", 0, 0))
        sync_all()
        name = self._ledger.keeping.copy_name
        self._staged.replace(self._folder / name)
        manifest = Manifest(
            pagemill=self._program,
            ledger=name,
            schema=self._schema,
            made_ms=began_ms,
            documents=written.documents,
            jobs=written.jobs,
            files=count.files,
            bytes=count.bytes,
            missing=count.missing,
            changed=count.changed,
        )
        write_manifest(self._folder, manifest)
        sync_all()
        return manifest

    def _clear(self) -> None:
        for name in (NEEDS, UNFINISHED):
            (self._folder / name).unlink(missing_ok=True)

    def _needs(self) -> Iterator[Need]:
        return read_needs(self._folder / NEEDS)

    @property
    def _staged(self) -> Path:
        return self._folder / f"{self._ledger.keeping.copy_name}.new"


@contextmanager
def _hold(ledger: Ledger) -> Iterator[None]:
    hold_id, is_over = f"backup-{secrets.token_hex(8)}", threading.Event()

    def go_on() -> None:
        while not is_over.wait(TELL_SECONDS):
            with suppress(PagemillError):  # busy: there are many minutes left to tell it again
                ledger.keeping.hold(hold_id, HOLD_SECONDS)

    ledger.keeping.hold(hold_id, HOLD_SECONDS)
    thread = threading.Thread(target=go_on, name="backup-hold", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        with suppress(PagemillError):
            ledger.keeping.let_go(hold_id)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PagemillError(
                "backup_failed",
                f"Another backup into {folder} is at work",
                "Wait for it, or name another folder.",
            ) from None
        yield
