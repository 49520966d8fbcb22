"""`doctor`: is all well here, and what to do where it is not."""

from collections.abc import Callable, Iterator
from dataclasses import asdict

from pagemill.cli import checks
from pagemill.cli.checks import Finding, Verdict
from pagemill.cli.screen import Screen
from pagemill.errors import EXIT_FAILED
from pagemill.settings import Settings

CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    checks.python,
    checks.sqlite,
    checks.data_folder,
    checks.disk_space,
    checks.ledger,
    checks.full_text,
    checks.engines,
    checks.regions,
    checks.tesseract_languages,
    checks.machine,
    checks.node,
)
_MARKS = {Verdict.GOOD: ("✓", "green"), Verdict.WARN: ("!", "yellow"), Verdict.BAD: ("✗", "red")}


def examine(settings: Settings, screen: Screen) -> int:
    """Prints every finding (only the worrying ones when quiet); 1 if something is broken."""
    findings = [finding for check in CHECKS for finding in _safely(check, settings)]
    if screen.is_json:
        screen.give_json([asdict(finding) for finding in findings])
    else:
        _show([f for f in findings if not screen.is_quiet or f.verdict is not Verdict.GOOD])
    return EXIT_FAILED if any(f.verdict is Verdict.BAD for f in findings) else 0


def _safely(check: Callable[[Settings], Iterator[Finding]], settings: Settings) -> list[Finding]:
    """A check that fails is a finding, too: doctor is asked when things are broken."""
    try:
        return list(check(settings))
    except Exception as error:  # noqa: BLE001  whatever it is, the person is told
        name = check.__name__.replace("_", " ").capitalize()
        return [Finding(name, Verdict.BAD, f"{type(error).__name__}: {error}")]


def _show(findings: list[Finding]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        mark, colour = _MARKS[finding.verdict]
        text = Text(finding.text)
        if finding.advice:
            text.append(f"\n{finding.advice}", "dim")
        table.add_row(Text(mark, colour), finding.name, text)
    Console(highlight=False).print(table)
