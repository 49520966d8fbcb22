"""The engine alone: `rapidocr` in processes of one thread each, beside one stock `RapidOCR()`.

Both read the same pages, drawn the same way, one page after the other; drawing counts on both
sides. Models are loaded and the first page read before the clock starts, and the two take turns.
"""

import argparse
import multiprocessing as mp
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

from library import SAMPLES, load
from report import publish, table, verdict

FASTER, LARGEST_MB = 2.0, 700.0
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
    ours, stock = Side("ours", asked.processes), Side("stock", 1)
    for side in (ours, stock):
        side.warm(pages[0])
    for turn in range(asked.turns):
        for side in (ours, stock) if turn % 2 else (stock, ours):
            side.read(pages)
    count = len(pages) * asked.turns
    ratio = stock.spent.wall / ours.spent.wall
    rows = [
        [f"pagemill, {asked.processes} x 1 thread", *_figures(ours.spent, count), f"{ratio:.2f}"],
        ["stock RapidOCR, its own threads", *_figures(stock.spent, count), "1"],
    ]
    head = ["engine", "pages/s", "CPU s/page", "largest process MB", "times as fast"]
    goals = (
        f"Times as fast {verdict(ratio, FASTER, at_least=True)}; "
        f"MB {verdict(ours.spent.peak_mb, LARGEST_MB, at_least=False)}."
    )
    body = f"{len(pages)} pages, {asked.turns} turns.\n\n{table(head, rows)}\n\n{goals}"
    title = "The engine beside stock RapidOCR"
    publish("engines", title, body, "rapidocr", "onnxruntime", is_kept=asked.keep)


def _figures(spent: Spent, count: int) -> list[str]:
    return [f"{count / spent.wall:.2f}", f"{spent.cpu / count:.2f}", f"{spent.peak_mb:.0f}"]


def _pages(folder: Path, limit: int) -> list[PageName]:
    """First pages of documents of every kind, evenly over the kinds."""
    by_kind = {kind: [s.path for s in load(folder, (kind,)) if not s.password] for kind in KINDS}
    longest = max(map(len, by_kind.values()))
    turns = [
        paths[place] for place in range(longest) for paths in by_kind.values() if place < len(paths)
    ]
    return [(path, 1) for path in turns[:limit]]


def _serve(name: str, line: Connection) -> None:
    read = _ours() if name == "ours" else _stock()
    while True:
        try:
            path, number = line.recv()
        except EOFError:  # the bench is over
            return
        began = time.process_time()
        read(path, number)
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        line.send((time.process_time() - began, peak_mb))


def _ours() -> Callable[[Path, int], None]:
    from pagemill.documents import PageOpener
    from pagemill.engines import EngineRegistry
    from pagemill.ports import ReadOptions

    opener, engine = PageOpener(MAX_PIXELS), EngineRegistry().get("rapidocr")
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
