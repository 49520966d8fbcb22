"""`queue stats`: how the queue stands, as tables for a person and lines for a program."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pagemill.cli.queue_tables import stop_words
from pagemill.cli.screen import Screen, about, duration, plural
from pagemill.client import QueueInfo, StopInfo
from pagemill.client.answers import SpreadInfo, UserLineInfo

STATE_COLUMNS = ("", ">Waiting", ">In work", ">Paused", ">Done", ">Failed", ">Cancelled")
PACE_COLUMNS = ("Ended in the last", ">minute", ">hour", ">day")
TIME_COLUMNS = ("Seconds", ">mean", ">p50", ">p90", ">p99", ">of")
ENGINE_COLUMNS = ("Engine", ">Ready", ">Running", ">Later", ">Done", ">Failed", ">p50", "State")
USER_COLUMNS = ("User", ">Jobs waiting", ">in work", ">Pages to read", ">Oldest")
_JOB_STATES = ("queued", "processing", "paused", "completed", "failed", "cancelled")
# Page tasks that could run now, or soon, stand in the same column.
_PAGE_STATES = (
    ("blocked", "ready", "waiting"),
    ("running",),
    ("held",),
    ("done",),
    ("dead",),
    ("cancelled",),
)
_TO_READ = ("blocked", "ready", "waiting", "running", "held")


@dataclass(frozen=True, slots=True)
class Figures:
    queue: QueueInfo
    stops: Sequence[StopInfo]

    def give(self, screen: Screen) -> None:
        if not sys.stdout.isatty():
            screen.give_lines(list(self._plain()))
            return
        for line in self._sentences():
            screen.give(line)
        for columns, rows in self._tables():
            if rows:
                screen.give_table(columns, rows)

    def _sentences(self) -> Iterator[str]:
        queue = self.queue
        yield from (stop_words(stop) for stop in self.stops)
        waiting = queue.jobs.get("queued", 0)
        if not (waiting or queue.waiting_pages):
            yield "Nothing waits."
        else:
            line = f"{plural(waiting, 'job')} and {plural(queue.waiting_pages, 'page')} wait"
            if queue.oldest_waiting_seconds is not None:
                line += f", the oldest job for {about(queue.oldest_waiting_seconds)}"
            yield line + "."
            if queue.eta_seconds is not None:
                yield f"All will be done in about {duration(queue.eta_seconds)}."
        yield f"{plural(queue.completed_today, 'job')} completed today (UTC)."

    def _tables(self) -> Iterator[tuple[Sequence[str], list[tuple[str, ...]]]]:
        queue = self.queue
        yield STATE_COLUMNS, [("Jobs", *_jobs(queue.jobs)), ("Pages", *_pages(queue.pages))]
        yield PACE_COLUMNS, [("Jobs", *self._pace("jobs")), ("Pages", *self._pace("pages"))]
        times = (("Wait of jobs", queue.wait_seconds), ("Work on pages", queue.page_seconds))
        yield TIME_COLUMNS, [(name, *_times(spread)) for name, spread in times if spread]
        yield ENGINE_COLUMNS, list(self._engines())
        people = [*queue.users, *([queue.others] if queue.others else [])]
        yield USER_COLUMNS, [_user(line) for line in people]

    def _pace(self, what: str) -> tuple[str, ...]:
        ended = [self.queue.throughput.get(span) for span in ("minute", "hour", "day")]
        return tuple("" if one is None else f"{getattr(one, what):,.0f}" for one in ended)

    def _engines(self) -> Iterator[tuple[str, ...]]:
        for line in self.queue.engines:
            counts = (_count(line.pages, (s,)) for s in ("ready", "running", "waiting", "done"))
            pace = f"{line.page_seconds.p50:.2f} s" if line.page_seconds else ""
            state = ["stopped"] if line.stopped else []
            if line.resting_seconds:
                state.append(f"away for {about(line.resting_seconds)}")
            failed = _count(line.pages, ("dead",))
            yield (line.engine, *counts, failed, pace, ", ".join(state))

    def _plain(self) -> Iterator[tuple[str, ...]]:
        """What, which, how many."""
        queue = self.queue
        yield from (("stopped", stop.scope, stop.name) for stop in self.stops)
        yield from (("jobs", state, str(count)) for state, count in queue.jobs.items())
        yield from (("pages", state, str(count)) for state, count in queue.pages.items())
        yield "pages", "waiting for a worker", str(queue.waiting_pages)
        for span, ended in queue.throughput.items():
            yield "jobs", f"ended in the last {span}", f"{ended.jobs:.0f}"
            yield "pages", f"ended in the last {span}", f"{ended.pages:.0f}"
        yield "jobs", "completed today", str(queue.completed_today)
        for name, seconds in (("oldest", queue.oldest_waiting_seconds), ("eta", queue.eta_seconds)):
            if seconds is not None:
                yield "seconds", name, f"{seconds:.0f}"
        for name, spread in (("wait", queue.wait_seconds), ("page", queue.page_seconds)):
            if spread is not None:
                yield from (
                    ("seconds", f"{name} {part}", f"{getattr(spread, part):.3f}")
                    for part in ("mean", "p50", "p90", "p99")
                )
        for engine in queue.engines:
            yield from ((engine.engine, state, str(n)) for state, n in engine.pages.items())


def _jobs(counts: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(_count(counts, (state,)) for state in _JOB_STATES)


def _pages(counts: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(_count(counts, states) for states in _PAGE_STATES)


def _count(counts: Mapping[str, int], states: Sequence[str]) -> str:
    count = sum(counts.get(state, 0) for state in states)
    return f"{count:,}" if count else "-"


def _times(spread: SpreadInfo) -> tuple[str, ...]:
    times = (spread.mean, spread.p50, spread.p90, spread.p99)
    return (*(f"{seconds:,.2f}" for seconds in times), f"{spread.count:,}")


def _user(line: UserLineInfo) -> tuple[str, ...]:
    oldest = line.oldest_waiting_seconds
    return (
        line.user or "(others)",
        _count(line.jobs, ("queued", "paused")),
        _count(line.jobs, ("processing",)),
        _count(line.pages, _TO_READ),
        "" if oldest is None else about(oldest),
    )
