"""Keeping the house tidy, a little at each call, so that nobody waits long."""

from pagemill.ledger.statements import Transaction
from pagemill.model.document import document_key

JOBS_AT_ONCE = 200


def prune(tx: Transaction, events_before_ms: int) -> int:
    """Events of jobs that ended before then, but for the last of each; documents nobody uses."""
    rows = 0
    for job in tx.sql.prunable_jobs(before_ms=events_before_ms, limit=JOBS_AT_ONCE):
        rows += tx.sql.prune_events(job_id=job["id"])
        tx.sql.mark_pruned(job_id=job["id"])
    for document in tx.sql.unused_documents(limit=JOBS_AT_ONCE):
        key = document_key(document["sha256"], document["media_type"])
        rows += tx.sql.delete_document(sha256=document["sha256"])
        tx.sql.add_trash(key=key, is_folder=False, now_ms=tx.now_ms)
    return rows
