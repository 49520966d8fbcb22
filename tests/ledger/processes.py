"""What any ledger promises when several processes use it at once, and when they are killed."""

import multiprocessing
import os
import random
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from typing import Any

import pytest

from ledger.desk import Desk, Kit, check_books, node, success
from pagemill.errors import PagemillError
from pagemill.model.job import JobState
from pagemill.model.people import UserLimits
from pagemill.model.retention import MB, Bounds
from pagemill.model.task import Report, TaskKind
from pagemill.ports import JobQuery

DEADLINE_SECONDS = 60.0


@cache
def copies() -> ForkServerContext:
    """Processes that begin as copies of one which has loaded everything and opened nothing."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ledger.processes", "ledger.sources"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))  # it is not told otherwise
        forkserver.ensure_running()
    return context


class Together:
    @pytest.mark.parametrize("limited", ["user", "pool"])
    def test_limits_hold_exactly_while_processes_claim_at_once(
        self, kit: Kit, limited: str
    ) -> None:
        """First all claim and nobody finishes: together they hold exactly what is allowed. Then
        they work everything off, and never hold more.
        """
        limit = 3
        desk = Desk(kit)
        owner_of = {desk.begin(60, user_id=user, of=user).id: user for user in ("ann", "bob")}
        if limited == "pool":
            kit.limit_pool("cpu", limit)
            owner_of = dict.fromkeys(owner_of, "everybody")
        crowd = Crowd(4, _work_off_pages, kit, limit if limited == "user" else 0)
        crowd.answers("go")
        held = Counter(owner_of[job_id] for share in crowd.answers("claim") for job_id in share)
        assert set(held.values()) == {limit}
        spans = [span for share in crowd.last_answers("work") for span in share]
        pages = [span.task_id for span in spans if span.is_page]
        assert len(set(pages)) == len(pages) == 120
        assert max(_most_at_once(spans, owner_of).values()) <= limit
        for job_id in owner_of:
            check_books(desk.ledger, job_id)
            assert desk.ledger.job(job_id).pages_left == 0
        desk.close()

    def test_submissions_of_many_processes_are_all_kept(self, kit: Kit) -> None:
        crowd = Crowd(4, _submit_some, kit)
        crowd.answers("open")
        ids = [job_id for share in crowd.last_answers("submit") for job_id in share]
        desk = Desk(kit)
        assert {job.id for job in desk.ledger.jobs(JobQuery(limit=1000))} == set(ids)
        assert len(ids) == 80
        desk.close()

    def test_limits_hold_exactly_while_processes_submit_at_once(self, kit: Kit) -> None:
        bounds = Bounds(UserLimits(max_waiting_jobs=11, max_stored_mb=1))
        crowd = Crowd(4, _submit_until_refused, kit, bounds)
        crowd.answers("open")
        ends = Counter(end for share in crowd.last_answers("submit") for end in share)
        taken = {"ann": 11, "bob": 8}  # small documents, and large ones
        refused = {"too_many_jobs": 80 - 11, "quota_bytes": 80 - 8}
        assert ends == taken | refused
        desk = Desk(kit)
        assert desk.people.usage("ann").waiting_jobs == 11
        assert desk.people.usage("bob").stored_bytes == MB
        desk.close()


class Killed:
    def test_a_process_killed_in_the_middle_leaves_the_books_balanced(self, kit: Kit) -> None:
        """Real kills at moments nobody chose, again and again on the same ledger."""
        moments = random.Random(5)
        promised: set[str] = set()
        for boot in range(6):
            promised |= _killed_while_busy(kit, boot, after=moments.randint(1, 60))
            desk = Desk(kit)
            jobs = desk.ledger.jobs(JobQuery(limit=1000))
            for job in jobs:
                check_books(desk.ledger, job.id)
            deeds = desk.people.deeds(limit=10_000)
            assert [deed.target for deed in deeds] == [job.id for job in jobs]
            desk.close()
        desk = Desk(kit)
        known = {job.id for job in desk.ledger.jobs(JobQuery(limit=1000))}
        assert promised <= known
        desk.ledger.enter(node("last"))
        desk.work_off()
        for job_id in known:
            check_books(desk.ledger, job_id)
            assert desk.ledger.job(job_id).state is JobState.COMPLETED
        desk.close()


class Crowd:
    """Real processes that run `target(pipe, n, *args)` and take each step at the same time."""

    def __init__(self, count: int, target: Callable[..., None], *args: object) -> None:
        self.members = []
        for n in range(count):
            ours, theirs = copies().Pipe()
            process = copies().Process(target=target, args=(theirs, n, *args), daemon=True)
            process.start()
            theirs.close()
            self.members.append((ours, process))

    def answers(self, word: str) -> list[Any]:
        """Gives all the word, then waits for all."""
        for pipe, _ in self.members:
            pipe.send(word)
        return [self._hear(pipe) for pipe, _ in self.members]

    def last_answers(self, word: str) -> list[Any]:
        answers = self.answers(word)
        for _, process in self.members:
            process.join(DEADLINE_SECONDS)
            assert process.exitcode == 0
        return answers

    def _hear(self, pipe: Connection) -> object:
        assert pipe.poll(DEADLINE_SECONDS)
        return pipe.recv()


@dataclass(frozen=True)
class Span:
    """From when to when a task was certainly held."""

    job_id: str
    task_id: int
    is_page: bool
    since_ns: int
    until_ns: int


def _work_off_pages(pipe: Connection, n: int, kit: Kit, user_limit: int) -> None:
    """Always holds what it has while it asks for more, so that limits are what stops it."""
    pipe.recv()
    desk = Desk(kit, user_max_running=user_limit)
    owner = f"node{n}:1"
    pipe.send("ready")
    pipe.recv()
    held = [(work, time.monotonic_ns()) for work in desk.claim(2, owner=owner)]
    pipe.send([work.job_id for work, _ in held])
    pipe.recv()
    spans: list[Span] = []
    is_left = True
    while held or is_left:
        claimed = desk.claim(2, owner=owner)
        now = time.monotonic_ns()
        for work, since in held:
            is_page = work.kind is TaskKind.PAGE
            spans.append(Span(work.job_id, work.task_id, is_page, since, now))
        reports = [Report(work.task_id, work.token, success(work)) for work, _ in held]
        assert all(desk.ledger.finish(reports))
        held = [(work, now) for work in claimed]
        is_left = any(job.pages_left for job in desk.ledger.jobs(JobQuery()))
    pipe.send(spans)
    desk.close()


def _most_at_once(spans: list[Span], owner_of: dict[str, str]) -> dict[str, int]:
    """The most tasks of each owner that were held at one moment; an end comes before a beginning
    at the same time.
    """
    steps: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for span in spans:
        steps[owner_of[span.job_id]] += [(span.since_ns, 1), (span.until_ns, -1)]
    return {
        owner: max(accumulate(step for _, step in sorted(moves))) for owner, moves in steps.items()
    }


def _submit_some(pipe: Connection, n: int, kit: Kit) -> None:
    pipe.recv()
    desk = Desk(kit, numbers=iter(range(1000 * n, 1000 * n + 20)))
    pipe.send("ready")
    pipe.recv()
    pipe.send([desk.submit(user_id=f"user{k % 3}").id for k in range(20)])
    desk.close()


def _submit_until_refused(pipe: Connection, n: int, kit: Kit, bounds: Bounds) -> None:
    pipe.recv()
    desk = Desk(kit, bounds=bounds, numbers=iter(range(1000 * n, 1000 * n + 40)))
    pipe.send("ready")
    pipe.recv()
    ends = []
    for k in range(40):
        user, size = ("ann", 10) if k % 2 else ("bob", MB // 8)
        try:
            ends.append(desk.submit(user_id=user, of=user, size_bytes=size).user_id)
        except PagemillError as error:
            ends.append(error.code)
    pipe.send(ends)
    desk.close()


def _killed_while_busy(kit: Kit, boot: int, *, after: int) -> set[str]:
    """Starts a busy process, kills it when it has told `after` things; the jobs it was told of."""
    ours, theirs = copies().Pipe(duplex=False)
    process = copies().Process(target=_be_busy, args=(theirs, kit, boot), daemon=True)
    process.start()
    theirs.close()
    told: set[str] = set()
    for _ in range(after):
        assert ours.poll(DEADLINE_SECONDS)
        told |= ours.recv()
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join(DEADLINE_SECONDS)
    try:
        while True:
            told |= ours.recv()
    except EOFError:
        return told


def _be_busy(pipe: Connection, kit: Kit, boot: int) -> None:
    """Everything an agent and a server do, as fast as they can, until somebody kills them."""
    desk = Desk(kit, numbers=iter(range(100_000 * boot, 100_000 * (boot + 1))))
    desk.ledger.enter(node(str(boot)))
    owner = f"node:{boot}"
    while True:
        pipe.send({desk.submit().id})
        for _ in range(3):
            works = desk.claim(4, owner=owner)
            reports = [Report(work.task_id, work.token, success(work)) for work in works]
            assert all(desk.ledger.finish(reports))
        pipe.send(set())
