"""People: users, what they may do, their tokens, and who did what. Values only."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    ADMIN = "admin"
    USER = "user"
    READ_ONLY = "read-only"


class Scope(StrEnum):
    """What a request may do: look, change what is one's own, look after everybody's."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class UserLimits:
    """Bounds of one user. None leaves it to the settings, 0 means no bound.

    The first four refuse what goes beyond them; `keep_*` bound what stays of finished jobs.
    """

    requests_per_minute: int | None = None
    pages_per_day: int | None = None
    max_stored_mb: int | None = None
    max_waiting_jobs: int | None = None
    keep_hours: float | None = None
    keep_jobs: int | None = None
    keep_mb: int | None = None


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who owns jobs. `page_seconds` bounds one attempt at a page, `max_running` the tasks
    in work at once; None leaves both to the settings. Jobs of a user who `is_automatic` begin by
    themselves; others wait until they are resumed.
    """

    id: str
    role: Role = Role.USER
    limits: UserLimits = field(default_factory=UserLimits)
    weight: float = 1.0
    max_running: int | None = None
    page_seconds: float | None = None
    is_automatic: bool = True
    is_active: bool = True
    created_ms: int = 0


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; its text is shown once and kept only as a digest. `id` is the
    visible beginning of that text.
    """

    id: str
    user_id: str
    name: str
    scopes: tuple[Scope, ...]
    created_ms: int
    expires_ms: int | None = None
    revoked_ms: int | None = None
    used_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks for something, from where, what they may do and until when. `user` is the row as it
    stood when the request came; `traceparent` says in what trace of theirs it stands.
    """

    user: User
    scopes: frozenset[Scope]
    token_id: str = ""
    address: str = ""
    expires_ms: int | None = None
    traceparent: str = ""

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def sees(self) -> str:
        """Whose jobs: the user's own, or "" for everybody's."""
        return "" if Scope.ADMIN in self.scopes else self.user.id


LOCAL_USER, SYSTEM_USER = "local", "system"
LOCAL = Caller(User(LOCAL_USER, Role.ADMIN), frozenset(Scope))
"""Whoever reaches a house that asks for no tokens."""

SYSTEM = Caller(User(SYSTEM_USER, Role.ADMIN), frozenset(Scope))
"""The house itself, when it does by itself what people may do too."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a user takes up now. `pages_today` counts from midnight UTC."""

    waiting_jobs: int
    stored_bytes: int
    pages_today: int


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the audit log. `action` is a word such as `job.cancel`, `target` what it was
    done to.
    """

    id: int
    at_ms: int
    user_id: str
    token_id: str
    address: str
    action: str
    target: str
    detail: str = ""
