"""The engine alone: `ppocr` by each runtime, in processes of one thread each, beside one stock
`RapidOCR()`.

All read the same pages, drawn the same way, one page after the other; drawing counts for each.
Models are loaded and the first page read before the clock starts, and they take turns. CPU is the
processes' own time, user and system, so that neighbours on the machine matter little.
"""

import argparse
import multiprocessing as mp
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

from library import SAMPLES, load
from pagemill.app.child_config import ENVIRONMENT
from report import publish, table, verdict

FASTER, LESS_CPU, LARGEST_MB = 2.0, 2.5, 700.0
# Row by row: the name, the runtime, the precision (empty: the runtime's own choice).
OURS = (
    ("ppocr, OpenVINO", "openvino", ""),
    ("ppocr, OpenVINO f32", "openvino", "f32"),
    ("ppocr, ONNX Runtime", "onnxruntime", ""),
)
STOCK = "stock RapidOCR, its own threads"
KINDS = ("scans", "images", "receipts", "tables", "born_digital")
MAX_PIXELS = 40_000_000
PageName = tuple[Path, int]


@dataclass
class Spent:
    """Seconds on the clock, seconds of CPU, and the largest process so far."""

    wall: float = 0.0
    cpu: float = 0.0
    peak_mb: float = 0.0


class Side:
    """Some processes with one engine each, that take pages from one heap."""

    def __init__(self, name: str, processes: int) -> None:
        context = mp.get_context("spawn")
        self.spent = Spent()
        self._lines = []
        for _ in range(processes):
            ours, theirs = context.Pipe()
            with _environment({} if name == STOCK else ENVIRONMENT):
                context.Process(target=_serve, args=(name, theirs), daemon=True).start()
            self._lines.append(ours)

    def warm(self, page: PageName) -> None:
        for line in self._lines:
            line.send(page)
        for line in self._lines:
            line.recv()

    def read(self, pages: list[PageName]) -> None:
        waiting = list(reversed(pages))
        began = time.perf_counter()
        busy = set()
        for line in self._lines:
            if waiting:
                line.send(waiting.pop())
                busy.add(line)
        while busy:
            for line in wait(busy):
                cpu, peak_mb = line.recv()
                self.spent.cpu += cpu
                self.spent.peak_mb = max(self.spent.peak_mb, peak_mb)
                if waiting:
                    line.send(waiting.pop())
                else:
                    busy.discard(line)
        self.spent.wall += time.perf_counter() - began


def main() -> None:
    asked = _arguments()
    pages = _pages(asked.folder, asked.pages)
    sides = {name: Side(name, asked.processes) for name, *_ in OURS} | {STOCK: Side(STOCK, 1)}
    for side in sides.values():
        side.warm(pages[0])
    for turn in range(asked.turns):
        for name in sorted(sides, reverse=turn % 2 == 1):
            sides[name].read(pages)
    count = len(pages) * asked.turns
    stock = sides[STOCK].spent
    rows = [_row(name, side.spent, stock, count) for name, side in sides.items()]
    head = ["engine", "pages/s", "times", "CPU s/page", "times", "largest process MB"]
    body = (
        f"{len(pages)} pages, {asked.turns} turns, {asked.processes} processes of ours. Times: as"
        f" much as stock RapidOCR per second, and per second of CPU.\n\n{table(head, rows)}\n\n"
        + _goals([sides[name].spent for name, *_ in OURS], stock)
    )
    title = "The engine beside stock RapidOCR"
    versions = ("rapidocr", "openvino", "onnxruntime")
    publish("engines", title, body, *versions, is_kept=asked.keep)


def _row(name: str, spent: Spent, stock: Spent, count: int) -> list[str]:
    wall, cpu = stock.wall / spent.wall, stock.cpu / spent.cpu
    speed, cost = f"{count / spent.wall:.2f}", f"{spent.cpu / count:.2f}"
    return [name, speed, f"{wall:.2f}", cost, f"{cpu:.2f}", f"{spent.peak_mb:.0f}"]


def _goals(ours: list[Spent], stock: Spent) -> str:
    """By the slowest and the largest of ours, but wall time by what people get."""
    faster = verdict(stock.wall / ours[0].wall, FASTER, at_least=True)
    less = verdict(min(stock.cpu / spent.cpu for spent in ours), LESS_CPU, at_least=True)
    small = verdict(max(spent.peak_mb for spent in ours), LARGEST_MB, at_least=False)
    return f"Times as fast {faster}; per second of CPU, each {less}; MB, each {small}."


def _pages(folder: Path, limit: int) -> list[PageName]:
    """First pages of documents of every kind, evenly over the kinds."""
    by_kind = {kind: [s.path for s in load(folder, (kind,)) if not s.password] for kind in KINDS}
    longest = max(map(len, by_kind.values()))
    turns = [
        paths[place] for place in range(longest) for paths in by_kind.values() if place < len(paths)
    ]
    return [(path, 1) for path in turns[:limit]]


@contextmanager
def _environment(added: dict[str, str]) -> Iterator[None]:
    """Processes started within see these variables, as the node's children do."""
    before = dict(os.environ)
    os.environ.update(added)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _serve(name: str, line: Connection) -> None:
    read = _stock() if name == STOCK else _ours(name)
    while True:
        try:
            path, number = line.recv()
        except EOFError:  # the bench is over
            return
        began = time.process_time()
        read(path, number)
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        line.send((time.process_time() - began, peak_mb))


def _ours(name: str) -> Callable[[Path, int], None]:
    from pagemill.documents import PageOpener
    from pagemill.engines.ppocr import PpOcrEngine
    from pagemill.ports import ReadOptions

    (how,) = [how for known, *how in OURS if known == name]
    opener, engine = PageOpener(MAX_PIXELS), PpOcrEngine(*how)
    engine.load()

    def read(path: Path, number: int) -> None:
        document = opener.open(path, "application/octet-stream")
        engine.read(document.page(number), ReadOptions())
        document.close()

    return read


def _stock() -> Callable[[Path, int], None]:
    from rapidocr import RapidOCR

    from pagemill.documents import PageOpener
    from pagemill.engines.pictures import ppocr_dpi

    opener, engine = PageOpener(MAX_PIXELS), RapidOCR(params={"Global.log_level": "error"})

    def read(path: Path, number: int) -> None:
        document = opener.open(path, "application/octet-stream")
        page = document.page(number)
        engine(page.render(ppocr_dpi(page)).pixels[:, :, ::-1].copy())
        document.close()

    return read


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLES, help="with a manifest")
    parser.add_argument("--pages", type=int, default=10, help="one of each document")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="write the section into RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
