"""What can be wrong between ledger and shelf: what each means, and what a repair does."""

from dataclasses import dataclass, field
from enum import StrEnum

MOST_PLACES = 20


class FaultKind(StrEnum):
    DOCUMENT_LOST = "document_lost"
    DOCUMENT_DAMAGED = "document_damaged"
    PAGE_TEXT_LOST = "page_text_lost"
    OUTPUT_LOST = "output_lost"
    COUNTERS = "counters"
    STUCK = "stuck"
    LOOSE = "loose"
    TALLY = "tally"
    LANE = "lane"
    LEASE = "lease"
    NODE = "node"
    SOURCE = "source"
    DOCUMENT_UNKNOWN = "document_unknown"
    FOLDER_UNKNOWN = "folder_unknown"
    LEFTOVER = "leftover"


@dataclass(frozen=True, slots=True)
class Fault:
    """`what` goes behind a number, `one` behind a single one."""

    one: str
    what: str
    means: str
    repair: str


FAULTS = {
    FaultKind.DOCUMENT_LOST: Fault(
        "document without its bytes",
        "documents without their bytes",
        "The ledger knows them, and the shelf has nothing under their names.",
        "Jobs that still need them fail with `document_lost`; completed ones keep their outputs and"
        " tell of it.",
    ),
    FaultKind.DOCUMENT_DAMAGED: Fault(
        "document with other bytes",
        "documents with other bytes",
        "What lies on the shelf is not what was sent: its size or its SHA-256 differs.",
        "The file goes to the folder `damaged` of the shelf; for jobs the document is lost.",
    ),
    FaultKind.PAGE_TEXT_LOST: Fault(
        "page without its text",
        "pages without their text",
        "They were read, and what was read is gone or cannot be read back.",
        "They are read again, and the outputs written again.",
    ),
    FaultKind.OUTPUT_LOST: Fault(
        "output that is gone or damaged",
        "outputs that are gone or damaged",
        "Completed jobs list them, and the shelf has not these bytes.",
        "They are written again from the page texts.",
    ),
    FaultKind.COUNTERS: Fault(
        "job that counts its pages wrongly",
        "jobs that count their pages wrongly",
        "The counters of the job say something else than its tasks.",
        "They are set to what the tasks say.",
    ),
    FaultKind.STUCK: Fault(
        "job that nothing moves on",
        "jobs that nothing moves on",
        "They have not ended, and no task of theirs is ready, running or waiting.",
        "The step that is missing is made ready.",
    ),
    FaultKind.LOOSE: Fault(
        "ended job with open tasks",
        "ended jobs with open tasks",
        "Somebody might still work on them, for nothing.",
        "These tasks are cancelled.",
    ),
    FaultKind.TALLY: Fault(
        "count that is not right",
        "counts that are not right",
        "The figures of queue and dashboards differ from the tables.",
        "They are counted anew.",
    ),
    FaultKind.LANE: Fault(
        "lane that is closed to ready work",
        "lanes that are closed to ready work",
        "Tasks are ready, and no worker would look for them.",
        "The lanes are opened.",
    ),
    FaultKind.LEASE: Fault(
        "task held by nobody",
        "tasks held by nobody",
        "Their leases ran out, or end absurdly late, and nobody took them back.",
        "They are made ready again.",
    ),
    FaultKind.NODE: Fault(
        "node that is gone",
        "nodes that are gone",
        "They have said nothing for an hour, and no goodbye either.",
        "They are forgotten, and what they held is ready again. One that lives reports anew.",
    ),
    FaultKind.SOURCE: Fault(
        "file that has no job",
        "files that have no job",
        "An ingest noted them as taken in, and no job came of it.",
        "They are forgotten, so that the next ingest takes them in.",
    ),
    FaultKind.DOCUMENT_UNKNOWN: Fault(
        "file that is no document",
        "files that are no documents",
        "They lie among the documents, and the ledger knows nothing of them.",
        "Those older than an hour are deleted.",
    ),
    FaultKind.FOLDER_UNKNOWN: Fault(
        "folder of a job that is gone",
        "folders of jobs that are gone",
        "They lie among the jobs, and the ledger knows no such job.",
        "Those older than an hour are deleted.",
    ),
    FaultKind.LEFTOVER: Fault(
        "file left behind by a killed process",
        "files left behind by killed processes",
        "Uploads and halves of files that nobody will finish.",
        "Those older than an hour are deleted.",
    ),
}


@dataclass(slots=True)
class Found:
    """How often a fault was found and how often that was repaired; the first `places` of it."""

    kind: FaultKind
    count: int = 0
    repaired: int = 0
    places: list[str] = field(default_factory=list)


class Findings:
    """Counts without end, and remembers a few of each: memory stays flat whatever is found."""

    def __init__(self) -> None:
        self._found: dict[FaultKind, Found] = {}

    def add(
        self, kind: FaultKind, place: str, *, is_repaired: bool = False, count: int = 1
    ) -> None:
        found = self._found.setdefault(kind, Found(kind))
        found.count += count
        found.repaired += count * is_repaired
        if len(found.places) < MOST_PLACES:
            found.places.append(place)

    def all(self) -> list[Found]:
        """In the order in which faults are listed."""
        return [self._found[kind] for kind in FaultKind if kind in self._found]
