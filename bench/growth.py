"""Whether an engine's memory stays flat: RSS of one child while it reads 500 pages, all different.

The pages are those of `engines.py`, over and over, but each time of another size and now and then
turned, so that hardly any shape comes twice. The server recycles its children after some pages;
here one process reads all. Growth is from the middle of the run to its end, by medians of the pages
before either, because RSS rises and falls with the page in hand.
"""

import argparse
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from PIL import Image

from engine_pages import Page, chosen_pages
from engine_sides import Child, Side, known_sides
from library import SAMPLES
from report import publish, table, verdict

MOST_GROWTH = 5.0
# Much like the first, and of the same models as the hybrid.
LEFT_OUT = {"ppocr, OpenVINO without bf16", "ppocr, OpenVINO f32"}
SMALLEST, LARGEST, STEPS, STRIDE = 0.3, 0.8, 101, 37
ONE_IN_TURNED, POINTS_DPI = 5, 150
MARKS, WINDOW = 5, 20  # shares of the run: where RSS is shown, and what a median is over


@dataclass(frozen=True, slots=True)
class Walk:
    """RSS in MB after each page, and the most it ever was."""

    sizes: Sequence[float]
    peak_mb: float

    def at_marks(self) -> list[float]:
        return [self.sizes[n * len(self.sizes) // MARKS - 1] for n in range(1, MARKS + 1)]

    def growth(self) -> float:
        """From the middle to the end, in hundredths."""
        half, width = len(self.sizes) // 2, max(1, len(self.sizes) // WINDOW)
        early, late = median(self.sizes[half - width : half]), median(self.sizes[-width:])
        return 100 * (late / early - 1)


def main() -> None:
    asked = _arguments()
    sides = [side for side in known_sides(1) if _is_walked(side)]
    with tempfile.TemporaryDirectory(prefix="pagemill-bench-") as temporary:
        pages = chosen_pages(asked.folder, Path(temporary), asked.kinds)
        with ThreadPoolExecutor(asked.processes) as threads:
            walks = list(threads.map(lambda side: _walk(side, pages, asked.pages), sides))
    rows = [_row(side.name, walk) for side, walk in zip(sides, walks, strict=True)]
    marks = [f"at {n * asked.pages // MARKS}" for n in range(1, MARKS + 1)]
    body = (
        f"{asked.pages} pages of other sizes each, made of {len(pages)}; MB are 10^6 bytes of RSS,"
        " of one child that is not recycled. Growth is from the middle of the run to its end.\n\n"
        + table(["engine", *marks, "peak", "growth in %"], rows)
    )
    versions = ("rapidocr", "openvino", "onnxruntime", "tesserocr")
    publish("growth", "Memory over many varied pages", body, *versions, is_kept=asked.keep)


def _is_walked(side: Side) -> bool:
    return side.is_ours and side.engine != "auto" and side.name not in LEFT_OUT


def _row(name: str, walk: Walk) -> list[str]:
    growth = round(walk.growth(), 1)
    said = f"{growth:+.1f} ({verdict(growth, MOST_GROWTH, at_least=False)})"
    return [name, *(f"{size:.0f}" for size in (*walk.at_marks(), walk.peak_mb)), said]


def _walk(side: Side, pages: Sequence[Page], count: int) -> Walk:
    child, sizes, peak = Child(side), [], 0.0
    try:
        for number in range(count):
            page = pages[number % len(pages)]
            path = page.path.with_name(f"{side.name}.png")
            _other_size(page.path, number).save(path, compress_level=1, dpi=(POINTS_DPI,) * 2)
            answer = child.read([path], page)
            sizes.append(answer["now_mb"])
            peak = answer["peak_mb"]
    finally:
        child.end()
    return Walk(sizes, peak)


def _other_size(path: Path, number: int) -> Image.Image:
    """Sizes come in no order, and none twice before all have come."""
    share = SMALLEST + (LARGEST - SMALLEST) * (number * STRIDE % STEPS) / STEPS
    with Image.open(path) as picture:
        size = (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
        resized = picture.convert("RGB").resize(size)
    return resized.transpose(Image.Transpose.ROTATE_90) if number % ONE_IN_TURNED == 0 else resized


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLES, help="with a manifest")
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--kinds", type=int, default=3, help="pages of each group they are made of")
    parser.add_argument("--processes", type=int, default=2, help="engines at the same time")
    parser.add_argument("--keep", action="store_true", help="write the section into RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
