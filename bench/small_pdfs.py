"""Many small PDFs, no two alike: real pages, each with a line of its own at its foot.

    python bench/small_pdfs.py FOLDER COUNT [--seed 1]

A page is prepared once and gets a line of fixed length; each document is a copy with other letters
in it, so making one costs little more than writing it. A thousand files lie in each folder below.
"""

import argparse
import hashlib
import io
import random
from collections.abc import Iterator
from pathlib import Path

import pikepdf

SAMPLES = Path(__file__).parents[1] / "tests" / "samples"
MOST_BYTES, PER_FOLDER, LEAST_SIDE = 48_000, 1000, 300
_MARK = b"Document 0000000 xxxxxxxxxxxx"


def make(folder: Path, count: int, seed: int = 1) -> Iterator[Path]:
    """Writes them, and gives their paths in order. The same seed makes the same files."""
    prepared = templates()
    for number in range(count):
        template = random.Random(f"{seed}/{number}").choice(prepared)
        path = folder / f"{number // PER_FOLDER:03d}" / f"doc-{number:07d}.pdf"
        if number % PER_FOLDER == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(template.replace(_MARK, line_of(number, seed).encode(), 1))
        yield path


def line_of(number: int, seed: int = 1) -> str:
    """What stands at the foot of a document, and of no other."""
    tag = hashlib.sha256(f"{seed}/{number}".encode()).hexdigest()[:12]
    return f"Document {number:07d} {tag}"


def templates() -> list[bytes]:
    """The first pages of those samples that have a text layer with a meaning and stay small."""
    made = []
    for path in sorted(SAMPLES.glob("*.pdf")):
        if path.stem.endswith("_nomapping"):
            continue
        try:
            data = _prepared(path)
        except (pikepdf.PdfError, ValueError):
            continue  # encrypted, damaged on purpose, or without a page
        if len(data) <= MOST_BYTES:
            made.append(data)
    return made


def _prepared(path: Path) -> bytes:
    """Raises ValueError where there is no text, or no room for more."""
    with pikepdf.open(path) as source, pikepdf.new() as made:
        if not len(source.pages) or "/Font" not in (source.pages[0].resources or {}):
            raise ValueError("no text")
        left, bottom, right, top = source.pages[0].mediabox
        if min(right - left, top - bottom) < LEAST_SIDE:
            raise ValueError("the line would not be on the page")
        made.pages.append(source.pages[0])
        page = made.pages[0]
        font = made.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
        )
        name = str(page.add_resource(font, pikepdf.Name.Font)).encode()
        page.contents_add(b"q", prepend=True)
        page.contents_add(b"Q BT %s 6 Tf 20 12 Td (%s) Tj ET" % (name, _MARK))
        out = io.BytesIO()
        made.save(
            out,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            static_id=True,
        )
    if out.getvalue().count(_MARK) != 1:
        raise ValueError("the line is not there as it was written")
    return out.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    size = sum(path.stat().st_size for path in make(asked.folder, asked.count, asked.seed))
    print(f"{asked.count:,} files, {size / 1e6:,.1f} MB, of {len(templates())} pages")


if __name__ == "__main__":
    main()
