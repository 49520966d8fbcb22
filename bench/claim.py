"""Claim and finish: what a page costs the ledger at a small and at a large backlog, in one run.

Two ledgers with several users lie side by side, one with 1,000 and one with 100,000 waiting pages.
Rounds of the same work go to one and the other in turn, so that both meet the same machine; pages
that are done are replaced between rounds, so a backlog keeps its size. Work is taken as the node
agent takes it: a few slots at a time, results given back in one batch. Prints the median time of
a task in each and their ratio, which must stay below 1.2.

    python bench/claim.py [--rounds 60] [--slots 4] [--users 8]
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from pagemill.ledger import SqlLedger, open_ledger
from pagemill.model.document import PDF, Document
from pagemill.model.job import NewJob
from pagemill.model.options import Options
from pagemill.model.people import Caller, User
from pagemill.model.task import (
    CPU_POOL,
    AssembleDone,
    Outcome,
    PageDone,
    PagePlan,
    Report,
    RetryPolicy,
    SplitDone,
    TaskKind,
    Work,
)

SMALL, LARGE = 1_000, 100_000
LIMIT = 1.2
PAGES = 50
OWNER = "bench:1"
_PLANS = tuple(PagePlan(n, "text", "bench", "key") for n in range(1, PAGES + 1))
_ANSWERS: dict[TaskKind, Outcome] = {
    TaskKind.SPLIT: SplitDone(PAGES, _PLANS),
    TaskKind.PAGE: PageDone("text", 5),
    TaskKind.ASSEMBLE: AssembleDone(()),
}


class WallClock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()


class Backlog:
    """A ledger kept at about `size` waiting pages of `users` users."""

    def __init__(self, folder: Path, size: int, users: int) -> None:
        self.ledger: SqlLedger = open_ledger(
            folder / f"{size}.db",
            clock=WallClock(),
            rng=random.Random(1),
            policy=RetryPolicy(),
            user_max_running=0,
            durable=False,
        )
        self.size, self.users = size, users
        self.jobs = 0
        self.waiting = self.unsplit = 0
        self.claims: list[float] = []
        self.finishes: list[float] = []
        self.top_up()

    def top_up(self) -> None:
        """Jobs split by urgent priority, then sent to the end of their users' rows."""
        ids = [self._submit() for _ in range((self.size - self.waiting) // PAGES)]
        while self.unsplit:
            self._settle(self.ledger.claim(OWNER, CPU_POOL, max(len(ids), self.users), 60))
        for job_id in ids:
            self.ledger.set_priority(job_id, 0)

    def _submit(self) -> str:
        self.jobs += 1
        self.unsplit += 1
        job_id = f"{self.jobs:036d}"
        by = Caller(User(f"user{self.jobs % self.users}"), frozenset())
        document = Document(f"{self.jobs:064x}", PDF, 1000)
        self.ledger.submit(NewJob(job_id, by, document, "bench.pdf", Options(), 10))
        return job_id

    def _settle(self, works: list[Work]) -> None:
        reports = [Report(w.task_id, w.token, _ANSWERS[w.kind]) for w in works]
        if not all(self.ledger.finish(reports)):
            raise AssertionError("a report was refused")
        split = sum(w.kind is TaskKind.SPLIT for w in works)
        self.unsplit -= split
        self.waiting += PAGES * split
        self.waiting -= sum(w.kind is TaskKind.PAGE for w in works)

    def round(self, slots: int) -> None:
        """As many tasks as one job has pages; they are replaced off the clock."""
        for _ in range(PAGES // slots):
            start = time.perf_counter()
            works = self.ledger.claim(OWNER, CPU_POOL, slots, 60)
            claimed = time.perf_counter()
            self._settle(works)
            finished = time.perf_counter()
            if len(works) != slots:
                raise AssertionError("the backlog ran dry")
            self.claims.append((claimed - start) / slots)
            self.finishes.append((finished - claimed) / slots)
        self.top_up()

    def figures(self) -> dict[str, float]:
        tasks = self.ledger.figures.queue().pages
        both = [claim + finish for claim, finish in zip(self.claims, self.finishes, strict=True)]
        return {
            "waiting": tasks["ready"],
            "claim_us": round(1e6 * statistics.median(self.claims), 1),
            "finish_us": round(1e6 * statistics.median(self.finishes), 1),
            "both_us": round(1e6 * statistics.median(both), 1),
            "tasks_per_second": round(1 / statistics.mean(both)),
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--slots", type=int, default=4)
    parser.add_argument("--users", type=int, default=8)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        backlogs = [Backlog(Path(folder), size, args.users) for size in (SMALL, LARGE)]
        for _ in range(args.rounds):
            for backlog in backlogs:
                backlog.round(args.slots)
        small, large = (backlog.figures() for backlog in backlogs)
    ratio = large["both_us"] / small["both_us"]
    claim_ratio = large["claim_us"] / small["claim_us"]
    print(json.dumps({str(SMALL): small, str(LARGE): large}, indent=2))
    print(f"claim at {LARGE:,} / {SMALL:,} waiting tasks: {claim_ratio:.2f} (limit {LIMIT})")
    print(f"claim + finish at {LARGE:,} / {SMALL:,}: {ratio:.2f} (limit {LIMIT})")
    return 0 if max(ratio, claim_ratio) <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
