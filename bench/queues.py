"""The queue beside other queues: tasks that do nothing, put in and run, by us on SQLite and on
PostgreSQL, by Procrastinate on the same PostgreSQL and by Celery on Redis, in turns in one run.

All have as many worker processes. Every server syncs to the disk as is usual for it: PostgreSQL
with each commit, Redis its append-only file each second, our SQLite with each job that is put in
but not with each page that is done, which would only be read again. Ours are the real ledger and
the real agent; only the children do nothing. A page takes 10 ms or more, so a worker process can
use 100 tasks a second.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ledgers import KINDS, POSTGRES, SQLITE, places, server_for
from queue_sides import Ours, Peer, Side, redis, run
from report import publish, table, verdict

PAGES = 50
SETTINGS = {"user_max_running": 0, "max_waiting_jobs": 0}
LONG, SHORT = f"{PAGES}-page jobs", "one-page jobs"


@dataclass
class Found:
    """Tasks a second, of every turn."""

    one: list[float] = field(default_factory=list)
    many: list[float] = field(default_factory=list)
    runs: list[float] = field(default_factory=list)


def main() -> int:
    asked = _arguments()
    with _sides(asked.peers) as sides:
        found = {side.name: Found() for side in sides}
        for turn in range(asked.turns):
            for side in sides[turn % len(sides) :] + sides[: turn % len(sides)]:
                _take_turn(side, found[side.name], asked)
    return _tell(sides, found, asked)


def _take_turn(side: Side, found: Found, asked: argparse.Namespace) -> None:
    """What was put in is run before the next is measured, so that each turn begins with nothing."""
    few = side.put(asked.ones, in_batches=False)
    many = side.put(asked.tasks, in_batches=True)
    if few is not None:
        found.one.append(asked.ones / few)
    if many is not None:
        found.many.append(asked.tasks / many)
    else:
        side.put(asked.tasks, in_batches=False)
    found.runs.append(run(side, asked.ones + asked.tasks, asked.workers))


@contextmanager
def _sides(peers: Sequence[str]) -> Iterator[list[Side]]:
    """With their servers, for the block."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pagemill-bench-")))
        server = stack.enter_context(server_for(KINDS))
        assert server is not None
        counted = _counted(folder)
        sides: list[Side] = []
        for kind in KINDS:
            for what, pages in ((LONG, PAGES), (SHORT, 1)):
                host = server if kind == POSTGRES else None
                (place,) = stack.enter_context(places(host, 1, **SETTINGS))
                sides.append(Ours(f"Pagemill, {kind}, {what}", place, counted(), pages))
        if "procrastinate" in peers:
            theirs = server.new_database()
            says = "claim by SKIP LOCKED, an event, no limits of users, no fan-in"
            sides.append(Peer("Procrastinate", theirs, counted(), says))
        if "celery" in peers:
            url = stack.enter_context(redis(folder / "redis"))
            says = "pop and acknowledge; no record of what was done, no limits, no fan-in"
            sides.append(Peer("Celery", url, counted(), says))
        for side in sides:
            if isinstance(side, Peer):
                side.prepare()
        yield sides


def _counted(folder: Path) -> Callable[[], Path]:
    """Makes empty files for the bytes of those who are done."""

    def make() -> Path:
        path = folder / f"done-{sum(1 for _ in folder.iterdir())}"
        path.touch()
        return path

    return make


def _tell(sides: list[Side], found: dict[str, Found], asked: argparse.Namespace) -> int:
    runs = {name: statistics.median(one.runs) for name, one in found.items()}
    rows = []
    for side in sides:
        one = found[side.name]
        rows.append(
            (side.name, _rate(one.one), _rate(one.many), f"{runs[side.name]:,.0f}", side.per_task)
        )
    head = ("queue", "one by one /s", "in batches /s", "run /s", "what it does per task")
    ratios, worst = [], 1.0
    for kind, peer in ((SQLITE, "Celery"), (POSTGRES, "Procrastinate"), (POSTGRES, "Celery")):
        for what in (LONG, SHORT):
            ours = f"Pagemill, {kind}, {what}"
            if peer in runs and ours in runs:
                ratio = runs[ours] / runs[peer]
                goal = verdict(ratio, 1, at_least=True) if what == LONG else ""
                worst = min(worst, ratio if goal else 1.0)
                ratios.append((ours, peer, f"{ratio:.2f}", goal))
    body = (
        f"{asked.workers} worker processes on each side, {asked.turns} turns; {asked.tasks:,} tasks"
        f" in batches of 1,000 and {asked.ones:,} one by one, then all of them run. A task of ours"
        f" is a page; a one-page job is three tasks (split, page, assemble) and counts as one.\n\n"
        f"{table(head, rows)}\n\n"
        f"{table(('tasks run per second', 'over', 'ratio', 'goal'), ratios)}"
    )
    publish(
        "queues",
        "Beside other queues",
        body,
        "pagemill",
        "postgres",
        "redis-server",
        is_kept=asked.keep,
    )
    return int(worst < 1)


def _rate(rates: list[float]) -> str:
    return f"{statistics.median(rates):,.0f}" if rates else "no such way"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--tasks", type=int, default=10_000, help="put in in batches, a turn")
    parser.add_argument("--ones", type=int, default=1_000, help="put in one by one, a turn")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--peers", nargs="*", default=["procrastinate", "celery"])
    parser.add_argument("--keep", action="store_true", help="write the section of RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
