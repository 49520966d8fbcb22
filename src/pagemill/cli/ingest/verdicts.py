"""What became of a file, and who decides it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from pagemill.cli.ingest.walk import Found
from pagemill.ports import Source, Taken


class Outcome(StrEnum):
    ACCEPTED = "accepted"  # a new job
    DUPLICATE = "duplicate"  # its bytes have a job with these options already
    KNOWN = "known"  # taken in before and unchanged since: not even read
    REFUSED = "refused"  # nothing was made of it; `code` and `message` say why
    SKIPPED = "skipped"  # never meant to be a document


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one file. `job_id` is there unless it was refused or skipped."""

    path: Path
    outcome: Outcome
    job_id: str = ""
    code: str = ""
    message: str = ""


def known_verdict(found: Found, source: Source | None) -> Verdict | None:
    """What is known of a file that has not changed since it was taken in. Of others nothing is."""
    if source is None or (source.size_bytes, source.mtime_ns) != (found.size_bytes, found.mtime_ns):
        return None
    if source.outcome is Taken.REFUSED:
        return Verdict(found.path, Outcome.REFUSED, "", source.code, source.message)
    return Verdict(found.path, Outcome.KNOWN, source.job_id)


class Intake(Protocol):
    """Takes files in. Thread-safe: several batches may be under way at once."""

    def take(self, batch: Sequence[Found]) -> list[Verdict]:
        """One verdict a file, in the order of the batch. A batch is whole: when this returns,
        everything that was accepted is on the disk for good; when it raises, the same batch may be
        given again and nothing is doubled. What is wrong with one file is its verdict.

        Raises what concerns every file: `disk_full`, `ledger_busy`, `server_unreachable` and so on.
        """
        ...


@dataclass(slots=True)
class Tally:
    """Counts of a run so far. `codes` counts refusals, `size_bytes` what was accepted."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    size_bytes: int = 0

    def add(self, verdict: Verdict, size_bytes: int = 0) -> None:
        self.outcomes[verdict.outcome] += 1
        if verdict.outcome is Outcome.REFUSED:
            self.codes[verdict.code] += 1
        if verdict.outcome is Outcome.ACCEPTED:
            self.size_bytes += size_bytes

    @property
    def files(self) -> int:
        return self.outcomes.total()
