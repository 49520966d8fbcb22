"""Placed lines as PDF operators: invisible (rendering mode 3), stretched to their length."""

import math
from collections.abc import Sequence

from pagemill.outputs.searchable_pdf.font import DESCENT, UnseenFont, width_of
from pagemill.outputs.searchable_pdf.lines import Placed
from pagemill.outputs.searchable_pdf.visual_order import visual

NARROWEST = 0.6  # of the usual width: with narrower letters Poppler takes spaces for none
_ESCAPED = str.maketrans({"\\": "\\\\", "(": "\\(", ")": "\\)", "\r": "\\r"})


def text_stream(lines: Sequence[Placed], place: str, name: str, font: UnseenFont) -> bytes:
    """`place` is the `cm` operator that takes points of the page as seen to the page's own;
    `name` is that of the font in the page's resources. A tenth of a point is fine enough.
    """
    shown = b"".join(_shown(line, name, font) for line in lines)
    return f"q\n{place}BT 3 Tr 0 Tc 0 Tw 0 Ts\n".encode() + shown + b"ET\nQ\n"


def _shown(line: Placed, name: str, font: UnseenFont) -> bytes:
    """The type's size is the line's height, of which a part lies below the baseline; it is smaller
    where more letters stand than were printed, as in a line that somebody put right.
    """
    text = visual(line.text)
    width = width_of(text)
    if width <= 0:
        return b""
    size = max(0.1, round(min(line.height, line.length / (NARROWEST * width)), 1))
    natural = size * width
    angle = math.radians(line.degrees)
    cosine, sine = math.cos(angle), math.sin(angle)
    fall = line.height * (0.5 - DESCENT / 1000)  # from the line's middle to the baseline
    x = line.x - cosine * line.length / 2 - sine * fall
    y = line.y - sine * line.length / 2 + cosine * fall
    turned = " ".join(_short(part, 5) for part in (cosine, sine, sine, -cosine))
    stretch = _short(100 * line.length / natural)
    where = f"{name} {_short(size)} Tf {stretch} Tz {turned} {_short(x)} {_short(y)} Tm ("
    code = font.encode(text).decode("latin-1").translate(_ESCAPED)
    end = _end(line, cosine, sine) if abs(sine) > abs(cosine) else ""
    return f"{where}{code}) Tj\n{end}".encode("latin-1")


def _end(line: Placed, cosine: float, sine: float) -> str:
    """A space at the end of a line that runs down or up the page: PDFium takes lines that begin at
    one height for parts of one line, and puts them in order from left to right.
    """
    x, y = line.x + cosine * line.length / 2, line.y + sine * line.length / 2
    return f"1 0 0 1 {_short(x)} {_short(y)} Tm (\x00 ) Tj\n"


def _short(number: float, digits: int = 1) -> str:
    """A number as PDF writes it, without zeros that say nothing."""
    text = f"{number:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
