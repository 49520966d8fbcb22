"""PDF pages drawn operator by operator."""

import io
from collections.abc import Callable

import pikepdf
from pikepdf import Dictionary, Name

from pagemill.model.page import NativeText
from pagemill.testing.documents import text_pdf

Read = Callable[[bytes], NativeText]


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
