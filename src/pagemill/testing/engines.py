"""Engines that do harm on demand, for tests and for authors of plug-ins. Real harm: a crash is a
SIGSEGV, a leak is memory.

Each reads the page's own text layer and does its harm on pages whose text holds its word (`CRASH`,
`HANG`, `LEAK`, `FLAKY`, `SLOW`, `AWAY`); other pages it reads well. Name them in the setting
`plugins`, such as `pagemill.testing.engines:CrashEngine`. Since they run in child processes they
are configured through the environment, or by a factory of your own that calls the constructor:

`PAGEMILL_TEST_PAGES_READ`   a file that gets one line per page begun: when (ms UTC), a tab, the
                           page's first line of text
`PAGEMILL_TEST_SLOW_SECONDS` how long a slow page takes (default 0.2)
`PAGEMILL_TEST_GATE`         a file: while it exists, the `gate` engine waits
`PAGEMILL_TEST_LEAK_MB`      how much a leaking page takes each 10 ms (default 32)
"""

import ctypes
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from pagemill.model.page import PageText
from pagemill.ports import DocumentPage, ReadOptions


def _path(name: str) -> Path | None:
    value = os.environ.get(f"PAGEMILL_TEST_{name}")
    return Path(value) if value else None


def _number(name: str, default: float) -> float:
    return float(os.environ.get(f"PAGEMILL_TEST_{name}", default))


@dataclass
class CountEngine:
    """Reads the text layer and notes each page it begins. Implements `ports.Engine`."""

    name: str = "count"
    version: str = "1"
    needs_picture: bool = False
    word: str = ""
    pages_read: Path | None = field(default_factory=lambda: _path("PAGES_READ"))

    def missing(self) -> Failure | None:
        return None

    def can_read(self, languages: Sequence[str]) -> bool:  # any language is only text
        return True

    def load(self) -> None: ...

    def read(self, page: DocumentPage, options: ReadOptions) -> PageText:
        lines = page.native_text().lines
        first = lines[0].text if lines else ""
        self._note(first)
        if self.word and any(self.word in line.text for line in lines):
            self.harm(first)
        return PageText(page.number, page.width, page.height, lines, self.name, self.version)

    def harm(self, first: str) -> None:
        """What goes wrong on a page that holds the word; `first` is its first line of text."""

    def times_begun(self, first: str) -> int:
        """How often this page was begun so far, by the notes."""
        if self.pages_read is None or not self.pages_read.exists():
            return 0
        notes = self.pages_read.read_text().splitlines()
        return sum(1 for note in notes if note.partition("\t")[2] == first)

    def _note(self, first: str) -> None:
        """One short write in append mode, so lines of several processes never mix (write(2))."""
        if self.pages_read is not None:
            with self.pages_read.open("ab", buffering=0) as file:
                file.write(f"{time.time_ns() // 1_000_000}\t{first}\n".encode())


@dataclass
class CrashEngine(CountEngine):
    """Dies as a C library does: reads address 0."""

    name: str = "crash"
    word: str = "CRASH"

    def harm(self, first: str) -> None:
        ctypes.string_at(0)


@dataclass
class HangEngine(CountEngine):
    """Never comes back."""

    name: str = "hang"
    word: str = "HANG"

    def harm(self, first: str) -> None:
        while True:
            time.sleep(3600)


@dataclass
class LeakEngine(CountEngine):
    """Takes memory, and touches it, until it is killed."""

    name: str = "leak"
    word: str = "LEAK"
    megabytes: int = field(default_factory=lambda: int(_number("LEAK_MB", 32)))

    def harm(self, first: str) -> None:
        hoard = []
        while True:
            hoard.append(b"x" * (self.megabytes << 20))
            time.sleep(0.01)


@dataclass
class FlakyEngine(CountEngine):
    """Fails the first `failures` times a page is begun. Needs the notes to count by."""

    name: str = "flaky"
    word: str = "FLAKY"
    failures: int = 1

    def harm(self, first: str) -> None:
        if self.times_begun(first) <= self.failures:
            raise RuntimeError(f"flaky on purpose: {first}")


@dataclass
class SlowEngine(CountEngine):
    """Takes its time on every page."""

    name: str = "slow"
    word: str = ""
    seconds: float = field(default_factory=lambda: _number("SLOW_SECONDS", 0.2))

    def read(self, page: DocumentPage, options: ReadOptions) -> PageText:
        text = super().read(page, options)
        time.sleep(self.seconds)
        return text


@dataclass
class GateEngine(CountEngine):
    """Waits while the gate file exists, so that a test holds pages in work as long as it likes."""

    name: str = "gate"
    gate: Path | None = field(default_factory=lambda: _path("GATE"))

    def read(self, page: DocumentPage, options: ReadOptions) -> PageText:
        text = super().read(page, options)
        while self.gate is not None and self.gate.exists():
            time.sleep(0.005)
        return text


@dataclass
class AwayEngine(CountEngine):
    """Says that what it needs is away, as an engine behind a network does."""

    name: str = "away"
    word: str = "AWAY"

    def harm(self, first: str) -> None:
        raise PagemillError("engine_away", "Away on purpose")
