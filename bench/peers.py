"""Turns between Pagemill and a peer on the same scans, cold start to finished text on both sides.

Each side is a command of its own that starts, reads and ends. A turn runs every side once; the
order changes from turn to turn, so that no side always meets a warm disk.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from running import real_pages

Command = Callable[[Path, Path], Sequence[str]]
"""From the document and an empty folder to the command line to run."""


def seconds_of(commands: dict[str, Command], document: bytes, turns: int) -> dict[str, float]:
    """The median of each command's seconds. Raises CalledProcessError if one fails."""
    took: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(turns):
        names = list(commands)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            took[name].append(_run(commands[name], document))
    return {name: median(seconds) for name, seconds in took.items()}


def scans(sources: Sequence[Path], pages: int) -> bytes:
    return real_pages(sources, pages, "scans")


def pagemill(engine: str, processes: int, *more: str) -> Command:
    def command(document: Path, folder: Path) -> list[str]:
        convert = [sys.executable, "-m", "pagemill", "convert", str(document), "-q"]
        where = ["-o", str(folder / "out"), "--data", str(folder / "data")]
        return [*convert, *where, "--engine", engine, "--workers", str(processes), *more]

    return command


def _run(command: Command, document: bytes) -> float:
    with tempfile.TemporaryDirectory(prefix="pagemill-bench-") as temporary:
        path = Path(temporary) / "scans.pdf"
        path.write_bytes(document)
        line = command(path, Path(temporary))
        began = time.perf_counter()
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - began
    if done.returncode:
        print(done.stdout, done.stderr, file=sys.stderr)
        done.check_returncode()
    return seconds
