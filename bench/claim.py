"""Claim and finish: what a task costs the ledger at a small and at a large backlog, in one run.

For each database two ledgers with a hundred users lie side by side, one with 10,000 and one with
1,000,000 waiting pages; every user has a limit, and so has the pool. Rounds of the same work go to
one and the other in turn, so that both meet the same machine, after some that warm them up and do
not count; pages that are done are replaced between rounds, so a backlog keeps its size. Work is
taken as the node agent takes it: a few slots at a time, results given back in one batch. Prints the
median time of a task in each and their ratio, which must stay below 1.3.
"""

import argparse
import statistics
import sys
import time
from dataclasses import dataclass, field

from ledgers import (
    KINDS,
    PAGES,
    POOL,
    POSTGRES,
    Place,
    add_jobs,
    add_users,
    places,
    server_for,
    settle,
)
from pagemill.model.task import AssembleDone, Outcome, PageDone, Report, TaskKind
from report import figure, publish, table, verdict

LIMIT = 1.3
OWNER, LEASE_SECONDS, MAX_RUNNING = "bench:1", 60.0, 8
POOLS = (POOL, "cpu")
NOW_MS = 1_700_000_000_000
_ANSWERS: dict[TaskKind, Outcome] = {
    TaskKind.PAGE: PageDone("text", 5),
    TaskKind.ASSEMBLE: AssembleDone(()),
}


@dataclass
class Backlog:
    """A ledger kept at about `size` waiting pages of `users` users. Times are seconds a task."""

    place: Place
    size: int
    users: int
    jobs: int = 0
    done: int = 0
    claims: list[float] = field(default_factory=list)
    finishes: list[float] = field(default_factory=list)

    def fill(self) -> None:
        add_users(self.place, self.users, MAX_RUNNING)
        self._add(self.size // PAGES)
        settle(self.place)
        self.ledger = self.place.open()

    def round(self, slots: int) -> None:
        """As many tasks as one job has pages; they are replaced off the clock."""
        for _ in range(PAGES // slots):
            began = time.perf_counter()
            works = self.ledger.claim(OWNER, POOLS, slots, LEASE_SECONDS)
            claimed = time.perf_counter()
            kept = self.ledger.finish([Report(w.task_id, w.token, _ANSWERS[w.kind]) for w in works])
            finished = time.perf_counter()
            if len(works) != slots or not all(kept):
                raise AssertionError("the backlog ran dry, or a report was refused")
            self.claims.append((claimed - began) / slots)
            self.finishes.append((finished - claimed) / slots)
            self.done += sum(work.kind is TaskKind.PAGE for work in works)
        self._add(self.done // PAGES)
        self.done %= PAGES

    def forget(self) -> None:
        """What was measured so far was only to warm up."""
        self.claims.clear()
        self.finishes.clear()

    def medians(self) -> tuple[float, float, float]:
        """Of a claim, a finish and both, in microseconds a task."""
        both = [claim + finish for claim, finish in zip(self.claims, self.finishes, strict=True)]
        claim, finish, whole = map(statistics.median, (self.claims, self.finishes, both))
        return 1e6 * claim, 1e6 * finish, 1e6 * whole

    def _add(self, jobs: int) -> None:
        if jobs:
            add_jobs(self.place, self.jobs, self.jobs + jobs - 1, self.users, NOW_MS)
            self.jobs += jobs


def main() -> int:
    asked = _arguments()
    sizes = (asked.small, asked.large)
    rows, ratios = [], []
    with server_for(asked.on) as server:
        for kind in asked.on:
            with places(server if kind == POSTGRES else None, len(sizes)) as found:
                backlogs = [Backlog(p, n, asked.users) for p, n in zip(found, sizes, strict=True)]
                _measure(backlogs, asked)
            small, large = (backlog.medians() for backlog in backlogs)
            ratio = [after / before for before, after in zip(small, large, strict=True)]
            ratios.append(ratio[2])
            rows += [
                (kind, f"{size:,}", *(figure(value, 0) for value in found), "")
                for size, found in zip(sizes, (small, large), strict=True)
            ]
            goal = verdict(ratio[2], LIMIT, at_least=False)
            rows.append((kind, "ratio", *(figure(value, 2) for value in ratio), goal))
    head = ("database", "waiting pages", "claim µs", "finish µs", "both µs", "goal")
    body = (
        f"Medians of {asked.rounds} rounds of {PAGES} tasks, {asked.slots} at a time, as a task's"
        f" share; {asked.users} users with limits. A page that is finished moves counters, writes"
        " an event, is noted for the cache and, as its job's last, wakes the assembly.\n\n"
        f"{table(head, rows)}"
    )
    publish("claim", "Claim and finish", body, "pagemill", "postgres", is_kept=asked.keep)
    return int(max(ratios) > LIMIT)


def _measure(backlogs: list[Backlog], asked: argparse.Namespace) -> None:
    for backlog in backlogs:
        backlog.fill()
    try:
        for turn in range(asked.warm + asked.rounds):
            if turn == asked.warm:
                for backlog in backlogs:
                    backlog.forget()
            for backlog in backlogs[:: 1 if turn % 2 else -1]:
                backlog.round(asked.slots)
    finally:
        for backlog in backlogs:
            backlog.ledger.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--on", nargs="+", choices=KINDS, default=KINDS, help="databases")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--warm", type=int, default=10, help="rounds before those that count")
    parser.add_argument("--slots", type=int, default=4)
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--keep", action="store_true", help="write the section of RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
