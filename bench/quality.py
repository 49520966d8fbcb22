"""How well documents are read: Pagemill, stock RapidOCR and Tesseract, scored by one scorer.

Stock means: `RapidOCR()` as it comes, called page by page; the `tesseract` program as it comes,
with the language named where its pack is installed. Both see pictures as they are and PDF pages at
200 dpi. Pagemill gets the files through `pagemill convert` without any option, and is scored by
its Markdown. Texts are kept in the work folder, so that a run that was stopped goes on; delete the
folder `pagemill` in it to read anew after a change.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import fmean

import numpy as np
from PIL import Image

from library import SAMPLES, Sample, dpi_of, load, pictures
from report import figure, publish, table
from score import Score, score, text_of_markdown

Read = Callable[[Sample], str]
TESSERACT_LANGUAGES = {"en": "eng", "de": "deu", "fr": "fra", "mul": "eng+deu+fra"}


def main() -> None:
    asked = _arguments()
    samples = [s for s in load(asked.folder, tuple(asked.kinds), asked.max_pages) if s.is_scorable]
    with tempfile.TemporaryDirectory() as temporary:
        work = asked.work or Path(temporary)
        readers = {name: READERS[name] for name in asked.readers}
        texts = {name: read_all(samples, work / name) for name, read_all in readers.items()}
    scores = {name: _scores(samples, found) for name, found in texts.items()}
    if asked.verbose:
        _print_each(samples, scores)
    body = f"{_describe(samples, asked)}\n\n{_table(samples, scores)}"
    versions = ("pagemill", "rapidocr", "openvino", "onnxruntime", "tesseract", "tesserocr")
    publish(asked.section, f"Quality on {_where(asked)}", body, *versions, is_kept=asked.keep)


def by_pagemill(samples: list[Sample], out: Path) -> list[str]:
    """All files in one `pagemill convert`, under names that tell equal stems apart."""
    done, inbox = out / "done", out / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    links = [inbox / f"{n:04d}{s.path.suffix}" for n, s in enumerate(samples)]
    for link, sample in zip(links, samples, strict=True):
        link.unlink(missing_ok=True)
        link.symlink_to(sample.path.resolve())
    command = [sys.executable, "-m", "pagemill", "convert", *map(str, links), "-o", str(done)]
    subprocess.run([*command, "--data", str(out / "data")], check=False)
    results = [done / f"{link.stem}.md" for link in links]
    return [text_of_markdown(r.read_text()) if r.exists() else "" for r in results]


def by_rapidocr(samples: list[Sample], out: Path) -> list[str]:
    engine: list[Callable] = []

    def read(sample: Sample) -> str:
        if not engine:
            from rapidocr import RapidOCR

            engine.append(RapidOCR(params={"Global.log_level": "error"}))
        results = [engine[0](np.ascontiguousarray(p[:, :, ::-1])) for p in pictures(sample)]
        return "\n".join(line for result in results for line in result.txts or ())

    return _one_by_one(samples, out, read)


def by_tesseract(samples: list[Sample], out: Path) -> list[str]:
    listed = subprocess.run(["tesseract", "--list-langs"], check=True, stdout=subprocess.PIPE)
    installed = set(listed.stdout.decode().split())

    def read(sample: Sample) -> str:
        wanted = TESSERACT_LANGUAGES.get(sample.language, "eng")
        languages = "+".join(set(wanted.split("+")) & installed) or "eng"
        dpi = dpi_of(sample)
        return "\n".join(_tesseract(pixels, dpi, languages) for pixels in pictures(sample))

    return _one_by_one(samples, out, read)


READERS = {"pagemill": by_pagemill, "rapidocr": by_rapidocr, "tesseract": by_tesseract}


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


def _one_by_one(samples: list[Sample], out: Path, read: Read) -> list[str]:
    """Keeps each text under its document's name and does not read twice."""
    out.mkdir(parents=True, exist_ok=True)
    texts = []
    for number, sample in enumerate(samples):
        kept = out / f"{sample.kind}-{sample.path.name}.txt"
        if not kept.exists():
            _tell(f"{out.name}: {number + 1} of {len(samples)}, {sample.path.name}")
            kept.write_text(read(sample))
        texts.append(kept.read_text())
    return texts


def _scores(samples: list[Sample], texts: list[str]) -> list[Score]:
    return [
        score(text, sample.truth, sample.facts, sample.optional)
        for sample, text in zip(samples, texts, strict=True)
    ]


def _table(samples: list[Sample], scores: dict[str, list[Score]]) -> str:
    kinds = list(dict.fromkeys(sample.kind for sample in samples))
    rows = []
    for kind in [*kinds, "all"]:
        for name, of_all in scores.items():
            pairs = zip(samples, of_all, strict=True)
            rows.append(_row(kind, name, [s for doc, s in pairs if kind in {doc.kind, "all"}]))
    return table(["kind", "reader", "documents", "CER", "word F1", "order", "facts"], rows)


def _row(kind: str, reader: str, scores: list[Score]) -> list[object]:
    held, total = sum(s.facts_held for s in scores), sum(s.facts_total for s in scores)
    means = (_mean(s.cer for s in scores), _mean(s.word_f1 for s in scores))
    order = _mean(s.order for s in scores)
    facts = f"{held} of {total}" if total else ""
    return [kind, reader, len(scores), *map(figure, (*means, order)), facts]


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _print_each(samples: list[Sample], scores: dict[str, list[Score]]) -> None:
    rows = [
        [sample.kind, sample.path.name, name, *map(figure, (s.cer, s.word_f1, s.order))]
        for number, sample in enumerate(samples)
        for name, s in ((name, of_all[number]) for name, of_all in scores.items())
    ]
    print(table(["kind", "document", "reader", "CER", "word F1", "order"], rows))


def _describe(samples: list[Sample], asked: argparse.Namespace) -> str:
    pages = sum(sample.pages for sample in samples)
    longer = f", none longer than {asked.max_pages}" if asked.max_pages else ""
    return (
        f"{len(samples)} documents, {pages} pages{longer}. CER: 0 is best; word F1 and order: 1 is"
        " best; means over documents. Facts: how many hold. Definitions: `bench/score.py`."
    )


def _where(asked: argparse.Namespace) -> str:
    return "the samples of the tests" if asked.folder == SAMPLES else asked.folder.resolve().name


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLES, help="with a manifest")
    parser.add_argument("--kinds", nargs="*", default=[], help="such as scans; default: all")
    parser.add_argument("--max-pages", type=int, default=20, help="leave out longer documents")
    parser.add_argument("--readers", nargs="*", default=list(READERS), choices=list(READERS))
    parser.add_argument("--work", type=Path, help="folder for the texts; default: a temporary one")
    parser.add_argument("--section", default="quality", help="of RESULTS.md")
    parser.add_argument("--keep", action="store_true", help="write the section into RESULTS.md")
    parser.add_argument("-v", "--verbose", action="store_true", help="print every document too")
    asked = parser.parse_args()
    if "tesseract" in asked.readers and not shutil.which("tesseract"):
        _tell("tesseract is not installed; it is left out")
        asked.readers.remove("tesseract")
    return asked


if __name__ == "__main__":
    main()
