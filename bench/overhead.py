"""What the house costs: pages per second through the whole server, over the same work done in a
bare loop by as many processes on the same files.

The server's time runs from the first submission over HTTP to the end of the last job, so it holds
uploads, queue and storage. The bare loop opens each document once per process, reads page by page,
finds the regions of pages that it draws, lays each page out, makes its Markdown and keeps nothing.
Both have loaded their engines before
the clock starts, and they take turns.
"""

import argparse
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

from library import SAMPLES
from pagemill.app.child_config import ENVIRONMENT
from report import publish, table, verdict
from running import Server, real_pages, server

MAX_PIXELS = 40_000_000
SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Way:
    """A way through the house: an engine, the pages it reads, and the ratio it has to reach. A turn
    has as many documents as make the last one's end, when a process waits, small beside it.
    """

    name: str
    engine: str
    sources: tuple[str, ...]
    pages: int
    documents_per_turn: int
    target: float

    def documents(self, count: int, turn: int) -> dict[str, bytes]:
        """`count` documents nobody has seen before."""
        sources = [SAMPLES / source for source in self.sources]
        names = [f"{self.name}-{turn}-{number}.pdf" for number in range(count)]
        return {name: real_pages(sources, self.pages, name) for name in names}


TEXT = ("pdflatex-4-pages.pdf", "multicolumn.pdf", "tagged.pdf", "icdar2013-us-005.pdf")
SCANS = ("epson.pdf", "lorem-ipsum-scan.pdf", "vicksburg.pdf")
WAYS = (Way("text", "text", TEXT, 100, 20, 0.80), Way("ocr", "ppocr", SCANS, 8, 4, 0.97))


def main() -> None:
    asked = _arguments()
    rows = [_measure(way, asked) for way in WAYS if way.name in asked.ways]
    head = ["way", "pages", "bare pages/s", "server pages/s", "ratio of each turn", "ratio", "goal"]
    body = (
        f"{asked.processes} processes on both sides, {asked.turns} turns. The ratio is of the sums"
        " over all turns.\n\n"
        f"{table(head, rows)}"
    )
    publish(
        "overhead",
        "Overhead",
        body,
        "pagemill",
        "rapidocr",
        "openvino",
        "onnxruntime",
        is_kept=asked.keep,
    )


def _measure(way: Way, asked: argparse.Namespace) -> list[object]:
    bare_seconds, server_seconds = [], []
    with server(asked.processes) as house, bare_loop(way, asked.processes) as read_bare:
        _warm(way, house, asked.processes)
        count = asked.documents or way.documents_per_turn
        for turn in range(asked.turns):
            documents = way.documents(count, turn)
            bare_seconds.append(read_bare(documents))
            server_seconds.append(house.read_all(documents, engine=way.engine))
    pages = way.pages * count * asked.turns
    ratio = sum(bare_seconds) / sum(server_seconds)
    each = " ".join(f"{b / s:.2f}" for b, s in zip(bare_seconds, server_seconds, strict=True))
    speeds = [f"{pages / sum(seconds):.2f}" for seconds in (bare_seconds, server_seconds)]
    goal = verdict(ratio, way.target, at_least=True)
    return [way.name, pages, *speeds, each, f"{ratio:.3f}", goal]


def _warm(way: Way, house: Server, processes: int) -> None:
    """Every child has loaded its engine when as many documents as children were read at once."""
    house.read_all(way.documents(2 * processes, -1), engine=way.engine)


@contextmanager
def bare_loop(way: Way, processes: int) -> Iterator:
    """Gives a function from documents to the seconds that reading all their pages takes."""
    os.environ.update(ENVIRONMENT)  # as the server's children have it
    counter = SPAWN.Value("q", 0)
    pipes = [SPAWN.Pipe() for _ in range(processes)]
    crew = [
        SPAWN.Process(target=_bare_process, args=(way.engine, far, counter), daemon=True)
        for _, far in pipes
    ]
    for process in crew:
        process.start()
    ends = [near for near, _ in pipes]
    for end in ends:
        end.recv()  # has loaded

    def read(documents: Mapping[str, bytes]) -> float:
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / name for name in documents]
            for path, data in zip(paths, documents.values(), strict=True):
                path.write_bytes(data)
            counter.value = 0
            began = time.perf_counter()
            for end in ends:
                end.send((paths, way.pages))
            read = sum(end.recv() for end in ends)
            seconds = time.perf_counter() - began
        if read != way.pages * len(paths):
            raise RuntimeError(f"{read} pages were read")
        return seconds

    yield read
    for process in crew:
        process.terminate()


def _bare_process(engine_name: str, pipe: Connection, counter: "multiprocessing.Value") -> None:
    """Takes the next page of the next document until none is left."""
    from pagemill.documents import PageOpener
    from pagemill.engines import EngineRegistry
    from pagemill.engines.regions import PageRegions
    from pagemill.layout import arrange
    from pagemill.model.document import PDF
    from pagemill.model.options import Options
    from pagemill.outputs import page_markdown
    from pagemill.ports import ReadOptions

    documents, options, regions = PageOpener(MAX_PIXELS), ReadOptions(), PageRegions("auto")
    engine = EngineRegistry("ppocr").get(engine_name)
    engine.load()
    pipe.send("loaded")
    while True:
        paths, pages = pipe.recv()
        opened, read = {}, 0
        while (number := _next(counter)) < len(paths) * pages:
            path = paths[number // pages]
            if path not in opened:
                opened[path] = documents.open(path, PDF)
            page = opened[path].page(number % pages + 1)
            text = engine.read(page, options)
            if engine.needs_picture:
                text = replace(text, regions=regions.find(page, text))
                regions.strokes(page, text)
            page_markdown(arrange(lambda text=text: iter((text,)))(text), Options())
            read += 1
        for document in opened.values():
            document.close()
        pipe.send(read)


def _next(counter: "multiprocessing.Value") -> int:
    with counter.get_lock():
        counter.value += 1
        return counter.value - 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--ways", nargs="*", default=[way.name for way in WAYS])
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--documents", type=int, help="per turn; by default 20 of text, 4 of scans")
    parser.add_argument("--keep", action="store_true", help="write the section into RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
