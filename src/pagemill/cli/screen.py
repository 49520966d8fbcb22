"""Where a command talks: results to stdout, everything else to stderr."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from pagemill.errors import PagemillError

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class Screen:
    """`is_quiet` drops everything but results and failures; `is_json` makes results JSON."""

    is_quiet: bool = False
    is_json: bool = False

    @property
    def is_live(self) -> bool:
        """Whether bars may move: a person looks at stderr and wants to see."""
        return sys.stderr.isatty() and not self.is_quiet

    @cached_property
    def console(self) -> "Console":
        """For tables and bars, on stderr."""
        from rich.console import Console

        return Console(stderr=True, highlight=False)

    def say(self, line: str) -> None:
        if not self.is_quiet:
            print(line, file=sys.stderr, flush=True)

    def fail(self, line: str) -> None:
        """A failure is told even when quiet."""
        print(line, file=sys.stderr, flush=True)

    def give(self, text: str) -> None:
        """A result, as a line of its own."""
        print(text, flush=True)

    def give_json(self, value: object) -> None:
        print(json.dumps(value, indent=2, ensure_ascii=False), flush=True)

    def give_table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table for a person; tab-separated, without a heading, where a program reads along.
        Columns whose name starts with `>` stand at the right. What would steer a terminal or break
        a row, as names that others gave may, is shown as `?`.
        """
        if not sys.stdout.isatty():
            self.give_lines(rows)
            return
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(
                column.lstrip(">"),
                justify="right" if column.startswith(">") else "left",
                overflow="fold",
                no_wrap=column is columns[0],  # what other commands take, whole in one line
            )
        for row in rows:
            table.add_row(*(Text(harmless(cell)) for cell in row))
        Console(highlight=False).print(table)

    def give_lines(self, rows: Sequence[Sequence[str]]) -> None:
        """For rows too long for a table: what there is of each, in a line; tab-separated, with what
        there is not, where a program reads along.
        """
        is_person = sys.stdout.isatty()
        for row in rows:
            cells = [harmless(cell) for cell in row]
            print("  ".join(filter(None, cells)) if is_person else "\t".join(cells))

    def day(self, at_ms: int | None) -> str:
        """For tables: the day, where a person looks; the whole moment for programs."""
        return moment(at_ms)[:10] if sys.stdout.isatty() else moment(at_ms)


def harmless(cell: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in cell)


def failure_line(subject: str, code: str, message: str, hint: str = "") -> str:
    """`<subject>: <cause>. <hint> [<code>]`"""
    cause = message.rstrip(".")
    return " ".join(part for part in (f"{subject}: {cause}.", hint, f"[{code}]") if part)


def error_line(subject: str, error: PagemillError) -> str:
    return failure_line(subject, error.code, error.message, next_step(error))


def next_step(error: PagemillError) -> str:
    """The hint, and when trying again makes sense."""
    if error.retry_after is None:
        return error.hint
    return f"{error.hint} Try again in {duration(error.retry_after)}."


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def duration(seconds: float) -> str:
    """`8 s`, `2 min 5 s`, `1 h 10 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def about(seconds: float) -> str:
    """A duration in its largest unit alone: `8 s`, `2 min`, `1 h`, `5 d`."""
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"


def moment(at_ms: int | None) -> str:
    """RFC 3339 in UTC; nothing for what has not happened."""
    if not at_ms:
        return ""
    text = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
    return text.replace("+00:00", "Z")


def size(count: float) -> str:
    """`812 B`, `3.4 MB`."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 100 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
