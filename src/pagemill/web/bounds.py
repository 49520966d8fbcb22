"""Bodies of requests are bounded: in what they weigh, and in how long they take to arrive.

The framework would read any amount into memory, and wait for ever. A route that streams its body to
where it stays bounds it by itself, and says so with `lift_bounds` before it reads.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pagemill.errors import PagemillError
from pagemill.web.answers import EarlyAnswer
from pagemill.web.problems import problem

MAX_BODY_BYTES = 1024 * 1024
_KEY = "pagemill.bounded"


class Bounds:
    """Middleware. Pure ASGI: what comes is counted and passed on, nothing is held back.

    `idle_seconds`: the longest time that a route waits for the whole of a body.
    """

    def __init__(self, app: ASGIApp, idle_seconds: float) -> None:
        self._app = app
        self._idle_seconds = idle_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        bounded = _Bounded(_declared_bytes(scope), receive, send, self._idle_seconds)
        scope[_KEY] = bounded
        await self._app(scope, bounded.receive, bounded.send)
        if bounded.refusal is not None and not bounded.is_answered:
            await EarlyAnswer(problem(bounded.refusal))(scope, receive, send)


def lift_bounds(scope: Scope) -> None:
    """For a route that bounds the body of this request by itself. To be called before it reads."""
    bounded = scope.get(_KEY)
    if bounded is not None:
        bounded.is_lifted = True


class _Bounded:
    """One request. Reading beyond a bound raises `refusal`, whatever the route then makes of it:
    its answer is dropped, and the refusal sent instead.
    """

    def __init__(
        self, declared_bytes: int, receive: Receive, send: Send, seconds_left: float
    ) -> None:
        self._declared_bytes = declared_bytes
        self._receive = receive
        self._send = send
        self._seconds_left = seconds_left
        self._idle_seconds = seconds_left
        self._received_bytes = 0
        self._is_whole = False
        self.is_lifted = False
        self.is_answered = False
        self.refusal: PagemillError | None = None

    async def receive(self) -> Message:
        """The next piece. Raises `too_large`, `upload_cut`."""
        if self.refusal is None and not (self.is_lifted or self._is_whole):
            try:
                return await self._next()
            except PagemillError as refusal:
                self.refusal = refusal
        if self.refusal is None:
            return await self._receive()
        if self.is_answered:
            # Nobody reads this body; it is only watched for the client's leave.
            return {"type": "http.disconnect"}
        raise self.refusal

    async def send(self, message: Message) -> None:
        if self.refusal is not None and not self.is_answered:
            return
        self.is_answered = True
        await self._send(message)

    async def _next(self) -> Message:
        if self._declared_bytes > MAX_BODY_BYTES:
            raise _too_large()
        message = await self._in_time()
        if message["type"] == "http.request":
            self._received_bytes += len(message.get("body", b""))
            self._is_whole = not message.get("more_body")
        if self._received_bytes > MAX_BODY_BYTES:
            raise _too_large()
        return message

    async def _in_time(self) -> Message:
        """The time that a route needs between two pieces is not the sender's."""
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            async with asyncio.timeout(self._seconds_left):
                return await self._receive()
        except TimeoutError:
            raise PagemillError(
                "upload_cut",
                f"The body did not arrive within {self._idle_seconds:g} seconds",
                "Send the request again; nothing was done.",
            ) from None
        finally:
            self._seconds_left -= clock() - began


def _too_large() -> PagemillError:
    return PagemillError(
        "too_large",
        "Larger than the 1 MB that this address takes",
        "Send documents with POST /v1/jobs.",
    )


def _declared_bytes(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0
