"""What every change of a job has in common: an event, and lanes for what became ready."""

from collections.abc import Iterable, Sequence

from pagemill.ledger.rows import Row, json_of
from pagemill.ledger.statements import Transaction
from pagemill.model.event import Event, EventKind


def tell(
    tx: Transaction, job_id: str, version: int, kind: EventKind, data: dict[str, object]
) -> None:
    """Writes the one event that belongs to the version a job has just reached."""
    tell_all(tx, [Event(job_id, version, tx.now_ms, kind, data)])


def tell_all(tx: Transaction, events: Sequence[Event]) -> None:
    tx.sql.add_events(
        [
            {
                "job_id": event.job_id,
                "seq": event.seq,
                "now_ms": event.at_ms,
                "kind": event.kind,
                "data": json_of(event.data),
            }
            for event in events
        ]
    )


def change(
    tx: Transaction,
    job_id: str,
    kind: EventKind,
    data: dict[str, object],
    *,
    left: int = 0,
    done: int = 0,
    failed: int = 0,
    cached: int = 0,
) -> Row:
    """Moves the counters of a job by so much and tells it. Gives the job's counters after that."""
    job: Row = tx.sql.change_job(
        job_id=job_id,
        changes=1,
        left=left,
        done=done,
        failed=failed,
        cached=cached,
        now_ms=tx.now_ms,
    )
    tell(tx, job_id, job["version"], kind, data)
    return job


def open_lanes(tx: Transaction, lanes: Iterable[tuple[str, str]]) -> None:
    """Work became ready in these (pool, user id): claims will look there."""
    for pool, user_id in sorted(set(lanes)):
        tx.sql.add_pool(pool=pool)
        tx.sql.open_lane(pool=pool, user_id=user_id)
