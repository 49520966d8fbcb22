"""Many jobs shown: a live table on a terminal, plain lines elsewhere, JSON lines for programs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import msgspec

from pagemill.cli.following.standing import Seen, Standing
from pagemill.cli.progress import STEPS, ending, remaining, standing_of
from pagemill.cli.screen import Screen, duration, failure_line, harmless, plural
from pagemill.cli.watching import row_of
from pagemill.client import JobInfo

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

FRAMES_PER_SECOND = 4
LINES_AROUND = 4  # the heading, what is left out, trouble, and the prompt
WIDE, BAR_WIDTH, NARROW_BAR, SHORT_NAME = 100, 24, 12, 16
MARKS = {
    "processing": ("●", "cyan"),
    "queued": ("○", "dim"),
    "paused": ("‖", "yellow"),
    "completed": ("✓", "green"),
    "failed": ("✗", "red"),
    "cancelled": ("–", "dim"),
}


class View(Protocol):
    def begin(self) -> None:
        """The open jobs are known, and have been told."""
        ...

    def tell(self, job: JobInfo, *, is_new: bool) -> None:
        """A job that was open when we came (not `is_new`), or has changed."""
        ...

    def lose(self, job_id: str) -> None: ...

    def break_off(self, why: str) -> None: ...


@contextmanager
def open_view(screen: Screen, standing: Standing) -> Iterator[View]:
    if screen.is_json:
        yield _Json(screen)
    elif not screen.is_live:
        yield _Lines(screen, standing)
    else:
        from rich.live import Live

        table = _Table(screen, standing)
        with Live(
            get_renderable=table.picture,
            console=screen.console,
            refresh_per_second=FRAMES_PER_SECOND,
            transient=True,
            redirect_stdout=False,
        ):
            yield table


@dataclass(frozen=True, slots=True)
class _Json:
    screen: Screen

    def begin(self) -> None:
        pass

    def tell(self, job: JobInfo, *, is_new: bool) -> None:
        del is_new
        self._give({"type": "job", "job": msgspec.to_builtins(job)})

    def lose(self, job_id: str) -> None:
        self._give({"type": "gone", "id": job_id})

    def break_off(self, why: str) -> None:
        self.screen.say(why)

    def _give(self, news: object) -> None:
        self.screen.give(json.dumps(news, ensure_ascii=False))


@dataclass
class _Lines:
    """How many there are; then a line as a job comes, for each tenth of it, and at its end; nothing
    but failures if quiet.
    """

    screen: Screen
    standing: Standing
    told: dict[str, tuple[str, int]] = field(default_factory=dict)
    trouble: str = ""

    def begin(self) -> None:
        self.screen.say(heading(self.standing))

    def tell(self, job: JobInfo, *, is_new: bool) -> None:
        self.trouble = ""
        row = row_of(job)
        tenth = STEPS * row.settled // row.total if row.total else 0
        now = (job.state if job.state != "processing" else "", tenth)
        is_news = is_new and self.told.get(job.id) != now
        if job.is_final:
            self.told.pop(job.id, None)
        else:
            self.told[job.id] = now
        name = harmless(job.document.filename)
        if not is_news or (tenth == STEPS and not job.is_final):
            return
        if complaint := _complaint(job):
            self.screen.fail(complaint)
        elif job.is_final:
            self.screen.say(f"{name}: {ending(row)}")
        else:
            left = remaining(row)
            self.screen.say(f"{name}: {standing_of(row)}" + (f", {left}" if left else ""))

    def lose(self, job_id: str) -> None:
        self.told.pop(job_id, None)

    def break_off(self, why: str) -> None:
        if why != self.trouble:
            self.screen.say(why)
        self.trouble = why


@dataclass(frozen=True, slots=True)
class _Table:
    """Failures leave a line behind, above the table."""

    screen: Screen
    standing: Standing

    def begin(self) -> None:
        pass

    def tell(self, job: JobInfo, *, is_new: bool) -> None:
        if is_new and (complaint := _complaint(job)):
            from rich.text import Text

            self.screen.console.print(Text(f"✗ {complaint}", style="red"))

    def lose(self, job_id: str) -> None:
        pass

    def break_off(self, why: str) -> None:
        pass

    def picture(self) -> "RenderableType":
        from rich.console import Group
        from rich.text import Text

        console = self.screen.console
        seen, more = self.standing.chosen(max(1, console.height - LINES_AROUND))
        parts: list[RenderableType] = [Text(heading(self.standing), style="bold", no_wrap=True)]
        if seen:
            parts.append(self._table(seen, console))
        if more or self.standing.is_more:
            many = "very many more" if self.standing.is_more else plural(more, "more job")
            parts.append(Text(f"  and {many}", style="dim"))
        if self.standing.trouble:
            parts.append(Text(self.standing.trouble, style="yellow"))
        return Group(*parts)

    def _table(self, several: list[Seen], console: "Console") -> "Table":
        from rich.table import Table

        is_wide = console.width >= WIDE
        table = Table.grid(padding=(0, 1))
        table.add_column(width=1)
        table.add_column(no_wrap=True, overflow="ellipsis", min_width=SHORT_NAME, ratio=1)
        if self.standing.is_of_many:
            table.add_column(no_wrap=True, overflow="ellipsis", max_width=16, style="dim")
        bar_width = BAR_WIDTH if is_wide else NARROW_BAR
        table.add_column(width=bar_width)
        table.add_column(no_wrap=True, overflow="ellipsis", max_width=44)
        table.expand = True
        for seen in several:
            table.add_row(*self._cells(seen, bar_width))
        return table

    def _cells(self, seen: Seen, bar_width: int) -> list["RenderableType"]:
        from rich.progress_bar import ProgressBar
        from rich.text import Text

        job, row = seen.job, row_of(seen.job)
        mark, colour = MARKS.get(job.state, ("?", ""))
        moves = job.state in ("processing", "paused") and row.total
        bar: RenderableType = ProgressBar(row.total, row.settled, bar_width) if moves else Text("")
        cells: list[RenderableType] = [
            Text(mark, style=colour),
            Text(harmless(job.document.filename), style="" if moves else "dim"),
        ]
        if self.standing.is_of_many:
            cells.append(Text(harmless(job.user)))
        words = _words(seen)
        for more in filter(None, (pace(seen), self._left(seen))):
            words.append(f"  {more}", style="dim")
        return [*cells, bar, words]

    def _left(self, seen: Seen) -> str:
        """What was left when it was told, and has gone by since."""
        if seen.job.eta_seconds is None or seen.job.state != "processing":
            return ""
        left = seen.job.eta_seconds - (self.standing.clock() - seen.at)
        return f"{duration(left)} left" if left >= 1 else ""


def heading(standing: Standing) -> str:
    """`3 in work, 120 waiting; 45 done, 2 failed; 5.3 pages/s`"""
    now = [f"{standing.count('processing'):,} in work", f"{standing.count('queued'):,} waiting"]
    if paused := standing.count("paused"):
        now.append(f"{paused:,} paused")
    words = {"completed": "done", "failed": "failed", "cancelled": "cancelled"}
    ended = [f"{n:,} {words[state]}" for state in words if (n := standing.ended[state])]
    rate = standing.rate() if standing.count("processing") else None
    speed = [f"{rate:.1f} pages/s"] if rate else []
    return "; ".join(", ".join(part) for part in (now, ended, speed) if part)


def pace(seen: Seen) -> str:
    """Of a job in work: `2.1 pages/s`, `4 pages/min`."""
    rate = seen.pages.rate() if seen.job.state == "processing" else None
    if not rate:
        return ""
    return f"{rate:.1f} pages/s" if rate >= 1 else f"{60 * rate:.0f} pages/min"


def _words(seen: Seen) -> "Text":
    from rich.text import Text

    job, row = seen.job, row_of(seen.job)
    if job.error is not None:
        return Text(harmless(job.error.message), style="red")
    if job.is_final:
        return Text(ending(row), style="yellow" if row.failed else "dim")
    words = Text(standing_of(row))
    if row.failed:
        words.append(f", {row.failed:,} failed", style="red")
    return words


def _complaint(job: JobInfo) -> str:
    """Why a job failed, or how much of it; "" where all is well."""
    name = harmless(job.document.filename)
    if job.error is not None:
        return harmless(failure_line(name, job.error.code, job.error.message, job.error.hint))
    if job.state == "completed" and job.pages.failed:
        return f"{name}: {plural(job.pages.failed, 'page')} could not be read."
    return ""
