"""PDF pages drawn operator by operator."""

import io
from collections.abc import Callable

import pikepdf
from pikepdf import Dictionary, Name

from pagemill.model.page import Block, NativeText
from pagemill.testing.documents import text_pdf

Read = Callable[[bytes], NativeText]

# Of Helvetica, in thousandths of an em, where they are not 556.
WIDTHS = {" ": 278, "i": 222, "l": 222, "t": 278, "f": 278, "r": 333, "m": 833, "w": 722}
WIDTHS |= {"j": 222, "I": 278} | dict.fromkeys("csvxyzk", 500) | dict.fromkeys("ABEKPSVXY", 667)
WIDTHS |= dict.fromkeys("CDHNRU", 722) | dict.fromkeys("GOQ", 778) | dict.fromkeys("TFZ", 611)


def drawn_pdf(content: str, **page_keys: object) -> bytes:
    """One page of 612 x 792 with fonts F1, F2 (bold) and F3 (no mapping) and a picture Im0."""
    with pikepdf.open(io.BytesIO(text_pdf(["x"]))) as pdf:
        page = pdf.pages[0].obj
        page.Contents = pdf.make_stream(content.encode("latin-1"))
        page.Resources.XObject = Dictionary(
            Im0=pdf.make_stream(
                bytes(range(0, 200, 2)),
                Type=Name.XObject,
                Subtype=Name.Image,
                Width=10,
                Height=10,
                ColorSpace=Name.DeviceGray,
                BitsPerComponent=8,
            )
        )
        for key, value in page_keys.items():
            page[f"/{key}"] = value
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def say(text: str, x: float, y: float, size: float = 10, font: str = "F1") -> str:
    return f"BT /{font} {size} Tf {x} {y} Td ({text}) Tj ET\n"


def letters(text: str, x: float, y: float, size: float = 10, pitch: float = 0) -> list[str]:
    """One text object for each letter, no blanks; `pitch` from one to the next if not 0."""
    drawn = []
    for char in text:
        if char != " ":
            drawn.append(say(char, round(x, 3), y, size))
        x += pitch or WIDTHS.get(char, 556) * size / 1000
    return drawn


def mapped(content: str, *ranges: str) -> bytes:
    """A page whose font says what its characters stand for."""
    rows = " ".join(("<20> <60> <0020>", *ranges))
    cmap = "begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
    cmap += f"{1 + len(ranges)} beginbfrange {rows} endbfrange endcmap"
    with pikepdf.open(io.BytesIO(drawn_pdf(content))) as pdf:
        pdf.pages[0].obj.Resources.Font.F1.ToUnicode = pdf.make_stream(cmap.encode())
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def texts(native: NativeText) -> list[str]:
    return [line.text for line in native.lines]


def has_edges_for_each_word(line: Block) -> bool:
    left_first = all(left <= right for left, right in line.words)
    return left_first and len(line.words) == len(line.text.split())
