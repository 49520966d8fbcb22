"""What looks after the ledger as a whole: who does upkeep, copies of it, and beginning from one."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from pagemill.ports.books import Books


class Keeping(Protocol):
    """As the ledger: every call is one transaction, or none. Thread-safe."""

    def hold(self, hold_id: str, seconds: float) -> None:
        """Until it is let go, or for so long, nobody deletes from the shelf. Told again in time it
        goes on.
        """
        ...

    def let_go(self, hold_id: str) -> None: ...

    def is_held(self) -> bool:
        """Whoever deletes asks after it has chosen what: a hold that comes later than the answer
        keeps nothing that was chosen before.
        """
        ...

    def take_duty(self, name: str, holder: str, seconds: float) -> bool:
        """Whether `holder` is the one that does this now. A duty ends by itself after so long,
        unless it is taken anew.
        """
        ...

    def drop_duty(self, name: str, holder: str) -> None: ...

    @property
    def copy_name(self) -> str:
        """How the file is called that `copied` writes; it tells what can read it."""
        ...

    def copied(self, path: Path) -> AbstractContextManager[Books]:
        """Writes a copy of the whole ledger to `path`, all of one moment, while others go on. Gives
        what stands in the copy, to be looked at within the block. Raises `disk_full`,
        `tool_missing`, `backup_failed`.
        """
        ...

    def begin_elsewhere(self) -> int:
        """For a ledger that was restored: nobody works on anything, nothing is held, and it is
        known for another. Returns how many tasks were let go.
        """
        ...
