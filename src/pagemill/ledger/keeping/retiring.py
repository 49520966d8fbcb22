"""Which ended jobs must go, and letting them go; jobs that have run too long."""

from collections.abc import Iterator, Sequence

from pagemill.access import in_force
from pagemill.ledger.commands import remove
from pagemill.ledger.deeds import note
from pagemill.ledger.intake import quotas
from pagemill.ledger.rows import Row, job_of, user_of
from pagemill.ledger.statements import Statements, Transaction
from pagemill.ledger.tasks.settling import Rules, fail, miss
from pagemill.model.job import Failure
from pagemill.model.people import SYSTEM, User
from pagemill.model.retention import (
    Bounds,
    EndedJob,
    Overdue,
    Taken,
    retention_of,
    together,
    too_much,
)
from pagemill.model.task import GiveUp

JOBS_AT_ONCE, AGAIN_MS = 100, 1000
LATE = Failure(
    "job_timeout",
    "The job ran into its time limit",
    "Retry it: pages that were read are kept; or send it without a time limit.",
)


def overdue(sql: Statements, bounds: Bounds, now_ms: int, limit: int) -> list[Overdue]:
    """Up to `limit` by age; then by count and storage, of each user, then of all. What one step
    finds is gone for the next; one that fills `limit` leaves the others to another call.
    """
    gone = [Overdue(_ended(row), "age") for row in sql.expired_jobs(now_ms=now_ms, limit=limit)]
    for more in (_by_user, _of_all):
        if len(gone) < limit:
            gone += list(more(sql, bounds, limit, gone))
    return gone


def retire(tx: Transaction, jobs: Sequence[Overdue]) -> int:
    """Those that have not gone on since they were found are deleted. Returns how many."""
    count = 0
    for over in jobs:
        row = tx.sql.finished_job(job_id=over.job.id)
        if row is not None and row["finished_ms"] == over.job.finished_ms:
            remove(tx, job_of(row))
            note(tx, SYSTEM, "job.retire", over.job.id, f"{over.reason}: {over.job.filename}")
            count += 1
    return count


def redate(tx: Transaction, user: User, bounds: Bounds) -> int:
    """Jobs get the date of their end that the limits of now give them. Returns how many changed."""
    age_ms = quotas.kept_ms(in_force(user.limits, bounds.user), bounds)
    count: int = tx.sql.redate_jobs(user_id=user.id, age_ms=age_ms)
    return count


def stop_late_jobs(tx: Transaction, rules: Rules) -> int:
    """At the soft limit pages that nobody reads are given up, those too that come back unread after
    it, and what was read is written; at the hard one the job fails. Returns how many jobs it met.
    """
    late = tx.sql.late_jobs(now_ms=tx.now_ms, limit=JOBS_AT_ONCE)
    for job in late:
        if job["is_hard"]:
            tx.sql.cancel_tasks(job_id=job["id"])
            fail(tx, job["id"], LATE)
            continue
        for page in tx.sql.idle_pages(job_id=job["id"]):
            miss(tx, page, GiveUp(LATE), rules)
        tx.sql.await_next_limit(job_id=job["id"], again_ms=tx.now_ms + AGAIN_MS)
    return len(late)


def _by_user(
    sql: Statements, bounds: Bounds, limit: int, gone: Sequence[Overdue]
) -> Iterator[Overdue]:
    users = [user_of(row) for row in sql.list_users()]
    rules = {user.id: retention_of(in_force(user.limits, bounds.user)) for user in users}
    bound = {user_id for user_id, rule in rules.items() if rule.is_bound}
    for user_id, taken in _taken(sql, gone).items() if bound else ():
        if user_id in bound:
            rows = sql.oldest_finished_of_user(user_id=user_id, limit=limit)
            yield from too_much(_others(rows, gone), taken, rules[user_id])


def _of_all(
    sql: Statements, bounds: Bounds, limit: int, gone: Sequence[Overdue]
) -> Iterator[Overdue]:
    if bounds.all.is_bound:
        rows = sql.oldest_finished(limit=limit)
        yield from too_much(_others(rows, gone), together(_taken(sql, gone)), bounds.all)


def _taken(sql: Statements, gone: Sequence[Overdue]) -> dict[str, Taken]:
    """Of each user, without what goes anyway."""
    taken = {row["user_id"]: Taken(row["jobs"], row["stored_bytes"]) for row in sql.job_totals()}
    for over in gone:
        if over.job.user_id in taken:
            taken[over.job.user_id] = taken[over.job.user_id].without(over.job)
    return taken


def _others(rows: Sequence[Row], gone: Sequence[Overdue]) -> Iterator[EndedJob]:
    ids = {over.job.id for over in gone}
    return (_ended(row) for row in rows if row["id"] not in ids)


def _ended(row: Row) -> EndedJob:
    return EndedJob(
        row["id"], row["user_id"], row["filename"], row["finished_ms"], row["stored_bytes"]
    )
