"""What layout costs: pages with a text layer become Markdown, beside others; its share beside OCR.

Ours is reading the text layer, layout and Markdown with headings and tables, in one process; the
others are libraries that do the same, in a process of theirs. Another row adds the choice of the
engine, for which each page is looked at once more. CPU seconds are counted, imports and a first
document are not; so a page a second is one of one core. On scans the CPU time of layout is set
against that of reading.

    python bench/text_pages.py [FOLDER] [--peers markitdown pymupdf4llm] [--turns 3] [--keep]
"""

import argparse
import io
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from library import SAMPLES, Sample, load
from pagemill.app.plugins import registry_of
from pagemill.documents import PageOpener
from pagemill.layout import arrange
from pagemill.model.document import PDF, media_type_of
from pagemill.model.options import AUTO, Options
from pagemill.model.page import PageText
from pagemill.outputs import all_outputs
from pagemill.ports import Engine, Engines, ReadOptions
from readers import OUTSIDE, run_outside
from report import figure, publish, table, verdict

MAX_PIXELS = 50_000_000
OURS, WITH_CHOICE = "pagemill", "pagemill, engine chosen"
PAGES_PER_SECOND, SHARE_OF_OCR = 20.0, 0.08
TIMES_AS_FAST = {"markitdown": 2.0, "pymupdf4llm": 18.0}
TEXT, SCANS, MOST_SCANS = ("born_digital", "tables", "invoices"), ("scans",), 8
HEAD = ["converter", "pages/s of one core", "times slower than Pagemill", "goal"]


class Pages:
    """Read pages. Implements `ports.Book` as far as Markdown asks."""

    filename, password = "document.pdf", ""

    def __init__(self, pages: Sequence[PageText]) -> None:
        self.options, self.total = Options(), len(pages)
        self._pages = pages

    def pages(self) -> Iterator[PageText]:
        return map(arrange(lambda: iter(self._pages)), self._pages)


class Nowhere:
    """Throws away what is written. Implements `ports.Folder` as far as Markdown asks."""

    @contextmanager
    def write(self, *_: str) -> Iterator[io.BytesIO]:
        yield io.BytesIO()


def main() -> int:
    asked = _arguments()
    engines = registry_of(AUTO, "", "auto")
    samples = [s for s in load(asked.folder, TEXT, asked.max_pages) if _has_good_text(s, engines)]
    speeds = _speeds(samples, engines, asked)
    rows = [_row(name, speed, speeds[OURS]) for name, speed in speeds.items()]
    share, pages = _share_of_ocr(load(asked.folder, SCANS, 1)[:MOST_SCANS], engines)
    goal = verdict(share, SHARE_OF_OCR, at_least=False)
    count = sum(sample.pages for sample in samples)
    body = (
        f"{len(samples)} documents, {count} pages with a text layer; medians of {asked.turns}"
        f" turns.\n\n{table(HEAD, rows)}\n\nOn {pages} scanned pages layout and Markdown take"
        f" {share:.1%} of the CPU time of reading ({goal})."
    )
    publish("text_pages", "Text pages, and what layout adds", body, "pagemill", is_kept=asked.keep)
    return 0


def _has_good_text(sample: Sample, engines: Engines) -> bool:
    """Whether each page would be read from its text layer."""
    with _opened(sample) as document:
        numbers = range(1, document.pages + 1) if document.media_type == PDF else ()
        routes = [engines.route(document.page(n), AUTO, ReadOptions()) for n in numbers]
    return bool(routes) and all(route.engine == "text" for route in routes)


def _speeds(
    samples: Sequence[Sample], engines: Engines, asked: argparse.Namespace
) -> dict[str, float]:
    """Pages a CPU second by converter."""
    spent: dict[str, list[float]] = {name: [] for name in (OURS, WITH_CHOICE, *asked.peers)}
    _convert(samples[0], engines, is_chosen=False)
    for _ in range(asked.turns):
        for name in (OURS, WITH_CHOICE):
            began = time.process_time()
            for sample in samples:
                _convert(sample, engines, is_chosen=name == OURS)
            spent[name].append(time.process_time() - began)
        for name in asked.peers:
            spent[name].append(_outside(name, samples))
    pages = sum(sample.pages for sample in samples)
    return {name: pages / median(seconds) for name, seconds in spent.items()}


def _convert(sample: Sample, engines: Engines, *, is_chosen: bool) -> None:
    reader = engines.get("text")
    with _opened(sample) as document:
        pages = []
        for number in range(1, document.pages + 1):
            page = document.page(number)
            if not is_chosen:
                engines.route(page, AUTO, ReadOptions())
            pages.append(reader.read(page, ReadOptions()))
    _write(pages)


def _write(pages: Sequence[PageText]) -> None:
    all_outputs()["markdown"].write(Pages(pages), Nowhere())


def _outside(name: str, samples: Sequence[Sample]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        targets = {
            str(sample.path.resolve()): str(Path(folder) / f"{number}.md")
            for number, sample in enumerate(samples)
        }
        return float(json.loads(run_outside(name, targets).splitlines()[-1])["cpu"])


def _share_of_ocr(samples: Sequence[Sample], engines: Engines) -> tuple[float, int]:
    """Of layout in the time of reading, and on how many pages."""
    reader = engines.get("ppocr")
    reader.load()
    _read_first(samples[0], reader)
    began = time.process_time()
    pages = [_read_first(sample, reader) for sample in samples]
    read = time.process_time()
    for page in pages:
        _write([page])
    return (time.process_time() - read) / (read - began), len(pages)


def _read_first(sample: Sample, reader: Engine) -> PageText:
    with _opened(sample) as document:
        return reader.read(document.page(1), ReadOptions())


@contextmanager
def _opened(sample: Sample) -> Iterator:
    media_type = media_type_of(sample.path.read_bytes()[:64])
    document = PageOpener(MAX_PIXELS).open(sample.path, media_type, sample.password)
    try:
        yield document
    finally:
        document.close()


def _row(name: str, speed: float, ours: float) -> list[str]:
    if name in {OURS, WITH_CHOICE}:
        return [
            name,
            figure(speed, 1),
            figure(ours / speed, 1),
            verdict(speed, PAGES_PER_SECOND, at_least=True),
        ]
    times, limit = ours / speed, TIMES_AS_FAST.get(name, 0.0)
    return [name, figure(speed, 1), figure(times, 1), verdict(times, limit, at_least=True)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLES, help="with a manifest")
    parser.add_argument("--peers", nargs="*", default=list(OUTSIDE), choices=list(OUTSIDE))
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--max-pages", type=int, default=0, help="leave out longer documents")
    parser.add_argument("--keep", action="store_true", help="write the section into RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
