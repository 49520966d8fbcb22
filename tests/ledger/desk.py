"""A ledger under test, with the gestures every test makes and the books every test may check."""

import itertools
import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pagemill.ledger import open_ledger
from pagemill.ledger.sqlite.database import connect
from pagemill.model.document import PDF, Document
from pagemill.model.event import EventKind
from pagemill.model.job import Failure, Job, JobState, NewJob, OutputFile
from pagemill.model.options import Options
from pagemill.model.people import Caller, Scope, User
from pagemill.model.retention import Bounds
from pagemill.model.task import (
    CPU_POOL,
    AssembleDone,
    GiveUp,
    Outcome,
    PageDone,
    PagePlan,
    Report,
    RetryPolicy,
    SplitDone,
    TaskKind,
    TaskState,
    Work,
)
from pagemill.ports import Ledger, NodeState, People
from pagemill.ports.time import Clock
from pagemill.testing.clock import SettableClock

BROKEN = Failure("engine_failed", "The engine stumbled", "Try another one.")
MARKDOWN = OutputFile("markdown", "result.md", "text/markdown", 12, "ab" * 32)
OPEN_STATES = {TaskState.READY, TaskState.RUNNING, TaskState.WAITING, TaskState.HELD}


class Kit(Protocol):
    """One database that may be opened again and again, from any process (so it can be pickled)."""

    def open(
        self,
        clock: Clock,
        *,
        policy: RetryPolicy = ...,
        user_max_running: int = 0,
        bounds: Bounds | None = None,
    ) -> Ledger: ...

    def limit_pool(self, pool: str, max_running: int) -> None:
        """What an operator sets; the pool must have had work."""
        ...

    def limit_user(
        self, user_id: str, *, weight: float = 1, max_running: int | None = None
    ) -> None:
        """What an operator sets; the user must have sent a job."""
        ...

    def harm(self, statement: str) -> None:
        """A hand in the tables, past all rules but the tables' own; it must meet something."""
        ...

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """A look into the tables, past everything the ledger says of them."""
        ...


@dataclass(frozen=True)
class SqliteKit:
    path: Path

    def open(
        self,
        clock: Clock,
        *,
        policy: RetryPolicy = RetryPolicy(),  # noqa: B008  frozen
        user_max_running: int = 0,
        bounds: Bounds | None = None,
    ) -> Ledger:
        return open_ledger(
            self.path,
            clock=clock,
            rng=random.Random(7),
            policy=policy,
            user_max_running=user_max_running,
            durable=False,
            bounds=bounds,
        )

    def limit_pool(self, pool: str, max_running: int) -> None:
        self._run("UPDATE pool SET max_running = ? WHERE name = ?", max_running, pool)

    def limit_user(
        self, user_id: str, *, weight: float = 1, max_running: int | None = None
    ) -> None:
        statement = 'UPDATE "user" SET weight = ?, max_running = ? WHERE id = ?'
        self._run(statement, weight, max_running, user_id)

    def harm(self, statement: str) -> None:
        connection = connect(self.path, is_durable=False, busy_seconds=10)
        assert connection.execute(statement).rowcount > 0
        connection.close()

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(connect(self.path, is_durable=False, busy_seconds=10)) as connection:
            return [tuple(row) for row in connection.execute(statement)]

    def _run(self, statement: str, *values: object) -> None:
        connection = connect(self.path, is_durable=False, busy_seconds=10)
        assert connection.execute(statement, values).rowcount == 1
        connection.close()


def node(boot: str = "1", node_id: str = "node") -> NodeState:
    return NodeState(node_id, boot, "host", 42, 4, ("text",), 0, 0)


def caller(user_id: str) -> Caller:
    """Somebody who may do what is one's own."""
    return Caller(User(user_id), frozenset({Scope.READ, Scope.WRITE}))


def document(name: str = "a", size_bytes: int = 1000) -> Document:
    return Document(name.encode().hex().rjust(64, "0"), PDF, size_bytes)


