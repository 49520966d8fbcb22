"""Which models compute in eight bits. That they read the same: test_runtimes.py."""

from importlib import import_module
from importlib.util import find_spec

import pytest

from pagemill.engines.eight_bits import bounds_of, round_convolutions
from pagemill.engines.line_reader import DETECTION, RECOGNITION
from pagemill.engines.ppocr import models_folder
from pagemill.engines.recogniser_file import take_apart
from pagemill.engines.runtime import OPENVINO

INSTALLED = [name for name in (OPENVINO,) if find_spec(name) is not None]


@pytest.fixture(scope="module")
def body() -> bytes:
    return take_apart((models_folder() / RECOGNITION).read_bytes()).body


@pytest.mark.parametrize("runtime", INSTALLED)
def test_all_bounds_of_the_recogniser_find_their_convolution(body: bytes, runtime: str):
    bounds = bounds_of(body)
    model = import_module(runtime).Core().read_model(body)
    by_name = {node.get_friendly_name(): node for node in model.get_ordered_ops()}
    assert len(bounds) > 20
    assert {by_name[name].get_type_name() for name in bounds} == {"Convolution"}
    assert all(low <= 0 < high for low, high in bounds.values())
    round_convolutions(model, bounds)
    for name in bounds:
        entering = [by_name[name].input_value(place).get_node() for place in (0, 1)]
        assert [node.get_type_name() for node in entering] == ["FakeQuantize"] * 2


def test_a_model_that_is_not_known_has_no_bounds():
    assert not bounds_of((models_folder() / DETECTION).read_bytes())
