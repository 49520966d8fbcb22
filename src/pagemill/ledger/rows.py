"""Rows as values and values as parameters; options, outputs, flags and the like are JSON."""

from collections.abc import Mapping
from typing import Any

import msgspec

from pagemill.model.document import Document
from pagemill.model.event import Event, EventKind
from pagemill.model.job import Failure, Job, JobState, OutputFile
from pagemill.model.options import Options
from pagemill.model.page import page_key
from pagemill.model.people import Role, User, UserLimits
from pagemill.model.task import PageResult, TaskKind, TaskState, Work
from pagemill.ports.ledger import NodeState, PageState, Trash

MAX_TEXT = 2000

Row = Mapping[str, Any]


def json_of(value: object) -> str:
    return msgspec.json.encode(value).decode()


def clean(text: str) -> str:
    """Text any database takes: no lone surrogates (odd file names have them), no NUL, bounded."""
    if text.isascii() and "\x00" not in text:
        return text[:MAX_TEXT]
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\x00", "\ufffd")[:MAX_TEXT]


def failure_parameters(failure: Failure | None) -> dict[str, str | None]:
    if failure is None:
        return {"code": None, "message": None, "hint": None}
    return {
        "code": failure.code,
        "message": clean(failure.message),
        "hint": clean(failure.hint),
    }


def failure_of(row: Row) -> Failure | None:
    if row["failure_code"] is None:
        return None
    return Failure(row["failure_code"], row["failure_message"] or "", row["failure_hint"] or "")


def document_of(row: Row) -> Document:
    return Document(row["sha256"], row["media_type"], row["size_bytes"], row["document_pages"])


def options_of(text: str) -> Options:
    return msgspec.json.decode(text, type=Options)


def job_of(row: Row) -> Job:
    return Job(
        id=row["id"],
        handle=row["handle"] or "",
        user_id=row["user_id"],
        document=document_of(row),
        filename=row["filename"],
        options=options_of(row["options"]),
        state=JobState(row["state"]),
        priority=row["priority"],
        version=row["version"],
        created_ms=row["created_ms"],
        updated_ms=row["updated_ms"],
        started_ms=row["started_ms"],
        finished_ms=row["finished_ms"],
        expires_ms=row["expires_ms"],
        pages_total=row["pages_total"],
        pages_left=row["pages_left"],
        pages_done=row["pages_done"],
        pages_failed=row["pages_failed"],
        pages_cached=row["pages_cached"],
        failure=failure_of(row),
        outputs=msgspec.json.decode(row["outputs"], type=tuple[OutputFile, ...]),
        note=row["note"],
        stored_bytes=row["stored_bytes"],
        traceparent=row["traceparent"],
    )


def page_of(row: Row) -> PageState:
    state = TaskState(row["state"])
    return PageState(
        number=row["page_no"],
        state=state,
        engine=row["engine"],
        reason=row["reason"],
        attempt=row["attempt"],
        deaths=row["deaths"],
        token=row["token"] if state is TaskState.DONE else kept_token(row),
        is_cached=bool(row["is_cached"]),
        run_ms=row["run_ms"],
        confidence=row["confidence"],
        flags=msgspec.json.decode(row["flags"], type=tuple[str, ...]),
        failure=failure_of(row),
    )


def kept_of(row: Row) -> dict[str, Any]:
    """Of a page that is read again: what it was before; empty where there is nothing."""
    return msgspec.json.decode(row["kept"], type=dict[str, Any]) if row["kept"] else {}


def kept_token(row: Row) -> str:
    """Which names the page text that was read before, if there is one."""
    return str(kept_of(row).get("token", ""))


def event_of(row: Row) -> Event:
    data = msgspec.json.decode(row["data"], type=dict[str, object])
    return Event(row["job_id"], row["seq"], row["at_ms"], EventKind(row["kind"]), data)


def work_of(
    row: Row, results: tuple[PageResult, ...], guarded: tuple[str, ...], *, is_advanced: bool
) -> Work:
    """A task that was taken."""
    cached_from = ""
    if row["cached_job_id"] is not None:
        cached_from = page_key(row["cached_job_id"], row["page_no"], row["cached_token"])
    return Work(
        task_id=row["id"],
        job_id=row["job_id"],
        kind=TaskKind(row["kind"]),
        page_no=row["page_no"],
        token=row["token"],
        attempt=row["attempt"],
        deaths=row["deaths"],
        engine=row["engine"],
        reason=row["reason"],
        pool=row["pool"],
        filename=row["filename"],
        document=document_of(row),
        options=options_of(row["options"]),
        password=row["password"],
        cached_from=cached_from,
        results=results,
        page_seconds=row["page_seconds"],
        traceparent=row["traceparent"],
        since_ms=row["since_ms"],
        user_id=row["user_id"],
        guarded=guarded,
        is_advanced=is_advanced,
    )


def result_of(row: Row) -> PageResult:
    is_done = row["state"] == TaskState.DONE
    failure = None if is_done else failure_of(row)
    return PageResult(row["page_no"], row["token"] if is_done else "", row["engine"], failure)


def node_of(row: Row) -> NodeState:
    return NodeState(
        id=row["id"],
        boot=row["boot"],
        host=row["host"],
        pid=row["pid"],
        slots=row["slots"],
        engines=msgspec.json.decode(row["engines"], type=tuple[str, ...]),
        started_ms=row["started_ms"],
        seen_ms=row["seen_ms"],
        is_draining=bool(row["is_draining"]),
        running=tuple(msgspec.json.decode(row["running"], type=list[dict[str, object]])),
        memory_mb=row["memory_mb"],
    )


def node_parameters(node: NodeState, now_ms: int) -> dict[str, object]:
    return {
        "id": node.id,
        "boot": node.boot,
        "host": node.host,
        "pid": node.pid,
        "slots": node.slots,
        "engines": json_of(node.engines),
        "started_ms": node.started_ms,
        "seen_ms": now_ms,
        "is_draining": node.is_draining,
        "running": json_of(node.running),
        "memory_mb": node.memory_mb,
    }


def trash_of(row: Row) -> Trash:
    return Trash(row["key"], bool(row["is_folder"]))


def user_of(row: Row) -> User:
    return User(
        id=row["id"],
        role=Role(row["role"]),
        limits=limits_of(row),
        weight=row["weight"],
        max_running=row["max_running"],
        page_seconds=row["page_seconds"],
        is_automatic=bool(row["is_automatic"]),
        is_active=bool(row["is_active"]),
        created_ms=row["created_ms"],
    )


def limits_of(row: Row) -> UserLimits:
    return msgspec.json.decode(row["limits"], type=UserLimits)
