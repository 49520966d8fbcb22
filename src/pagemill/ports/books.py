"""The ledger looked over: what stands in it, does it agree with itself, and setting it right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pagemill.model.books import JobBook, Wrong
from pagemill.model.document import Document


@dataclass(frozen=True, slots=True)
class Extent:
    """How much there is to look over."""

    documents: int
    jobs: int


@dataclass(frozen=True, slots=True)
class DonePage:
    """Page `number` of a job; its text lies on the shelf under a name with this token."""

    number: int
    token: str


@dataclass(frozen=True, slots=True)
class KeptCount:
    """A count that is kept, and what was counted: jobs of a user by state, or pages (`engine` is
    not None) by engine and state.
    """

    user_id: str
    state: str
    kept: int
    counted: int
    engine: str | None = None


class Books(Protocol):
    """As the ledger: every call is one transaction, or none, and what it gives is of one moment.
    Thread-safe. Lists come in the order of their ids, `limit` at a time, from behind `after`.

    Repairs look again inside their transaction and change nothing that is right by then.
    """

    # looking
    def extent(self) -> Extent: ...

    def documents(self, after: str = "", limit: int = 500) -> list[Document]:
        """By SHA-256; without those that are known to be lost."""
        ...

    def jobs(self, after: str = "", limit: int = 200) -> list[JobBook]: ...

    def job(self, job_id: str) -> JobBook | None: ...

    def jobs_of_document(self, sha256: str, after: str = "", limit: int = 200) -> list[str]: ...

    def done_pages(self, job_id: str, after: int = 0, limit: int = 5000) -> list[DonePage]: ...

    def known_jobs(self, ids: Sequence[str]) -> set[str]:
        """Those of them that exist."""
        ...

    def known_documents(self, sha256s: Sequence[str]) -> dict[str, Document]:
        """Those of them that exist, by SHA-256; lost ones too."""
        ...

    def in_trash(self, keys: Sequence[str]) -> set[str]:
        """Those of them that are about to be deleted."""
        ...

    def wrong_tallies(self) -> list[KeptCount]: ...

    def closed_lanes(self) -> list[tuple[str, str]]:
        """(pool, user id) of ready tasks that no claim would look for."""
        ...

    def overdue_leases(self, grace_ms: int) -> int:
        """Tasks whose lease ran out that long ago, or ends only in a day, as after a clock jump."""
        ...

    def silent_nodes(self, silence_ms: int) -> list[str]:
        """Nodes that have not been heard of for so long, and did not say goodbye."""
        ...

    def loose_sources(self) -> int:
        """Files said to have a job that name none: they would never be taken in."""
        ...

    # setting right
    def mend_job(self, job_id: str) -> tuple[Wrong, ...]:
        """Sets counters right, lets go on what was stuck, ends what was loose. Returns what it
        mended; the job tells of it (`job.repaired`).
        """
        ...

    def redo(self, job_id: str, lost: Mapping[int, str], version: int, *, outputs: bool) -> bool:
        """Reads pages again whose texts are lost (token by number), and writes the outputs again if
        those are (`outputs`), for a completed job or one in work. False where the job has changed
        since `version` in a way that matters, or sees to it itself.
        """
        ...

    def give_up_document(self, job_id: str) -> bool:
        """The bytes of the job's document are lost: a job that needs them fails (`document_lost`),
        a completed one tells of it once (`job.damaged`). Whether that changed anything.
        """
        ...

    def mark_lost(self, sha256: str) -> None:
        """No longer looked for, until the same bytes are sent again."""
        ...

    def mend_tallies(self) -> int:
        """Returns how many were wrong."""
        ...

    def open_lanes(self) -> int: ...

    def drop_loose_sources(self) -> int: ...
