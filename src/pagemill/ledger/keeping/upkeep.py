"""Keeping the house tidy, a little at each call, so that nobody waits long."""

from collections.abc import Sequence

from pagemill.access import day_of
from pagemill.ledger.rows import Row
from pagemill.ledger.statements import Statements, Transaction
from pagemill.model.document import document_key
from pagemill.ports.ledger import PruneDates

JOBS_AT_ONCE = 200
CHANGES_KEPT = 20_000


def prune(tx: Transaction, before: PruneDates, documents: Sequence[Row]) -> int:
    """Events of jobs that ended before then, but for the last of each; old uploads and lines of the
    audit log; old changes; those of `documents` that still nobody uses.
    """
    rows: int = tx.sql.prune_uploads(before_ms=before.uploads_ms)
    rows += tx.sql.prune_deeds(before_ms=before.audit_ms)
    rows += tx.sql.prune_page_usage(day=day_of(tx.now_ms))
    for job in tx.sql.prunable_jobs(before_ms=before.events_ms, limit=JOBS_AT_ONCE):
        rows += tx.sql.prune_events(job_id=job["id"])
        tx.sql.mark_pruned(job_id=job["id"])
    rows += tx.sql.turn_months(
        now_ms=tx.now_ms, events_ms=before.events_ms, audit_ms=before.audit_ms
    )
    rows += tx.sql.prune_changes(keep=CHANGES_KEPT)
    for document in documents:
        key = document_key(document["sha256"], document["media_type"])
        if tx.sql.delete_document(sha256=document["sha256"]):
            tx.sql.add_trash(key=key, is_folder=False, now_ms=tx.now_ms)
            rows += 1
    return rows


def unused_documents(sql: Statements) -> Sequence[Row]:
    """Looks at every document, so outside of any transaction that others wait for."""
    rows: Sequence[Row] = sql.unused_documents(limit=JOBS_AT_ONCE)
    return rows
