"""A plug-in for `dispatch.py`: notes to the nanosecond when a child looks at a document to split
it, and when it begins and ends a page. Each note is a line of the file in `BENCH_NOTES`: what, the
process, the moment (ns since 1970).
"""

import os
import time
from pathlib import Path

from pagemill.model.job import Failure
from pagemill.model.page import PageText
from pagemill.ports import DocumentPage, ReadOptions
from pagemill.testing.engines import CountEngine


class NotingEngine(CountEngine):
    """Reads the text layer."""

    def __init__(self) -> None:
        super().__init__(name="noting")
        self._notes = os.open(Path(os.environ["BENCH_NOTES"]), os.O_WRONLY | os.O_APPEND)

    def missing(self) -> Failure | None:
        """Asked by the split, for the first page that it looks at."""
        self._write("split")
        return None

    def read(self, page: DocumentPage, options: ReadOptions) -> PageText:
        self._write("begin")
        text = super().read(page, options)
        self._write("end")
        return text

    def _write(self, what: str) -> None:
        os.write(self._notes, f"{what} {os.getpid()} {time.time_ns()}\n".encode())
