"""The gate every request passes: who sends it, what they may do, and how often they may ask.

Pure ASGI; it runs before any route, so that no route can forget to ask.
"""

from collections.abc import Callable
from dataclasses import replace
from math import ceil
from time import time

from anyio.to_thread import run_sync
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from pagemill.access import require
from pagemill.errors import PagemillError
from pagemill.model.people import LOCAL, Caller
from pagemill.model.people import Scope as Right
from pagemill.model.trace import place_of
from pagemill.service import Office
from pagemill.web.context import CALLER
from pagemill.web.door import is_from_own_page
from pagemill.web.problems import problem
from pagemill.web.requests import name_user

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SESSION_COOKIE = "pagemill_token"
_OPEN_PATHS = frozenset(
    {"/docs", "/openapi.json", "/health", "/ready", "/ui/sign-in", "/ui/sign-out"}
)
_OPEN_FOLDER = "/static/"
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="pagemill"'}


class Turnstile:
    """Counts what comes per minute and key, in this process; the windows move with the time."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def pass_one(self, kind: str, key: str, per_minute: int) -> float | None:
        """Seconds to wait before one more may pass; None: it has passed and is counted."""
        item = RateLimitItemPerMinute(per_minute)
        if self._limiter.hit(item, kind, key):
            return None
        return self._wait(item, kind, key)

    def wait(self, kind: str, key: str, per_minute: int) -> float | None:
        """As `pass_one`, without counting."""
        item = RateLimitItemPerMinute(per_minute)
        if self._limiter.test(item, kind, key):
            return None
        return self._wait(item, kind, key)

    def _wait(self, item: RateLimitItemPerMinute, kind: str, key: str) -> float:
        return max(0.0, self._limiter.get_window_stats(item, kind, key).reset_time - time())


class Gate:
    """Middleware. While the house `is_open`, whoever sends no token is `local`; a token that is
    sent is always looked at. Over WebSockets a refusal is the answer to the handshake.

    Browsers may bring the token in a cookie, which only a house with tokens looks at. A browser
    sends it whoever had the idea, so orders with it must come from a page of our own (OWASP,
    "Cross-Site Request Forgery Prevention": verify the origin).
    """

    def __init__(
        self,
        app: ASGIApp,
        office: Office,
        *,
        is_open: bool,
        failed_logins_per_minute: int,
        turnstile: Turnstile,
        refuse: Callable[[Scope, PagemillError], ASGIApp],
    ) -> None:
        self._app = app
        self._office = office
        self._is_open = is_open
        self._failed_logins = failed_logins_per_minute
        self._turnstile = turnstile
        self._answer = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or _is_for_anybody(scope):
            await self._app(scope, receive, send)
            return
        try:
            caller = await self._caller(scope)
            require(caller, _needed(scope))
            self._count(caller)
        except PagemillError as error:
            await self._refuse(error, scope, receive, send)
            return
        if traceparent := Headers(scope=scope).get("traceparent", ""):
            caller = replace(caller, traceparent=str(place_of(traceparent) or ""))
        name_user(caller.id)
        scope.setdefault("state", {})[CALLER] = caller
        await self._app(scope, receive, send)

    async def _caller(self, scope: Scope) -> Caller:
        """Raises `token_required`, `too_many_logins`, `cross_site` and what recognising raises."""
        header = Headers(scope=scope).get("authorization", "")
        if not (header or self._is_open) and (token := _cookie(scope)):
            if _needed(scope) is not Right.READ or scope["type"] == "websocket":
                _require_own_page(scope)
            header = f"Bearer {token}"
        address = str(scope["client"][0]) if scope.get("client") else ""
        if not header:
            if self._is_open:
                return Caller(LOCAL.user, LOCAL.scopes, address=address)
            raise PagemillError("token_required")
        wait = self._turnstile.wait("login", address, self._failed_logins)
        if wait is not None:
            raise slow_down("too_many_logins", wait)
        try:
            return await run_sync(self._office.recognise, header, address)
        except PagemillError as error:
            if error.kind.status == 401:
                self._turnstile.pass_one("login", address, self._failed_logins)
            raise

    def _count(self, caller: Caller) -> None:
        """Raises `too_many_requests`."""
        allowed = self._office.limits_of(caller.user).requests_per_minute
        if not allowed:
            return
        wait = self._turnstile.pass_one("user", caller.id, allowed)
        if wait is not None:
            raise slow_down("too_many_requests", wait, f"{allowed} requests a minute are allowed")

    async def _refuse(
        self, error: PagemillError, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if scope["type"] == "websocket":
            answer = problem(error, _challenge(error))
            await WebSocket(scope, receive, send).send_denial_response(answer)
        else:
            await self._answer(scope, error)(scope, receive, send)


def refusal(error: PagemillError) -> Response:
    """A refusal at the gate, for programs."""
    return problem(error, _challenge(error))


def _challenge(error: PagemillError) -> dict[str, str]:
    return _CHALLENGE if error.kind.status == 401 else {}


def _cookie(scope: Scope) -> str:
    return HTTPConnection(scope).cookies.get(SESSION_COOKIE, "")


def _require_own_page(scope: Scope) -> None:
    """Raises `cross_site`."""
    if not is_from_own_page(Headers(scope=scope)):
        raise PagemillError("cross_site", "An order that came with a cookie, from no page of ours")


def _is_for_anybody(scope: Scope) -> bool:
    path: str = scope["path"]
    is_preflight = scope["type"] == "http" and scope["method"] == "OPTIONS"
    return path in _OPEN_PATHS or path.startswith(_OPEN_FOLDER) or is_preflight


def _needed(scope: Scope) -> Right:
    is_look = scope["type"] == "websocket" or scope["method"] in SAFE_METHODS
    return Right.READ if is_look else Right.WRITE


def slow_down(code: str, wait: float, message: str = "") -> PagemillError:
    return PagemillError(code, message, retry_after=max(1, ceil(wait)))
