"""Who may come in: programs always, browsers only for pages that may give orders here.

Nobody has to log in to an open server, so a page of another web site could order it about through
the browser of somebody near it. Two ways lead there: a request across sites, and a name whose owner
makes it point to this machine (DNS rebinding), so that his page counts as one of ours.
"""

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from pagemill.errors import PagemillError
from pagemill.web.problems import problem

# What browsers send and scripts cannot take away (Fetch standard). To a plain http address with a
# name, a page's own GET carries neither of the first two.
_OF_BROWSERS = ("sec-fetch-site", "origin", "accept-language")
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Door:
    """Middleware. `origins`: of pages elsewhere that may come in, or `*`. `hosts`: names by which
    browsers may call an open server, or `*`. `is_open`: no tokens are asked for.
    """

    def __init__(
        self, app: ASGIApp, *, origins: Collection[str], hosts: Collection[str], is_open: bool
    ) -> None:
        self._app = app
        self._origins = origins
        self._hosts = hosts
        self._is_open = is_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] in ("http", "websocket") else None
        app = self._app if refusal is None else problem(refusal)
        await app(scope, receive, send)

    def _refusal(self, scope: Scope) -> PagemillError | None:
        headers = Headers(scope=scope)
        is_order = scope["type"] == "websocket" or scope["method"] not in _SAFE_METHODS
        if is_order and not may_give_orders(headers, self._origins):
            return PagemillError("cross_site")
        if self._is_open and not is_called_by_our_name(headers, self._hosts):
            return PagemillError(
                "cross_site",
                f"The browser calls this server '{headers.get('host', '')[:80]}'",
                "Name that host in `allowed_hosts`, or require tokens.",
            )
        return None


def may_give_orders(headers: Headers, origins: Collection[str]) -> bool:
    """Whether a request comes from a program, a page of our own, or one of `origins`."""
    origin = headers.get("origin")
    if origin is not None and ("*" in origins or origin in origins):
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("none", "same-origin")
    return origin is None or _is_own(origin, headers.get("host", ""))


def is_from_own_page(headers: Headers) -> bool:
    """Whether a browser says that a page of this very server sends it."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site == "same-origin"
    return origin is not None and _is_own(origin, headers.get("host", ""))


def is_called_by_our_name(headers: Headers, hosts: Collection[str]) -> bool:
    """Whether a browser calls us by an address, `localhost` or one of `hosts`: names that no
    stranger can make point here. Programs may use any name.
    """
    if "*" in hosts or not any(name in headers for name in _OF_BROWSERS):
        return True
    name = _name_of(headers.get("host", ""))
    return name in hosts or name.split(".")[-1] == "localhost" or _is_address(name)


def _is_own(origin: str, host: str) -> bool:
    """The scheme does not count: a proxy may end TLS."""
    try:
        page, here = urlsplit(origin), urlsplit(f"//{host}")
        usual = _DEFAULT_PORTS.get(page.scheme)
        ports = page.port or usual, here.port or usual
    except ValueError:
        return False
    return page.hostname == here.hostname is not None and ports[0] == ports[1]


def _name_of(host: str) -> str:
    """The `Host` header without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
