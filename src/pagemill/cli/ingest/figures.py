"""The figures of an ingest at one moment, and the lines and numbers they are shown as. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from pagemill.cli.ingest.standing import Standing
from pagemill.cli.ingest.verdicts import Outcome, Tally
from pagemill.cli.screen import about, duration, plural, size

NOBODY_WORKS = "Nobody is working here: start `pagemill serve` or `pagemill worker`."
SLOWEST = 1.0  # files a second; below it nobody can say how long it will take


@dataclass(frozen=True, slots=True)
class Figures:
    """`total` files are there to be seen, as far as they were counted; rates are a second's, over a
    while that has just passed. `waiting_for` says what keeps everything, `standing` how the jobs
    stand if somebody wants to know, `is_taking` whether files still come in.
    """

    tally: Tally
    elapsed_seconds: float
    total: int | None = None
    files_per_second: float | None = None
    bytes_per_second: float | None = None
    waiting_for: str = ""
    standing: Standing | None = None
    is_taking: bool = True
    is_watching: bool = False

    @property
    def taking_eta_seconds(self) -> float | None:
        """None as well for an inbox, which never ends."""
        rate = self.files_per_second or 0.0
        if self.is_watching or self.total is None or rate < SLOWEST:
            return None
        return max(0.0, self.total - self.tally.files) / rate


def taking_line(figures: Figures) -> str:
    """`12,345 of 100,000 files, 1,234 files/s, 45.2 MB/s, 12 s, about 1 min left`"""
    parts = [_seen(figures)]
    if figures.files_per_second is not None:
        parts.append(f"{figures.files_per_second:,.0f} files/s")
    if figures.bytes_per_second:
        parts.append(f"{size(figures.bytes_per_second)}/s")
    parts.append(duration(figures.elapsed_seconds))
    left = figures.taking_eta_seconds
    if left is not None and left >= 1:
        parts.append(f"about {about(left)} left")
    return ", ".join(parts)


def outcome_line(tally: Tally) -> str:
    """`12,000 accepted, 300 duplicates, 0 known, 40 skipped, 5 refused`"""
    words = {Outcome.DUPLICATE: "duplicates"}
    return ", ".join(f"{tally.outcomes[one]:,} {words.get(one, one.value)}" for one in Outcome)


def jobs_line(standing: Standing) -> str:
    jobs = standing.jobs
    words = ("queued", "processing", "completed", "failed", "cancelled", "paused")
    always = ("queued", "processing", "completed", "failed")
    return ", ".join(
        f"{jobs.get(word, 0):,} {word}" for word in words if word in always or jobs.get(word, 0)
    )


def pages_line(standing: Standing) -> str:
    pages = standing.pages
    parts = [
        f"{pages.get('done', 0):,} done",
        f"{standing.pages_waiting:,} waiting",
        f"{pages.get('running', 0):,} in work",
        f"{pages.get('dead', 0):,} failed",
    ]
    return ", ".join(parts)


def pace_line(standing: Standing) -> str:
    """`12 pages/s, about 2 min left`, as far as it is known."""
    parts = []
    if standing.pages_per_second:
        parts.append(f"{_rate(standing.pages_per_second)} pages/s")
    if standing.eta_seconds is not None and standing.eta_seconds >= 1 and not standing.is_over:
        parts.append(f"about {about(standing.eta_seconds)} left")
    return ", ".join(parts)


def complaints(figures: Figures) -> Iterator[str]:
    """What somebody should do something about."""
    if figures.waiting_for:
        yield figures.waiting_for
    standing = figures.standing
    if standing is not None and standing.slots == 0 and not standing.is_over:
        yield NOBODY_WORKS


def plain_lines(figures: Figures) -> Iterator[str]:
    """All of it, for a log."""
    if figures.is_taking:
        yield f"{taking_line(figures)}: {outcome_line(figures.tally)}"
    if figures.standing is not None:
        jobs, pages = jobs_line(figures.standing), pages_line(figures.standing)
        pace = pace_line(figures.standing)
        yield f"jobs: {jobs}; pages: {pages}" + (f"; {pace}" if pace else "")


def as_json(figures: Figures) -> dict[str, object]:
    """One line of JSON. `event` is `progress`."""
    tally, standing = figures.tally, figures.standing
    counts: dict[str, object] = {one.value: tally.outcomes[one] for one in Outcome}
    given: dict[str, object] = {
        "event": "progress",
        "elapsed_seconds": round(figures.elapsed_seconds, 3),
        "files": tally.files,
        "files_total": figures.total,
        **counts,
        "files_per_second": _rounded(figures.files_per_second),
        "bytes_per_second": _rounded(figures.bytes_per_second),
        "waiting_for": figures.waiting_for,
    }
    if standing is not None:
        given["jobs"] = dict(standing.jobs)
        given["pages"] = dict(standing.pages)
        given["pages_per_second"] = _rounded(standing.pages_per_second)
        given["eta_seconds"] = _rounded(standing.eta_seconds)
        given["slots"] = standing.slots
        given["failures"] = list(standing.failures)
    return given


def _seen(figures: Figures) -> str:
    files = figures.tally.files
    if figures.total is None or figures.is_watching or files > figures.total:
        return plural(files, "file") + (" so far" if figures.is_taking else "")
    return f"{files:,} of {plural(figures.total, 'file')}"


def _rate(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
