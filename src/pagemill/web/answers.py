"""Answers that need more than JSON: files with ranges, and refusals before a body was read."""

import asyncio
import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from pagemill.errors import PagemillError
from pagemill.model.job import Job, OutputFile
from pagemill.service import Service, download_name
from pagemill.web.problems import problem

DRAIN_SECONDS, DRAIN_BYTES = 10.0, 256 * 1024 * 1024
# Shown in the browser; everything else is only saved.
_INERT = {
    "text/markdown": "text/markdown; charset=utf-8",
    "text/plain": "text/plain; charset=utf-8",
    "application/json": "application/json",
    "application/pdf": "application/pdf",
    "image/jpeg": "image/jpeg",
    "image/png": "image/png",
}
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `start` to `end`, exclusive."""

    start: int
    end: int


def file_answer(service: Service, request: Request, job: Job, file: OutputFile) -> Response:
    """The file or the range asked for, or 304, or 416. Raises `output_not_found`."""
    name = download_name(job.filename, file.path)
    return _answer(request, file, name, partial(service.read, job, file))


def _answer(
    request: Request, file: OutputFile, name: str, read: Callable[[int, int], Iterator[bytes]]
) -> Response:
    etag = f'"{file.sha256}"'
    headers = _file_headers(file, name, etag)
    if _names(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    asked = request.headers.get("range", "")
    if request.headers.get("if-range", etag) != etag:
        asked = ""
    try:
        part = parse_range(asked, file.size_bytes)
    except PagemillError as error:
        return problem(error, {"Content-Range": f"bytes */{file.size_bytes}"})
    span = part or Span(0, file.size_bytes)
    if part is not None:
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{file.size_bytes}"
    headers["Content-Length"] = str(span.end - span.start)
    chunks: Iterator[bytes] = iter(())
    if request.method != "HEAD" and span.end > span.start:
        chunks = read(span.start, span.end)
    return StreamingResponse(chunks, 200 if part is None else 206, headers)


def document_answer(service: Service, request: Request, job: Job) -> Response:
    """The document under its own name. Raises `output_not_found` if its bytes are gone."""
    document = job.document
    file = OutputFile(
        "document", job.filename, document.media_type, document.size_bytes, document.sha256
    )
    return _answer(request, file, job.filename, partial(service.read_document, job))


def parse_range(header: str, size: int) -> Span | None:
    """One range of RFC 9110 §14.2. None means all: no range, no sense, or more than one.
    Raises `range_not_satisfiable`.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        span = Span(max(0, size - int(match[2])), size)
    elif match[2] and int(match[2]) < int(match[1]):
        return None
    else:
        span = Span(int(match[1]), min(int(match[2]) + 1, size) if match[2] else size)
    if span.start >= span.end:
        raise PagemillError("range_not_satisfiable", f"The file has {size} bytes")
    return span


def disposition(name: str, *, is_inline: bool) -> str:
    """RFC 6266, with the name in ASCII for old clients and in UTF-8 for the others."""
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", name)
    kind = "inline" if is_inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _file_headers(file: OutputFile, name: str, etag: str) -> dict[str, str]:
    base = file.media_type.partition(";")[0].strip().lower()
    return {
        "Content-Type": _INERT.get(base, "application/octet-stream"),
        "Content-Disposition": disposition(name, is_inline=base in _INERT),
        "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
    }


def _names(header: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return etag in tags or "*" in tags


class EarlyAnswer(Response):
    """A whole answer to a request that is still being sent.

    Closing at once would reset the connection, and the sender might never see the answer; so what
    still comes is read and dropped, within bounds.
    """

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.body, answer.status_code, media_type=answer.media_type)
        self.raw_headers = [*answer.raw_headers, (b"connection", b"close")]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        if not any(name == b"expect" for name, _ in scope["headers"]):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_SECONDS):
                    await _drain(receive)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _drain(receive: Receive) -> None:
    dropped = 0
    while dropped < DRAIN_BYTES:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            return
        dropped += len(message.get("body", b""))
