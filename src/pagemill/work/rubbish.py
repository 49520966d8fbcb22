"""What lies on the shelf and nobody needs: finding it, and deleting it without harm to others.

While somebody holds the shelf (a backup is made) nothing is deleted. Whoever deletes chooses first
and asks for holds then: what was chosen before a hold began is in no backup.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import structlog

from pagemill.ports import Clock, Ledger, Shelf, Stored, Trash

YOUNG_MS = 60_000
ORPHAN_MS = 3_600_000
TRASH_AT_ONCE, AT_ONCE = 200, 200
DOCUMENTS, JOBS, TRASH = "documents", "jobs", "trash"
T = TypeVar("T")


class Rubbish:
    """For one thread. `is_stopping` ends what takes long, early and well."""

    def __init__(
        self, ledger: Ledger, shelf: Shelf, clock: Clock, is_stopping: Callable[[], bool]
    ) -> None:
        self._ledger = ledger
        self._shelf = shelf
        self._clock = clock
        self._is_stopping = is_stopping
        self._emptied: set[str] = set()
        self._log = structlog.get_logger()

    def empty_trash(self) -> bool:
        """Whether there is more. Folders are emptied in two rounds: a child that was just being
        stopped may have put down one more page after the first. What cannot be deleted now goes
        behind everything else, so that it holds up nothing.
        """
        rows = self._ledger.trash(TRASH_AT_ONCE)
        if self._ledger.keeping.is_held():
            return False
        done: list[Trash] = []
        late: list[Trash] = []
        for row in itertools.takewhile(lambda _: not self._is_stopping(), rows):
            try:
                if self._throw_away(row):
                    done.append(row)
            except Exception as error:  # noqa: BLE001  one that fails must not keep the others
                self._log.warning("trash_stays", key=row.key, cause=str(error))
                late.append(row)
        self._ledger.empty_trash(done)
        self._ledger.put_off_trash(late)
        self._emptied &= {row.key for row in rows}
        return len(rows) == TRASH_AT_ONCE and bool(done)

    def put_back_or_burn(self, aside: Iterable[Stored] | None = None) -> int:
        """For files in the trash folder, an earlier process's too. Returns how many were kept."""
        kept = 0
        for stored in self._shelf.list(TRASH) if aside is None else aside:
            name = stored.key.rpartition("/")[2]
            home = f"{DOCUMENTS}/{name[:2]}/{name}"
            is_wanted = self._is_used(stored.key) or not self.is_older(stored, YOUNG_MS)
            if is_wanted and self._shelf.stat(home) is None:
                self._shelf.move(stored.key, home)
                kept += 1
            elif not self._ledger.keeping.is_held():
                self._shelf.delete([stored.key])
        return kept

    def sweep(self) -> None:
        """Deletes files nobody knows: documents whose upload never became a job (a kill between
        the two), and folders of jobs that are gone (a page that was put down after its job was
        deleted). Walks the whole shelf.
        """
        for stored in self.unknown_documents():
            self.discard(stored.key)
        for job_id in self.unknown_folders():
            self.delete_folder(job_id)

    def unknown_documents(self) -> Iterator[Stored]:
        """Files that are older than an hour and of no document the ledger knows."""
        old = (s for s in self._shelf.list(DOCUMENTS) if self.is_older(s, ORPHAN_MS))
        for batch in batches(old, AT_ONCE):
            if self._is_stopping():
                return
            known = self._ledger.books.known_documents([_sha256(stored.key) for stored in batch])
            orphans = [stored for stored in batch if _sha256(stored.key) not in known]
            in_trash = self._ledger.books.in_trash([stored.key for stored in orphans])
            yield from (stored for stored in orphans if stored.key not in in_trash)

    def unknown_folders(self) -> Iterator[str]:
        """Ids of jobs that are gone, where a folder of theirs holds something older than an hour.
        A job is written down before anything of it, so what is unknown now will not be known later.
        """
        for batch in batches(self._job_ids(), AT_ONCE):
            if self._is_stopping():
                return
            orphans = sorted(set(batch) - self._ledger.books.known_jobs(batch))
            in_trash = self._ledger.books.in_trash([f"{JOBS}/{job_id}" for job_id in orphans])
            yield from (job_id for job_id in orphans if f"{JOBS}/{job_id}" not in in_trash)

    def delete_folder(self, job_id: str) -> bool:
        """Whether it is gone."""
        if self._ledger.keeping.is_held():
            return False
        self._log.info("orphan_folder_deleted", job=job_id)
        self._shelf.delete_folder(f"{JOBS}/{job_id}")
        return True

    def discard(self, key: str) -> bool:
        """Deletes a document by way of the trash folder. Between the look and the deletion the same
        bytes may have been sent again; so the file is first taken out of the way, then looked at
        once more, and put back if it is young or in use. Returns whether it is gone.
        """
        if self._is_used(key) or self._ledger.keeping.is_held():
            return False
        aside = f"{TRASH}/{key.rpartition('/')[2]}"
        try:
            self._shelf.move(key, aside)
        except FileNotFoundError:
            return True
        stored = self._shelf.stat(aside)
        return stored is None or self.put_back_or_burn([stored]) == 0

    def is_older(self, stored: Stored, age_ms: int) -> bool:
        return stored.modified_ms < self._clock.now_ms() - age_ms

    def _throw_away(self, row: Trash) -> bool:
        """Whether nothing is left to do for it."""
        if row.is_folder:
            is_second = row.key in self._emptied
            self._emptied.add(row.key)
            self._shelf.delete_folder(row.key)
            return is_second
        if row.key.startswith(f"{JOBS}/"):  # a page text that another has replaced
            self._shelf.delete([row.key])
            return True
        stored = self._shelf.stat(row.key)
        if stored is None or self._is_used(row.key):
            return True
        if not self.is_older(stored, YOUNG_MS):
            return False
        return self.discard(row.key)

    def _is_used(self, key: str) -> bool:
        return self._ledger.document_in_use(_sha256(key))

    def _job_ids(self) -> Iterator[str]:
        """Ids of the job folders that hold something old."""
        last = ""
        for stored in self._shelf.list(JOBS):
            job_id = stored.key.split("/")[1]
            if job_id != last and self.is_older(stored, ORPHAN_MS):
                last = job_id
                yield job_id


def batches(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while batch := list(itertools.islice(items, size)):
        yield batch


def _sha256(key: str) -> str:
    return key.rpartition("/")[2].partition(".")[0]
