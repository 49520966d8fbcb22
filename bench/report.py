"""Figures on their way to people: tables, the machine's name, and the sections of RESULTS.md.

Every bench owns one section, between `<!-- begin NAME -->` and `<!-- end NAME -->`; writing it
leaves the others alone.
"""

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"
_HEAD = (
    "# Results\n\nWritten by the scripts beside this file; `make bench` writes it anew. Trust the"
    " ratios: both sides of each were measured in the same run on the same machine.\n"
)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table whose columns are padded, so that it reads well on a terminal too."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in cells]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines)


def figure(value: float | None, digits: int = 3) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def verdict(value: float, limit: float, *, at_least: bool) -> str:
    """`>= 0.97: yes` or `<= 200: NO`."""
    is_met = value >= limit if at_least else value <= limit
    return f"{'>=' if at_least else '<='} {limit:g}: {'yes' if is_met else 'NO'}"


def machine(*packages: str) -> str:
    """Names this machine, Python and the versions of `packages`, in one line."""
    versions = ", ".join(f"{name} {_version(name)}" for name in packages)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_cpu()}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB; "
        f"{platform.system()} {platform.release()}; Python {platform.python_version()}"
        + (f"; {versions}" if versions else "")
    )


def publish(name: str, title: str, body: str, *packages: str, is_kept: bool = True) -> None:
    """Prints a section and, if it is to be kept, puts it into RESULTS.md."""
    today = datetime.now(UTC).date().isoformat()
    text = f"## {title}\n\n{body.strip()}\n\nMeasured {today} on {machine(*packages)}.\n"
    print(f"\n{text}")
    if is_kept:
        RESULTS.write_text(with_section(_results(), name, text))


def with_section(results: str, name: str, text: str) -> str:
    """`results` with section `name` replaced, or added at the end."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    section = f"{begin}\n{text}{end}"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if pattern.search(results):
        return pattern.sub(lambda _: section, results)
    return f"{results.rstrip()}\n\n{section}\n"


def _results() -> str:
    return RESULTS.read_text() if RESULTS.exists() else _HEAD


def instructions(wanted: Sequence[str]) -> list[str]:
    """Those of the wanted instruction sets, in the kernel's names, that the processor has."""
    flags = _of_processor("flags").split()
    return [name for name in wanted if name in flags]


def _cpu() -> str:
    return _of_processor("model name") or platform.processor() or platform.machine()


def _of_processor(what: str) -> str:
    """A field of the first processor; empty where the kernel does not tell."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    said = [line.partition(":")[2].strip() for line in lines if line.startswith(what)]
    return said[0] if said else ""


def _version(name: str) -> str:
    """Of a Python package, or of a program on the path."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        program = shutil.which(name)
    if program is None:
        return "missing"
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\d+(\.\d+)+", said.stdout + said.stderr)
    return found[0] if found else "of unknown version"
