"""Accepting jobs, several at once: what is on the disk when `submit` returns is kept."""

from pagemill.errors import PagemillError
from pagemill.ledger.reading import find_job
from pagemill.ledger.rows import clean, json_of
from pagemill.ledger.statements import Transaction
from pagemill.ledger.telling import open_lanes, tell
from pagemill.model.event import EventKind
from pagemill.model.job import MAX_PRIORITY, MIN_PRIORITY, NewJob, rank
from pagemill.model.options import fingerprint
from pagemill.model.task import CPU_POOL, TaskKind, TaskState
from pagemill.ports.ledger import Submitted


def submit(tx: Transaction, new: NewJob) -> Submitted:
    """Document, job, split task and event. Whatever is wrong with it is found before anything is
    written, so that submissions sharing a transaction cannot spoil each other.
    """
    check_priority(new.priority)
    earlier = _find_earlier(tx, new)
    if earlier is not None:
        return Submitted(find_job(tx.sql, earlier), is_new=False)
    _write(tx, new)
    return Submitted(find_job(tx.sql, new.id), is_new=True)


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
    row = tx.sql.earlier_job(user_id=new.user_id, idempotency_key=new.idempotency_key)
    if row is None:
        return None
    if row["request_key"] != request_key(new):
        raise PagemillError("idempotency_conflict")
    return str(row["id"])


def request_key(new: NewJob) -> str:
    """Equal for requests that ask for the same thing: the same bytes, the same options."""
    return fingerprint({"document": new.document.sha256, **new.options.as_dict()})


def _write(tx: Transaction, new: NewJob) -> None:
    document, filename = new.document, clean(new.filename)
    place = rank(tx.now_ms, new.priority)
    tx.sql.add_user(user_id=new.user_id)
    tx.sql.add_document(
        sha256=document.sha256,
        media_type=document.media_type,
        size_bytes=document.size_bytes,
        pages=document.pages,
        now_ms=tx.now_ms,
    )
    tx.sql.keep_from_trash(key=document.key)
    tx.sql.add_job(
        id=new.id,
        handle=new.handle or None,
        user_id=new.user_id,
        sha256=document.sha256,
        filename=filename,
        name_key=filename.casefold(),
        options=json_of(new.options),
        password=new.password,
        priority=new.priority,
        rank=place,
        idempotency_key=new.idempotency_key or None,
        request_key=request_key(new),
        now_ms=tx.now_ms,
    )
    tx.sql.add_task(
        job_id=new.id,
        kind=TaskKind.SPLIT,
        user_id=new.user_id,
        pool=CPU_POOL,
        state=int(TaskState.READY),
        rank=place,
    )
    open_lanes(tx, [(CPU_POOL, new.user_id)])
    data: dict[str, object] = {
        "filename": filename,
        "bytes": document.size_bytes,
        "priority": new.priority,
    }
    tell(tx, new.id, 1, EventKind.JOB_QUEUED, data)
