"""Placed lines as PDF operators: invisible (rendering mode 3), stretched to their length."""

import math
from collections.abc import Sequence

from pagemill.outputs.searchable_pdf.font import DESCENT, UnseenFont, width_of
from pagemill.outputs.searchable_pdf.lines import Placed
from pagemill.outputs.searchable_pdf.visual_order import visual


def text_stream(lines: Sequence[Placed], place: str, name: str, font: UnseenFont) -> bytes:
    """`place` is the `cm` operator that takes points of the page as seen to the page's own;
    `name` is that of the font in the page's resources.
    """
    shown = "".join(_shown(line, name, font) for line in lines)
    return f"q\n{place}BT 3 Tr 0 Tc 0 Tw 0 Ts\n{shown}ET\nQ\n".encode()


def _shown(line: Placed, name: str, font: UnseenFont) -> str:
    """The type's size is the line's height, of which a part lies below the baseline."""
    text = visual(line.text)
    natural = line.height * width_of(text)
    if natural <= 0:
        return ""
    angle = math.radians(line.degrees)
    cosine, sine = math.cos(angle), math.sin(angle)
    fall = line.height * (0.5 - DESCENT / 1000)  # from the line's middle to the baseline
    x = line.x - cosine * line.length / 2 - sine * fall
    y = line.y - sine * line.length / 2 + cosine * fall
    turned = f"{cosine:.5f} {sine:.5f} {sine:.5f} {-cosine:.5f} {x:.2f} {y:.2f} Tm"
    stretch = 100 * line.length / natural
    code = font.encode(text).hex()
    return f"{name} {line.height:.2f} Tf {stretch:.2f} Tz {turned} <{code}> Tj\n"
