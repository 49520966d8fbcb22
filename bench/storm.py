"""A storm: a hundred thousand files go in and are read while everything is killed again and again.

`pagemill ingest` takes in a folder of small PDFs, and of what people's folders hold besides, while
a server with two workers reads them. At random moments all processes of both get SIGKILL, and both
are started again, as they were. In the end every readable file must have exactly one job, every
page must have been done once, its output must be there and its own, and nothing may be left over:
everything is counted from the tables and the folders themselves (`storm_checks.py`).
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from ledgers import KINDS, POSTGRES, Place, places, server_for
from report import publish, table
from storm_checks import findings, left_behind
from storm_files import Delivery, deliver

KILLS, COUNT = 5, 100_000
LOOK_SECONDS, MOST_DELAY_SECONDS, PATIENCE_SECONDS = 0.2, 0.5, 180.0
COMMAND = (sys.executable, "-m", "pagemill")


@dataclass
class Storm:
    """One run. Kills come soon after these `shares` of all are done, at most `delay_seconds` later.
    `peaks` are the most resident memory by kind of process, in MB.
    """

    delivery: Delivery
    place: Place
    log: Path
    rng: random.Random
    shares: Sequence[float]
    delay_seconds: float = MOST_DELAY_SECONDS
    batch: int = 1000
    workers: int = 2
    moments: list[str] = field(default_factory=list)
    peaks: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0

    def run(self) -> dict[str, int]:
        """Returns what the last ingest said, which came when all was done. Raises RuntimeError
        where nothing moves any more.
        """
        began = time.monotonic()
        server, ingest = self._serve(), self._ingest()
        try:
            for share in sorted(self.shares):
                self._wait(share, server, ingest)
                time.sleep(self.rng.random() * self.delay_seconds)
                self.moments.append(self._moment(began))
                kill_all(ingest, server)
                server, ingest = self._serve(), self._ingest()
            self._wait(1.0, server, ingest)
            self.seconds = time.monotonic() - began
            ingest.wait()
            last = json.loads(self._ingest().communicate()[0])
            server.terminate()
            server.wait()
        finally:
            kill_all(ingest, server)
        return last

    def _wait(self, share: float, server: subprocess.Popen, ingest: subprocess.Popen) -> None:
        """Until this share of all is done: of files that have a job and of jobs that have ended."""
        seen, until = -1.0, time.monotonic() + PATIENCE_SECONDS
        while (now := self.share()) < share:
            self._look(server, ingest)
            if now > seen:
                seen, until = now, time.monotonic() + PATIENCE_SECONDS
            if time.monotonic() > until or server.poll() is not None:
                raise RuntimeError(f"nothing moves at {now:.3f}: see {self.log}")
            time.sleep(min(LOOK_SECONDS, self.delay_seconds))

    def share(self) -> float:
        jobs, ended = self.counts()
        return (jobs + ended) / (2 * self.delivery.jobs)

    def counts(self) -> tuple[int, int]:
        """Jobs, and those that have ended."""
        found = dict(self.place.ask("SELECT state, sum(jobs) FROM job_tally GROUP BY state"))
        return int(sum(found.values())), int(found.get("completed", 0) + found.get("failed", 0))

    def _moment(self, began: float) -> str:
        jobs, ended = self.counts()
        return f"{time.monotonic() - began:.1f} s: {jobs:,} jobs, {ended:,} ended"

    def _look(self, *roots: subprocess.Popen) -> None:
        for name, process in _named(roots):
            with suppress(psutil.NoSuchProcess):
                megabytes = process.memory_info().rss / 1e6
                self.peaks[name] = max(self.peaks.get(name, 0.0), megabytes)

    def _serve(self) -> subprocess.Popen:
        """Returns when it listens."""
        server = self._start("serve", "--port", "0", stdout=subprocess.PIPE)
        line = server.stdout.readline()
        if not line.startswith("Pagemill listens"):
            raise RuntimeError(f"the server does not start: see {self.log}")
        return server

    def _ingest(self) -> subprocess.Popen:
        folder = str(self.delivery.folder)
        how = ["--engine", "text", "--headers-footers", "keep", "--batch", str(self.batch)]
        return self._start("ingest", folder, *how, "--json", stdout=subprocess.PIPE)

    def _start(self, *words: str, **how: object) -> subprocess.Popen:
        settings = self.place.settings
        given = {
            "data": settings.data,
            "ledger": settings.ledger,
            "workers": self.workers,
            "engine": "text",
            "log_level": "warning",
        }
        names = {f"PAGEMILL_{name.upper()}": str(value) for name, value in given.items()}
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*COMMAND, *words], env={**os.environ, **names}, stderr=log, text=True, **how
            )


def kill_all(*roots: subprocess.Popen) -> None:
    """SIGKILL to all that the roots have started, and to them; returns when they are gone."""
    for root in roots:
        with suppress(psutil.NoSuchProcess):
            family = psutil.Process(root.pid)
            for process in (family, *family.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGKILL)
        root.wait()
        if root.stdout is not None:
            root.stdout.close()


def _named(roots: tuple[subprocess.Popen, ...]) -> Iterator[tuple[str, psutil.Process]]:
    """Every process below the roots, as `server`, `node`, `worker` or `ingest`."""
    names = {"pagemill.app.node": "node", "pagemill.app.child": "worker", "ingest": "ingest"}
    for root in roots:
        with suppress(psutil.NoSuchProcess):
            family = psutil.Process(root.pid)
            for process in (family, *family.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    words = process.cmdline()
                    yield next((n for w, n in names.items() if w in words), "server"), process


def main() -> int:
    asked = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # nothing is left behind
    problems = []
    with (
        tempfile.TemporaryDirectory(prefix="pagemill-storm-", dir=asked.work) as folder,
        server_for(asked.on) as server,
    ):
        delivery = deliver(Path(folder) / "files", asked.count, asked.seed)
        for kind in asked.on:
            with places(server if kind == POSTGRES else None) as (place,):
                log = Path(folder) / f"{kind}.log"
                rng = random.Random(asked.seed)
                shares = [rng.random() for _ in range(asked.kills)]
                storm = Storm(delivery, place, log, rng, shares)
                storm.run()
                found = list(findings(delivery, place))
                problems += [f"{kind}: {finding}" for finding in found]
                print(f"\n{kind}:", *storm.moments, *found, sep="\n  ")
                _publish(delivery, kind, _row(storm, found), asked)
                if found and asked.keep_log:
                    asked.keep_log.write_bytes(log.read_bytes())
    return int(bool(problems))


def _row(storm: Storm, found: list[str]) -> list[object]:
    place = storm.place
    ((again,),) = place.ask("SELECT coalesce(sum(attempt - 1), 0) FROM task WHERE attempt > 1")
    left = ", ".join(f"{count} {what}" for what, count in left_behind(place).items())
    peaks = ", ".join(f"{name} {value:.0f}" for name, value in sorted(storm.peaks.items()))
    rate = storm.delivery.jobs / storm.seconds
    return [
        f"{storm.seconds:,.0f}",
        f"{rate:,.0f}",
        "; ".join(storm.moments),
        again,
        left,
        peaks,
        f"{len(found)} findings" if found else "all of it",
    ]


def _publish(delivery: Delivery, kind: str, row: list[object], asked: argparse.Namespace) -> None:
    head = (
        "s",
        "documents/s",
        "killed at",
        "attempts made again",
        "left for upkeep",
        "most MB",
        "holds",
    )
    versions = ("pagemill", "postgres") if kind == POSTGRES else ("pagemill",)
    body = (
        f"{delivery.files:,} files, {delivery.size_bytes / 1e6:,.0f} MB: {len(delivery.lines):,}"
        f" readable documents of a page, {delivery.copies} copies, {len(delivery.broken)} broken,"
        f" {delivery.refused} that are no documents. Two workers, engine `text`; ingest, server,"
        f" node and workers killed at {asked.kills} random moments (seed {asked.seed}) and started"
        f" again.\n\n{table(head, [row])}"
    )
    publish(f"storm-{kind}", f"A storm on {kind}", body, *versions, is_kept=asked.keep)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--count", type=int, default=COUNT, help="documents")
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--on", nargs="+", choices=KINDS, default=KINDS, help="databases")
    parser.add_argument("--work", type=Path, help="folder for the files and the shelf")
    parser.add_argument("--keep-log", type=Path, help="where the log goes if something is wrong")
    parser.add_argument("--keep", action="store_true", help="write the section of RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
