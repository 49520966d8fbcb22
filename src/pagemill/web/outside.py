"""Around every request: safe headers, figures, and no orders from other web sites."""

from time import perf_counter

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pagemill.errors import PagemillError
from pagemill.web.metrics import Metrics
from pagemill.web.problems import problem

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Outside:
    """Middleware. Pure ASGI: it holds no body, so streams pass through as they come."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        started = perf_counter()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers.setdefault("Content-Security-Policy", PAGE_POLICY)
                self._metrics.answered(scope, message["status"], perf_counter() - started)
            await send(message)

        app = self._app if _is_welcome(scope) else _REFUSAL
        await app(scope, receive, sending)


def _is_welcome(scope: Scope) -> bool:
    """Browsers say where a request comes from (Fetch Metadata). A page of another site could
    otherwise order a server on this machine about, since nobody has to log in to it.
    """
    if scope["type"] == "http" and scope["method"] in _SAFE_METHODS:
        return True
    return HTTPConnection(scope).headers.get("sec-fetch-site", "none") in ("none", "same-origin")


def _refusal() -> Response:
    return problem(PagemillError("cross_site"))


_REFUSAL = _refusal()