@dataclass
class Desk:
    """A ledger with a clock that stands still until it is moved."""

    kit: Kit
    policy: RetryPolicy = RetryPolicy()  # noqa: RUF009  frozen
    user_max_running: int = 0
    bounds: Bounds | None = None
    clock: SettableClock = field(default_factory=SettableClock)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.ledger = self.kit.open(
            self.clock,
            policy=self.policy,
            user_max_running=self.user_max_running,
            bounds=self.bounds,
        )

    @property
    def people(self) -> People:
        return self.ledger.people

    def new(
        self,
        *,
        user_id: str = "local",
        of: str = "a",
        filename: str = "scan.pdf",
        options: Options = Options(),  # noqa: B008  frozen
        priority: int = 5,
        handle: str = "",
        password: str = "",
        key: str = "",
        size_bytes: int = 1000,
        **more: object,
    ) -> NewJob:
        """A job not yet sent; ids rise as those of real jobs do."""
        return NewJob(
            id=f"{next(self.numbers):036d}",
            by=caller(user_id),
            document=document(of, size_bytes),
            filename=filename,
            options=options,
            priority=priority,
            handle=handle,
            password=password,
            idempotency_key=key,
            **more,  # type: ignore[arg-type]
        )

    def submit(self, **given: object) -> Job:
        return self.ledger.submit(self.new(**given)).job  # type: ignore[arg-type]

    def claim(self, slots: int = 1, *, owner: str = "node:1", pool: str = "") -> list[Work]:
        """Of all pools if none is named."""
        return self.ledger.claim(owner, (pool,) if pool else (), slots, 60)

    def next(self) -> Work:
        """The one task that must be there now."""
        (work,) = self.claim()
        return work

    def tell(self, work: Work, outcome: Outcome) -> bool:
        (counted,) = self.ledger.finish([Report(work.task_id, work.token, outcome)])
        return counted

    def begin(
        self, pages: int = 3, *, key: str = "key", pool: str = CPU_POOL, **given: object
    ) -> Job:
        """A job whose pages are known; no other task may be ready."""
        job = self.submit(**given)
        work = self.next()
        assert (work.kind, work.job_id) == (TaskKind.SPLIT, job.id)
        assert self.tell(work, plan(pages, key, pool))
        return self.ledger.job(job.id)

    def read(self, count: int, outcome: Outcome | None = None) -> list[Work]:
        """Claims that many pages and ends them all in the same way."""
        works = [self.next() for _ in range(count)]
        assert all(work.kind is TaskKind.PAGE for work in works)
        assert all(self.tell(work, outcome or PageDone("text", 10)) for work in works)
        return works

    def assemble(self, text_bytes: int = 0) -> Work:
        work = self.next()
        assert work.kind is TaskKind.ASSEMBLE
        assert self.tell(work, AssembleDone((MARKDOWN,), text_bytes=text_bytes))
        return work

    def complete(self, pages: int = 3, *, failing: int = 0, **given: object) -> Job:
        """A whole job whose last `failing` pages are given up."""
        job = self.begin(pages, **given)  # type: ignore[arg-type]
        self.read(pages - failing)
        self.read(failing, GiveUp(BROKEN))
        self.assemble()
        return self.ledger.job(job.id)

    def work_off(self) -> None:
        """Does everything that can be done, well, until nothing is left to claim or to wait for."""
        while True:
            works = self.claim(50)
            if not works and self.ledger.next_due_ms() is None:
                return
            if not works:
                self.clock.set(max(self.clock.now_ms(), self.ledger.next_due_ms() or 0) + 1)
            for work in works:
                assert self.tell(work, success(work))

    def events(self, job: Job) -> list[EventKind]:
        return [event.kind for event in self.ledger.events(job.id)]

    def states(self, job: Job) -> list[TaskState]:
        return [page.state for page in self.ledger.pages(job.id)]

    def close(self) -> None:
        self.ledger.close()


def plan(pages: int, key: str = "key", pool: str = CPU_POOL) -> SplitDone:
    plans = tuple(PagePlan(n, "auto", "a picture", key, pool) for n in range(1, pages + 1))
    return SplitDone(pages, plans)


def success(work: Work, pages: int = 3) -> Outcome:
    match work.kind:
        case TaskKind.SPLIT:
            return plan(pages)
        case TaskKind.PAGE:
            return PageDone("text", 10, is_cached=bool(work.cached_from))
        case TaskKind.ASSEMBLE:
            return AssembleDone((MARKDOWN,))


def check_books(ledger: Ledger, job_id: str) -> None:
    """Everything that must hold of a job at every moment."""
    job = ledger.job(job_id)
    pages = ledger.pages(job_id, limit=100_000)
    states = [page.state for page in pages]
    assert [event.seq for event in ledger.events(job_id, limit=100_000)] == list(
        range(1, job.version + 1)
    )
    assert [page.number for page in pages] == list(range(1, (job.pages_total or 0) + 1))
    assert job.pages_done == states.count(TaskState.DONE)
    assert job.pages_failed == states.count(TaskState.DEAD)
    assert job.pages_left == len(pages) - job.pages_done - job.pages_failed
    assert job.pages_cached == sum(page.is_cached for page in pages)
    dead = [page.number for page in pages if page.state is TaskState.DEAD]
    assert ledger.failed_pages([job_id]) == ({job_id: dead} if dead else {})
    assert all(page.token for page in pages if page.state is TaskState.DONE)
    assert (job.failure is not None) == (job.state is JobState.FAILED)
    assert (job.finished_ms is not None) == job.state.is_final
    if job.state.is_final:
        assert not OPEN_STATES & set(states)
    if job.state is JobState.PAUSED:
        assert not {TaskState.READY, TaskState.WAITING} & set(states)
    if job.state is JobState.COMPLETED:
        assert job.pages_left == 0
        assert job.outputs
