"""Keeping the house tidy, a little at each call, so that nobody waits long."""

from collections.abc import Sequence

from pagemill.ledger.rows import Row
from pagemill.ledger.statements import Statements, Transaction
from pagemill.model.document import document_key

JOBS_AT_ONCE = 200


def prune(tx: Transaction, events_before_ms: int, documents: Sequence[Row]) -> int:
    """Events of jobs that ended before then, but for the last of each; those of `documents` that
    still nobody uses.
    """
    rows = 0
    for job in tx.sql.prunable_jobs(before_ms=events_before_ms, limit=JOBS_AT_ONCE):
        rows += tx.sql.prune_events(job_id=job["id"])
        tx.sql.mark_pruned(job_id=job["id"])
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
