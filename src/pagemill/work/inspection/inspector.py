"""Goes through all there is, a little at a time, in constant memory; safe while others work.

Repairs are short transactions that look again before they write, so a repair that is killed has
done some of them whole and the others not at all: the next one goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pagemill.model.books import JobBook, Wrong
from pagemill.model.document import Document
from pagemill.ports import Bell, Clock, Ledger, Shelf
from pagemill.work.inspection.faults import FaultKind, Findings, Found
from pagemill.work.inspection.files import Files, Losses
from pagemill.work.rubbish import ORPHAN_MS, Rubbish

LOOK_AGAIN_SECONDS = 1.0
LEASE_GRACE_MS, SILENCE_MS = 60_000, 3_600_000
_KINDS = {
    Wrong.COUNTERS: FaultKind.COUNTERS,
    Wrong.STUCK: FaultKind.STUCK,
    Wrong.LOOSE: FaultKind.LOOSE,
}


@dataclass(frozen=True, slots=True)
class Order:
    """Whether to set right what is found, and whether to read every byte."""

    is_repairing: bool = False
    is_hashing: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step is; `total` is None where nobody knows."""

    step: str
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was looked at and what was found."""

    found: tuple[Found, ...] = ()
    documents: int = 0
    jobs: int = 0
    pages: int = 0
    outputs: int = 0

    @property
    def is_clean(self) -> bool:
        """Nothing was found, or all of it was set right."""
        return all(found.repaired >= found.count for found in self.found)


class Inspector:
    """`wait` sleeps for seconds, between a first look and a second. For one thread, once."""

    def __init__(
        self,
        ledger: Ledger,
        shelf: Shelf,
        bell: Bell,
        clock: Clock,
        wait: Callable[[float], object],
        tell: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        self._ledger = ledger
        self._books = ledger.books
        self._shelf = shelf
        self._bell = bell
        self._clock = clock
        self._wait = wait
        self._tell = tell
        self._findings = Findings()
        self._rubbish = Rubbish(ledger, shelf, clock, lambda: False)

    def inspect(self, order: Order) -> Inspection:
        """Documents first: what is to be read again needs them. Raises `ledger_busy`, `disk_full`;
        what was repaired until then stays repaired.
        """
        files = Files(self._ledger, self._shelf, is_hashing=order.is_hashing)
        seen = Inspection()
        seen = replace(seen, documents=self._documents(files, order))
        seen = replace(seen, jobs=self._jobs(files, order))
        self._counts(order)
        self._strays(order)
        if order.is_repairing:
            self._bell.ring()
        found = tuple(self._findings.all())
        return replace(seen, found=found, pages=files.pages, outputs=files.outputs)

    # Documents

    def _documents(self, files: Files, order: Order) -> int:
        total, done, after = self._books.extent().documents, 0, ""
        while batch := self._books.documents(after):
            suspects = [document for document in batch if files.fault_of(document)]
            if suspects:
                self._wait(LOOK_AGAIN_SECONDS)
                self._documents_again(suspects, files, order)
            done, after = done + len(batch), batch[-1].sha256
            self._tell(Progress("documents", done, total))
        return done

    def _documents_again(self, suspects: list[Document], files: Files, order: Order) -> None:
        known = self._books.known_documents([document.sha256 for document in suspects])
        leaving = self._books.in_trash([document.key for document in suspects])
        for document in suspects:
            fault = files.fault_of(document)
            if fault is None or document.sha256 not in known or document.key in leaving:
                continue
            is_repaired = order.is_repairing and self._lose(document, fault, files)
            self._findings.add(fault, document.key, is_repaired=is_repaired)

    def _lose(self, document: Document, fault: FaultKind, files: Files) -> bool:
        """Jobs first: killed in between, the document is found again."""
        if fault is FaultKind.DOCUMENT_DAMAGED:
            files.set_aside(document)
        after = ""
        while job_ids := self._books.jobs_of_document(document.sha256, after):
            for job_id in job_ids:
                self._books.give_up_document(job_id)
            after = job_ids[-1]
        if files.fault_of(document) is None:
            return False  # the same bytes were just sent again
        self._books.mark_lost(document.sha256)
        return True

    # Jobs

    def _jobs(self, files: Files, order: Order) -> int:
        total, done, after = self._books.extent().jobs, 0, ""
        while batch := self._books.jobs(after):
            for book in batch:
                self._rows(book, order)
            suspects = [book.id for book in batch if files.losses_of(book)]
            if suspects:
                self._wait(LOOK_AGAIN_SECONDS)
                for job_id in suspects:
                    self._files_again(job_id, order)
            done, after = done + len(batch), batch[-1].id
            self._tell(Progress("jobs", done, total))
        return done

    def _rows(self, book: JobBook, order: Order) -> None:
        mended = self._books.mend_job(book.id) if order.is_repairing and book.wrongs else ()
        for wrong in book.wrongs:
            self._findings.add(_KINDS[wrong], f"job {book.id}", is_repaired=wrong in mended)

    def _files_again(self, job_id: str, order: Order) -> None:
        book = self._books.job(job_id)
        if book is None:
            return
        files = Files(self._ledger, self._shelf, is_hashing=order.is_hashing)
        losses = files.losses_of(book)
        is_repaired = bool(losses) and order.is_repairing and self._redo(book, losses)
        for number in losses.pages:
            place = f"job {job_id}, page {number}"
            self._findings.add(FaultKind.PAGE_TEXT_LOST, place, is_repaired=is_repaired)
        for path in losses.outputs:
            place = f"job {job_id}, {path}"
            self._findings.add(FaultKind.OUTPUT_LOST, place, is_repaired=is_repaired)

    def _redo(self, book: JobBook, losses: Losses) -> bool:
        has_lost = bool(losses.outputs)
        return self._books.redo(book.id, losses.pages, book.version, outputs=has_lost)

    # Counts, lanes, leases

    def _counts(self, order: Order) -> None:
        self._tell(Progress("counts", 0, None))
        for tally in self._books.wrong_tallies():
            what = "jobs" if tally.engine is None else f"pages of {tally.engine or 'no engine'}"
            place = f"{what}, {tally.state}, of {tally.user_id}: {tally.kept} for {tally.counted}"
            self._findings.add(FaultKind.TALLY, place, is_repaired=order.is_repairing)
        for pool, user_id in self._books.closed_lanes():
            self._findings.add(
                FaultKind.LANE, f"{pool} of {user_id}", is_repaired=order.is_repairing
            )
        self._gone(order)
        if sources := self._books.loose_sources():
            self._findings.add(
                FaultKind.SOURCE, "ledger", is_repaired=order.is_repairing, count=sources
            )
        if order.is_repairing:
            self._books.mend_tallies()
            self._books.open_lanes()
            self._books.drop_loose_sources()

    def _gone(self, order: Order) -> None:
        if leases := self._books.overdue_leases(LEASE_GRACE_MS):
            if order.is_repairing:
                self._ledger.rescue()
            self._findings.add(
                FaultKind.LEASE, "ledger", is_repaired=order.is_repairing, count=leases
            )
        for node_id in self._books.silent_nodes(SILENCE_MS):
            if order.is_repairing:
                self._ledger.leave(node_id)
            self._findings.add(FaultKind.NODE, node_id, is_repaired=order.is_repairing)

    # What nobody knows

    def _strays(self, order: Order) -> None:
        """Nothing young is touched, and nothing at all while a backup is made."""
        self._tell(Progress("strays", 0, None))
        for stored in self._rubbish.unknown_documents():
            gone = order.is_repairing and self._rubbish.discard(stored.key)
            self._findings.add(FaultKind.DOCUMENT_UNKNOWN, stored.key, is_repaired=gone)
        for job_id in self._rubbish.unknown_folders():
            gone = order.is_repairing and self._rubbish.delete_folder(job_id)
            self._findings.add(FaultKind.FOLDER_UNKNOWN, f"jobs/{job_id}", is_repaired=gone)
        before_ms = self._clock.now_ms() - ORPHAN_MS
        for stored in self._shelf.leftovers(before_ms):
            self._findings.add(FaultKind.LEFTOVER, stored.key, is_repaired=order.is_repairing)
        if order.is_repairing:
            self._shelf.sweep_leftovers(before_ms)
