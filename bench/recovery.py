"""How soon work goes on after a kill: of children in mid-page, and of the server with all below.

Pages are held in work by the engine `gate`, which notes the moment at which it begins each; it has
nothing to load. Killed with SIGKILL: one of two children that read, whose page the spare child
takes; then all children with the spare; both timed until the last page lost is begun again. Then
the server, its node and its children, timed from the start of the new server until a page is begun.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from pagemill.testing.documents import text_pdf
from report import figure, publish, table, verdict
from running import Server, server

CHILD_LIMIT_SECONDS, RESTART_LIMIT_SECONDS = 1.0, 3.0
CHILDREN = 2
PATIENCE_SECONDS, LOOK_SECONDS = 60.0, 0.005
SETTLE_SECONDS = 1.5  # for the spare to be up, and the node to have told what its children do


class Yard:
    """A data folder that outlives its servers, a gate that stays shut, and what was begun when."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "gate").touch()
        (folder / "read").touch()

    @contextmanager
    def server(self) -> Iterator[Server]:
        with server(
            CHILDREN,
            data=self._folder / "data",
            plugins="pagemill.testing.engines:GateEngine",
            max_deaths=1_000_000,
            drain_seconds=0,
            heartbeat_seconds=0.25,
            test_gate=self._folder / "gate",
            test_pages_read=self._folder / "read",
        ) as house:
            yield house

    def begun(self) -> list[float]:
        """Seconds since 1970 of each page begun, in order."""
        lines = (self._folder / "read").read_text().splitlines()
        return [int(line.partition("\t")[0]) / 1000 for line in lines]

    def wait(self, count: int) -> float:
        """When page number `count` was begun. Raises RuntimeError if that does not happen."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if len(begun := self.begun()) >= count:
                return begun[count - 1]
            time.sleep(LOOK_SECONDS)
        raise RuntimeError(f"only {len(self.begun())} of {count} pages were begun")


def main() -> int:
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="pagemill-bench-") as folder:
        yard = Yard(Path(folder))
        # As many pages as children: what is begun after a kill can only be what was killed.
        document = text_pdf(CHILDREN)
        with yard.server() as house:
            house.submit("held.pdf", document, engine="gate")
            yard.wait(CHILDREN)
            one = [_after_children(yard, _reading(house)[:1], 1) for _ in range(asked.turns)]
            each = [_after_children(yard, _all(house), CHILDREN) for _ in range(asked.turns)]
            _kill_all(house)
        restart = [_after_restart(yard) for _ in range(asked.turns)]
    rows = [
        _row("one child", one, CHILD_LIMIT_SECONDS),
        _row("all children and the spare", each, CHILD_LIMIT_SECONDS),
        _row("server and all below", restart, RESTART_LIMIT_SECONDS),
    ]
    head = ["killed", "kills", "median s", "longest s", "goal"]
    publish("recovery", "Recovery", table(head, rows), "pagemill", is_kept=asked.keep)
    is_met = max(one + each) <= CHILD_LIMIT_SECONDS and max(restart) <= RESTART_LIMIT_SECONDS
    return 0 if is_met else 1


def _reading(house: Server) -> list[psutil.Process]:
    """The children that have a page in work."""
    time.sleep(SETTLE_SECONDS)
    (node,) = house.http.get("/v1/workers").json()["workers"]
    return [psutil.Process(busy["pid"]) for busy in node["running"]]


def _all(house: Server) -> list[psutil.Process]:
    time.sleep(SETTLE_SECONDS)
    return house.workers()


def _after_children(yard: Yard, victims: list[psutil.Process], pages: int) -> float:
    """Seconds from the kill until the `pages` that were lost are all begun again."""
    begun = len(yard.begun())
    killed = time.time()
    for victim in victims:
        victim.kill()
    return yard.wait(begun + pages) - killed


def _after_restart(yard: Yard) -> float:
    """Seconds from the start of a new server until it has a page in work; kills it after that."""
    begun = len(yard.begun())
    started = time.time()
    with yard.server() as house:
        seconds = yard.wait(begun + 1) - started
        yard.wait(begun + CHILDREN)
        _kill_all(house)
    return seconds


def _kill_all(house: Server) -> None:
    family = [house.process, *house.process.children(recursive=True)]
    for process in family:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue  # the kernel was faster: a node does not outlive its server
    psutil.wait_procs(family, PATIENCE_SECONDS)


def _row(name: str, seconds: list[float], limit: float) -> list[object]:
    return [
        name,
        len(seconds),
        figure(statistics.median(seconds), 2),
        figure(max(seconds), 2),
        verdict(max(seconds), limit, at_least=False),
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--turns", type=int, default=10, help="kills of each kind")
    parser.add_argument("--keep", action="store_true", help="write the section into RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
