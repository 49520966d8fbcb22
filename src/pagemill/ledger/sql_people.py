"""The book of people on a database: users, tokens, what they take up, who did what."""

from collections.abc import Callable
from dataclasses import replace

import msgspec

from pagemill.access import day_of
from pagemill.errors import PagemillError
from pagemill.ledger.database import Database, writing
from pagemill.ledger.deeds import deed_of, note
from pagemill.ledger.keeping import retiring
from pagemill.ledger.rows import Row, json_of, user_of
from pagemill.ledger.statements import Statements
from pagemill.model.people import Caller, Deed, Scope, Token, Usage, User
from pagemill.model.retention import Bounds
from pagemill.ports.time import Clock

NEWEST = 2**62


class SqlPeople:
    """See `pagemill.ports.People` for every promise. Thread-safe."""

    def __init__(self, database: Database, clock: Clock, bounds: Bounds) -> None:
        self._database = database
        self._clock = clock
        self._bounds = bounds

    def add_user(self, user: User, by: Caller) -> User:
        with writing(self._database, self._clock) as tx:
            if not tx.sql.insert_user(**_parameters(user), now_ms=tx.now_ms):
                raise PagemillError("user_exists", f"There is a user '{user.id}' already")
            note(tx, by, "user.add", user.id, _words(user, User(user.id)))
            return _find(tx.sql, user.id)

    def user(self, user_id: str) -> User:
        with self._database.read() as sql:
            return _find(sql, user_id)

    def users(self) -> list[User]:
        with self._database.read() as sql:
            return [user_of(row) for row in sql.list_users()]

    def change_user(self, user: User, by: Caller) -> User:
        return self.edit_user(user.id, lambda _: user, by)

    def edit_user(self, user_id: str, edit: Callable[[User], User], by: Caller) -> User:
        with writing(self._database, self._clock) as tx:
            before = _find(tx.sql, user_id)
            user = replace(edit(before), id=user_id)
            tx.sql.update_user(**_parameters(user))
            retiring.redate(tx, user, self._bounds)
            note(tx, by, "user.set", user.id, _words(user, before))
            return _find(tx.sql, user.id)

    def add_token(self, token: Token, digest: str, by: Caller) -> None:
        with writing(self._database, self._clock) as tx:
            is_new = tx.sql.add_token(
                id=token.id,
                digest=digest,
                user_id=token.user_id,
                name=token.name,
                scopes=json_of(token.scopes),
                created_ms=token.created_ms,
                expires_ms=token.expires_ms,
            )
            if not is_new:
                raise PagemillError("token_exists")
            note(tx, by, "token.add", token.id, f"for {token.user_id}: {', '.join(token.scopes)}")

    def tokens(self, user_id: str) -> list[Token]:
        with self._database.read() as sql:
            return [_token_of(row, user_id) for row in sql.list_tokens(user_id=user_id)]

    def revoke_token(self, token_id: str, user_id: str, by: Caller) -> None:
        with writing(self._database, self._clock) as tx:
            if not tx.sql.revoke_token(id=token_id, user_id=user_id, now_ms=tx.now_ms):
                raise PagemillError("token_not_found", f"{user_id} has no token {token_id[:20]}")
            note(tx, by, "token.revoke", token_id, f"of {user_id}")

    def find_token(self, digest: str) -> tuple[Token, User] | None:
        with self._database.read() as sql:
            row = sql.find_token(digest=digest)
            return None if row is None else (_token_of(row, row["id"]), user_of(row))

    def touch_token(self, token_id: str) -> None:
        with writing(self._database, self._clock) as tx:
            tx.sql.touch_token(id=token_id, used_ms=tx.now_ms)

    def has_tokens(self) -> bool:
        with self._database.read() as sql:
            return bool(sql.has_tokens(now_ms=self._clock.now_ms()))

    def usage(self, user_id: str) -> Usage:
        day = day_of(self._clock.now_ms())
        with self._database.read() as sql:
            return Usage(
                waiting_jobs=sql.count_waiting(user_id=user_id),
                stored_bytes=sql.stored_bytes(user_id=user_id),
                pages_today=sql.pages_of_day(user_id=user_id, day=day) or 0,
            )

    def deeds(self, user_id: str = "", before: int = 0, limit: int = 100) -> list[Deed]:
        with self._database.read() as sql:
            rows = sql.list_deeds(user_id=user_id, before=before or NEWEST, limit=limit)
            return [deed_of(row) for row in rows]


def _find(sql: Statements, user_id: str) -> User:
    row = sql.find_user(user_id=user_id)
    if row is None:
        raise _no_user(user_id)
    return user_of(row)


def _no_user(user_id: str) -> PagemillError:
    return PagemillError("user_not_found", f"There is no user '{user_id[:64]}'")


def _parameters(user: User) -> dict[str, object]:
    own = {k: v for k, v in msgspec.to_builtins(user.limits).items() if v is not None}
    return {
        "user_id": user.id,
        "role": user.role,
        "limits": json_of(own),
        "weight": user.weight,
        "max_running": user.max_running,
        "page_seconds": user.page_seconds,
        "is_automatic": user.is_automatic,
        "is_active": user.is_active,
    }


def _token_of(row: Row, user_id: str) -> Token:
    return Token(
        id=row["token_id"],
        user_id=user_id,
        name=row["token_name"],
        scopes=msgspec.json.decode(row["token_scopes"], type=tuple[Scope, ...]),
        created_ms=row["token_created_ms"],
        expires_ms=row["expires_ms"],
        revoked_ms=row["revoked_ms"],
        used_ms=row["used_ms"],
    )


def _words(user: User, before: User) -> str:
    """What the log tells of a change, in the words of the ledger."""
    old = _parameters(before)
    changed = {name: value for name, value in _parameters(user).items() if value != old[name]}
    return ", ".join(f"{name}={value}" for name, value in changed.items())
