"""What the desk and the back room ask of the parts below them. Protocols and the plain values they
speak in; no code of any adapter.
"""

from pagemill.ports.documents import DocumentPage, Documents, OpenDocument, Picture, Viewer
from pagemill.ports.engines import (
    Engine,
    Engines,
    ReadOptions,
    RegionFinder,
    Route,
    Strokes,
)
from pagemill.ports.ledger import (
    Backlog,
    JobQuery,
    Ledger,
    NodeState,
    PageState,
    PruneDates,
    QueueStats,
    Submitted,
    Trash,
)
from pagemill.ports.outputs import Arrange, Book, Folder, Gap, Output, Outputs, PageMarkdown, Tools
from pagemill.ports.people import People
from pagemill.ports.shelf import Shelf, Stored, Upload
from pagemill.ports.time import Bell, Clock

__all__ = [
    "Arrange",
    "Backlog",
    "Bell",
    "Book",
    "Clock",
    "DocumentPage",
    "Documents",
    "Engine",
    "Engines",
    "Folder",
    "Gap",
    "JobQuery",
    "Ledger",
    "NodeState",
    "OpenDocument",
    "Output",
    "Outputs",
    "PageMarkdown",
    "PageState",
    "People",
    "Picture",
    "PruneDates",
    "QueueStats",
    "ReadOptions",
    "RegionFinder",
    "Route",
    "Shelf",
    "Stored",
    "Strokes",
    "Submitted",
    "Tools",
    "Trash",
    "Upload",
    "Viewer",
]
