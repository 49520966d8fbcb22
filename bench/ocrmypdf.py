"""Beside OCRmyPDF, with Tesseract on both sides, on the same scans with as many processes.

OCRmyPDF writes a PDF and the text beside it; its PDF/A step and its optimiser are off. A second
figure has it write the text alone. Pagemill writes Markdown.
"""

import argparse
import sys
from pathlib import Path

from library import SAMPLES
from peers import pagemill, scans, seconds_of
from report import publish, table, verdict

SOURCES = ("epson.pdf", "lorem-ipsum-scan.pdf", "vicksburg.pdf")


def main() -> None:
    asked = _arguments()
    document = scans([SAMPLES / name for name in SOURCES], asked.pages)
    commands = {
        "pagemill": pagemill("tesseract", asked.processes, "--lang", "en"),
        "ocrmypdf, PDF and text": lambda path, folder: [
            *_ocrmypdf(path, folder, asked.processes),
            *("--output-type", "pdf", "--optimize", "0", str(path), str(folder / "out.pdf")),
        ],
        "ocrmypdf, text alone": lambda path, folder: [
            *_ocrmypdf(path, folder, asked.processes),
            *("--output-type", "none", str(path), "-"),
        ],
    }
    took = seconds_of(commands, document, asked.turns)
    rows = [_row(name, seconds, took["pagemill"], asked.pages) for name, seconds in took.items()]
    body = (
        f"{asked.pages} scanned pages, {asked.processes} processes, medians of {asked.turns} turns,"
        f" cold start included.\n\n"
        + table(["program", "seconds", "pages/s", "times as slow", "goal"], rows)
    )
    packages = ("pagemill", "tesserocr", "ocrmypdf", "tesseract")
    publish("ocrmypdf", "Beside OCRmyPDF", body, *packages, is_kept=asked.keep)


def _ocrmypdf(path: Path, folder: Path, processes: int) -> list[str]:
    program = str(Path(sys.executable).with_name("ocrmypdf"))
    sidecar = ["--sidecar", str(folder / "out.txt")]
    return [program, "-q", "-l", "eng", "-j", str(processes), "--force-ocr", *sidecar]


def _row(name: str, seconds: float, ours: float, pages: int) -> list[object]:
    goal = verdict(seconds / ours, 1.0, at_least=True) if name != "pagemill" else ""
    return [name, f"{seconds:.1f}", f"{pages / seconds:.2f}", f"{seconds / ours:.2f}", goal]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--pages", type=int, default=24)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="write the section into RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
