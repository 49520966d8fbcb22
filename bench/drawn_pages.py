"""Pages with a text layer turned into pictures; their text layer is the truth."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image

from library import PEER_DPI, Sample, pictures

DRAWN = "drawn pages"
_PAGE_NUMBER = re.compile(r"\s*\d{1,4}\s*")


def drawn(samples: Sequence[Sample], folder: Path) -> list[Sample]:
    """One PDF of grey pictures for each document, in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_drawn(sample, folder / sample.path.name) for sample in samples]


def _drawn(sample: Sample, target: Path) -> Sample:
    if not target.exists():
        first, *rest = [Image.fromarray(pixels).convert("L") for pixels in pictures(sample)]
        first.save(
            target, "PDF", resolution=PEER_DPI, save_all=True, append_images=rest, quality=90
        )
    truth = "\n".join(_texts(sample.path))
    return Sample(target, DRAWN, sample.pages, sample.language, truth=truth)


def _texts(path: Path) -> Iterator[str]:
    """In the order of the file, which for typeset pages is that of reading; without the numbers
    that stand alone at the ends of pages.
    """
    document = pdfium.PdfDocument(path)
    try:
        for page in document:
            lines = page.get_textpage().get_text_range().splitlines()
            while lines and _PAGE_NUMBER.fullmatch(lines[-1]):
                lines.pop()
            yield "\n".join(lines).replace("\ufffe", "-").replace("\x02", "-")
    finally:
        document.close()
