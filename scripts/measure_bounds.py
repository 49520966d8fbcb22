"""Makes src/pagemill/engines/data/eight_bits.json: between which bounds values stay on pages.

Runs the recogniser in float32 on some lines of documents and notes, for the convolutions that cost
most, what enters them. All but one in 10,000 values keep the bounds on either side: those beyond
are cut off, and the others are rounded less. Bounds that cut off a tenth as many cost receipts
0.018 of word F1, these cost nothing on receipts, scans and pictures. Look at the texts of all
kinds of pages before a new file is kept.

    measure_bounds.py tests/samples/linn*.p* tests/samples/*n.pdf tests/samples/t*.p*
"""

import argparse
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pagemill.documents import PageOpener
from pagemill.engines.alphabet import Alphabet
from pagemill.engines.detection import Detector
from pagemill.engines.eight_bits import KNOWN
from pagemill.engines.line_reader import DETECTION, RECOGNITION, SIDE
from pagemill.engines.pictures import ppocr_dpi
from pagemill.engines.ppocr import models_folder
from pagemill.engines.recogniser_file import take_apart
from pagemill.engines.recognition import Recogniser, cut_line
from pagemill.engines.runtime import OPENVINO, opener

if TYPE_CHECKING:
    from openvino import Model, Node

MAX_PIXELS = 40_000_000
KEPT = 0.9999  # of the values that enter, on either side
SAMPLE = 8000  # values of a run that are looked at
LINES = 400
LEAST = 4000  # products for each pixel that comes out; less is not worth rounding
LAST = ("Conv.54", "Conv.55")  # what they give is read, not rounded again; they cost little


class Witness:
    """A model in float32 that notes what enters its convolutions."""

    def __init__(self, data: bytes) -> None:
        import openvino  # noqa: PLC0415  after `opener` has kept it quiet

        core = openvino.Core()
        model = core.read_model(data)
        self._inputs = {
            node.get_friendly_name(): node.input_value(0).get_any_name() for node in _costly(model)
        }
        model.add_outputs(sorted(set(self._inputs.values())))
        wanted = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
        self._request = core.compile_model(model, "CPU", wanted).create_infer_request()
        self._seen: dict[str, list[np.ndarray]] = {name: [] for name in self._inputs}
        self._chance = np.random.default_rng(0)

    def run(self, array: np.ndarray) -> np.ndarray:
        answer: np.ndarray = self._request.infer([array])[0].copy()
        for name, seen in self._seen.items():
            values = self._request.get_tensor(self._inputs[name]).data.ravel()
            seen.append(values[self._chance.integers(0, len(values), SAMPLE)])
        return answer

    def bounds(self) -> dict[str, list[float]]:
        kept = {
            name: np.quantile(np.concatenate(seen), (1 - KEPT, KEPT))
            for name, seen in self._seen.items()
        }
        return {name: [round(float(end), 3) for end in ends] for name, ends in kept.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("documents", type=Path, nargs="+")
    asked = parser.parse_args()
    open_model = opener(OPENVINO, "f32")
    detector = Detector(open_model((models_folder() / DETECTION).read_bytes()))
    recogniser = take_apart((models_folder() / RECOGNITION).read_bytes())
    witness = Witness(recogniser.body)
    alphabet = Alphabet(recogniser.weights, recogniser.bias, recogniser.characters)
    reader = Recogniser(witness.run, alphabet)
    crops = [
        cut_line(pixels, quad)
        for pixels in _pictures(asked.documents)
        for quad in detector.find(pixels, SIDE)
    ]
    for index in np.random.default_rng(0).permutation(len(crops))[:LINES]:
        reader.read_crops([crops[index]])
    known = {hashlib.sha256(recogniser.body).hexdigest(): witness.bounds()}
    KNOWN.write_text(json.dumps(known, indent=1) + "\n")


def _costly(model: "Model") -> Iterator["Node"]:
    for node in model.get_ordered_ops():
        if node.get_type_name() != "Convolution" or node.get_friendly_name() in LAST:
            continue
        is_of_a_mean = [*node.input_value(0).get_partial_shape()][2:] == [1, 1]
        outputs, inputs, *kernel = node.input_value(1).get_shape()
        if kernel == [1, 1] and not is_of_a_mean and outputs * inputs >= LEAST:
            yield node


def _pictures(documents: list[Path]) -> Iterator[np.ndarray]:
    opener_ = PageOpener(MAX_PIXELS)
    for path in documents:
        document = opener_.open(path, "application/octet-stream")
        page = document.page(1)
        yield page.render(ppocr_dpi(page)).pixels
        document.close()


if __name__ == "__main__":
    main()
