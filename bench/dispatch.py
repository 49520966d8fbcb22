"""How soon work begins: from just before a document is sent to an idle server, over HTTP, until a
child has it open and looks at its first page; and from the end of a page to the beginning of the
next in the same child.

Peers of the same run: Celery on Redis with as many idle worker processes, from the call that puts a
task in until the task begins, with no document to keep; and a bare pipe, there and back between two
processes, which is as short as it can be.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path

from pagemill.testing.documents import text_pdf
from queue_sides import Peer, redis
from report import figure, publish, table, verdict
from running import Server, server

P50_LIMIT_MS, P99_LIMIT_MS = 10.0, 50.0
WARM, PAUSE_SECONDS, PATIENCE_SECONDS, LOOK_SECONDS = 10, 0.1, 30.0, 0.001
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Note:
    """A line of `noting_engine.py`."""

    what: str
    pid: int
    at_ns: int


@dataclass
class Notes:
    path: Path

    def all(self) -> list[Note]:
        lines = (line.split() for line in self.path.read_text().splitlines())
        return [Note(what, int(pid), int(at)) for what, pid, at in lines]

    def wait(self, what: str, since_ns: int) -> Note:
        """The first of its kind after a moment. Raises RuntimeError if none comes."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            for note in reversed(self.all()):
                if note.what == what and note.at_ns > since_ns:
                    return note
            time.sleep(LOOK_SECONDS)
        raise RuntimeError(f"no {what} was noted")

    def clear(self) -> None:
        os.truncate(self.path, 0)


def main() -> int:
    asked = _arguments()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pagemill-bench-")))
        notes = Notes(folder / "notes")
        notes.path.touch()
        os.environ |= {"BENCH_NOTES": str(notes.path), "PYTHONPATH": str(HERE)}
        plugin = "noting_engine:NotingEngine"
        running = stack.enter_context(server(asked.workers, plugins=plugin, engine="text"))
        waits = [_wait(running, notes, number) for number in range(WARM + asked.times)][WARM:]
        gaps = _gaps(running, notes, asked.pages)
        celery = _celery(stack, folder, asked) if asked.celery else []
    return _tell(waits, gaps, celery, _pipe(asked.times), asked)


def _wait(running: Server, notes: Notes, number: int) -> tuple[float, float]:
    """Milliseconds until the answer to the submission, and until a child has the document."""
    document = text_pdf([f"Sheet {number}"])
    notes.clear()
    time.sleep(PAUSE_SECONDS)
    began = time.time_ns()
    job = running.submit(f"{number}.pdf", document, engine="noting")
    answered = time.time_ns()
    started = notes.wait("split", began).at_ns
    running.wait(job)
    return (answered - began) / 1e6, (started - began) / 1e6


def _gaps(running: Server, notes: Notes, pages: int) -> list[float]:
    """Milliseconds between pages of one document, without those that follow the first."""
    notes.clear()
    running.wait(running.submit("long.pdf", text_pdf(pages), engine="noting"))
    by_child: dict[int, list[Note]] = {}
    for note in notes.all():
        if note.what != "split":
            by_child.setdefault(note.pid, []).append(note)
    return [gap for told in by_child.values() for gap in _between(told[2:])]


def _between(told: list[Note]) -> Iterator[float]:
    for one, other in pairwise(told):
        if (one.what, other.what) == ("end", "begin"):
            yield (other.at_ns - one.at_ns) / 1e6


def _celery(stack: ExitStack, folder: Path, asked: argparse.Namespace) -> list[float]:
    done = folder / "done"
    done.touch()
    peer = Peer("Celery", stack.enter_context(redis(folder / "redis")), done, "")
    peer.prepare()
    with peer.working(asked.workers):
        waits = peer.idle_waits(WARM + asked.times)
    return [1000 * wait for wait in waits[WARM:]]


def _pipe(times: int) -> list[float]:
    """Milliseconds there and back."""
    here, there = multiprocessing.Pipe()
    echo = multiprocessing.get_context("spawn").Process(target=_echo, args=(there,))
    echo.start()
    waits = []
    for _ in range(WARM + times):
        time.sleep(LOOK_SECONDS)
        began = time.perf_counter()
        here.send_bytes(b"work")
        here.recv_bytes()
        waits.append(1000 * (time.perf_counter() - began))
    here.send_bytes(b"")
    echo.join()
    return waits[WARM:]


def _echo(there: Connection) -> None:
    while data := there.recv_bytes():
        there.send_bytes(data)


def _percentile(values: list[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def _tell(
    waits: list[tuple[float, float]],
    gaps: list[float],
    celery: list[float],
    pipe: list[float],
    asked: argparse.Namespace,
) -> int:
    started = [started for _, started in waits]
    p50, p99 = _percentile(started, 50), _percentile(started, 99)
    limits = ((p50, P50_LIMIT_MS), (p99, P99_LIMIT_MS))
    goal = "; ".join(verdict(value, limit, at_least=False) for value, limit in limits)
    sides = [
        ("sent to an idle server until begun", started, goal),
        ("of that, until the submission is answered", [answered for answered, _ in waits], ""),
        ("Celery on Redis: put in until begun", celery, ""),
        ("a bare pipe, there and back", pipe, ""),
        ("from a page to the next in one child", gaps, ""),
    ]
    rows = [
        (name, len(found), *(figure(_percentile(found, p), 2) for p in (50, 99)), goal)
        for name, found, goal in sides
        if found
    ]
    body = (
        f"{asked.workers} workers, {asked.times} documents of a page, one after the other; each is"
        " hashed, synced to the disk and written down before it is answered for.\n\n"
        f"{table(('wait', 'times', 'p50 ms', 'p99 ms', 'goal'), rows)}"
    )
    if celery:
        ratio = p50 / _percentile(celery, 50)
        body += f"\n\nOver Celery's wait: {ratio:.2f} (p50), with the document kept and opened."
    publish("dispatch", "From idle to begun", body, "pagemill", "redis-server", is_kept=asked.keep)
    return int(p50 > P50_LIMIT_MS or p99 > P99_LIMIT_MS)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--pages", type=int, default=500, help="of the document for the gaps")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-celery", dest="celery", action="store_false")
    parser.add_argument("--keep", action="store_true", help="write the section of RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
