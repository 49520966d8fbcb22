"""Refusals as pages: the same code, cause and next step as the API gives, for people."""

from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from starlette.datastructures import Headers
from starlette.types import Scope

from pagemill.errors import PagemillError
from pagemill.web.ui.rendering import is_fragment, show

SIGN_IN = "/ui/sign-in"
_FOLDER = "/ui/"


def wants_page(scope: Scope) -> bool:
    """Whether a browser asks for a page of ours, or for a part of one."""
    if scope["type"] != "http" or not (scope["path"] == "/" or scope["path"].startswith(_FOLDER)):
        return False
    headers = Headers(scope=scope)
    return "text/html" in headers.get("accept", "") or "hx-request" in headers


def refusal_page(request: Request, error: PagemillError) -> Response:
    """Who is not known is sent to sign in, and comes back to where they were."""
    if error.kind.status == 401 and not request.url.path.startswith("/ui/sign-"):
        return _sign_in(request)
    answer = show(request, "refusal.html", error.kind.status, error=error)
    if error.retry_after is not None:
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _sign_in(request: Request) -> Response:
    if is_fragment(request):
        here = urlsplit(request.headers.get("hx-current-url", "/"))
        return Response(status_code=401, headers={"HX-Redirect": _way(here.path, here.query)})
    is_look = request.method in ("GET", "HEAD")
    way = _way(request.url.path, request.url.query) if is_look else SIGN_IN
    return Response(status_code=303, headers={"Location": way})


def _way(path: str, query: str) -> str:
    return f"{SIGN_IN}?next={quote(path + ('?' + query if query else ''), safe='/')}"
