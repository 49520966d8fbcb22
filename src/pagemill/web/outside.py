"""Around every request: a name, safe headers, figures."""

from time import perf_counter

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pagemill.web.metrics import Metrics
from pagemill.web.requests import HEADER, name_request

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Outside:
    """Middleware. Pure ASGI: it holds no body, so streams pass through as they come."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        started, name = perf_counter(), name_request(scope)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers[HEADER] = name
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers.setdefault("Content-Security-Policy", PAGE_POLICY)
                self._tell(scope, message["status"], perf_counter() - started)
            await send(message)

        await self._app(scope, receive, sending)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        self._metrics.answered(scope, status, seconds)
        method, path = scope.get("method", "WS"), scope["path"]
        log = structlog.get_logger()
        log.debug("request", method=method, path=path, status=status, ms=round(1000 * seconds))
