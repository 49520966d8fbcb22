"""Jobs in work, shown: moving bars on a terminal, plain lines elsewhere, nothing when quiet.

A board is told again and again how the jobs stand and shows what changed. Bars exist only for jobs
in work; a finished job leaves one line behind and its bar goes, so that a thousand files scroll by
on a screen of twenty lines.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pagemill.cli.screen import Screen, duration, plural
from pagemill.model.job import JobState

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

MOST_BARS = 12
STEPS = 10  # plain lines come each time another tenth of a job is done


@dataclass(frozen=True, slots=True)
class Row:
    """How one job stands. `total` is None until its document was opened."""

    key: str
    name: str
    state: JobState
    total: int | None = None
    done: int = 0
    failed: int = 0
    cached: int = 0
    eta_seconds: float | None = None
    took_seconds: float | None = None

    @property
    def settled(self) -> int:
        return self.done + self.failed


class Board(Protocol):
    def show(self, rows: Sequence[Row]) -> None:
        """All jobs of this command, in their order; rows that became final are told once."""
        ...


@contextmanager
def open_board(screen: Screen) -> Iterator[Board]:
    if screen.is_quiet:
        yield _Silence()
    elif screen.is_live:
        with _new_bars(screen) as progress:
            yield _Bars(progress)
    else:
        yield _Lines(screen)


def ending(row: Row) -> str:
    """What is left to say of a job that ended; why it failed is told elsewhere, at length."""
    if row.state is not JobState.COMPLETED:
        return str(row.state)
    text = plural(row.done, "page")
    if row.took_seconds is not None:
        took = row.took_seconds
        text += f" in {took:.1f} s" if took < 10 else f" in {duration(took)}"
    if row.cached:
        text += f", {row.cached:,} read before"
    if row.failed:
        text += f", {row.failed:,} could not be read"
    return text


def standing_of(row: Row) -> str:
    if row.state is JobState.PAUSED:
        return "paused"
    if row.total is None:
        return "waiting" if row.state is JobState.QUEUED else "opening"
    if row.settled >= row.total:
        return "writing"
    return f"{row.settled:,}/{plural(row.total, 'page')}"


def remaining(row: Row) -> str:
    if row.eta_seconds is None or row.eta_seconds < 1 or row.settled == row.total:
        return ""
    return f"{duration(row.eta_seconds)} left"


class _Silence:
    def show(self, rows: Sequence[Row]) -> None:
        pass


@dataclass
class _Lines:
    """One line per tenth of a job, so that a log stays short however long the document."""

    screen: Screen
    told: dict[str, tuple[bool, int]] = field(default_factory=dict)

    def show(self, rows: Sequence[Row]) -> None:
        for row in rows:
            tenth = STEPS * row.settled // row.total if row.total else 0
            now = (row.state.is_final, tenth)
            is_news = self.told.get(row.key, (False, 0)) != now
            self.told[row.key] = now
            if is_news and (row.state.is_final or tenth < STEPS):
                self._tell(row)

    def _tell(self, row: Row) -> None:
        if row.state.is_final:
            self.screen.say(f"{row.name}: {ending(row)}")
        else:
            left = remaining(row)
            self.screen.say(f"{row.name}: {standing_of(row)}" + (f", {left}" if left else ""))


def _new_bars(screen: Screen) -> "Progress":
    from rich.progress import BarColumn, Progress, TextColumn
    from rich.table import Column

    return Progress(
        TextColumn("{task.fields[mark]}"),
        TextColumn(
            "{task.description}",
            markup=False,
            table_column=Column(max_width=40, no_wrap=True, overflow="ellipsis"),
        ),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[standing]}", markup=False, justify="right"),
        TextColumn("[dim]{task.fields[remaining]}", justify="right"),
        console=screen.console,
        transient=True,
        refresh_per_second=10,
    )


@dataclass
class _Bars:
    progress: "Progress"
    bars: dict[str, "TaskID"] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    rest: "TaskID | None" = None

    def show(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if row.state.is_final and row.key not in self.told:
                self.told.add(row.key)
                self._close(row)
        moving = [row for row in rows if row.state is not JobState.QUEUED]
        waiting = [row for row in rows if row.state is JobState.QUEUED]
        active = [row for row in (*moving, *waiting) if not row.state.is_final]
        for row in active[:MOST_BARS]:
            self._move(row)
        self._count_rest(len(active) - MOST_BARS)

    def _move(self, row: Row) -> None:
        if row.key not in self.bars:
            self.bars[row.key] = self.progress.add_task(
                row.name, total=None, mark=" ", standing="", remaining=""
            )
        self.progress.update(
            self.bars[row.key],
            total=row.total if row.state is not JobState.QUEUED else 1,
            completed=row.settled,
            standing=standing_of(row),
            remaining=remaining(row),
        )

    def _close(self, row: Row) -> None:
        if row.key in self.bars:
            self.progress.remove_task(self.bars.pop(row.key))
        from rich.text import Text

        is_good = row.state is JobState.COMPLETED and not row.failed
        mark = ("✓ ", "green") if is_good else ("✗ ", "red")
        self.progress.console.print(Text.assemble(mark, row.name, (f"  {ending(row)}", "dim")))

    def _count_rest(self, count: int) -> None:
        if self.rest is None:
            self.rest = self.progress.add_task(
                "", total=1, mark=" ", standing="", remaining="", visible=False
            )
        self.progress.update(
            self.rest, description=f"and {plural(count, 'more file')}", visible=count > 0
        )
