"""Accepting jobs, several at once: what is on the disk when `submit` returns is kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pagemill.access import in_force
from pagemill.errors import PagemillError
from pagemill.ledger.deeds import note
from pagemill.ledger.intake import quotas
from pagemill.ledger.reading import find_job
from pagemill.ledger.rows import clean, json_of, user_of
from pagemill.ledger.statements import Transaction
from pagemill.ledger.telling import open_lanes, tell_all
from pagemill.model.document import Document
from pagemill.model.event import Event, EventKind
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
    quotas.Room(tx, user.id, limits).take(new.document)
    kept_ms = quotas.kept_ms(limits, bounds, new.keep_ms)
    write_jobs(tx, [Admitted(new, kept_ms, is_held=must_wait(new, user))])
    note(tx, new.by, "job.submit", new.id, clean(new.filename))
    return Submitted(find_job(tx.sql, new.id), is_new=True)


def keep_upload(tx: Transaction, new: NewUpload, bounds: Bounds) -> bool:
    """Whether the id was free. Raises `quota_bytes`."""
    user_id, document = new.by.id, new.document
    tx.sql.add_user(user_id=user_id, now_ms=tx.now_ms)
    limits = in_force(user_of(tx.sql.find_user(user_id=user_id)).limits, bounds.user)
    quotas.check_space(tx, user_id, limits, document.size_bytes)
    add_documents(tx, [document])
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
    return _request_key(new, new.options.as_dict())


def _request_key(new: NewJob, options: Mapping[str, object]) -> str:
    return fingerprint({"document": new.document.sha256, **options})


def must_wait(new: NewJob, user: User) -> bool:
    return not user.is_automatic and not new.is_urgent


@dataclass(frozen=True, slots=True)
class Admitted:
    """A job that may be written down: how long it stays, and whether it waits to be resumed."""

    new: NewJob
    keep_ms: int | None
    is_held: bool


@dataclass(frozen=True, slots=True)
class _Form:
    """Options in the forms that are written; a thousand jobs mostly have the same."""

    text: str
    values: Mapping[str, object]


def write_jobs(tx: Transaction, admitted: Sequence[Admitted]) -> None:
    """Documents, jobs, split tasks and events, a statement for each of the four however many."""
    add_documents(tx, [one.new.document for one in admitted])
    forms = {one: _Form(json_of(one), one.as_dict()) for one in {a.new.options for a in admitted}}
    # Each a millisecond behind the one before: jobs of one rank would all be opened first.
    placed = [(one, rank(tx.now_ms + nth, one.new.priority)) for nth, one in enumerate(admitted)]
    tx.sql.add_jobs([_job_row(tx, one, forms[one.new.options], place) for one, place in placed])
    tx.sql.add_tasks([_split_row(one, place) for one, place in placed])
    open_lanes(tx, {(CPU_POOL, one.new.by.id) for one in admitted})
    tell_all(tx, [_arrival(tx, one.new) for one in admitted])


def add_documents(tx: Transaction, documents: Iterable[Document]) -> None:
    different = {document.sha256: document for document in documents}.values()
    rows = [
        {
            "sha256": document.sha256,
            "media_type": document.media_type,
            "size_bytes": document.size_bytes,
            "pages": document.pages,
            "now_ms": tx.now_ms,
        }
        for document in different
    ]
    tx.sql.add_documents(rows)
    tx.sql.keep_from_trash([{"key": document.key} for document in different])


def _job_row(tx: Transaction, admitted: Admitted, form: _Form, place: int) -> dict[str, object]:
    new, filename = admitted.new, clean(admitted.new.filename)
    return {
        "id": new.id,
        "handle": new.handle or None,
        "user_id": new.by.id,
        "sha256": new.document.sha256,
        "filename": filename,
        "name_key": filename.casefold(),
        "options": form.text,
        "password": new.password,
        "state": JobState.PAUSED if admitted.is_held else JobState.QUEUED,
        "priority": new.priority,
        "rank": place,
        "idempotency_key": new.idempotency_key or None,
        "request_key": _request_key(new, form.values),
        "note": new.note,
        "stored_bytes": new.document.size_bytes,
        "asked_keep_ms": new.keep_ms,
        "keep_ms": admitted.keep_ms,
        "soft_ms": new.soft_ms,
        "hard_ms": new.hard_ms,
        "traceparent": new.traceparent,
        "now_ms": tx.now_ms,
    }


def _split_row(admitted: Admitted, place: int) -> dict[str, object]:
    return {
        "job_id": admitted.new.id,
        "kind": TaskKind.SPLIT,
        "user_id": admitted.new.by.id,
        "pool": CPU_POOL,
        "state": int(TaskState.HELD if admitted.is_held else TaskState.READY),
        "rank": place,
    }


def _arrival(tx: Transaction, new: NewJob) -> Event:
    data: dict[str, object] = {
        "filename": clean(new.filename),
        "bytes": new.document.size_bytes,
        "priority": new.priority,
    }
    return Event(new.id, 1, tx.now_ms, EventKind.JOB_QUEUED, data)
