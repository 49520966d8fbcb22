"""Who may do what: pure rules over users and tokens. No I/O; chance comes as an argument."""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import fields, replace

from pagemill.errors import PagemillError
from pagemill.model.people import Caller, Role, Scope, Token, User, UserLimits

MAX_HEADER = 512
PREFIX_CHARACTERS = 11  # "pm_" and eight more: enough to tell tokens apart, useless to guess one
DAY_MS = 86_400_000
_TOKEN = re.compile(r"(?=.{16,256}$)[A-Za-z0-9._~+/-]+=*")  # b64token of RFC 6750 §2.1
_USER_ID = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_RESERVED = frozenset({"system", "me"})
_SCOPES = {
    Role.ADMIN: frozenset(Scope),
    Role.USER: frozenset({Scope.READ, Scope.WRITE}),
    Role.READ_ONLY: frozenset({Scope.READ}),
}


def scopes_of(user: User, token: Token | None = None) -> frozenset[Scope]:
    """What the user may do through a token: never more than the role allows."""
    allowed = _SCOPES[user.role]
    return allowed if token is None else allowed & frozenset(token.scopes)


def check_scopes(user: User, asked: Iterable[str]) -> tuple[Scope, ...]:
    """Scopes for a new token; none asked for means all of the role. Raises `invalid_options`."""
    allowed = _SCOPES[user.role]
    names = list(asked) or sorted(allowed)
    wrong = [name for name in names if name not in {scope.value for scope in allowed}]
    if wrong:
        raise PagemillError(
            "invalid_options",
            f"A user with role {user.role} cannot have the scope '{wrong[0][:40]}'",
            f"Allowed: {', '.join(sorted(allowed))}.",
        )
    return tuple(scope for scope in Scope if scope in names)


def check_user_id(user_id: str) -> str:
    """Raises `invalid_options`."""
    if not _USER_ID.fullmatch(user_id) or user_id in _RESERVED:
        raise PagemillError(
            "invalid_options",
            f"'{user_id[:40]}' is no name for a user",
            "Use 1 to 64 of a-z, 0-9, '.', '_', '@' and '-', beginning with a letter or digit.",
        )
    return user_id


def require(caller: Caller, scope: Scope) -> None:
    """Raises `forbidden`."""
    if scope not in caller.scopes:
        raise PagemillError("forbidden", f"This needs the scope `{scope}`")


def whose(caller: Caller, user_id: str) -> str:
    """Whose things are meant: one's own, or for an admin those of `user_id`, `*` being everybody
    (""). Raises `forbidden`.
    """
    if user_id in ("", caller.id):
        return caller.id
    require(caller, Scope.ADMIN)
    return "" if user_id == "*" else user_id


def new_token(randomness: Callable[[int], str]) -> str:
    """The text of a token; `randomness(n)` gives `n` random bytes as URL-safe text, as
    `secrets.token_urlsafe` does. 256 bits need no salt and no slow hash.
    """
    return f"pm_{randomness(32)}"


def prefix_of(text: str) -> str:
    return text[:PREFIX_CHARACTERS]


def check_text(text: str) -> str:
    """The text of a token that was made elsewhere. Raises `invalid_options`."""
    if not _TOKEN.fullmatch(text):
        raise PagemillError(
            "invalid_options",
            "This is no text for a token",
            "It must be 16 to 256 letters, digits and `-._~+/`; `=` may stand at its end.",
        )
    return text


def imported_id(text: str) -> str:
    """For a token that was made elsewhere: nobody knows how much of its text is secret, so none of
    it is shown.
    """
    return f"im_{digest_of(text)[:8]}"


def digest_of(text: str) -> str:
    """What is kept of a token: the SHA-256 of its text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def bearer(header: str) -> str:
    """The token in an `Authorization` header (RFC 6750 §2.1). Raises `token_invalid`."""
    scheme, _, text = header[:MAX_HEADER].partition(" ")
    if scheme.lower() != "bearer" or not _TOKEN.fullmatch(text.strip()):
        raise PagemillError("token_invalid", "The Authorization header holds no token of this kind")
    return text.strip()


def check_token(token: Token, user: User, now_ms: int) -> None:
    """Raises `token_expired`, `token_revoked`."""
    if token.revoked_ms is not None or not user.is_active:
        raise PagemillError("token_revoked")
    if token.expires_ms is not None and token.expires_ms <= now_ms:
        raise PagemillError("token_expired")


def in_force(own: UserLimits, defaults: UserLimits) -> UserLimits:
    """A user's limits, with the settings' where the user has none of their own."""
    given = {
        one.name: getattr(own, one.name)
        for one in fields(UserLimits)
        if getattr(own, one.name) is not None
    }
    return replace(defaults, **given)


def strictest(*bounds: int | None) -> int | None:
    """The smallest of some bounds; None and 0 bound nothing."""
    real = [bound for bound in bounds if bound]
    return min(real) if real else None


def day_of(now_ms: int) -> int:
    """Days since 1970 in UTC: what `pages_per_day` counts by."""
    return now_ms // DAY_MS


def seconds_to_tomorrow(now_ms: int) -> int:
    return (DAY_MS - now_ms % DAY_MS) // 1000 + 1
