"""A house with jobs in all states, files and all, for tests that look after it."""

import random
import time
from dataclasses import dataclass, field
from pathlib import Path

from ledger.desk import SqliteKit, caller
from pagemill.ledger import open_ledger
from pagemill.model.document import PDF, Document
from pagemill.model.job import Job, NewJob
from pagemill.model.options import Options
from pagemill.model.page import page_key
from pagemill.model.task import RetryPolicy
from pagemill.ports import Ledger
from pagemill.shelf import LocalShelf
from pagemill.testing.clock import SettableClock
from sqlite_template import put_ledger
from web_house import HandWorker


@dataclass
class Site:
    """`root` is its data folder. The clock shows the machine's time until it is moved."""

    root: Path
    pages: int = 2
    clock: SettableClock = field(default_factory=lambda: SettableClock(time.time_ns() // 1_000_000))
    jobs: dict[str, Job] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        self.kit = SqliteKit(self.root / "ledger.db")
        put_ledger(self.kit.path)
        self.ledger: Ledger = open_ledger(
            self.kit.path,
            clock=self.clock,
            rng=random.Random(7),
            policy=RetryPolicy(),
            user_max_running=0,
            durable=False,
        )
        self.shelf = LocalShelf(self.root / "shelf")
        self.worker = HandWorker(self.ledger, self.shelf, pages=self.pages)

    def submit(self, name: str, data: bytes | None = None) -> Job:
        data = data or f"%PDF-1.7 {name}".encode()
        with self.shelf.upload() as upload:
            upload.write(data)
            document = Document(upload.sha256, PDF, len(data))
            upload.keep(document.key)
        new = NewJob(f"{len(self.jobs):036d}", caller("ann"), document, name, Options(), 5)
        self.jobs[name] = self.ledger.submit(new).job
        return self.jobs[name]

    def populate(self) -> "Site":
        """A job that is done, one that is begun, one that waits."""
        self.submit("done")
        self.worker.work_off()
        self.submit("begun")
        self.worker.step()
        self.worker.step(1)
        self.submit("waiting")
        return self

    def job(self, name: str) -> Job:
        return self.ledger.job(self.jobs[name].id)

    def path(self, key: str) -> Path:
        return self.root / "shelf" / key

    def page_path(self, name: str, number: int) -> Path:
        token = self.ledger.page(self.jobs[name].id, number).token
        return self.path(page_key(self.jobs[name].id, number, token))

    def output_path(self, name: str) -> Path:
        return self.path(f"{self.jobs[name].folder}/result.md")

    def files(self) -> set[str]:
        shelf = self.root / "shelf"
        return {p.relative_to(shelf).as_posix() for p in shelf.rglob("*") if p.is_file()}
