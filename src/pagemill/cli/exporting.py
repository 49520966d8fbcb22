"""`export`: all that there is of a job, in a folder of its own, with plain names.

    input.pdf             the document, as it was sent
    metadata.json         the job, as it stands
    result.md             what was read, once the job is completed
    result_metadata.json  how it was read, once the job is completed

The job comes last: a folder whose `metadata.json` says `completed` holds everything.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import msgspec

from pagemill.cli.files import save
from pagemill.client import Client, JobInfo, OutputInfo, PageInfo
from pagemill.model.document import SUFFIXES
from pagemill.service.names import clean_filename

MARKDOWN, METADATA = "markdown", "metadata"
_STATUS = {"paused": "queued"}  # readers of such folders know no pause
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


def export_job(client: Client, job: JobInfo, out: Path) -> Iterator[Path]:
    """Each file as soon as it is there, whole. What lies there already and is the same stays."""
    folder = out / clean_filename(job.handle or job.id)
    folder.mkdir(parents=True, exist_ok=True)
    yield _input(client, job, folder)
    if job.state == "completed":
        files = client.outputs(job.id)
        yield _markdown(client, job, files, folder / "result.md")
        yield _reading(client, job, files, folder / "result_metadata.json")
    yield _save_json(folder / "metadata.json", _facts(job))


def _input(client: Client, job: JobInfo, folder: Path) -> Path:
    target = folder / f"input{_suffix(job)}"
    document = job.document
    if _is_there(target, document.bytes, document.sha256):
        return target
    return client.document(job.id, target)


def _suffix(job: JobInfo) -> str:
    """The document's own, or that of its kind."""
    own = PurePosixPath(job.document.filename).suffix.lower()
    return own if _SUFFIX.fullmatch(own) else SUFFIXES.get(job.document.media_type, ".bin")


def _markdown(client: Client, job: JobInfo, files: list[OutputInfo], target: Path) -> Path:
    """A job that was asked for other outputs has pages all the same."""
    if (file := _named(MARKDOWN, files)) is not None:
        return _fetch(client, job, file, target)
    save(target, [client.output(job.id, MARKDOWN, partial=True)])
    return target


def _reading(client: Client, job: JobInfo, files: list[OutputInfo], target: Path) -> Path:
    if (file := _named(METADATA, files)) is not None:
        return _fetch(client, job, file, target)
    return _save_json(target, _account(job, client.pages(job.id)))


def _named(name: str, files: list[OutputInfo]) -> OutputInfo | None:
    return next((file for file in files if file.name == name), None)


def _fetch(client: Client, job: JobInfo, file: OutputInfo, target: Path) -> Path:
    if _is_there(target, file.bytes, file.sha256):
        return target
    return client.download(job.id, file.path, target)


def _is_there(path: Path, size: int, sha256: str) -> bool:
    if not path.is_file() or path.stat().st_size != size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def _save_json(target: Path, value: object) -> Path:
    save(target, [json.dumps(value, indent=2, ensure_ascii=False).encode(), b"\n"])
    return target


def _facts(job: JobInfo) -> dict[str, object]:
    """The job in the words of `GET /jobs/{job_id}`."""
    prompt = job.note.get("prompt")
    return {
        "job_id": job.handle or job.id,
        "filename": job.document.filename,
        "status": _STATUS.get(job.state, job.state),
        "progress": float(job.progress),
        "total_pages": job.pages.total or 0,
        "processed_pages": job.pages.done + job.pages.failed,
        "failed_pages": job.failed_pages,
        "prompt": prompt if isinstance(prompt, str) else None,
        "message": job.message,
        "error": None if job.error is None else job.error.message,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "started_at": job.started_at,
        "completed_at": job.finished_at,
    }


def _account(job: JobInfo, pages: list[PageInfo]) -> dict[str, object]:
    """In the form of the output `metadata`, with what is known of a job that has none."""
    done = [page for page in pages if page.state == "done"]
    return {
        "document": {
            "filename": job.document.filename,
            "pages": job.pages.total,
            "options": job.options,
        },
        "pages": [_page(page) for page in pages],
        "totals": {
            "read": len(done),
            "failed_pages": [page.number for page in pages if page.state == "failed"],
            "read_ms": sum(page.milliseconds or 0 for page in done),
            "engines": Counter(page.engine for page in done),
            "flags": Counter(flag for page in done for flag in page.flags),
        },
    }


def _page(page: PageInfo) -> dict[str, object]:
    if page.error is not None:
        return {"number": page.number, "error": msgspec.to_builtins(page.error)}
    return {
        "number": page.number,
        "engine": page.engine,
        "reason": page.reason,
        "flags": page.flags,
        "confidence": page.confidence,
        "read_ms": page.milliseconds,
    }
