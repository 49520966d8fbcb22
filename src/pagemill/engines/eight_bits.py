"""Convolutions in whole numbers of eight bits, for OpenVINO on processors that multiply them fast.

What enters a convolution is rounded to 256 steps between the bounds it keeps on pages, the weights
of each output to 255 steps around zero; OpenVINO then multiplies the steps (Jacob et al.,
"Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference",
CVPR 2018). The bounds of known models lie in `data/eight_bits.json`, under the SHA-256 of the ONNX
file; `scripts/measure_bounds.py` measures them. Other models stay as they are.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from openvino import Model, Output

KNOWN = Path(__file__).parent / "data" / "eight_bits.json"

Bounds = Mapping[str, tuple[float, float]]  # by the name of the convolution


def bounds_of(data: bytes) -> Bounds:
    """Those of an ONNX file; none if it is not known."""
    known: dict[str, Bounds] = json.loads(KNOWN.read_text())
    return known.get(hashlib.sha256(data).hexdigest(), {})


def round_convolutions(model: "Model", bounds: Bounds) -> None:
    """Rounds what enters the named convolutions of an OpenVINO model, and their weights."""
    for node in model.get_ordered_ops():
        if node.get_friendly_name() in bounds:
            low, high = bounds[node.get_friendly_name()]
            weights = node.input_value(1)
            reach = abs(weights.get_node().data).max(axis=(1, 2, 3), keepdims=True)
            node.input(0).replace_source_output(_rounded(node.input_value(0), low, high, 256))
            node.input(1).replace_source_output(_rounded(weights, -reach, reach, 255))


def _rounded(
    value: "Output", low: float | np.ndarray, high: float | np.ndarray, steps: int
) -> "Output":
    from openvino import opset13  # noqa: PLC0415  loaded only where it is used

    ends = [opset13.constant(np.asarray(end, np.float32)) for end in (low, high)]
    return opset13.fake_quantize(value, *ends, *ends, steps).output(0)
