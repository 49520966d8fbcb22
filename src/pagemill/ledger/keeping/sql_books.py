"""The ledger looked over and set right, on a database."""

from collections.abc import Mapping, Sequence

from pagemill.ledger.database import Database, writing
from pagemill.ledger.keeping import mending
from pagemill.ledger.rows import document_of, json_of
from pagemill.model.books import JobBook, Wrong
from pagemill.model.document import Document
from pagemill.ports.books import DonePage, Extent, KeptCount
from pagemill.ports.time import Clock

AFTER_ALL_IDS, NEXT = "~", "\x01"  # the least text that stands behind another ends with it
DAY_MS = 86_400_000


class SqlBooks:
    """See `pagemill.ports.Books` for every promise. Thread-safe."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def extent(self) -> Extent:
        with self._database.read() as sql:
            row = sql.books_extent()
        return Extent(row["documents"], row["jobs"])

    def documents(self, after: str = "", limit: int = 500) -> list[Document]:
        with self._database.read() as sql:
            return [document_of(row) for row in sql.books_documents(after=after, limit=limit)]

    def jobs(self, after: str = "", limit: int = 200) -> list[JobBook]:
        with self._database.read() as sql:
            return mending.books_of(sql, after + NEXT if after else "", AFTER_ALL_IDS, limit)

    def job(self, job_id: str) -> JobBook | None:
        with self._database.read() as sql:
            return mending.book_of(sql, job_id)

    def jobs_of_document(self, sha256: str, after: str = "", limit: int = 200) -> list[str]:
        with self._database.read() as sql:
            rows = sql.books_jobs_of_document(sha256=sha256, after=after, limit=limit)
            return [row["id"] for row in rows]

    def done_pages(self, job_id: str, after: int = 0, limit: int = 5000) -> list[DonePage]:
        with self._database.read() as sql:
            rows = sql.done_pages(job_id=job_id, after=after, limit=limit)
            return [DonePage(row["page_no"], row["token"]) for row in rows]

    def known_jobs(self, ids: Sequence[str]) -> set[str]:
        with self._database.read() as sql:
            return {row["id"] for row in sql.known_jobs(ids=json_of(ids))}

    def known_documents(self, sha256s: Sequence[str]) -> dict[str, Document]:
        with self._database.read() as sql:
            rows = sql.known_documents(ids=json_of(sha256s))
            return {row["sha256"]: document_of(row) for row in rows}

    def in_trash(self, keys: Sequence[str]) -> set[str]:
        with self._database.read() as sql:
            return {row["key"] for row in sql.keys_in_trash(ids=json_of(keys))}

    def wrong_tallies(self) -> list[KeptCount]:
        with self._database.read() as sql:
            return mending.wrong_tallies(sql)

    def closed_lanes(self) -> list[tuple[str, str]]:
        with self._database.read() as sql:
            return [(row["pool"], row["user_id"]) for row in sql.closed_lanes()]

    def overdue_leases(self, grace_ms: int) -> int:
        now_ms = self._clock.now_ms()
        with self._database.read() as sql:
            count: int = sql.overdue_leases(before_ms=now_ms - grace_ms, far_ms=now_ms + DAY_MS)
        return count

    def silent_nodes(self, silence_ms: int) -> list[str]:
        with self._database.read() as sql:
            rows = sql.silent_nodes(before_ms=self._clock.now_ms() - silence_ms)
            return [row["id"] for row in rows]

    def loose_sources(self) -> int:
        with self._database.read() as sql:
            count: int = sql.loose_sources()
        return count

    def mend_job(self, job_id: str) -> tuple[Wrong, ...]:
        with writing(self._database, self._clock) as tx:
            return mending.mend_job(tx, job_id)

    def redo(self, job_id: str, lost: Mapping[int, str], version: int, *, outputs: bool) -> bool:
        with writing(self._database, self._clock) as tx:
            return mending.redo(tx, job_id, lost, version, outputs=outputs)

    def give_up_document(self, job_id: str) -> bool:
        with writing(self._database, self._clock) as tx:
            return mending.give_up_document(tx, job_id)

    def mark_lost(self, sha256: str) -> None:
        with writing(self._database, self._clock) as tx:
            tx.sql.mark_document_lost(sha256=sha256, now_ms=tx.now_ms)

    def mend_tallies(self) -> int:
        with writing(self._database, self._clock) as tx:
            return mending.mend_tallies(tx)

    def open_lanes(self) -> int:
        with writing(self._database, self._clock) as tx:
            return mending.open_closed_lanes(tx)

    def drop_loose_sources(self) -> int:
        with writing(self._database, self._clock) as tx:
            count: int = tx.sql.drop_loose_sources()
        return count
