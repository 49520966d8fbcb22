"""What people tell a job to do. Each command is one change: one version, one event."""

from collections.abc import Sequence
from dataclasses import replace

from pagemill.errors import PagemillError
from pagemill.ledger.deeds import note
from pagemill.ledger.intake.submitting import check_priority
from pagemill.ledger.reading import find_job, find_jobs
from pagemill.ledger.rows import json_of
from pagemill.ledger.statements import Transaction
from pagemill.ledger.telling import open_lanes, tell
from pagemill.model.event import EventKind
from pagemill.model.job import Job, JobState, rank, require
from pagemill.model.people import Caller
from pagemill.model.task import pool_of


def cancel(tx: Transaction, job_id: str, by: Caller) -> Job:
    job = _told_to(tx, job_id, "cancel", by)
    tx.sql.cancel_tasks(job_id=job.id)
    tx.count("cancelled")
    return _enter(tx, job, JobState.CANCELLED, EventKind.JOB_CANCELLED)


def pause(tx: Transaction, job_id: str, by: Caller) -> Job:
    job = _told_to(tx, job_id, "pause", by)
    tx.sql.hold_tasks(job_id=job.id)
    return _enter(tx, job, JobState.PAUSED, EventKind.JOB_PAUSED)


def resume(tx: Transaction, job_id: str, by: Caller) -> Job:
    job = _told_to(tx, job_id, "resume", by)
    freed = tx.sql.free_tasks(job_id=job.id)
    open_lanes(tx, ((row["pool"], job.user_id) for row in freed))
    is_begun = job.pages_total is not None
    state = JobState.PROCESSING if is_begun else JobState.QUEUED
    return _enter(tx, job, state, EventKind.JOB_RESUMED)


def retry(tx: Transaction, job_id: str, engine: str, password: str, by: Caller) -> Job:
    """The split if that failed, else the pages that did, else the assembly."""
    job = _told_to(tx, job_id, "retry", by)
    sql = tx.sql
    state, options, count = JobState.PROCESSING, job.options, 0
    if reopened := sql.reopen_split(job_id=job.id):
        state = JobState.QUEUED
        options = replace(options, engine=engine or options.engine)
    elif reopened := sql.reopen_pages(job_id=job.id, engine=engine, pool=pool_of(engine)):
        count = len(reopened)
        sql.block_assemble(job_id=job.id)
    elif not (reopened := sql.reopen_assemble(job_id=job.id)):
        raise PagemillError("invalid_state", "No page of the job failed: nothing to retry")
    open_lanes(tx, ((row["pool"], job.user_id) for row in reopened))
    row = sql.reopen_job(
        job_id=job.id,
        state=state,
        options=json_of(options),
        password=password,
        now_ms=tx.now_ms,
    )
    data: dict[str, object] = {"pages": count, "engine": engine}
    tell(tx, job.id, row["version"], EventKind.JOB_RETRIED, data)
    return find_job(sql, job.id)


def set_priority(tx: Transaction, job_id: str, priority: int, by: Caller) -> Job:
    check_priority(priority)
    job = _told_to(tx, job_id, "reprioritise", by)
    _place(tx, job, priority)
    return find_job(tx.sql, job.id)


def set_priorities(tx: Transaction, job_ids: Sequence[str], priority: int, by: Caller) -> int:
    """Of several jobs, those that have not ended and have another one. Returns how many."""
    check_priority(priority)
    jobs = [job for job in find_jobs(tx.sql, job_ids) if not job.state.is_final]
    moved = [job for job in jobs if job.priority != priority]
    for job in moved:
        _place(tx, job, priority)
    if moved:
        note(tx, by, "queue.reprioritise", "", f"{len(moved)} jobs, priority {priority}")
    return len(moved)


def delete(tx: Transaction, job_id: str, by: Caller) -> None:
    job = find_job(tx.sql, job_id)
    remove(tx, job)
    note(tx, by, "job.delete", job.id, job.filename)


def remove(tx: Transaction, job: Job) -> None:
    """The rows go now, the bytes when upkeep has found them in the trash."""
    sha256 = job.document.sha256
    tx.sql.add_trash(key=job.folder, is_folder=True, now_ms=tx.now_ms)
    tx.sql.delete_job(job_id=job.id)
    if tx.sql.delete_document(sha256=sha256):
        tx.sql.add_trash(key=job.document.key, is_folder=False, now_ms=tx.now_ms)
    else:
        tx.sql.recache_pages(sha256=sha256, user_id=job.user_id)


def _told_to(tx: Transaction, job_id: str, command: str, by: Caller) -> Job:
    job = find_job(tx.sql, job_id)
    require(command, job.state)
    note(tx, by, f"job.{command}", job.id)
    return job


def _place(tx: Transaction, job: Job, priority: int) -> None:
    place = rank(job.created_ms, priority)
    row = tx.sql.set_priority(job_id=job.id, priority=priority, rank=place, now_ms=tx.now_ms)
    tx.sql.set_rank(job_id=job.id, rank=place)
    tell(tx, job.id, row["version"], EventKind.JOB_PRIORITY, {"priority": priority})


def _enter(tx: Transaction, job: Job, state: JobState, kind: EventKind) -> Job:
    finished_ms = tx.now_ms if state.is_final else None
    row = tx.sql.set_state(job_id=job.id, state=state, finished_ms=finished_ms, now_ms=tx.now_ms)
    tell(tx, job.id, row["version"], kind, {})
    return find_job(tx.sql, job.id)
