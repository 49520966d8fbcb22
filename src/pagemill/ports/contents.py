"""Which bytes have a job already: asked by those who are about to send many."""

from collections.abc import Sequence
from typing import Protocol


class Contents(Protocol):
    """As the ledger: every call is one transaction, or none. Thread-safe. Reads only."""

    def ledger_id(self) -> str:
        """Of this ledger alone, as long as it exists; copies of it have the same."""
        ...

    def jobs_of_keys(self, user_id: str, keys: Sequence[str]) -> dict[str, str]:
        """The user's job ids by idempotency key; keys without one are left out. One statement
        however many.
        """
        ...
