"""Ingest: a folder of many small PDFs taken in by one command, beside `cp -r` and `sha256sum`.

Both sides read every file, name it by its SHA-256 and write it to the same disk. Ours also syncs
the bytes, makes a job of each file in synced transactions, and remembers every path. The sides take
turns; before each the files are read once, so that both find the page cache alike, and what was
written is synced. What they wrote is deleted at the end: a file system that has just deleted is
slow to create. Prints files a second, the ratio, which must be at least 0.5, and our peak memory,
which must not exceed 150 MB and not grow.

    python bench/ingest.py [FOLDER] [--count 100000] [--turns 2] [--quick] [--keep]
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from report import figure, publish, table, verdict
from small_pdfs import make

LEAST_RATIO, MOST_MB, MOST_GROWTH = 0.5, 150, 1.15
QUICK_COUNT = 2000
LOOK_SECONDS = 0.1


@dataclass
class Times:
    """Seconds of each turn, and what our process took of memory as it went, in MB."""

    copy: list[float] = field(default_factory=list)
    hash: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    memory: list[list[float]] = field(default_factory=list)

    @property
    def peers(self) -> list[float]:
        return [copy + hashing for copy, hashing in zip(self.copy, self.hash, strict=True)]


def main() -> int:
    asked = _arguments()
    count = QUICK_COUNT if asked.quick else asked.count
    folder = Path(tempfile.mkdtemp(prefix="pagemill-bench-", dir=asked.folder))
    try:
        for _ in make(folder / "in", count):
            pass
        times = Times()
        for turn in range(1 if asked.quick else asked.turns):
            sides = [_peers, _ours]
            for side in sides if turn % 2 == 0 else sides[::-1]:
                _level(folder / "in")
                side(folder, turn, times)
        return _tell(times, count, is_kept=asked.keep and not asked.quick)
    finally:
        shutil.rmtree(folder)


def _level(files: Path) -> None:
    """The same start for both sides: everything written lies on the disk, the files in memory."""
    os.sync()
    subprocess.run(
        f"find '{files}' -type f -print0 | xargs -0 cat > /dev/null", shell=True, check=True
    )


def _peers(folder: Path, turn: int, times: Times) -> None:
    times.copy.append(_seconds(["cp", "-r", str(folder / "in"), str(folder / f"copy{turn}")]))
    sums = f"find '{folder / 'in'}' -type f -print0 | xargs -0 sha256sum > '{folder / 'sums'}'"
    times.hash.append(_seconds(["sh", "-c", sums]))


def _ours(folder: Path, turn: int, times: Times) -> None:
    command = [sys.executable, "-m", "pagemill", "ingest", str(folder / "in")]
    command += ["--data", str(folder / f"data{turn}"), "-q"]
    memory: list[float] = []
    times.ours.append(_seconds(command, memory))
    times.memory.append(memory)
    times.again.append(_seconds(command))


def _seconds(command: list[str], memory: list[float] | None = None) -> float:
    """Raises CalledProcessError. `memory` gets the process's RSS as it goes, in MB."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    if memory is not None:
        threading.Thread(target=_watch, args=(process.pid, memory), daemon=True).start()
    if process.wait() != 0:
        raise subprocess.CalledProcessError(process.returncode, command)
    return time.perf_counter() - began


def _watch(pid: int, memory: list[float]) -> None:
    try:
        process = psutil.Process(pid)
        while True:
            memory.append(process.memory_info().rss / 1e6)
            time.sleep(LOOK_SECONDS)
    except psutil.Error:
        return


def _growth(memory: list[float]) -> float:
    """The middle of the last third over that of the second: the first is the start."""
    third = len(memory) // 3
    later, last = memory[third : 2 * third], memory[2 * third : -1]
    return statistics.median(last) / statistics.median(later) if last and later else 1.0


def _tell(times: Times, count: int, *, is_kept: bool) -> int:
    ours, peers = statistics.median(times.ours), statistics.median(times.peers)
    ratio = peers / ours
    peak = max(max(memory) for memory in times.memory)
    growth = max(_growth(memory) for memory in times.memory)
    rows = [
        ("`cp -r`", *_row(times.copy, count)),
        ("`sha256sum`", *_row(times.hash, count)),
        ("both", *_row(times.peers, count)),
        ("`pagemill ingest`", *_row(times.ours, count)),
        ("the same again", *_row(times.again, count)),
    ]
    goals = [
        ("rate beside `cp` and `sha256sum`", figure(ratio, 2), LEAST_RATIO, True),
        ("peak memory, MB", figure(peak, 0), MOST_MB, False),
        ("memory of the last third beside the second", figure(growth, 2), MOST_GROWTH, False),
    ]
    judged = [
        (name, value, verdict(float(value), limit, at_least=at_least))
        for name, value, limit, at_least in goals
    ]
    body = (
        f"{count:,} PDFs of about 24 kB, no two alike, from a folder into an empty data folder on "
        "the same disk. The second run finds every file known and reads none.\n\n"
        f"{table(('', 'seconds', 'files/s'), rows)}\n\n{table(('', 'value', 'goal'), judged)}"
    )
    publish("ingest", "Taking a folder in", body, "pagemill", is_kept=is_kept)
    return int(any(goal.endswith("NO") for _, _, goal in judged))


def _row(seconds: list[float], count: int) -> tuple[str, str]:
    middle = statistics.median(seconds)
    return figure(middle, 1), f"{count / middle:,.0f}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", help="a folder on the disk to be measured")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--keep", action="store_true", help="write the section of RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
