"""Everybody whose texts `quality.py` compares. Each is given documents and a folder of its own, and
gives a text for each document: Markdown where it writes Markdown.

Stock means as it comes: `RapidOCR()` called page by page; the programs `tesseract` (its language
named where the pack is installed) and `ocrmypdf`, for which pictures are put into a PDF and which
leaves pages alone that have text (`--skip-text`). Those who see pictures see them as they are, and
PDF pages at 200 dpi. `markitdown` and `pymupdf4llm` (the last version that holds code, below 2) run
in an environment of their own that uv makes; they and their licences stay out of Pagemill.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from library import PEER_DPI, Sample, dpi_of, pictures

Read = Callable[[Sample], str]
ReadAll = Callable[[Sequence[Sample], Path], list[str]]
TESSERACT_LANGUAGES = {"en": "eng", "de": "deu", "fr": "fra", "mul": "eng+deu+fra"}
OUTSIDE = {"markitdown": "markitdown[pdf]==0.1.*", "pymupdf4llm": "pymupdf4llm<2"}
ALL, WITH_TEXT, WITHOUT = "all", "with a text layer", "without one"
CHILD = Path(__file__).with_name("outside_child.py")


@dataclass(frozen=True, slots=True)
class Reader:
    """`asked_for` says which documents it is made for: all, those with a text layer, or those
    without. `needs` is a program on the path.
    """

    read: ReadAll
    is_markdown: bool
    asked_for: str = ALL
    needs: str = ""


def by_pagemill(samples: Sequence[Sample], out: Path) -> list[str]:
    """All files in one `pagemill convert`, under names that tell equal stems apart."""
    done, inbox = out / "done", out / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    links = [inbox / f"{n:04d}{s.path.suffix}" for n, s in enumerate(samples)]
    for link, sample in zip(links, samples, strict=True):
        link.unlink(missing_ok=True)
        link.symlink_to(sample.path.resolve())
    command = [sys.executable, "-m", "pagemill", "convert", *map(str, links), "-o", str(done)]
    subprocess.run([*command, "--data", str(out / "data")], check=False)
    return [_text(done / f"{link.stem}.md") for link in links]


def by_rapidocr(samples: Sequence[Sample], out: Path) -> list[str]:
    engine: list[Callable] = []

    def read(sample: Sample) -> str:
        if not engine:
            from rapidocr import RapidOCR

            engine.append(RapidOCR(params={"Global.log_level": "error"}))
        results = [engine[0](np.ascontiguousarray(p[:, :, ::-1])) for p in pictures(sample)]
        return "\n".join(line for result in results for line in result.txts or ())

    return _one_by_one(samples, out, read)


def by_tesseract(samples: Sequence[Sample], out: Path) -> list[str]:
    def read(sample: Sample) -> str:
        dpi, languages = dpi_of(sample), _languages(sample)
        return "\n".join(_tesseract(pixels, dpi, languages) for pixels in pictures(sample))

    return _one_by_one(samples, out, read)


def by_ocrmypdf(samples: Sequence[Sample], out: Path) -> list[str]:
    """The text beside its PDF (`--sidecar`); pages that have text already are left as they are, so
    their text is taken from the PDF.
    """

    def read(sample: Sample) -> str:
        with tempfile.TemporaryDirectory() as folder:
            source, made = Path(folder) / "in.pdf", Path(folder) / "out.pdf"
            source.write_bytes(_as_pdf(sample))
            program = str(Path(sys.executable).with_name("ocrmypdf"))
            how = ["-q", "--skip-text", "--output-type", "pdf", "--optimize", "0"]
            command = [program, *how, "-l", _languages(sample), str(source), str(made)]
            subprocess.run(command, check=False, capture_output=True)
            return _pdftotext(made) if made.exists() else ""

    return _one_by_one(samples, out, read)


def by_pdftotext(samples: Sequence[Sample], out: Path) -> list[str]:
    return _one_by_one(samples, out, lambda sample: _pdftotext(sample.path, sample.password))


def by_pdfium(samples: Sequence[Sample], out: Path) -> list[str]:
    def read(sample: Sample) -> str:
        document = pdfium.PdfDocument(sample.path, password=sample.password or None)
        try:
            return "\f".join(page.get_textpage().get_text_range() for page in document)
        finally:
            document.close()

    return _one_by_one(samples, out, read)


def _outside(name: str) -> ReadAll:
    def read_all(samples: Sequence[Sample], out: Path) -> list[str]:
        out.mkdir(parents=True, exist_ok=True)
        kept = [out / f"{sample.kind}-{sample.path.name}.md" for sample in samples]
        wanted = {
            str(sample.path.resolve()): str(path)
            for sample, path in zip(samples, kept, strict=True)
            if not path.exists()
        }
        if wanted:
            run_outside(name, wanted)
        return [_text(path) for path in kept]

    return read_all


def run_outside(name: str, wanted: Mapping[str, str], *more: str) -> str:
    """Lets a peer of its own environment write Markdown from documents to files; what it prints."""
    uv = str(Path(sys.executable).with_name("uv"))
    environment = [uv, "run", "--no-project", "--quiet", "--with", OUTSIDE[name]]
    command = [*environment, "python", str(CHILD), name, *more]
    done = subprocess.run(
        command, input=json.dumps(dict(wanted)), text=True, check=True, stdout=subprocess.PIPE
    )
    return done.stdout


READERS: dict[str, Reader] = {
    "pagemill": Reader(by_pagemill, is_markdown=True),
    "markitdown": Reader(_outside("markitdown"), True, WITH_TEXT),
    "pymupdf4llm": Reader(_outside("pymupdf4llm"), True, WITH_TEXT),
    "pdftotext": Reader(by_pdftotext, False, WITH_TEXT, needs="pdftotext"),
    "pypdfium2": Reader(by_pdfium, False, WITH_TEXT),
    "ocrmypdf": Reader(by_ocrmypdf, False, needs="tesseract"),
    "rapidocr": Reader(by_rapidocr, False, WITHOUT),
    "tesseract": Reader(by_tesseract, False, WITHOUT, needs="tesseract"),
}


def is_here(name: str) -> bool:
    needs = READERS[name].needs
    return not needs or shutil.which(needs) is not None


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _languages(sample: Sample) -> str:
    listed = subprocess.run(["tesseract", "--list-langs"], check=True, stdout=subprocess.PIPE)
    installed = set(listed.stdout.decode().split())
    wanted = TESSERACT_LANGUAGES.get(sample.language, "eng")
    return "+".join(set(wanted.split("+")) & installed) or "eng"


def _pdftotext(path: Path, password: str = "") -> str:
    """In the reading order that Poppler finds, which is what it does unasked."""
    unlocked = ["-upw", password] if password else []
    command = ["pdftotext", "-enc", "UTF-8", *unlocked, str(path), "-"]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout


def _as_pdf(sample: Sample) -> bytes:
    if sample.path.suffix.lower() == ".pdf":
        return sample.path.read_bytes()
    with tempfile.TemporaryFile() as made:
        first, *rest = [Image.fromarray(pixels) for pixels in pictures(sample)]
        first.save(
            made, "PDF", resolution=dpi_of(sample) or PEER_DPI, save_all=True, append_images=rest
        )
        made.seek(0)
        return made.read()


def _tesseract(pixels: np.ndarray, dpi: int, languages: str) -> str:
    with tempfile.NamedTemporaryFile(suffix=".png") as picture:
        said = {"dpi": (dpi, dpi)} if dpi else {}
        Image.fromarray(pixels).save(picture.name, compress_level=1, **said)
        done = subprocess.run(
            ["tesseract", picture.name, "stdout", "-l", languages],
            env=dict(os.environ, OMP_THREAD_LIMIT="1"),
            capture_output=True,
            text=True,
            check=True,
        )
    return done.stdout


def _one_by_one(samples: Sequence[Sample], out: Path, read: Read) -> list[str]:
    """Keeps each text under its document's name and does not read twice."""
    out.mkdir(parents=True, exist_ok=True)
    texts = []
    for number, sample in enumerate(samples):
        kept = out / f"{sample.kind}-{sample.path.name}.txt"
        if not kept.exists():
            print(
                f"{out.name}: {number + 1} of {len(samples)}, {sample.path.name}", file=sys.stderr
            )
            kept.write_text(read(sample))
        texts.append(kept.read_text())
    return texts
