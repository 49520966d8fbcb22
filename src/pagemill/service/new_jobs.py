"""A job as it is asked for, checked before anything is kept. Pure."""

import json
from collections.abc import Iterable, Mapping
from typing import TypedDict

from pagemill.errors import PagemillError
from pagemill.model.document import Document
from pagemill.model.job import MAX_PRIORITY, MIN_PRIORITY, NewJob, priority_for_size
from pagemill.model.options import Options
from pagemill.model.people import LOCAL, Caller
from pagemill.service.names import clean_filename

MAX_KEY, MAX_PASSWORD = 255, 1024
MAX_NOTE, MAX_NOTE_DEPTH = 64 * 1024, 32
LONGEST_SECONDS = 100 * 366 * 86_400.0  # as good as for ever


class Asked(TypedDict, total=False):
    """What may be said beside the document.

    `by` asks, and owns the job. `priority` None goes by size; `handle` is a second name for the
    job, in a form somebody else promised; `note` goes out with the job as it came in. What is kept,
    soft and hard is told in seconds, where `NewJob` has milliseconds; 0 is no limit. `sha256` is
    what the sender takes the document for.
    """

    by: Caller
    priority: int | None
    password: str
    idempotency_key: str
    handle: str
    note: Mapping[str, object]
    keep_seconds: float
    soft_seconds: float
    hard_seconds: float
    is_urgent: bool
    sha256: str


def new_job(
    job_id: str, document: Document, filename: str, options: Options, asked: Asked
) -> NewJob:
    """Raises `invalid_options`, `invalid_request`, `upload_cut`."""
    if asked.get("sha256", document.sha256) != document.sha256:
        raise PagemillError(
            "upload_cut", "The bytes that came are others than announced (`sha256`)"
        )
    priority = asked.get("priority")
    return NewJob(
        id=job_id,
        by=asked.get("by", LOCAL),
        document=document,
        filename=clean_filename(filename),
        options=options,
        priority=priority_for_size(document.size_bytes)
        if priority is None
        else check_priority(priority),
        handle=asked.get("handle", ""),
        password=short(asked.get("password", ""), "password"),
        idempotency_key=short(asked.get("idempotency_key", ""), "Idempotency-Key", MAX_KEY),
        note=_note(asked.get("note", {})),
        keep_ms=_milliseconds(asked.get("keep_seconds", 0)),
        soft_ms=_milliseconds(asked.get("soft_seconds", 0)),
        hard_ms=_milliseconds(asked.get("hard_seconds", 0)),
        is_urgent=asked.get("is_urgent", False),
    )


def check_priority(priority: int) -> int:
    if not MIN_PRIORITY <= priority <= MAX_PRIORITY:
        raise PagemillError(
            "invalid_options",
            f"`priority` is {str(priority)[:40]}",
            f"It must lie between {MIN_PRIORITY} and {MAX_PRIORITY}.",
        )
    return priority


def short(text: str, name: str, longest: int = MAX_PASSWORD) -> str:
    if len(text) > longest or "\0" in text:
        raise PagemillError(
            "invalid_request", f"`{name}` is not usable", f"At most {longest} characters, no NUL."
        )
    return text


def _note(note: Mapping[str, object]) -> str:
    if not note:
        return "{}"
    _check_depth(note, MAX_NOTE_DEPTH)
    text = json.dumps(note, ensure_ascii=False)
    if len(text) > MAX_NOTE:
        raise PagemillError(
            "invalid_request",
            "What is to be kept with the job is too long",
            f"At most {MAX_NOTE} characters as JSON.",
        )
    return text.encode("utf-8", "replace").decode()


def _check_depth(value: object, left: int) -> None:
    """What is nested deeper can be kept, but not shown."""
    if not left:
        raise PagemillError(
            "invalid_request",
            "What is to be kept with the job is nested too deep",
            f"At most {MAX_NOTE_DEPTH} objects and lists within each other.",
        )
    inner = value.values() if isinstance(value, Mapping) else value
    if isinstance(inner, Iterable) and not isinstance(inner, str):
        for one in inner:
            _check_depth(one, left - 1)


def _milliseconds(seconds: float) -> int | None:
    return max(1, round(1000 * min(seconds, LONGEST_SECONDS))) if seconds else None
