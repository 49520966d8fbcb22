"""The engines by mode beside their peers: seconds of CPU, pages per second, memory, start and text.

Ours are PP-OCR by each runtime, Tesseract, the hybrid of both, and the choice between them in each
mode; the peers are `RapidOCR()` as it comes, the program `tesseract`, and OCRmyPDF, which writes a
PDF and a text. All read the same pictures, in turns; the figures and the texts are of the same run.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from engine_pages import Page, chosen_pages, small_page
from engine_scores import NOISE, accuracy, costs, goals, scores_of
from engine_sides import STOCK, Side, Spent, cold_start, known_sides, read_in_turn
from library import SAMPLES
from report import instructions, publish

VERSIONS = ("rapidocr", "openvino", "onnxruntime", "tesserocr", "tesseract", "ocrmypdf")
HELPFUL = ("amx_bf16", "avx512_bf16", "avx512_vnni")
COSTS_SAY = (
    "Stock RapidOCR has one process with as many threads as it likes. CPU is that of the processes"
    " and what they start: reading the file, drawing, OCR and, of ours, layout; OCRmyPDF's holds"
    " its start. MB are 10^6 bytes, of the largest process. Start: from nothing to the text of a"
    " small picture."
)
TEXTS_SAY = (
    "Means over pages, in brackets how many; CER only where the truth's order is known. Rotated and"
    " degraded are copies of clean pages, turned and spoilt; accented pages are made, in German,"
    " French, Polish, Czech and Spanish. An engine asked for by name is told the language where it"
    " can read it, as are Tesseract and OCRmyPDF; `auto` is not."
)


def main() -> None:
    asked = _arguments()
    sides = [s for s in known_sides(asked.processes) if not asked.only or s.name in asked.only]
    with tempfile.TemporaryDirectory(prefix="pagemill-bench-") as temporary:
        work = Path(temporary)
        small, pages = small_page(work), chosen_pages(asked.folder, work, asked.pages)
        if asked.groups:
            pages = [page for page in pages if page.group in asked.groups]
        spent = _measure(sides, pages, small, asked)
    _tell_errors(spent)
    title = "Engines and modes beside stock RapidOCR, Tesseract and OCRmyPDF"
    body = _body(sides, spent, pages, asked)
    publish("engines", title, body, *VERSIONS, is_kept=asked.keep)


def _measure(
    sides: Sequence[Side], pages: Sequence[Page], small: Page, asked: argparse.Namespace
) -> dict[str, Spent]:
    """Each turn has its share of every group; the order of the sides turns with it."""
    spent = {side.name: Spent() for side in sides}
    for turn in range(asked.turns):
        for side in reversed(sides) if turn % 2 else sides:
            _tell(f"turn {turn + 1} of {asked.turns}: {side.name}")
            read_in_turn(side, pages[turn :: asked.turns], small, spent[side.name])
    for side in sides:
        spent[side.name].cold = cold_start(side, small, asked.starts)
    return spent


def _body(
    sides: Sequence[Side],
    spent: dict[str, Spent],
    pages: Sequence[Page],
    asked: argparse.Namespace,
) -> str:
    scores = {s.name: scores_of(spent[s.name], is_markdown=s.is_ours) for s in sides}
    of_packs = sum(page.group == "accented" and page.has_own_pack for page in pages)
    what = (
        f"{len(pages)} pages of {asked.folder.resolve().name}, {asked.turns} turns,"
        f" {asked.processes} processes of one thread each."
    )
    said = (
        f"{what} {COSTS_SAY} {_of_this_machine()}",
        costs(spent),
        f"{TEXTS_SAY} {of_packs} of the accented pages have a pack of Tesseract here.",
        accuracy(scores),
        f"Word F1 may lie {NOISE} below a peer's: less says nothing.",
        goals(scores),
    )
    return "\n\n".join(said)


def _of_this_machine() -> str:
    found = instructions(HELPFUL)
    has = f"has {', '.join(found)}" if found else f"has none of {', '.join(HELPFUL)}"
    lacks = "" if "amx_bf16" in found else ", not amx_bf16, for which the goal of 6 times was set"
    return f"This processor {has}{lacks}."


def _tell_errors(spent: dict[str, Spent]) -> None:
    for name, used in spent.items():
        for error in used.errors:
            _tell(f"{name}: {error}")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLES, help="with a manifest")
    parser.add_argument("--pages", type=int, default=5, help="of each group, at most")
    parser.add_argument("--groups", nargs="*", default=[], help="such as scans; default: all")
    parser.add_argument("--only", nargs="*", default=[], help="sides by name, stock beside them")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--starts", type=int, default=3, help="of which the median counts")
    parser.add_argument("--quick", action="store_true", help="one page of each group")
    parser.add_argument("--keep", action="store_true", help="write the section into RESULTS.md")
    asked = parser.parse_args()
    if asked.quick:
        asked.pages, asked.turns, asked.starts = 1, 1, 1
    if asked.only:
        asked.only = [*asked.only, STOCK]
    return asked


if __name__ == "__main__":
    main()
