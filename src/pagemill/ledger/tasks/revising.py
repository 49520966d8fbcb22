"""Pages that were read, thought about again. What is told here stands in one transaction each."""

from pagemill.access import in_force
from pagemill.errors import PagemillError
from pagemill.ledger.deeds import note
from pagemill.ledger.intake import quotas
from pagemill.ledger.reading import find_job
from pagemill.ledger.rows import Row, json_of, kept_of, limits_of
from pagemill.ledger.statements import Transaction
from pagemill.ledger.tasks.pages import discard_text
from pagemill.ledger.telling import change, open_lanes
from pagemill.model.event import EventKind
from pagemill.model.job import Job, JobState
from pagemill.model.people import Caller
from pagemill.model.retention import Bounds
from pagemill.model.task import TaskState, pool_of
from pagemill.ports.revisions import NewCorrection

_ENDED = frozenset({TaskState.DONE, TaskState.DEAD, TaskState.CANCELLED})
_KEPT = (
    "token",
    "engine",
    "pool",
    "reason",
    "cache_key",
    "is_cached",
    "run_ms",
    "confidence",
    "flags",
)


def correct(tx: Transaction, job_id: str, new: NewCorrection, by: Caller) -> Job | None:
    job = find_job(tx.sql, job_id)
    page = _page(tx, job, new.page)
    if page["state"] != TaskState.DONE:
        raise PagemillError("page_not_ready", f"Page {new.page} is not read yet")
    if page["token"] != new.seen:
        return None
    _uncache(tx, job, page)
    discard_text(tx, job.id, new.page, new.seen)
    tx.sql.correct_page(id=page["id"], token=new.token, confidence=new.confidence)
    tx.sql.add_correction(
        job_id=job.id,
        page_no=new.page,
        block=new.block,
        before=new.before,
        after=new.after,
        user_id=by.id,
        now_ms=tx.now_ms,
    )
    note(tx, by, "page.correct", job.id, f"page {new.page}, block {new.block}")
    _assemble_anew(tx, job)
    data: dict[str, object] = {"page": new.page, "block": new.block, "user": by.id}
    change(tx, job.id, EventKind.PAGE_CORRECTED, data)
    return find_job(tx.sql, job.id)


def read_again(
    tx: Transaction,
    job_id: str,
    number: int,
    engine: str,
    password: str,
    by: Caller,
    bounds: Bounds,
) -> Job:
    job = find_job(tx.sql, job_id)
    page = _page(tx, job, number)
    state = TaskState(page["state"])
    _require_ended(job, page, state)
    limits = in_force(limits_of(tx.sql.find_user(user_id=job.user_id)), bounds.user)
    quotas.take_page(tx, job.user_id, limits)
    if password:
        tx.sql.set_password(job_id=job.id, password=password)
    tx.sql.reopen_ended(job_id=job.id, now_ms=tx.now_ms)
    tx.sql.block_assemble(job_id=job.id)
    _open(tx, job, page, engine)
    note(tx, by, "page.retry", job.id, ", ".join(filter(None, (f"page {number}", engine))))
    data: dict[str, object] = {"pages": 1, "engine": engine, "page": number}
    change(
        tx,
        job.id,
        EventKind.JOB_RETRIED,
        data,
        left=int(state is not TaskState.CANCELLED),
        done=-int(state is TaskState.DONE),
        failed=-int(state is TaskState.DEAD),
        cached=-page["is_cached"] if state is TaskState.DONE else 0,
    )
    return find_job(tx.sql, job.id)


def keep_reading(tx: Transaction, page: Row, story: dict[str, object]) -> Row:
    """A page that could not be read again is what it was before. Gives the counters of its job."""
    kept = kept_of(page)
    tx.sql.restore_page(id=page["id"], now_ms=tx.now_ms, **kept)
    cached = int(bool(kept["is_cached"]))
    return change(tx, page["job_id"], EventKind.PAGE_KEPT, story, left=-1, done=1, cached=cached)


def _page(tx: Transaction, job: Job, number: int) -> Row:
    page: Row | None = tx.sql.find_page(job_id=job.id, page_no=number)
    if page is None:
        raise PagemillError("page_not_found", f"The job has no page {number}")
    return page


def _require_ended(job: Job, page: Row, state: TaskState) -> None:
    """A job with cancelled pages would wait for them for ever if it went on with another page."""
    if state not in _ENDED:
        raise PagemillError("page_not_ready", f"Page {page['page_no']} is not read yet")
    if job.state.is_final and job.pages_left > int(state is TaskState.CANCELLED):
        raise PagemillError(
            "invalid_state",
            "Other pages of the job were cancelled",
            "Retry the whole job: it goes on where it stopped.",
        )


def _open(tx: Transaction, job: Job, page: Row, engine: str) -> None:
    is_paused = job.state is JobState.PAUSED
    is_done = page["state"] == TaskState.DONE
    if is_done:
        _uncache(tx, job, page)
    tx.sql.reread_page(
        id=page["id"],
        state=int(TaskState.HELD if is_paused else TaskState.READY),
        engine=engine,
        pool=pool_of(engine),
        kept=json_of({name: page[name] for name in _KEPT}) if is_done else page["kept"],
    )
    if not is_paused:
        open_lanes(tx, [(pool_of(engine) if engine else page["pool"], job.user_id)])


def _assemble_anew(tx: Transaction, job: Job) -> None:
    """Outputs of a completed job are of the past; those that are written just now will be."""
    if job.state is not JobState.COMPLETED:
        tx.sql.outdate_assembly(job_id=job.id)
        return
    tx.sql.reopen_ended(job_id=job.id, now_ms=tx.now_ms)
    tx.sql.block_assemble(job_id=job.id)
    woken = tx.sql.wake_assemble(job_id=job.id, state=int(TaskState.READY))
    open_lanes(tx, ((row["pool"], row["user_id"]) for row in woken))


def _uncache(tx: Transaction, job: Job, page: Row) -> None:
    tx.sql.uncache_page(
        user_id=page["user_id"],
        sha256=job.document.sha256,
        page_no=page["page_no"],
        cache_key=page["cache_key"],
        job_id=job.id,
    )
