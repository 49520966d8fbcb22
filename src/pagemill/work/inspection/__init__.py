"""Looking over ledger and shelf together, and setting right what does not agree."""

from pagemill.work.inspection.faults import FAULTS, Fault, FaultKind, Findings, Found
from pagemill.work.inspection.inspector import Inspection, Inspector, Order, Progress

__all__ = [
    "FAULTS",
    "Fault",
    "FaultKind",
    "Findings",
    "Found",
    "Inspection",
    "Inspector",
    "Order",
    "Progress",
]
