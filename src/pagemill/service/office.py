"""The office: who people are, what they may do, and what they have set for themselves.

Synchronous, thread-safe and without state of its own, as the desk.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import structlog

from pagemill import access
from pagemill.errors import PagemillError
from pagemill.model.people import (
    LOCAL,
    Caller,
    Deed,
    Scope,
    Token,
    Usage,
    User,
    UserLimits,
)
from pagemill.ports import Clock, People

TOUCH_MS = 60_000
REFUSING = ("requests_per_minute", "pages_per_day", "max_stored_mb", "max_waiting_jobs")
MAX_NAME = 100
MAX_DAYS = 3650
MOST_RUNNING, LONGEST_PAGE_SECONDS = 1024, 86_400.0
LONGEST_OWN_PAGE_SECONDS = 600.0  # what anybody may set for themselves


@dataclass(frozen=True, slots=True)
class MySettings:
    """What people may set for themselves, as it holds now."""

    concurrent_ocr_jobs: int
    ocr_timeout_seconds: float
    enable_background_ocr: bool


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """None leaves a setting as it is."""

    concurrent_ocr_jobs: int | None = None
    ocr_timeout_seconds: float | None = None
    enable_background_ocr: bool | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """`defaults` are the limits of users without their own; `max_running` (0: none) and
    `page_seconds` bound what people may set for themselves. `randomness(n)` gives `n` random bytes
    as URL-safe text.
    """

    people: People
    clock: Clock
    randomness: Callable[[int], str]
    defaults: UserLimits = field(default_factory=UserLimits)
    max_running: int = 0
    page_seconds: float = 120.0
    default_running: int = 1

    # coming in
    def recognise(self, authorization: str, address: str = "") -> Caller:
        """Who sends this header. Raises `token_invalid`, `token_expired`, `token_revoked`."""
        found = self.people.find_token(access.digest_of(access.bearer(authorization)))
        if found is None:
            raise PagemillError("token_invalid")
        token, user = found
        now_ms = self.clock.now_ms()
        access.check_token(token, user, now_ms)
        if token.used_ms is None or token.used_ms < now_ms - TOUCH_MS:
            self._touch(token)
        scopes = access.scopes_of(user, token)
        return Caller(user, scopes, token.id, address, token.expires_ms)

    def _touch(self, token: Token) -> None:
        """A full disk must not keep out who wants to read or to delete."""
        try:
            self.people.touch_token(token.id)
        except PagemillError as error:
            structlog.get_logger().warning("token_use_not_noted", token=token.id, code=error.code)

    def limits_of(self, user: User) -> UserLimits:
        return access.in_force(user.limits, self.defaults)

    def bounds_of(self, user: User) -> dict[str, int]:
        """What is refused beyond, by the names of the limits; 0 is no bound."""
        limits = self.limits_of(user)
        return {name: getattr(limits, name) or 0 for name in REFUSING}

    def usage(self, who: Caller) -> Usage:
        return self.people.usage(who.id)

    def usage_of(self, user_id: str, who: Caller = LOCAL) -> Usage:
        """What another takes up, for admins. Raises `user_not_found`, `forbidden`."""
        return self.people.usage(self.user(user_id, who).id)

    # my own
    def my_settings(self, who: Caller) -> MySettings:
        user = self._known(who)
        return MySettings(
            concurrent_ocr_jobs=user.max_running or self.max_running or self.default_running,
            ocr_timeout_seconds=user.page_seconds or self.page_seconds,
            enable_background_ocr=user.is_automatic,
        )

    def change_my_settings(self, change: SettingsChange, who: Caller) -> MySettings:
        """Raises `invalid_options` beyond what the house allows."""
        running, seconds = change.concurrent_ocr_jobs, change.ocr_timeout_seconds
        if running is not None:
            _within("concurrent_ocr_jobs", running, 1, self.max_running or MOST_RUNNING)
        if seconds is not None:
            longest = max(self.page_seconds, LONGEST_OWN_PAGE_SECONDS)
            _within("ocr_timeout_seconds", seconds, 1, longest)
        self.people.edit_user(who.id, partial(_settled, change), who)
        return self.my_settings(who)

    # users
    def users(self, who: Caller = LOCAL) -> list[User]:
        """Raises `forbidden`, as the rest of what is for admins."""
        access.require(who, Scope.ADMIN)
        return self.people.users()

    def add_user(self, user: User, who: Caller = LOCAL) -> User:
        """Raises `user_exists`, `invalid_options`."""
        access.require(who, Scope.ADMIN)
        access.check_user_id(user.id)
        return self.people.add_user(_checked(user), who)

    def user(self, user_id: str, who: Caller = LOCAL) -> User:
        """Raises `user_not_found`."""
        access.require(who, Scope.ADMIN)
        return self.people.user(user_id)

    def change_user(self, user: User, who: Caller = LOCAL) -> User:
        """Raises `user_not_found`, `invalid_options`."""
        return self.edit_user(user.id, lambda _: user, who)

    def edit_user(self, user_id: str, edit: Callable[[User], User], who: Caller = LOCAL) -> User:
        """Makes of a user what `edit` makes of them, with nobody else's change in between. Raises
        as `change_user`.
        """
        access.require(who, Scope.ADMIN)
        return self.people.edit_user(user_id, lambda user: _checked(edit(user)), who)

    def deeds(
        self, user_id: str = "", before: int = 0, limit: int = 100, who: Caller = LOCAL
    ) -> list[Deed]:
        """The audit log, newest first: one's own lines, or everybody's for an admin."""
        if user_id != who.id:
            access.require(who, Scope.ADMIN)
        return self.people.deeds(user_id, before, limit)

    # tokens
    def add_token(
        self,
        user_id: str,
        name: str = "",
        scopes: Sequence[str] = (),
        days: float = 0,
        who: Caller = LOCAL,
        text: str = "",
    ) -> tuple[Token, str]:
        """A new token and its text, which nobody can ask for again. It lasts `days`, or until it is
        revoked, and no longer than the token it was asked for with. With `text`, one that clients
        of another system have already.
        Raises `user_not_found`, `invalid_options`, `forbidden`, `token_exists`.
        """
        user = self._whose_tokens(user_id, who)
        if not 0 <= days <= MAX_DAYS or len(name) > MAX_NAME:
            raise PagemillError(
                "invalid_options",
                "The token cannot be made like this",
                f"At most {MAX_DAYS} days and {MAX_NAME} characters of name.",
            )
        chosen = access.check_scopes(user, scopes)
        for scope in chosen:
            access.require(who, scope)
        made = access.check_text(text) if text else access.new_token(self.randomness)
        now_ms = self.clock.now_ms()
        token = Token(
            id=access.imported_id(made) if text else access.prefix_of(made),
            user_id=user.id,
            name=name,
            scopes=chosen,
            created_ms=now_ms,
            expires_ms=access.strictest(
                now_ms + round(days * access.DAY_MS) if days else None, who.expires_ms
            ),
        )
        self.people.add_token(token, access.digest_of(made), who)
        return token, made

    def tokens(self, user_id: str, who: Caller = LOCAL) -> list[Token]:
        return self.people.tokens(self._whose_tokens(user_id, who).id)

    def revoke_token(self, token_id: str, user_id: str, who: Caller = LOCAL) -> None:
        """Raises `token_not_found`."""
        self.people.revoke_token(token_id, self._whose_tokens(user_id, who).id, who)

    def _whose_tokens(self, user_id: str, who: Caller) -> User:
        """One's own tokens are everybody's business of their own, others' the admins'."""
        if user_id != who.id:
            access.require(who, Scope.ADMIN)
        return self.people.user(user_id)

    def _known(self, who: Caller) -> User:
        return self.people.user(who.id)


def _settled(change: SettingsChange, user: User) -> User:
    running, seconds = change.concurrent_ocr_jobs, change.ocr_timeout_seconds
    automatic = change.enable_background_ocr
    return replace(
        user,
        max_running=user.max_running if running is None else running,
        page_seconds=user.page_seconds if seconds is None else seconds,
        is_automatic=user.is_automatic if automatic is None else automatic,
    )


def _checked(user: User) -> User:
    if user.max_running is not None:
        _within("max_running", user.max_running, 1, MOST_RUNNING)
    if user.page_seconds is not None:
        _within("page_seconds", user.page_seconds, 0.001, LONGEST_PAGE_SECONDS)
    _within("weight", user.weight, 0.01, 100)
    limits = user.limits
    for name in UserLimits.__dataclass_fields__:
        _within(name, getattr(limits, name) or 0, 0, 2**53)
    return user


def _within(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise PagemillError(
            "invalid_options",
            f"`{name}` is {value:g}",
            f"It must lie between {least:g} and {most:g}.",
        )
