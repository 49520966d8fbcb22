"""How well documents are read: Pagemill beside others, scored by one scorer.

Pagemill gets the files through `pagemill convert` without any option, and is scored by its
Markdown; `readers.py` says how the others are called. Those who read text layers are asked for PDFs
that have one, those who see pictures for all other documents. Texts are kept in the work folder, so
that a run that was stopped goes on; delete the folder `pagemill` in it to read anew after a change.

    python bench/quality.py [FOLDER] [--readers pagemill markitdown] [--kinds scans] [--keep]
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean

from drawn_pages import DRAWN, drawn
from library import SAMPLES, Sample, load
from quality_goals import Verdict, verdicts
from quality_scores import Scores, scores_of
from readers import ALL, READERS, WITH_TEXT, WITHOUT, is_here
from report import figure, publish, table

IS_PICTURE = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".gif", ".jp2"})
COLUMNS = frozenset({"two-column", "mixed-columns", "three-column"})
MOSTLY_TEXT = ("born_digital", "tables", "invoices")
HEAD = ["kind", "reader", "documents", "CER", "word F1", "order", "headings", "cells", "neighbours"]
PACKAGES = ("pagemill", "rapidocr", "openvino", "onnxruntime", "tesseract", "ocrmypdf", "pypdfium2")


def main() -> int:
    asked = _arguments()
    with tempfile.TemporaryDirectory() as temporary:
        work = asked.work or Path(temporary)
        samples = _samples(asked, work)
        texts = {name: _read(name, samples, work / name) for name in asked.readers}
    scores = {
        name: scores_of(found, is_markdown=READERS[name].is_markdown)
        for name, found in texts.items()
    }
    if asked.verbose:
        _print_each(scores)
    judged = verdicts(scores["pagemill"], groups_of) if "pagemill" in scores else []
    parts = [_describe(samples, asked), _table(scores), _goals(judged, scores)]
    publish(
        asked.section,
        f"Quality on {_where(asked)}",
        "\n\n".join(part for part in parts if part),
        *PACKAGES,
        is_kept=asked.keep,
    )
    return 0


def groups_of(sample: Sample) -> list[str]:
    """The rows of the table that a document counts in."""
    is_picture = sample.path.suffix.lower() in IS_PICTURE
    kind = "table pictures" if sample.kind == "tables" and is_picture else sample.kind
    is_parted = sample.kind == "scans" and COLUMNS.intersection(sample.tags)
    return [kind, "multi-column scans"] if is_parted else [kind]


def _samples(asked: argparse.Namespace, work: Path) -> list[Sample]:
    found = load(asked.folder, tuple(asked.kinds), asked.max_pages)
    found = [sample for sample in found if sample.is_scorable]
    if asked.kinds and DRAWN not in asked.kinds:
        return found
    parted = [s for s in load(asked.folder) if s.kind == "born_digital" and "two-column" in s.tags]
    return [*found, *drawn(parted, work / "drawn")]


def _read(name: str, samples: Sequence[Sample], out: Path) -> Mapping[Sample, str]:
    reader = READERS[name]
    suited = [s for s in samples if reader.asked_for in {ALL, _layer(s)}]
    return dict(zip(suited, reader.read(suited, out), strict=True))


def _layer(sample: Sample) -> str:
    is_pdf = sample.path.suffix.lower() == ".pdf"
    return WITH_TEXT if is_pdf and sample.kind in MOSTLY_TEXT else WITHOUT


def _table(scores: Mapping[str, Scores]) -> str:
    asked = [sample for found in scores.values() for sample in found]
    groups = dict.fromkeys(group for sample in asked for group in groups_of(sample))
    rows = []
    for group in groups:
        for name, of_all in scores.items():
            found = [score for sample, score in of_all.items() if group in groups_of(sample)]
            if found:
                rows.append(_row(group, name, found))
    return table([*HEAD, "facts"], rows)


def _row(group: str, reader: str, scores: Sequence) -> list[object]:
    held, total = sum(s.facts_held for s in scores), sum(s.facts_total for s in scores)
    names = ("cer", "word_f1", "order", "heading_f1", "cell_f1", "neighbour_f1")
    means = [figure(_mean(getattr(score, name) for score in scores)) for name in names]
    return [group, reader, len(scores), *means, f"{held} of {total}" if total else ""]


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _goals(judged: Sequence[Verdict], scores: Mapping[str, Scores]) -> str:
    if not judged or "pagemill" not in scores:
        return ""
    rows = [[one.what, figure(one.value), one.said] for one in judged]
    return "What Pagemill is to reach:\n\n" + table(["figure", "Pagemill", "goal"], rows)


def _print_each(scores: Mapping[str, Scores]) -> None:
    names = ("cer", "word_f1", "order", "heading_f1", "cell_f1", "neighbour_f1")
    rows = [
        [sample.kind, sample.path.name, name, *(figure(getattr(score, n)) for n in names)]
        for name, of_all in scores.items()
        for sample, score in of_all.items()
    ]
    print(table(["kind", "document", "reader", *HEAD[3:]], sorted(rows, key=lambda row: row[:2])))


def _describe(samples: Sequence[Sample], asked: argparse.Namespace) -> str:
    pages = sum(sample.pages for sample in samples)
    longer = f", none longer than {asked.max_pages}" if asked.max_pages else ""
    return (
        f"{len(samples)} documents, {pages} pages{longer}. CER: 0 is best; all others: 1 is best;"
        " means over documents that have such a truth. Headings, cells and neighbours are F1."
        f" Facts: how many hold. `{DRAWN}` are two-column pages with a text layer, which is their"
        " truth, turned into pictures. Definitions: `bench/score.py`, `bench/structure.py`."
    )


def _where(asked: argparse.Namespace) -> str:
    return "the samples of the tests" if asked.folder == SAMPLES else asked.folder.resolve().name


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLES, help="with a manifest")
    parser.add_argument("--kinds", nargs="*", default=[], help="such as scans; default: all")
    parser.add_argument("--max-pages", type=int, default=0, help="leave out longer documents")
    parser.add_argument("--readers", nargs="*", default=list(READERS), choices=list(READERS))
    parser.add_argument("--work", type=Path, help="folder for the texts; default: a temporary one")
    parser.add_argument("--section", default="quality", help="of RESULTS.md")
    parser.add_argument("--keep", action="store_true", help="write the section into RESULTS.md")
    parser.add_argument("-v", "--verbose", action="store_true", help="print every document too")
    asked = parser.parse_args()
    for name in [name for name in asked.readers if not is_here(name)]:
        print(f"{READERS[name].needs} is not installed; {name} is left out", file=sys.stderr)
        asked.readers.remove(name)
    return asked


if __name__ == "__main__":
    sys.exit(main())
