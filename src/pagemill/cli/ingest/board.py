"""An ingest, shown while it goes on: moving figures on a terminal, a line every few seconds
elsewhere, JSON lines for programs that asked to see, nothing when quiet.

Everything that happens is told to the board by whoever knows it, from any thread; the board alone
decides what is seen of it, and when.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pagemill.cli.ingest.figures import (
    Figures,
    as_json,
    complaints,
    jobs_line,
    outcome_line,
    pace_line,
    pages_line,
    plain_lines,
    taking_line,
)
from pagemill.cli.ingest.meter import Meter
from pagemill.cli.ingest.standing import Standing
from pagemill.cli.ingest.verdicts import Tally, Verdict
from pagemill.cli.screen import Screen, harmless

if TYPE_CHECKING:
    from rich.console import RenderableType

LINE_SECONDS = 5.0
RATE_SECONDS, PAGE_RATE_SECONDS = 10.0, 60.0
BAR_WIDTH = 40
FRAMES_PER_SECOND = 4


@dataclass(slots=True)
class Board:
    """A `Listener`. `is_watching`: files come for ever; `is_told` makes JSON lines of progress."""

    screen: Screen
    is_watching: bool = False
    is_told: bool = False
    clock: Callable[[], float] = time.monotonic
    total: Callable[[], int | None] = lambda: None
    tally: Tally = field(default_factory=Tally)
    _since: float = field(init=False)
    _ended: float | None = None
    _waiting_for: dict[str, str] = field(default_factory=lambda: {"": ""})
    _standing: Standing | None = None
    _is_live: bool = False
    _told_at: float = field(init=False)
    _told: object = None
    _failures_told: set[str] = field(default_factory=set)
    _files: Meter = field(init=False)
    _bytes: Meter = field(init=False)
    _pages: Meter = field(init=False)

    def __post_init__(self) -> None:
        self._since = self._told_at = self.clock()
        self._files = Meter(self.clock, RATE_SECONDS)
        self._bytes = Meter(self.clock, RATE_SECONDS)
        self._files.mark(0)
        self._bytes.mark(0)
        self._pages = Meter(self.clock, PAGE_RATE_SECONDS)

    # what it is told

    def hear(self, verdicts: Sequence[Verdict], tally: Tally) -> None:
        del verdicts
        self.tally = tally
        self._files.mark(tally.files)
        self._bytes.mark(tally.size_bytes)
        self.tick()

    def announce(self, waiting_for: str, by: str = "") -> None:
        """What everything waits for, as `by` sees it; "" when it goes on."""
        was = self._waiting_for.get(by, "")
        self._waiting_for[by] = waiting_for
        if not self._is_live and waiting_for:
            self.screen.say(waiting_for)
        elif not self._is_live and was:
            self.screen.say("Going on.")

    def stand(self, standing: Standing) -> None:
        """How the jobs stand; the pace of pages is that of these jobs, as seen from here."""
        self._pages.mark(standing.pages_ended)
        rate = self._pages.rate()
        if rate is not None:
            standing = replace(standing, pages_per_second=max(0.0, rate))
        self._standing = standing
        self.tick()

    def end_taking(self) -> None:
        """No more files come."""
        self._ended = self.clock()

    # what is seen

    def figures(self) -> Figures:
        now = self.clock()
        return Figures(
            self.tally,
            (self._ended or now) - self._since,
            self.total(),
            self._files.rate(),
            self._bytes.rate(),
            next(filter(None, self._waiting_for.values()), ""),
            self._standing,
            is_taking=self._ended is None,
            is_watching=self.is_watching,
        )

    @contextmanager
    def showing(self) -> Iterator[None]:
        """For the block there may be moving figures."""
        if not self.screen.is_live or self.is_told:
            yield
            return
        from rich.live import Live

        live = Live(
            get_renderable=self._picture,
            console=self.screen.console,
            refresh_per_second=FRAMES_PER_SECOND,
            transient=True,
            redirect_stdout=False,
        )
        self._is_live = True
        try:
            with live:
                yield
        finally:
            self._is_live = False

    def tick(self, *, is_last: bool = False) -> None:
        """A line, if it is time for one and there is something new to say."""
        now = self.clock()
        if self._is_live or not (is_last or now - self._told_at >= LINE_SECONDS):
            return
        self._told_at = now
        figures = self.figures()
        if self.is_told:
            self.screen.give(json.dumps(as_json(figures), ensure_ascii=False))
            return
        news = (figures.tally.files, figures.standing, figures.is_taking)
        if news != self._told:
            self._told = news
            self._say(figures)

    def _say(self, figures: Figures) -> None:
        for line in plain_lines(figures):
            self.screen.say(line)
        for failure in figures.standing.failures if figures.standing else ():
            if failure not in self._failures_told:
                self._failures_told.add(failure)
                self.screen.say(harmless(failure))
        for complaint in complaints(figures):
            if complaint != figures.waiting_for:
                self.screen.say(complaint)

    def _picture(self) -> "RenderableType":
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        figures = self.figures()
        table = Table.grid(padding=(0, 2))
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        if figures.is_taking:
            table.add_row("Taking in", Text(taking_line(figures)))
            table.add_row("", Text(outcome_line(figures.tally), style="dim"))
            if figures.total and not figures.is_watching:
                table.add_row("", ProgressBar(figures.total, figures.tally.files, BAR_WIDTH))
        if figures.standing is not None:
            table.add_row("Jobs", Text(jobs_line(figures.standing)))
            table.add_row("Pages", Text(pages_line(figures.standing)))
            if jobs := sum(figures.standing.jobs.values()):
                ended = jobs - figures.standing.jobs_left
                bar = Table.grid(padding=(0, 1))
                bar.add_row(ProgressBar(jobs, ended, BAR_WIDTH), Text(pace_line(figures.standing)))
                table.add_row("", bar)
            for failure in figures.standing.failures:
                table.add_row("", Text(f"✗ {harmless(failure)}", style="red"))
        for complaint in complaints(figures):
            table.add_row("", Text(harmless(complaint), style="yellow"))
        return table
