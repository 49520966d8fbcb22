"""What a person is told of an ingest: refusals as they come, and one line at the end."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pagemill.cli.ingest.report import shown
from pagemill.cli.ingest.verdicts import Outcome, Tally, Verdict
from pagemill.cli.screen import Screen, duration, failure_line, harmless, plural

MOST_COMPLAINTS = 20


@dataclass(slots=True)
class Complaints:
    """A `Listener` that tells the first refusals; a folder may hold a hundred thousand."""

    screen: Screen
    told: int = field(default=0)

    def hear(self, verdicts: Sequence[Verdict], tally: Tally) -> None:
        for verdict in verdicts:
            if verdict.outcome is not Outcome.REFUSED or self.told > MOST_COMPLAINTS:
                continue
            self.told += 1
            if self.told > MOST_COMPLAINTS:
                self.screen.fail("More files are refused; --report FILE lists them all.")
            else:
                name = harmless(shown(verdict.path))
                self.screen.fail(failure_line(name, verdict.code, verdict.message))


def summary(tally: Tally, seconds: float, notes: Sequence[str] = ()) -> str:
    """`2 accepted, 1 duplicate, 0 known, 1 refused (1 empty_file), 0 skipped; 4 files in 1 s…`"""
    counts = ", ".join(_count(one, tally) for one in Outcome)
    took = duration(seconds)
    rate = f"{plural(tally.files, 'file')} in {took}, {_rate(tally, seconds):,.0f} files/s"
    return "; ".join([counts, rate, *notes])


def summary_json(tally: Tally, seconds: float) -> dict[str, object]:
    counts: dict[str, object] = {one.value: tally.outcomes[one] for one in Outcome}
    return counts | {
        "refused_by_code": dict(sorted(tally.codes.items())),
        "files": tally.files,
        "bytes_accepted": tally.size_bytes,
        "seconds": round(seconds, 3),
        "files_per_second": round(_rate(tally, seconds), 1),
    }


def _count(outcome: Outcome, tally: Tally) -> str:
    count = tally.outcomes[outcome]
    if outcome is Outcome.DUPLICATE:
        return plural(count, outcome.value)
    if outcome is Outcome.REFUSED and count:
        reasons = ", ".join(f"{times:,} {code}" for code, times in sorted(tally.codes.items()))
        return f"{count:,} {outcome.value} ({reasons})"
    return f"{count:,} {outcome.value}"


def _rate(tally: Tally, seconds: float) -> float:
    return tally.files / seconds if seconds > 0 else 0.0
