"""Accepting jobs, several at once: what is on the disk when `submit` returns is kept."""

from pagemill.access import in_force
from pagemill.errors import PagemillError
from pagemill.ledger import quotas
from pagemill.ledger.deeds import note
from pagemill.ledger.reading import find_job
from pagemill.ledger.rows import clean, json_of, user_of
from pagemill.ledger.statements import Transaction
from pagemill.ledger.telling import open_lanes, tell
from pagemill.model.document import Document
from pagemill.model.event import EventKind
from pagemill.model.job import MAX_PRIORITY, MIN_PRIORITY, JobState, NewJob, NewUpload, rank
from pagemill.model.options import fingerprint
from pagemill.model.people import User
from pagemill.model.retention import Bounds
from pagemill.model.task import CPU_POOL, TaskKind, TaskState
from pagemill.ports.ledger import Submitted


def take(tx: Transaction, new: NewJob | NewUpload, bounds: Bounds) -> Submitted | bool:
    return submit(tx, new, bounds) if isinstance(new, NewJob) else keep_upload(tx, new, bounds)


def submit(tx: Transaction, new: NewJob, bounds: Bounds) -> Submitted:
    """Document, job, split task and event. Whatever is wrong with it is found before anything is
    written, so that submissions sharing a transaction cannot spoil each other.
    """
    check_priority(new.priority)
    earlier = _find_earlier(tx, new)
    if earlier is not None:
        return Submitted(find_job(tx.sql, earlier), is_new=False)
    tx.sql.add_user(user_id=new.by.id, now_ms=tx.now_ms)
    user = user_of(tx.sql.find_user(user_id=new.by.id))
    limits = in_force(user.limits, bounds.user)
    quotas.check_submission(tx, user.id, limits, new.document)
    _write(tx, new, quotas.kept_ms(limits, bounds, new.keep_ms), is_held=_must_wait(new, user))
    return Submitted(find_job(tx.sql, new.id), is_new=True)


def keep_upload(tx: Transaction, new: NewUpload, bounds: Bounds) -> bool:
    """Whether the id was free. Raises `quota_bytes`."""
    user_id, document = new.by.id, new.document
    tx.sql.add_user(user_id=user_id, now_ms=tx.now_ms)
    limits = in_force(user_of(tx.sql.find_user(user_id=user_id)).limits, bounds.user)
    quotas.check_space(tx, user_id, limits, document.size_bytes)
    _add_document(tx, document)
    is_free = tx.sql.add_upload(
        id=new.id,
        user_id=user_id,
        sha256=document.sha256,
        filename=clean(new.filename),
        now_ms=tx.now_ms,
    )
    if is_free:
        note(tx, new.by, "upload.add", new.id, new.filename)
    return bool(is_free)


def check_priority(priority: int) -> None:
    """Raises `invalid_options` outside the range the ledger keeps."""
    if not MIN_PRIORITY <= priority <= MAX_PRIORITY:
        raise PagemillError(
            "invalid_options",
            f"`priority` is {priority}",
            f"It must lie between {MIN_PRIORITY} and {MAX_PRIORITY}.",
        )


def _find_earlier(tx: Transaction, new: NewJob) -> str | None:
    if not new.idempotency_key:
        return None
    row = tx.sql.earlier_job(user_id=new.by.id, idempotency_key=new.idempotency_key)
    if row is None:
        return None
    if row["request_key"] != request_key(new):
        raise PagemillError("idempotency_conflict")
    return str(row["id"])


def request_key(new: NewJob) -> str:
    """Equal for requests that ask for the same thing: the same bytes, the same options."""
    return fingerprint({"document": new.document.sha256, **new.options.as_dict()})


def _must_wait(new: NewJob, user: User) -> bool:
    return not user.is_automatic and not new.is_urgent


def _add_document(tx: Transaction, document: Document) -> None:
    tx.sql.add_document(
        sha256=document.sha256,
        media_type=document.media_type,
        size_bytes=document.size_bytes,
        pages=document.pages,
        now_ms=tx.now_ms,
    )
    tx.sql.keep_from_trash(key=document.key)


def _write(tx: Transaction, new: NewJob, keep_ms: int | None, *, is_held: bool) -> None:
    document, filename = new.document, clean(new.filename)
    place = rank(tx.now_ms, new.priority)
    _add_document(tx, document)
    tx.sql.add_job(
        id=new.id,
        handle=new.handle or None,
        user_id=new.by.id,
        sha256=document.sha256,
        filename=filename,
        name_key=filename.casefold(),
        options=json_of(new.options),
        password=new.password,
        state=JobState.PAUSED if is_held else JobState.QUEUED,
        priority=new.priority,
        rank=place,
        idempotency_key=new.idempotency_key or None,
        request_key=request_key(new),
        note=new.note,
        stored_bytes=document.size_bytes,
        asked_keep_ms=new.keep_ms,
        keep_ms=keep_ms,
        soft_ms=new.soft_ms,
        hard_ms=new.hard_ms,
        now_ms=tx.now_ms,
    )
    tx.sql.add_task(
        job_id=new.id,
        kind=TaskKind.SPLIT,
        user_id=new.by.id,
        pool=CPU_POOL,
        state=int(TaskState.HELD if is_held else TaskState.READY),
        rank=place,
    )
    open_lanes(tx, [(CPU_POOL, new.by.id)])
    note(tx, new.by, "job.submit", new.id, filename)
    data: dict[str, object] = {
        "filename": filename,
        "bytes": document.size_bytes,
        "priority": new.priority,
    }
    tell(tx, new.id, 1, EventKind.JOB_QUEUED, data)
