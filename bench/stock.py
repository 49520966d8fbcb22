"""Beside stock RapidOCR: the same scans through the whole server with engine `ppocr`, and
through `RapidOCR()` as it comes, called page by page in a loop.

The loop may use every core, as RapidOCR does by itself; it draws PDF pages at 200 dpi and keeps
nothing. Both are loaded before the clock starts, and they take turns.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from library import SAMPLES, Sample, pictures
from report import publish, table, verdict
from running import real_pages, server

SOURCES = ("epson.pdf", "lorem-ipsum-scan.pdf", "vicksburg.pdf")
GOAL = 2.0


def main() -> None:
    asked = _arguments()
    stock = _stock()
    ours_seconds = stock_seconds = 0.0
    with server(asked.processes) as house:
        house.read_all(_documents(2 * asked.processes, 1, "warm"), engine="ppocr")
        for turn in range(asked.turns):
            documents = _documents(asked.documents, asked.pages, str(turn))
            ours_seconds += house.read_all(documents, engine="ppocr")
            stock_seconds += stock(documents)
    pages = asked.pages * asked.documents * asked.turns
    ratio = stock_seconds / ours_seconds
    rows = [
        ["pagemill", f"{pages / ours_seconds:.2f}", f"{ratio:.2f}", _goal(ratio)],
        ["stock RapidOCR", f"{pages / stock_seconds:.2f}", "1", ""],
    ]
    body = (
        f"{pages} scanned pages, {asked.processes} processes in Pagemill, {asked.turns} turns.\n\n"
        + table(["program", "pages/s", "times as fast", "goal"], rows)
    )
    versions = ("pagemill", "rapidocr", "openvino", "onnxruntime")
    publish("stock", "Beside stock RapidOCR", body, *versions, is_kept=asked.keep)


def _goal(ratio: float) -> str:
    return verdict(ratio, GOAL, at_least=True)


def _documents(count: int, pages: int, turn: str) -> dict[str, bytes]:
    sources = [SAMPLES / name for name in SOURCES]
    names = [f"stock-{turn}-{number}.pdf" for number in range(count)]
    return {name: real_pages(sources, pages, name) for name in names}


def _stock() -> Callable[[dict[str, bytes]], float]:
    """Gives a function from documents to the seconds that reading them takes."""
    from rapidocr import RapidOCR

    engine = RapidOCR(params={"Global.log_level": "error"})

    def read(documents: dict[str, bytes]) -> float:
        with tempfile.TemporaryDirectory() as folder:
            samples = [Sample(Path(folder) / name, "scans", 0) for name in documents]
            for sample, data in zip(samples, documents.values(), strict=True):
                sample.path.write_bytes(data)
            began = time.perf_counter()
            for sample in samples:
                for pixels in pictures(sample):
                    engine(pixels[:, :, ::-1].copy())
            return time.perf_counter() - began

    read(_documents(1, 1, "stock-warm"))
    return read


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--pages", type=int, default=8, help="of each document")
    parser.add_argument("--documents", type=int, default=2, help="per turn")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="write the section into RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
