"""Requests that bring a document: multipart forms streamed to the shelf, or JSON.

The event loop gathers blocks of up to 1 MiB; parsing, hashing and writing them happens in a worker
thread: a small upload costs one trip to it. The bytes of the file are written once, to where they
stay.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect

from pagemill.errors import PagemillError
from pagemill.ports import Submitted
from pagemill.service import Asked
from pagemill.service.receive import too_large
from pagemill.web.bounds import lift_bounds
from pagemill.web.context import House
from pagemill.web.form import MAX_FORM_BYTES, Form, json_object, sort_fields
from pagemill.web.present import present_all
from pagemill.web.views import JobView

T = TypeVar("T")
BLOCK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Accepted:
    submitted: Submitted
    view: JobView


class Intake:
    """One request with a document. `is_read` once its whole body has come."""

    def __init__(self, house: House, request: Request, asked: Asked) -> None:
        self._house = house
        self._request = request
        self._asked = asked
        self._chunks = request.stream()
        self._received_bytes = 0
        self._waited_seconds = 0.0
        self.is_read = False

    async def take(self) -> Accepted:
        """Raises `no_file`, `too_large`, `upload_cut`, `invalid_request` and what submitting
        raises.
        """
        lift_bounds(self._request.scope)
        kind = self._request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "multipart/form-data":
            self._check_length(self._house.service.limits.max_upload_bytes)
            return await self._take_form()
        if kind == "application/json":
            self._check_length(MAX_FORM_BYTES)
            return await self._take_json()
        raise PagemillError(
            "invalid_request",
            f"The content type is '{kind[:80]}'",
            "Send multipart/form-data with `file`, or application/json with `document_id`.",
        )

    async def _take_form(self) -> Accepted:
        form = Form(self._house.service, self._request.headers)
        previous = b""
        try:
            # One block is held back, so that a small upload needs a single trip to a thread.
            async for block in self._blocks():
                if previous:
                    await self._in_thread(partial(form.feed, previous))
                previous = block
            submit = partial(form.submit, previous, self._asked)
            return await self._in_thread(partial(self._accept, submit))
        finally:
            if form.is_open:
                await asyncio.shield(self._in_thread(form.close))

    async def _take_json(self) -> Accepted:
        whole = b""
        async for block in self._blocks():
            whole += block
            if len(whole) > MAX_FORM_BYTES:
                raise too_large(MAX_FORM_BYTES)
        return await self._in_thread(partial(self._accept, partial(self._submit_json, whole)))

    def _submit_json(self, body: bytes) -> Submitted:
        given = json_object(body)
        document_id = given.pop("document_id", None)
        if not isinstance(document_id, str):
            raise PagemillError("no_file", "The JSON names no `document_id`")
        name, options, asked = sort_fields(given, "", self._asked)
        return self._house.service.submit_document(document_id, options, filename=name, **asked)

    def _accept(self, submit: Callable[[], Submitted]) -> Accepted:
        submitted = submit()
        # No position: counting a long line for every document of a large delivery adds up.
        return Accepted(submitted, present_all(self._house.service, [submitted.job])[0])

    def _check_length(self, max_bytes: int) -> None:
        length = self._request.headers.get("content-length", "0")
        if length.isdigit() and int(length) > max_bytes + MAX_FORM_BYTES:
            raise too_large(max_bytes)

    async def _blocks(self) -> AsyncIterator[bytes]:
        held: list[bytes] = []
        size = 0
        while chunk := await self._chunk():
            held.append(chunk)
            size += len(chunk)
            if size >= BLOCK_BYTES:
                yield b"".join(held)
                held, size = [], 0
        self.is_read = True
        if held:
            yield b"".join(held)

    async def _chunk(self) -> bytes:
        """The next bytes, or none at the end. Raises `upload_cut`."""
        config = self._house.config
        left = patience(
            self._waited_seconds,
            self._received_bytes,
            config.idle_seconds,
            config.min_upload_bytes_per_second,
        )
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            async with asyncio.timeout(left):
                async for chunk in self._chunks:
                    if chunk:
                        self._received_bytes += len(chunk)
                        return chunk
        except ClientDisconnect:
            raise PagemillError("upload_cut", "The connection broke") from None
        except TimeoutError:
            is_silent = left >= config.idle_seconds
            why = "The sender fell silent" if is_silent else "The upload comes too slowly"
            raise PagemillError("upload_cut", why) from None
        finally:
            self._waited_seconds += clock() - began
        return b""

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._house.intake, call)


def patience(
    waited_seconds: float, received_bytes: int, idle_seconds: float, min_bytes_per_second: float
) -> float:
    """Seconds to wait for the next bytes: `idle_seconds`, and in the whole upload no more than that
    beyond what its bytes may take. Only time spent waiting for the sender counts.
    """
    if not min_bytes_per_second:
        return idle_seconds
    allowed_seconds = idle_seconds + received_bytes / min_bytes_per_second
    return min(idle_seconds, allowed_seconds - waited_seconds)
