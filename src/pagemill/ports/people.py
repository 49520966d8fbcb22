"""The ledger's book of people: users, tokens, what they take up, who did what."""

from collections.abc import Callable
from typing import Protocol

from pagemill.model.people import Caller, Deed, Token, Usage, User


class People(Protocol):
    """As the ledger: every call is one transaction, or none. Thread-safe. What is done is written
    into the audit log in the same transaction, with `by`.
    """

    def add_user(self, user: User, by: Caller) -> User:
        """Raises `user_exists`."""
        ...

    def user(self, user_id: str) -> User:
        """Raises `user_not_found`."""
        ...

    def users(self) -> list[User]: ...

    def edit_user(self, user_id: str, edit: Callable[[User], User], by: Caller) -> User:
        """Makes of a user what `edit` makes of them as they stand, all but name and age, with
        nobody else's change in between. Jobs that are kept for a shorter or longer time from now on
        get their new date. Raises `user_not_found` and what `edit` raises.
        """
        ...

    def change_user(self, user: User, by: Caller) -> User:
        """As `edit_user`, whatever they were before."""
        ...

    def add_token(self, token: Token, digest: str, by: Caller) -> None:
        """Raises `token_exists`, for one that was revoked, too."""
        ...

    def tokens(self, user_id: str) -> list[Token]:
        """Oldest first, ended ones too."""
        ...

    def revoke_token(self, token_id: str, user_id: str, by: Caller) -> None:
        """Raises `token_not_found`."""
        ...

    def find_token(self, digest: str) -> tuple[Token, User] | None: ...

    def touch_token(self, token_id: str) -> None:
        """Notes that it is used now."""
        ...

    def has_tokens(self) -> bool:
        """Whether anybody could come in with one now."""
        ...

    def usage(self, user_id: str) -> Usage: ...

    def deeds(self, user_id: str = "", before: int = 0, limit: int = 100) -> list[Deed]:
        """Newest first; those with an `id` below `before`, if that is given."""
        ...
