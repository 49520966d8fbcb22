"""Steps: one task each, work in, outcome out. They run in a child and never touch the ledger."""

from pagemill.work.steps.step import Done, perform

__all__ = ["Done", "perform"]
