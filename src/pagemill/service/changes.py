"""Which jobs have changed, for those who watch many at once. Of whatever user: who may hear of
them is the listener's matter.
"""

from dataclasses import dataclass

from pagemill.ports import Change, Ledger


@dataclass(frozen=True, slots=True)
class Changed:
    """A change, and the pages of its job that were given up."""

    change: Change
    failed_pages: list[int]


@dataclass(frozen=True, slots=True)
class ChangeDesk:
    ledger: Ledger

    def end(self) -> int:
        """The number of the last change so far."""
        return self.ledger.changes.bounds()[1]

    def after(self, number: int, limit: int, user_id: str = "") -> list[Changed]:
        """As the ledger's. Two statements at most."""
        changes = self.ledger.changes.after(number, limit, user_id)
        failing = [c.job_id for c in changes if c.job is not None and c.job.pages_failed]
        failed = self.ledger.failed_pages(failing)
        return [Changed(change, failed.get(change.job_id, [])) for change in changes]

    def missed(self, number: int, limit: int, user_id: str = "") -> list[Changed] | None:
        """What changed since `number`; None where that is more than `limit`, or not known any more,
        so that one must look at everything again.
        """
        first, last = self.ledger.changes.bounds()
        if not first - 1 <= number <= last or last - number > limit:
            return None
        return self.after(number, limit, user_id)
