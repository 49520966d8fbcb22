"""Boxes as PDF drawing operators, in the coordinates of page text.

`upright` maps points with the origin at the top left of the page as a person sees it to the user
space of the PDF page: /Rotate (PDF 32000-1 §7.7.3.3) and the corner of the crop box are undone by
one matrix, so that everything else is drawn without a thought of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pagemill.model.page import Block, BlockKind, Box, PageText
from pagemill.ports import Gap

FONT_SIZE = 6.0
_GREY = (0.45, 0.45, 0.45)
COLOURS = {
    BlockKind.LINE: _GREY,
    BlockKind.PARAGRAPH: (0.13, 0.40, 0.80),
    BlockKind.HEADING: (0.80, 0.12, 0.15),
    BlockKind.LIST_ITEM: (0.10, 0.55, 0.25),
    BlockKind.TABLE: (0.85, 0.45, 0.00),
    BlockKind.FIGURE: (0.55, 0.15, 0.65),
    BlockKind.CAPTION: (0.75, 0.35, 0.65),
    BlockKind.CODE: (0.00, 0.50, 0.55),
    BlockKind.FORMULA: (0.60, 0.50, 0.00),
    BlockKind.FOOTNOTE: (0.30, 0.30, 0.60),
    BlockKind.HEADER: (0.60, 0.60, 0.60),
    BlockKind.FOOTER: (0.60, 0.60, 0.60),
}
_WARNING = (0.80, 0.12, 0.15)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A PDF page as it lies in the file: its visible box in user space, and /Rotate (0 to 270)."""

    box: Box  # y upward: y0 is the lower edge
    rotate: int

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as a person sees them."""
        width, height = self.box.width, self.box.height
        return (height, width) if self.rotate % 180 else (width, height)


def upright(sheet: Sheet, width: float, height: float) -> str:
    """The `cm` operator for page text of `width` x `height` points on `sheet`."""
    across, down = sheet.size
    u, v = across / max(width, 1e-3), down / max(height, 1e-3)
    box = sheet.box
    a, b, c, d, e, f = {
        0: (u, 0, 0, -v, box.x0, box.y1),
        90: (0, u, v, 0, box.x0, box.y0),
        180: (-u, 0, 0, v, box.x1, box.y0),
        270: (0, -u, -v, 0, box.x1, box.y1),
    }[sheet.rotate]
    return f"{a:.6f} {b:.6f} {c:.6f} {d:.6f} {e:.3f} {f:.3f} cm\n"


def boxes(page: PageText, sheet: Sheet, font: str) -> bytes:
    """A frame and a label for every block. `font` names a Helvetica in the page's resources."""
    frames = "".join(_frame(index, block, font) for index, block in enumerate(page.blocks))
    return f"q\n{upright(sheet, page.width, page.height)}0.8 w\n{frames}Q\n".encode()


def warning(gap: Gap, sheet: Sheet, font: str) -> bytes:
    """Says in red that a page could not be read."""
    width, height = sheet.size
    label = _label(f"page {gap.number} could not be read: {gap.failure.code}", 4, 4, 9, font)
    return f"q\n{upright(sheet, width, height)}{_colour(_WARNING, 'rg')}{label}Q\n".encode()


def _frame(index: int, block: Block, font: str) -> str:
    box, colour = block.box, COLOURS.get(block.kind, _GREY)
    frame = f"{box.x0:.2f} {box.y0:.2f} {box.width:.2f} {box.height:.2f} re S\n"
    name = f"{index} {block.kind}{block.level or ''}"
    label = _label(name, box.x0, max(0.0, box.y0 - FONT_SIZE - 1), FONT_SIZE, font)
    return f"{_colour(colour, 'RG')}{frame}{_colour(colour, 'rg')}{label}"


def _label(text: str, x: float, y: float, size: float, font: str) -> str:
    """White on the fill colour; Helvetica's letters are about half as wide as high. Text is turned
    over, for `upright` points y downward.
    """
    width, height = len(text) * 0.52 * size + 2, size + 1
    return (
        f"{x:.2f} {y:.2f} {width:.2f} {height:.2f} re f\n"
        f"1 g BT 0 Tr {font} {size:g} Tf 1 0 0 -1 {x + 1:.2f} {y + size - 0.4:.2f} Tm "
        f"({_ascii(text)}) Tj ET\n"
    )


def _ascii(text: str) -> str:
    plain = text.encode("ascii", "replace").decode()
    return "".join(f"\\{c}" if c in "\\()" else c for c in plain if c.isprintable())


def _colour(rgb: Sequence[float], operator: str) -> str:
    return " ".join(f"{part:.2f}" for part in rgb) + f" {operator}\n"
