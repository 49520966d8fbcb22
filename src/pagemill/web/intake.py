"""Requests that bring a document: multipart forms streamed to the shelf, or JSON.

The event loop gathers blocks of up to 1 MiB; parsing, hashing and writing them happens in a worker
thread: a small upload costs one trip to it. The bytes of the file are written once, to where they
stay.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextvars import copy_context
from functools import partial
from typing import TypeVar

from fastapi import Request, Response
from starlette.requests import ClientDisconnect

from pagemill.errors import PagemillError
from pagemill.service.receive import too_large
from pagemill.web.answers import EarlyAnswer
from pagemill.web.bounds import lift_bounds
from pagemill.web.context import House
from pagemill.web.form import MAX_FORM_BYTES, Form, Parts, json_object, url_fields
from pagemill.web.problems import problem

T = TypeVar("T")
BLOCK_BYTES = 1024 * 1024


class Intake:
    """One request with a document. `is_read` once its whole body has come.

    `form` and `json` hand what came to `act`, which runs in a worker thread and may block.
    """

    def __init__(self, house: House, request: Request) -> None:
        self._house = house
        self._request = request
        self._chunks = request.stream()
        self._received_bytes = 0
        self._waited_seconds = 0.0
        self.is_read = False

    @property
    def kind(self) -> str:
        """The media type of the body, in small letters."""
        return self._request.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def form(self, act: Callable[[Parts], T]) -> T:
        """Raises `too_large`, `upload_cut`, `invalid_request` and what `act` raises."""
        lift_bounds(self._request.scope)
        if self.kind == "application/x-www-form-urlencoded":
            whole = await self._whole()
            return await self._in_thread(lambda: act(url_fields(whole)))
        if self.kind != "multipart/form-data":
            raise PagemillError(
                "invalid_request",
                f"The content type is '{self.kind[:80]}'",
                "Send multipart/form-data.",
            )
        self._check_length(self._house.service.limits.max_upload_bytes)
        form = Form(self._house.service, self._request.headers)
        previous = b""
        try:
            # One block is held back, so that a small upload needs a single trip to a thread.
            async for block in self._blocks():
                if previous:
                    await self._in_thread(partial(form.feed, previous))
                previous = block
            return await self._in_thread(partial(form.finish, previous, act))
        finally:
            if form.is_open:
                await asyncio.shield(self._in_thread(form.close))

    async def json(self, act: Callable[[dict[str, object]], T]) -> T:
        """Raises as `form`. No body at all is an empty object."""
        lift_bounds(self._request.scope)
        whole = await self._whole()
        return await self._in_thread(lambda: act(json_object(whole or b"{}")))

    def refuse(self, error: PagemillError, /, **members: object) -> Response:
        """The refusal as an answer, whether the rest of the body comes or not. `members` are
        extensions of the problem.
        """
        answer = problem(error, None, **members)
        return answer if self.is_read else EarlyAnswer(answer)

    async def _whole(self) -> bytes:
        self._check_length(MAX_FORM_BYTES)
        whole = b""
        async for block in self._blocks():
            whole += block
            if len(whole) > MAX_FORM_BYTES:
                raise too_large(MAX_FORM_BYTES)
        return whole

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
        named = partial(copy_context().run, call)  # log lines are still about this request
        return await asyncio.get_running_loop().run_in_executor(self._house.intake, named)


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
