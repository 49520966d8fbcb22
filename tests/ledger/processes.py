"""What any ledger promises when several processes use it at once, and when they are killed."""

import multiprocessing
import os
import random
import signal
import time
from collections import defaultdict
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import pytest

from ledger.desk import Desk, Kit, check_books, node, success
from pagemill.model.job import JobState
from pagemill.model.task import PageDone, Report, Work
from pagemill.ports import JobQuery

SPAWN = multiprocessing.get_context("spawn")
DEADLINE_SECONDS = 60.0
Held = list[tuple[str, int, int]]


class Together:
    @pytest.mark.parametrize("limited", ["user", "pool"])
    def test_limits_hold_exactly_while_processes_claim_at_once(
        self, kit: Kit, limited: str
    ) -> None:
        limit = 3
        desk = Desk(kit)
        owner_of = {desk.begin(60, user_id=user, of=user).id: user for user in ("ann", "bob")}
        if limited == "pool":
            kit.limit_pool("cpu", limit)
            owner_of = dict.fromkeys(owner_of, "everybody")
        user_limit = limit if limited == "user" else 0
        held = _in_processes(4, _work_off_pages, kit, user_limit)
        assert sorted({task_id for share in held for _, task_id, _, _ in share}) == sorted(
            task_id for share in held for _, task_id, _, _ in share
        )
        most = _most_at_once(held, owner_of)
        assert set(most.values()) == {limit}
        for job_id in owner_of:
            check_books(desk.ledger, job_id)
            assert desk.ledger.job(job_id).pages_left == 0
        desk.close()

    def test_submissions_of_many_processes_are_all_kept(self, kit: Kit) -> None:
        kit.open(Desk(kit).clock).close()
        ids = [job_id for share in _in_processes(4, _submit_some, kit) for job_id in share]
        desk = Desk(kit)
        assert {job.id for job in desk.ledger.jobs(JobQuery(limit=1000))} == set(ids)
        assert len(ids) == 80
        desk.close()


class Killed:
    def test_a_process_killed_in_the_middle_leaves_the_books_balanced(self, kit: Kit) -> None:
        """Real kills at moments nobody chose, again and again on the same ledger."""
        moments = random.Random(5)
        promised: set[str] = set()
        for boot in range(6):
            promised |= _killed_while_busy(kit, boot, after=moments.randint(1, 120))
            desk = Desk(kit)
            for job in desk.ledger.jobs(JobQuery(limit=1000)):
                check_books(desk.ledger, job.id)
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


def _in_processes(count: int, target: Callable[..., None], *args: object) -> list[Any]:
    """Runs `target(pipe, n, *args)` in real processes; what each sends last, in any order."""
    pipes = []
    for n in range(count):
        ours, theirs = SPAWN.Pipe()
        process = SPAWN.Process(target=target, args=(theirs, n, *args))
        process.start()
        theirs.close()
        pipes.append((ours, process))
    for ours, _ in pipes:
        assert ours.poll(DEADLINE_SECONDS)
        assert ours.recv() == "ready"
    for ours, _ in pipes:
        ours.send("go")
    answers = []
    for ours, process in pipes:
        assert ours.poll(DEADLINE_SECONDS)
        answers.append(ours.recv())
        process.join(DEADLINE_SECONDS)
        assert process.exitcode == 0
    return answers


def _work_off_pages(pipe: Connection, n: int, kit: Kit, user_limit: int) -> None:
    """Always holds what it has while it asks for more, so that limits are what stops it."""
    desk = Desk(kit, user_max_running=user_limit)
    pipe.send("ready")
    pipe.recv()
    spans: list[tuple[str, int, int, int]] = []
    held: list[tuple[Work, int]] = []
    idle = 0
    while idle < 200:
        claimed = desk.claim(2, owner=f"node{n}:1")
        now = time.monotonic_ns()
        idle = 0 if claimed or held else idle + 1
        done, held = held, [(work, now) for work in claimed]
        spans += [(work.job_id, work.task_id, since, time.monotonic_ns()) for work, since in done]
        desk.ledger.finish(
            [Report(work.task_id, work.token, PageDone("text", 1)) for work, _ in done]
        )
    pipe.send(spans)
    desk.close()


def _most_at_once(
    shares: list[list[tuple[str, int, int, int]]], owner_of: dict[str, str]
) -> dict[str, int]:
    """The most tasks of each owner that were certainly held at one moment."""
    steps: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for job_id, _, since, until in (span for share in shares for span in share):
        if job_id in owner_of:
            steps[owner_of[job_id]] += [(since, 1), (until, -1)]
    most = {}
    for owner, changes in steps.items():
        running = peak = 0
        for _, change in sorted(changes):
            running += change
            peak = max(peak, running)
        most[owner] = peak
    return most


def _submit_some(pipe: Connection, n: int, kit: Kit) -> None:
    desk = Desk(kit, numbers=iter(range(1000 * n, 1000 * n + 20)))
    pipe.send("ready")
    pipe.recv()
    pipe.send([desk.submit(user_id=f"user{k % 3}").id for k in range(20)])
    desk.close()


def _killed_while_busy(kit: Kit, boot: int, *, after: int) -> set[str]:
    """Starts a busy process, kills it when it has told `after` things; the jobs it was told of."""
    ours, theirs = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=_be_busy, args=(theirs, kit, boot))
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
