"""Beside OCRmyPDF: pictures of pages become a searchable PDF, cold start to finished file.

Both sides get the same document without text and as many processes. OCRmyPDF reads with Tesseract;
its PDF/A step and its optimiser are off. `no bf16` is what Pagemill does on a processor that
multiplies eight bits fast but not bf16, `float32` on one that does neither; on others that has to
be asked for. The letters that PDFium finds in each result are counted, to show that the work was
done.

    python bench/ocrmypdf.py [--row 'best=--mode best'] [--row 'best, float32=--mode best']
"""

import argparse
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium

from library import SAMPLES
from peers import Command, Took, pagemill, scans, seconds_of
from report import publish, table, verdict

SOURCES = ("epson.pdf", "lorem-ipsum-scan.pdf", "vicksburg.pdf")
PEER = "ocrmypdf"
SETTINGS = {
    ", no bf16": {"PAGEMILL_OCR_RUNTIME": "openvino-int8"},
    ", float32": {"PAGEMILL_OCR_RUNTIME": "openvino-f32"},
}
# Pagemill as somebody would call it, and the times as fast as OCRmyPDF that it should be.
ROWS = {
    "as it comes": "",
    "as it comes, no bf16": "",
    "as it comes, float32": "",
    "hybrid, no bf16": "--engine hybrid",
    "hybrid, float32": "--engine hybrid",
    "tesseract": "--engine tesseract",
}
WITH_AMX = {"as it comes": 1.8}
ANYWHERE = {"as it comes, no bf16": 1.0, "hybrid, no bf16": 1.0, "tesseract": 1.0}


def main() -> None:
    asked = _arguments()
    document = scans([SAMPLES / name for name in SOURCES], asked.pages)
    ours = ROWS | dict(row.split("=", 1) for row in asked.row)
    if asked.only:
        ours = {name: how for name, how in ours.items() if name in asked.only}
    commands = {PEER: _ocrmypdf(asked.processes)}
    commands |= {name: _pagemill(name, how, asked.processes) for name, how in ours.items()}
    letters: dict[str, int] = {}
    took = seconds_of(
        commands, document, asked.turns, lambda name, folder: letters.update({name: _found(folder)})
    )
    goals = ANYWHERE | (WITH_AMX if _has_amx() else {})
    rows = [_row(name, took, letters[name], asked.pages, goals.get(name)) for name in commands]
    body = (
        f"{asked.pages} pictures of pages, {asked.processes} processes, medians of {asked.turns}"
        f" turns, cold start included. This processor {_knows_amx()}.\n\n"
        + table(
            ["program", "seconds", "CPU s", "pages/s", "times as fast", "letters", "goal"], rows
        )
    )
    packages = ("pagemill", "openvino", "tesserocr", "ocrmypdf", "tesseract")
    publish("ocrmypdf", "Beside OCRmyPDF", body, *packages, is_kept=asked.keep)


def _ocrmypdf(processes: int) -> Command:
    def command(path: Path, folder: Path) -> list[str]:
        program = str(Path(sys.executable).with_name("ocrmypdf"))
        how = ["-q", "-l", "eng", "-j", str(processes), "--output-type", "pdf", "--optimize", "0"]
        return [program, *how, str(path), str(folder / "out.pdf")]

    return command


def _pagemill(name: str, how: str, processes: int) -> Command:
    settings = next((on for ending, on in SETTINGS.items() if name.endswith(ending)), {})
    asked = shlex.split(how)
    engine = [] if "--engine" in asked else ["--engine", "auto"]
    more = [*engine, *asked, "--lang", "en", "--outputs", "searchable"]
    return pagemill(processes, *more, settings=settings)


def _found(folder: Path) -> int:
    """Letters in the searchable PDF that a command left there."""
    (path,) = (*folder.glob("out.pdf"), *folder.glob("out/*.searchable.pdf"))
    with pdfium.PdfDocument(path) as pdf:
        return sum(len("".join(text.split())) for text in _texts(pdf))


def _texts(pdf: pdfium.PdfDocument) -> Iterator[str]:
    for page in pdf:
        yield page.get_textpage().get_text_bounded()


def _row(
    name: str, took: dict[str, Took], letters: int, pages: int, goal: float | None
) -> list[object]:
    own, ratio = took[name], took[PEER].seconds / took[name].seconds
    shown = "" if goal is None else verdict(ratio, goal, at_least=True)
    title = name if name == PEER else f"pagemill, {name}"
    times = [f"{own.seconds:.1f}", f"{own.cpu:.1f}", f"{pages / own.seconds:.2f}"]
    return [title, *times, f"{ratio:.2f}", letters, shown]


def _has_amx() -> bool:
    """Whether matrices of bf16 are multiplied in hardware."""
    return "amx_bf16" in Path("/proc/cpuinfo").read_text().split()


def _knows_amx() -> str:
    return "has AMX" if _has_amx() else "has no AMX, which the first goal is for"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument(
        "--row",
        action="append",
        default=[],
        metavar="NAME=OPTIONS",
        help="another row of Pagemill with these options; a NAME ending in one of"
        f" {'; '.join(SETTINGS)} runs so",
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", help="of Pagemill's rows, these alone")
    parser.add_argument("--keep", action="store_true", help="write the section into RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
