"""What the desk and the back room ask of the parts below them. Protocols and the plain values they
speak in; no code of any adapter.
"""

from pagemill.ports.books import Books, DonePage, Extent, KeptCount
from pagemill.ports.changes import Change, Changes
from pagemill.ports.dead_letters import (
    DeadLetter,
    DeadLetters,
    DeadQuery,
    DeadReason,
    PastAttempt,
    Requeued,
)
from pagemill.ports.documents import DocumentPage, Documents, OpenDocument, Picture, Viewer
from pagemill.ports.engines import (
    Engine,
    Engines,
    ReadOptions,
    RegionFinder,
    Route,
    Strokes,
)
from pagemill.ports.figures import (
    Chores,
    EngineFigures,
    Figures,
    Holdings,
    QueueStats,
    Tally,
    Throughput,
    UserFigures,
)
from pagemill.ports.keeping import Keeping
from pagemill.ports.ledger import (
    JobQuery,
    Ledger,
    NodeState,
    PageRun,
    PageState,
    PruneDates,
    Submitted,
    Trash,
)
from pagemill.ports.outputs import Arrange, Book, Folder, Gap, Output, Outputs, PageMarkdown, Tools
from pagemill.ports.people import People
from pagemill.ports.revisions import Correction, CorrectionQuery, NewCorrection, Revisions
from pagemill.ports.scheduling import InWork, PoolState, Scheduling, Stop, StopScope
from pagemill.ports.search import (
    Finished,
    FinishedJob,
    Found,
    IndexedPage,
    Looked,
    Mark,
    SearchIndex,
)
from pagemill.ports.shelf import DiskSpace, Shelf, Stored, Upload
from pagemill.ports.sources import Arrival, Source, Sources, Taken
from pagemill.ports.time import Bell, Clock, DoorBell
from pagemill.ports.tracing import NoTracer, Tracer

__all__ = [
    "Arrange",
    "Arrival",
    "Bell",
    "Book",
    "Books",
    "Change",
    "Changes",
    "Chores",
    "Clock",
    "Correction",
    "CorrectionQuery",
    "DeadLetter",
    "DeadLetters",
    "DeadQuery",
    "DeadReason",
    "DiskSpace",
    "DocumentPage",
    "Documents",
    "DonePage",
    "DoorBell",
    "Engine",
    "EngineFigures",
    "Engines",
    "Extent",
    "Figures",
    "Finished",
    "FinishedJob",
    "Folder",
    "Found",
    "Gap",
    "Holdings",
    "InWork",
    "IndexedPage",
    "JobQuery",
    "Keeping",
    "KeptCount",
    "Ledger",
    "Looked",
    "Mark",
    "NewCorrection",
    "NoTracer",
    "NodeState",
    "OpenDocument",
    "Output",
    "Outputs",
    "PageMarkdown",
    "PageRun",
    "PageState",
    "PastAttempt",
    "People",
    "Picture",
    "PoolState",
    "PruneDates",
    "QueueStats",
    "ReadOptions",
    "RegionFinder",
    "Requeued",
    "Revisions",
    "Route",
    "Scheduling",
    "SearchIndex",
    "Shelf",
    "Source",
    "Sources",
    "Stop",
    "StopScope",
    "Stored",
    "Strokes",
    "Submitted",
    "Taken",
    "Tally",
    "Throughput",
    "Tools",
    "Tracer",
    "Trash",
    "Upload",
    "UserFigures",
    "Viewer",
]
