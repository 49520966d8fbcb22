"""Pages drawn with what a layout has: titles, columns, pictures. Their lines are known exactly, so
no engine has to read them first.
"""

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pagemill.model.page import Block, BlockKind, Box, NativeText, PageText
from pagemill.model.upright import Upright
from pagemill.ports import Picture

DPI = 100
SCALE = DPI / 72
WORDS = (
    "of the siege that was laid to a town by the river in the summer when nobody could leave and"
    " bread was dear as letters tell which a soldier wrote to his wife from a hole in the hill"
)


@dataclass(frozen=True, slots=True)
class PaperPage:
    """Implements `ports.DocumentPage` by one picture, however finely it is asked for."""

    image: Image.Image
    number: int = 7

    @property
    def width(self) -> float:
        return self.image.width / SCALE

    @property
    def height(self) -> float:
        return self.image.height / SCALE

    def native_text(self) -> NativeText:
        return NativeText((), 0, 0.0, 0.0, 0.0, 1.0)

    def native_dpi(self) -> int | None:
        return DPI

    def original(self) -> Picture | None:
        return self.render(DPI)

    def render(self, dpi: int) -> Picture:
        return Picture(np.asarray(self.image), SCALE, DPI)


class Paper:
    """A white page; everything is placed in points. `lines` are where text was written."""

    def __init__(self, width: float = 595.0, height: float = 842.0) -> None:
        size = (round(width * SCALE), round(height * SCALE))
        self.image = Image.new("RGB", size, "white")
        self.lines: list[Block] = []

    def write(self, x: float, y: float, text: str, size: float = 10.0) -> Box:
        pen = ImageDraw.Draw(self.image)
        font = ImageFont.load_default(size * SCALE)
        pen.text((x * SCALE, y * SCALE), text, "black", font)
        x0, y0, x1, y1 = (v / SCALE for v in pen.textbbox((x * SCALE, y * SCALE), text, font))
        box = Box(x0, y0, x1, y1)
        self.lines.append(Block(BlockKind.LINE, box, text, 0.9))
        return box

    def column(self, x: float, y: float, width: float, rows: int) -> None:
        """Prose in even lines."""
        font = ImageFont.load_default(10 * SCALE)
        words = WORDS.split() * rows
        for row in range(rows):
            text = words.pop(0)
            while font.getlength(f"{text} {words[0]}") < width * SCALE:
                text = f"{text} {words.pop(0)}"
            self.write(x, y + 13 * row, text)

    def picture(self, x: float, y: float, width: float, height: float) -> Box:
        """Something like a photograph: hills of light with dark bodies among them."""
        across, down = round(width * SCALE), round(height * SCALE)
        ys, xs = np.mgrid[0:down, 0:across]
        waves = np.sin(xs / 23) + np.sin(ys / 31 + xs / 57) + np.cos(ys / 17)
        photo = Image.fromarray((128 + 40 * waves).astype(np.uint8)).convert("RGB")
        pen = ImageDraw.Draw(photo)
        for n in range(5):
            at = (
                n * across / 5,
                n * down / 6,
                n * across / 5 + across / 4,
                n * down / 6 + down / 3,
            )
            pen.ellipse(at, fill=(40 * n, 60, 200 - 30 * n))
        self.image.paste(photo, (round(x * SCALE), round(y * SCALE)))
        return Box(x, y, x + width, y + height)

    def text(self, rotation: int = 0, skew: float = 0.0) -> PageText:
        """The page as an engine would have read it, had it lain `rotation` anticlockwise and leant
        by `skew`.
        """
        width, height = self.image.width / SCALE, self.image.height / SCALE
        lain = Upright(width, height, (360 - rotation) % 360).size
        upright = Upright(*lain, rotation, skew)
        lines = [replace(line, box=upright.as_it_lies(line.box)) for line in self.lines]
        return PageText(7, *lain, tuple(lines), "ppocr", "1", rotation=rotation, skew=skew, dpi=DPI)

    def page(self, rotation: int = 0, skew: float = 0.0) -> PaperPage:
        """The same as a picture."""
        lying = self.image.rotate(rotation, expand=True)  # Pillow turns anticlockwise
        leaning = lying.rotate(-skew, Image.Resampling.BICUBIC, fillcolor="white")
        return PaperPage(leaning)


def magazine(width: float = 595.0) -> tuple[Paper, dict[str, Box]]:
    """Two columns under a title, a picture with its caption in the second; by name where they are.
    A `width` of more puts a second such page beside the first.
    """
    paper = Paper(width)
    places: dict[str, Box] = {}
    for left in range(0, round(width) - 594, 595):
        places |= {
            "header": paper.write(left + 50, 30, "Annals of the siege", 8),
            "heading": paper.write(left + 50, 70, "Letters from the hill", 22),
            "figure": paper.picture(left + 305, 300, 240, 180),
            "caption": paper.write(left + 330, 486, "Figure 1. The hill from the river.", 8),
            "footer": paper.write(left + 290, 805, "17", 8),
        }
        paper.column(left + 50, 120, 235, 50)
        paper.column(left + 305, 120, 235, 12)
        paper.column(left + 305, 520, 235, 19)
    return paper, places


def receipt() -> Paper:
    """A narrow slip with goods and prices."""
    paper = Paper(280, 560)
    paper.write(80, 20, "CORNER SHOP", 16)
    paper.write(85, 45, "12 High Street", 10)
    for row in range(22):
        paper.write(20, 80 + 18 * row, f"Article {row + 1} of many")
        paper.write(220, 80 + 18 * row, f"{row + 3}.{row + 10}")
    paper.write(20, 490, "TOTAL", 14)
    paper.write(210, 490, "214.50", 14)
    return paper
