"""The pictures of docs/explanation/markdown-gallery.md: pages beside the Markdown made of them.

Left the page, right the Markdown as a browser shows it (markdown-it, Debian's Chromium). Pages are
samples of the tests, read by `pagemill convert` as it comes, one page at a time; one is turned into
a picture first. What is blank below both is cut off.
"""

import io
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from markdown_it import MarkdownIt
from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright

from library import PEER_DPI, SAMPLES, Sample, pictures

IMAGES = Path(__file__).parents[1] / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
PANEL, GAP, COLOURS = (720, 1000), 12, 32
INKED, BELOW = 200, 40
FAINT = (150, 150, 150)
LOOK = """<!doctype html><meta charset="utf-8"><style>
body { width: 650px; margin: 20px auto; font: 13px/1.35 "DejaVu Sans", sans-serif; }
h1 { font-size: 22px } h2 { font-size: 18px } h3 { font-size: 15px } h4, h5, h6 { font-size: 13px }
table { border-collapse: collapse } td, th { border: 1px solid #999; padding: 1px 6px;
text-align: left; vertical-align: top } pre { background: #eee; white-space: pre-wrap }
h1, h2, h3, h4, p, ul, ol { margin: 8px 0 } </style><body dir="auto">"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of a sample; `is_drawn` says that it is read from a picture of it."""

    name: str
    sample: str
    page: int = 1
    is_drawn: bool = False


PAGES = (
    Shown("columns", "multicolumn.pdf"),
    Shown("headings", "tagged.pdf"),
    Shown("lists", "docling-text_document_03.pdf"),
    Shown("tables", "pandas-embedded_table.pdf"),
    Shown("spans", "tabula-spanning_cells.pdf"),
    Shown("picture", "icdar2013-us-012.pdf", is_drawn=True),
    Shown("charts", "multimodal_test.pdf"),
    Shown("scan", "linn.png"),
    Shown("book", "vicksburg.pdf", page=2),
    Shown("invoice", "zugferd1-COMFORT_Einfach.pdf"),
)


def main() -> None:
    wanted = sys.argv[1:]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page(viewport={"width": PANEL[0], "height": PANEL[1]})

        def shown(markdown: str) -> Image.Image:
            page.set_content(LOOK + MarkdownIt("gfm-like", {"linkify": False}).render(markdown))
            return Image.open(io.BytesIO(page.screenshot()))

        for one in PAGES:
            if not wanted or one.name in wanted:
                _draw(one, shown)
        browser.close()


def _draw(one: Shown, shown: Callable[[str], Image.Image]) -> None:
    picture = _picture(one)
    sheet = Image.new("RGB", (2 * PANEL[0] + GAP, PANEL[1]), "white")
    sheet.paste(_fitted(picture), (0, 0))
    sheet.paste(shown(_markdown(one, picture)), (PANEL[0] + GAP, 0))
    height = min(PANEL[1], _lowest_ink(sheet) + BELOW)
    sheet = sheet.crop((0, 0, sheet.width, height))
    pen = ImageDraw.Draw(sheet)
    for left in (0, PANEL[0] + GAP):
        pen.rectangle((left, 0, left + PANEL[0] - 1, height - 1), outline=FAINT)
    path = IMAGES / f"markdown-{one.name}.png"
    sheet.quantize(COLOURS).save(path, optimize=True)
    print(path, path.stat().st_size)


def _lowest_ink(sheet: Image.Image) -> int:
    return int(np.flatnonzero((np.asarray(sheet.convert("L")) < INKED).any(axis=1))[-1])


def _picture(one: Shown) -> Image.Image:
    every = pictures(Sample(SAMPLES / one.sample, "", 1))
    return Image.fromarray(next(found for n, found in enumerate(every, 1) if n == one.page))


def _fitted(page: Image.Image) -> Image.Image:
    share = min(a / b for a, b in zip(PANEL, page.size, strict=True))
    size = (round(page.width * share), round(page.height * share))
    return page.convert("RGB").resize(size, Image.Resampling.LANCZOS)


def _markdown(one: Shown, picture: Image.Image) -> str:
    with tempfile.TemporaryDirectory() as folder:
        source, pages = SAMPLES / one.sample, ["--pages", str(one.page)]
        if one.is_drawn:
            source, pages = Path(folder) / "drawn.png", []
            picture.save(source, dpi=(PEER_DPI, PEER_DPI))
        convert = [sys.executable, "-m", "pagemill", "convert", str(source), *pages]
        command = [*convert, "-q", "--data", str(Path(folder) / "data")]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
