"""Signing in: a token, kept in a cookie that no script can read.

The cookie is the token itself, so that it ends when the token does: expired, revoked, its user put
out. It lasts as long as the browser runs, or as long as the token for who wants to stay. Orders
that come with it are taken from pages of our own only (`web/auth.py`).
"""

from urllib.parse import urlsplit

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from pagemill.errors import PagemillError
from pagemill.web.auth import SESSION_COOKIE, Turnstile, slow_down
from pagemill.web.context import InHouse
from pagemill.web.ui.forms import read_form
from pagemill.web.ui.rendering import show

STAY_SECONDS = 90 * 86_400
router = APIRouter(include_in_schema=False, prefix="/ui")


@router.get("/sign-in")
def sign_in_page(request: Request, next: str = "/") -> Response:
    return show(request, "sign_in.html", next=own_way(next), error=None)


@router.post("/sign-in")
async def sign_in(house: InHouse, request: Request) -> Response:
    """Shows the page again, and why, for a token that is no good."""
    form = dict(await read_form(request))
    token, way = form.get("token", "").strip(), own_way(form.get("next", "/"))
    try:
        await _recognise(house, request, token)
    except PagemillError as error:
        values = {"next": way, "error": error}
        answer = show(request, "sign_in.html", error.kind.status, **values)
        if error.retry_after is not None:
            answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    answer = Response(status_code=303, headers={"Location": way})
    answer.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=STAY_SECONDS if form.get("stay") else None,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


@router.post("/sign-out")
def sign_out() -> Response:
    """Forgets the token in this browser; it goes on being good elsewhere."""
    answer = Response(status_code=303, headers={"Location": "/ui/sign-in"})
    answer.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")
    return answer


def own_way(next: str) -> str:
    """A path of this server, whatever was sent: a link must not lead a person elsewhere."""
    parts = urlsplit(next)
    is_own = not parts.scheme and not parts.netloc and next.startswith("/")
    is_plain = "\\" not in next and next.isprintable() and not next.startswith("//")
    return next if is_own and is_plain and not next.startswith("/ui/sign-") else "/"


async def _recognise(house: InHouse, request: Request, token: str) -> None:
    """Raises what is wrong with it, `too_many_logins` for who tries too many."""
    turnstile: Turnstile = request.app.state.turnstile
    address = request.client.host if request.client else ""
    allowed = house.config.failed_logins_per_minute
    wait = turnstile.wait("login", address, allowed)
    if wait is not None:
        raise slow_down("too_many_logins", wait)
    try:
        await run_sync(house.office.recognise, f"Bearer {token}", address)
    except PagemillError:
        turnstile.pass_one("login", address, allowed)
        raise
