"""The documents a bench runs on, as a folder's manifest lists them.

A manifest is `samples.json`, `MANIFEST.json` or any `*.json` in the folder: a list of objects with
`path`, `kind`, `pages`, `truth` (files beside the document: `.gt.txt`, `.gt.md`, `.table.html`,
`.table.csv`, `.tests.jsonl`, `.opt.txt`), `truth_by` (tables in a Markdown truth by `machine` do
not count), `tags`, `expect` (`ok` or error codes) and `password`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageOps, ImageSequence

from score import read_facts, text_of_markdown
from structure import Grid, Structure, grid_of_csv, structure_of, structure_of_html

SAMPLES = Path(__file__).parents[1] / "tests" / "samples"
PEER_DPI = 200
NOTHING = Structure()


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One document with its truth; `truth` is plain text, None where there are facts or tables
    alone. `structure` are the headings and tables that it has, as far as they are known.
    """

    path: Path
    kind: str
    pages: int
    language: str = ""
    password: str = ""
    truth: str | None = None
    facts: tuple[dict, ...] = ()
    optional: str = ""
    structure: Structure = NOTHING
    tags: tuple[str, ...] = ()

    @property
    def is_scorable(self) -> bool:
        return self.truth is not None or bool(self.facts) or bool(self.structure.tables)


def load(folder: Path = SAMPLES, kinds: tuple[str, ...] = (), max_pages: int = 0) -> list[Sample]:
    """Documents that are to be read well, in the manifest's order. Empty `kinds` means all,
    `max_pages` 0 no limit. Raises FileNotFoundError without a manifest.
    """
    samples = [_sample(folder, row) for row in _manifest(folder) if _is_readable(row)]
    return [
        sample
        for sample in samples
        if (not kinds or sample.kind in kinds) and (not max_pages or sample.pages <= max_pages)
    ]


def pictures(sample: Sample, dpi: int = PEER_DPI) -> Iterator[np.ndarray]:
    """The pages as RGB pixels: pictures as they are, PDF pages drawn with `dpi`."""
    if sample.path.suffix.lower() != ".pdf":
        with Image.open(sample.path) as image:
            for frame in ImageSequence.Iterator(image):
                yield np.asarray(ImageOps.exif_transpose(frame).convert("RGB"))
        return
    document = pdfium.PdfDocument(sample.path, password=sample.password or None)
    try:
        for page in document:
            bitmap = page.render(scale=dpi / 72)
            yield cv2.cvtColor(bitmap.to_numpy()[:, :, :3], cv2.COLOR_BGR2RGB)
    finally:
        document.close()


def dpi_of(sample: Sample) -> int:
    """The resolution of `pictures`; 0 where a picture does not say it."""
    if sample.path.suffix.lower() == ".pdf":
        return PEER_DPI
    with Image.open(sample.path) as image:
        return round(float(image.info.get("dpi", (0, 0))[0]))


def _manifest(folder: Path) -> list[dict]:
    for name in ("samples.json", "MANIFEST.json", *sorted(p.name for p in folder.glob("*.json"))):
        if (folder / name).is_file():
            return json.loads((folder / name).read_text())
    raise FileNotFoundError(f"{folder} holds no manifest")


def _is_readable(row: dict) -> bool:
    expected = row.get("expect", "ok")
    ends = expected.split("|") if isinstance(expected, str) else expected
    return list(ends) == ["ok"] and row["kind"] != "broken"


def _sample(folder: Path, row: dict) -> Sample:
    texts = {suffix: _truth(folder, row, suffix) for suffix in (".gt.txt", ".gt.md")}
    truth = texts[".gt.txt"] or text_of_markdown(texts[".gt.md"]) or None
    return Sample(
        path=folder / row["path"],
        kind=row["kind"],
        pages=row.get("pages") or 1,
        language=row.get("lang", ""),
        password=row.get("password", ""),
        truth=truth,
        facts=tuple(read_facts(_truth(folder, row, ".tests.jsonl"))),
        optional=_truth(folder, row, ".opt.txt"),
        structure=_structure(folder, row, texts[".gt.md"]),
        tags=tuple(row.get("tags", ())),
    )


def _structure(folder: Path, row: dict, markdown: str) -> Structure:
    """Tables that stand in a file of their own go before those of the Markdown."""
    written = structure_of(markdown)
    return Structure(written.headings, _tables(folder, row) or _trusted(row, written.tables))


def _tables(folder: Path, row: dict) -> tuple[Grid, ...]:
    as_html, as_csv = (_truth(folder, row, suffix) for suffix in (".table.html", ".table.csv"))
    return structure_of_html(as_html).tables or ((grid_of_csv(as_csv),) if as_csv else ())


def _trusted(row: dict, tables: tuple[Grid, ...]) -> tuple[Grid, ...]:
    return () if str(row.get("truth_by") or "").startswith("machine") else tables


def _truth(folder: Path, row: dict, suffix: str) -> str:
    names = [name for name in row["truth"] if name.endswith(suffix)]
    return (folder / names[0]).read_text() if names else ""
