"""How much memory a long document needs: peak RSS of the server, the node and its children while
1,000 pages go through, and whether it grows with the pages.

Three documents: pages with a text layer, each of its own; the same as pictures, read by OCR; real
scans in turn, read by OCR. RSS is read 20 times a second. Growth is the slope of a line fitted to
the largest child's RSS over the pages done, after the first fifth of them, in MB per 1,000 pages;
children are not recycled during the run, so that nothing hides it.
"""

import argparse
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import psutil

from library import SAMPLES
from pagemill.testing.documents import long_pdf
from report import figure, publish, table, verdict
from running import Server, real_pages, server

MB = 1_000_000
LOOK_SECONDS = 0.05
WARM_SHARE, MIN_PAGES = 0.2, 100


@dataclass(frozen=True, slots=True)
class Way:
    """`make` gives a document of as many pages as it is told."""

    name: str
    engine: str
    make: Callable[[int], bytes]
    child_limit_mb: int


SCANS = ("epson.pdf", "linn-rotated_skew.pdf", "masks.pdf", "vicksburg.pdf")
WAYS = (
    Way("text", "text", long_pdf, 300),
    Way("ocr", "ppocr", lambda pages: long_pdf(pages, 1.0), 700),
    Way("scans", "ppocr", lambda n: real_pages([SAMPLES / s for s in SCANS], n, "scans"), 700),
)
SERVER_LIMIT_MB = 200


@dataclass(slots=True)
class Watch:
    """RSS in MB by who it is; `children` has the largest child at each look."""

    peaks: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    children: list[tuple[float, float]] = field(default_factory=list)

    def look(self, house: Server, done: int) -> None:
        try:
            children = [_rss(child) for child in house.workers()]
            now = {"server": _rss(house.process), "node": _rss(house.node())}
        except (psutil.NoSuchProcess, StopIteration):
            return
        now["child"] = max(children, default=0.0)
        now["all"] = now["server"] + now["node"] + sum(children)
        for name, size in now.items():
            self.peaks[name] = max(self.peaks[name], size)
        self.children.append((done, now["child"]))

    def growth(self, pages: int) -> float | None:
        """MB per 1,000 pages; None where there are too few to tell."""
        late = [(done, size) for done, size in self.children if done >= pages * WARM_SHARE]
        if pages < MIN_PAGES or len({done for done, _ in late}) < 2:
            return None
        done, sizes = np.array(late).T
        return float(np.polyfit(done, sizes, 1)[0] * 1000)


def main() -> None:
    asked = _arguments()
    pages = {"text": asked.text, "ocr": asked.ocr, "scans": asked.scans}
    rows = [row for way in WAYS if pages[way.name] for row in _measure(way, pages[way.name])]
    head = ["way", "pages", "process", "peak MB", "goal", "growth, MB per 1,000 pages"]
    body = f"MB are 10^6 bytes of RSS; two children.\n\n{table(head, rows)}"
    publish(
        "memory",
        "Memory",
        body,
        "pagemill",
        "rapidocr",
        "openvino",
        "onnxruntime",
        is_kept=asked.keep,
    )


def _measure(way: Way, pages: int) -> list[list[object]]:
    watch = Watch()
    with server(2, child_recycle_pages=100_000, child_recycle_mb=100_000) as house:
        job_id = house.submit(f"{way.name}.pdf", way.make(pages), engine=way.engine)
        with _watching(watch, house, job_id):
            house.wait(job_id)
    limits = {"server": SERVER_LIMIT_MB, "node": None, "child": way.child_limit_mb, "all": None}
    growth = figure(watch.growth(pages), 1)
    return [
        [
            way.name,
            pages,
            name,
            f"{watch.peaks[name]:.0f}",
            verdict(watch.peaks[name], limit, at_least=False) if limit else "",
            growth if name == "child" else "",
        ]
        for name, limit in limits.items()
    ]


@contextmanager
def _watching(watch: Watch, house: Server, job_id: str) -> Iterator[None]:
    over = threading.Event()

    def look() -> None:
        while not over.wait(LOOK_SECONDS):
            watch.look(house, house.http.get(f"/v1/jobs/{job_id}").json()["pages"]["done"])

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _rss(process: psutil.Process) -> float:
    return process.memory_info().rss / MB


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--text", type=int, default=1000, help="pages with a text layer")
    parser.add_argument("--ocr", type=int, default=1000, help="pages that are pictures of text")
    parser.add_argument("--scans", type=int, default=200, help="pages that are real scans")
    parser.add_argument("--keep", action="store_true", help="write the section into RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
