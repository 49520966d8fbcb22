"""Makes src/pagemill/engines/data/scripts.npz: which script a line is in, from PP-OCR's features.

Two steps, as the first takes long. Both need only what `make setup` installs, and fonts of all the
scripts, such as those of Debian's packages fonts-noto-core, -noto-cjk, -freefont-ttf, -liberation,
-nanum, -tlwg-garuda-ttf and so on:

    train_scripts.py gather train.npz /usr/share/fonts
    train_scripts.py gather held.npz /usr/share/fonts --held
    train_scripts.py fit train.npz --test held.npz

The first draws pages (see script_pages.py), finds their lines and keeps what the recogniser sees of
each; fonts of the families in HELD are only drawn with `--held`, and are what the layer is tested
on. The second fits a softmax regression to it and writes it down with the hash of the model that it
is for. Half of the lines stand on their head, and are classes of their own, as are those that were
scanned badly: only scripts that PP-OCR reads are, so that a page nobody can read is not foreign.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from script_pages import DIRT, LOCALES, NUMBERS, READ, as_scanned, faces_in, sheets

from pagemill.engines.alphabet import Alphabet
from pagemill.engines.detection import Detector
from pagemill.engines.line_reader import DETECTION, RECOGNITION
from pagemill.engines.ppocr import models_folder
from pagemill.engines.recogniser_file import take_apart
from pagemill.engines.recognition import Recogniser, cut_line
from pagemill.engines.runtime import AUTO, opener, runtime_of
from pagemill.engines.script_votes import LAYER, model_hash, own_steps, pooled

HELD = (
    *("DejaVu", "Lohit", "Loma", "Kinnari", "Amiri", "nazli", "David", "FrankRuehl", "Carlito"),
    *("Lato", "LinLib", "PTF", "GFSNeo", "ipaexm", "batang", "hline", "wqy", "BPG_Serif"),
    *("BPG_Algeti", "Mukti", "Rachana", "Padauk", "Abyssinica", "Phetsarath"),
)
_USUAL = (
    "Latn:150 Hani:40 Jpan:50 Cyrl:66 Arab:58 Grek:44 Thai:42 Kore:40 Viet:40 Hebr:32 Deva:32 "
    f"Taml:32 {NUMBERS}:44 {DIRT}:72"
)
PAGES = {script: int(pages) for script, _, pages in (w.partition(":") for w in _USUAL.split())}
OTHER_PAGES = 18
LINES = 30  # at most, of a page
UPRIGHT, BADLY = 0.6, 0.3  # shares of pages
SIDE = 960
STEPS, RATE, DECAY = 400, 0.02, 3e-4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("gather", help="draw pages and keep what the recogniser sees")
    command.add_argument("file", type=Path)
    command.add_argument("fonts", type=Path, nargs="+", help="folders")
    command.add_argument("--held", action="store_true", help="the fonts that are kept for testing")
    command.add_argument("--share", type=float, default=1.0, help="of the usual number of pages")
    command.add_argument("--seed", type=int, default=1)
    command.set_defaults(run=gather)
    command = commands.add_parser("fit", help="write the layer down")
    command.add_argument("files", type=Path, nargs="+")
    command.add_argument("--test", type=Path, required=True)
    command.set_defaults(run=fit)
    arguments = parser.parse_args()
    arguments.run(arguments)


def gather(asked: argparse.Namespace) -> None:
    rng = random.Random(asked.seed)
    faces = [f for f in faces_in(asked.fonts) if f.path.stem.startswith(HELD) == asked.held]
    detector, recogniser = _models()
    rows, labels = [], []
    for script in (*LOCALES, NUMBERS, DIRT):
        wanted = max(2, round(PAGES.get(script, OTHER_PAGES) * asked.share))
        for sheet in sheets(rng, faces, script, wanted):
            badly = script in {*READ, NUMBERS, DIRT} and rng.random() < BADLY
            pixels = as_scanned(rng, sheet, badly=badly)
            crops = [cut_line(pixels, quad) for quad in detector.find(pixels, SIDE)][:LINES]
            is_upright = rng.random() < UPRIGHT
            if not is_upright:
                crops = [np.ascontiguousarray(np.rot90(crop, 2)) for crop in crops]
            before = len(rows)
            recogniser.read_crops(
                crops,
                lambda features, width: rows.append(pooled(features[: own_steps(width)])),
            )
            label = script + "/180" * (not is_upright) + "/bad" * badly
            labels += [label] * (len(rows) - before)
        print(script, len(labels), flush=True)
    np.savez(asked.file, rows=np.array(rows, np.float32), labels=np.array(labels))


def _models() -> tuple[Detector, Recogniser]:
    open_model = opener(runtime_of(AUTO))
    parts = take_apart((models_folder() / RECOGNITION).read_bytes())
    alphabet = Alphabet(parts.weights, parts.bias, parts.characters)
    detector = Detector(open_model((models_folder() / DETECTION).read_bytes()))
    return detector, Recogniser(open_model(parts.body), alphabet)


def fit(asked: argparse.Namespace) -> None:
    rows, labels = _samples(asked.files)
    names = sorted(set(labels))
    weights, bias = softmax_regression(rows, [names.index(label) for label in labels])
    LAYER.parent.mkdir(exist_ok=True)
    model = model_hash((models_folder() / RECOGNITION).read_bytes())
    np.savez_compressed(LAYER, names=np.array(names), weights=weights, bias=bias, model=model)
    print(f"{LAYER.name}: {len(names)} classes, {LAYER.stat().st_size} bytes")
    for line in report(names, weights, bias, *_samples([asked.test])):
        print(line)


def _samples(files: Sequence[Path]) -> tuple[np.ndarray, list[str]]:
    kept = [np.load(file) for file in files]
    rows = np.concatenate([samples["rows"] for samples in kept])
    return rows, [label for samples in kept for label in samples["labels"].tolist()]


def softmax_regression(rows: np.ndarray, classes: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Weights (float16) and bias by Adam (Kingma and Ba, 2015) on all rows at once. Rare classes
    count more, by the root of their rarity.
    """
    own = np.asarray(classes)
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-3
    given = np.hstack([(rows - mean) / spread, np.ones((len(rows), 1))]).astype(np.float32)
    truth = np.eye(own.max() + 1, dtype=np.float32)[own]
    weight = (1 / np.sqrt(truth.sum(axis=0)))[own].astype(np.float32)
    weight /= weight.sum()
    layer = np.zeros((given.shape[1], truth.shape[1]), np.float32)
    decay = np.full((len(layer), 1), DECAY, np.float32)
    decay[-1] = 0.0
    slope, square = np.zeros_like(layer), np.zeros_like(layer)
    for step in range(1, STEPS + 1):
        gradient = given.T @ ((_softmax(given @ layer) - truth) * weight[:, None]) + decay * layer
        slope = 0.9 * slope + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        pace = RATE * (1 - 0.9 * step / STEPS)
        layer -= pace * slope / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    weights = layer[:-1] / spread[:, None]
    return weights.astype(np.float16), (layer[-1] - mean @ weights).astype(np.float32)


def _softmax(scores: np.ndarray) -> np.ndarray:
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: np.ndarray = likely / likely.sum(axis=1, keepdims=True)
    return shares


def report(
    names: Sequence[str],
    weights: np.ndarray,
    bias: np.ndarray,
    rows: np.ndarray,
    labels: Sequence[str],
) -> Iterator[str]:
    """How many lines of each script are told right, and what the others are taken for."""
    best = (rows @ weights.astype(np.float32) + bias).argmax(axis=1)
    told = [names[index].partition("/")[0] for index in best]
    true = [label.partition("/")[0] for label in labels]
    for script in dict.fromkeys(true):
        counts = Counter(t for t, own in zip(told, true, strict=True) if own == script)
        right = counts.pop(script, 0)
        lines = right + counts.total()
        yield f"{script} {right / lines:.3f} of {lines}; else {dict(counts.most_common(4))}"
    right = sum(t == own for t, own in zip(told, true, strict=True))
    yield f"all {right / len(true):.3f}"


if __name__ == "__main__":
    main()
