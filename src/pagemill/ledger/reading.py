"""What people and watchers ask. Read only, and mostly one statement each."""

from collections.abc import Sequence

from pagemill.errors import PagemillError
from pagemill.ledger.rows import document_of, event_of, job_of, json_of, page_of
from pagemill.ledger.statements import Statements
from pagemill.model.document import Document
from pagemill.model.event import Event
from pagemill.model.job import Job
from pagemill.model.task import TaskState
from pagemill.ports.ledger import JobQuery, PageRun, PageState

AFTER_ALL_IDS = "~"


def find_job(sql: Statements, ref: str, user_id: str = "") -> Job:
    row = sql.find_job(ref=ref, user_id=user_id) if ref else None
    if row is None:
        raise PagemillError("job_not_found", f"There is no job '{ref[:80]}'")
    return job_of(row)


def list_jobs(sql: Statements, query: JobQuery) -> list[Job]:
    parameters = {
        "before": query.before or AFTER_ALL_IDS,
        "states": json_of(query.states),
        "name_key": query.name.casefold(),
        "limit": query.limit,
    }
    if query.user_id:
        rows = sql.list_jobs_of_user(user_id=query.user_id, **parameters)
    else:
        rows = sql.list_jobs(**parameters)
    return [job_of(row) for row in rows]


def find_jobs(sql: Statements, ids: Sequence[str]) -> list[Job]:
    return [job_of(row) for row in sql.find_jobs(ids=json_of(ids))] if ids else []


def find_document(sql: Statements, sha256: str, user_id: str) -> tuple[Document, str]:
    row = sql.find_document(sha256=sha256, user_id=user_id)
    if row is None:
        raise PagemillError("document_not_found")
    return document_of(row), row["filename"]


def find_upload(sql: Statements, upload_id: str, user_id: str) -> tuple[Document, str]:
    row = sql.find_upload(id=upload_id, user_id=user_id)
    if row is None:
        raise PagemillError("upload_not_found", f"There is no upload '{upload_id[:80]}'")
    return document_of(row), row["filename"]


def list_pages(sql: Statements, job_id: str, after: int, limit: int) -> list[PageState]:
    return [page_of(row) for row in sql.list_pages(job_id=job_id, after=after, limit=limit)]


def page_runs(sql: Statements, job_id: str) -> list[PageRun]:
    rows = sql.page_runs(job_id=job_id)
    return [PageRun(row["first"], row["last"], TaskState(row["state"])) for row in rows]


def find_page(sql: Statements, job_id: str, number: int) -> PageState:
    row = sql.find_page(job_id=job_id, page_no=number)
    if row is None:
        raise PagemillError("page_not_found", f"The job has no page {number}")
    return page_of(row)


def failed_pages(sql: Statements, job_ids: Sequence[str], limit: int) -> dict[str, list[int]]:
    failed: dict[str, list[int]] = {}
    for row in sql.failed_pages(ids=json_of(job_ids), limit=limit) if job_ids else ():
        failed.setdefault(row["job_id"], []).append(row["page_no"])
    return failed


def list_events(sql: Statements, job_id: str, after: int, limit: int) -> list[Event]:
    return [event_of(row) for row in sql.list_events(job_id=job_id, after=after, limit=limit)]


def password(sql: Statements, job_id: str) -> str:
    row = sql.job_password(job_id=job_id)
    if row is None:
        raise PagemillError("job_not_found")
    return str(row["password"])
