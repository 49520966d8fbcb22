"""One's own account: tokens, limits, and what one may set for oneself."""

from collections.abc import Sequence
from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from pagemill.model.people import Caller, Token
from pagemill.web.context import House, InHouse, Who
from pagemill.web.ui.rendering import show

router = APIRouter(include_in_schema=False, prefix="/ui")


@router.get("/account")
async def account(house: InHouse, who: Who, request: Request) -> Response:
    values = await run_sync(_account, house, who)
    return show(request, "account.html", **values)


def _account(house: House, who: Caller) -> dict[str, Any]:
    office = house.office
    now_ms = house.service.clock.now_ms()
    return {
        "tokens": in_order(office.tokens(who.id, who), now_ms),
        "now_ms": now_ms,
        "this_token": who.token_id,
        "scopes": sorted(who.scopes),
        "bounds": office.bounds_of(who.user),
        "usage": office.usage(who),
        "settings": office.my_settings(who),
        "expires_ms": who.expires_ms,
    }


def in_order(tokens: Sequence[Token], now_ms: int) -> list[Token]:
    """Those that are good first, the newest of each first."""
    return sorted(tokens, key=lambda token: (not is_good(token, now_ms), -token.created_ms))


def is_good(token: Token, now_ms: int) -> bool:
    return token.revoked_ms is None and not 0 < (token.expires_ms or 0) <= now_ms
