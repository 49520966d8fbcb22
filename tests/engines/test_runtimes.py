"""What runs the models makes no difference to what is read."""

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from pagemill.documents import PageOpener
from pagemill.engines.line_reader import DETECTION, RECOGNITION
from pagemill.engines.ppocr import PpOcrEngine, models_folder
from pagemill.engines.recogniser_file import take_apart
from pagemill.engines.runtime import (
    AUTO,
    ONNXRUNTIME,
    OPENVINO,
    OPENVINO_F32,
    OPENVINO_INT8,
    is_fast_with,
    opener,
    runtime_of,
)
from pagemill.ports import ReadOptions

SAMPLES = Path(__file__).parents[1] / "samples"
INSTALLED = [name for name in (OPENVINO, ONNXRUNTIME) if find_spec(name) is not None]
PRINTED = ("lorem-ipsum-scan.pdf", "typewriter.png", "phototest-rotated-R.png")
PICTURE = np.linspace(-1, 1, 3 * 48 * 320, dtype=np.float32).reshape(1, 3, 48, 320)

Engines = dict[str, PpOcrEngine]


@pytest.fixture(scope="module")
def recogniser() -> bytes:
    return (models_folder() / RECOGNITION).read_bytes()


@pytest.mark.parametrize("name", PRINTED)
def test_printed_pages_say_the_same_by_every_runtime(ppocr_by: Engines, name: str):
    document = PageOpener(max_pixels=40_000_000).open(SAMPLES / name, "application/octet-stream")
    readings = [engine.read(document.page(1), ReadOptions()) for engine in ppocr_by.values()]
    document.close()
    first, *others = ["\n".join(block.text for block in reading.blocks) for reading in readings]
    assert len(first) > 50
    # A typewriter has one type for the letter l and the digit 1: rounding decides.
    assert all(Levenshtein.distance(first, other) <= 1 for other in others)


def test_the_version_says_what_runs_the_models(ppocr_by: Engines):
    versions = {runtime: engine.version for runtime, engine in ppocr_by.items()}
    assert all(version.endswith(runtime) for runtime, version in versions.items())


def test_auto_takes_openvino_where_it_is_and_else_onnx_runtime(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("pagemill.engines.runtime.find_spec", {OPENVINO: object()}.get)
    assert runtime_of(AUTO) == OPENVINO
    assert runtime_of(ONNXRUNTIME) == ONNXRUNTIME
    monkeypatch.setattr("pagemill.engines.runtime.find_spec", {}.get)
    assert runtime_of(AUTO) == ONNXRUNTIME


@pytest.mark.parametrize(
    ("runtime", "has_bf16", "has_int8", "is_fast"),
    [
        (OPENVINO, True, False, True),
        (OPENVINO, False, True, True),
        (OPENVINO, False, False, False),
        (OPENVINO_INT8, True, False, False),
        (OPENVINO_INT8, True, True, True),
        (OPENVINO_F32, True, True, False),
        (ONNXRUNTIME, True, True, False),
    ],
)
def test_what_counts_as_fast(runtime: str, has_bf16: bool, has_int8: bool, is_fast: bool):
    assert is_fast_with(runtime, has_bf16=has_bf16, has_int8=has_int8) is is_fast


def test_an_openvino_that_does_not_load_gives_way_to_onnx_runtime(monkeypatch, tmp_path, page_of):
    (tmp_path / "openvino.py").write_text("raise ImportError('libc is too old')")
    monkeypatch.delitem(sys.modules, OPENVINO, raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    engine = PpOcrEngine(AUTO)
    assert engine.version.endswith(OPENVINO)
    assert engine.read(page_of(), ReadOptions()).blocks[0].text == "The quick brown fox"
    assert engine.version.endswith(ONNXRUNTIME)


@pytest.mark.parametrize("runtime", INSTALLED)
def test_an_answer_is_not_overwritten_by_the_next(recogniser: bytes, runtime: str):
    run = opener(runtime)(take_apart(recogniser).body)
    first = run(PICTURE)
    kept = first.copy()
    run(-PICTURE)
    assert np.array_equal(first, kept)


def test_a_recogniser_taken_apart_scores_as_the_whole_one(recogniser: bytes):
    open_model = opener(ONNXRUNTIME)
    parts = take_apart(recogniser)
    scores = open_model(parts.body)(PICTURE) @ parts.weights + parts.bias
    shares = np.exp(scores - scores.max(axis=2, keepdims=True))
    shares /= shares.sum(axis=2, keepdims=True)
    assert np.allclose(shares, open_model(recogniser)(PICTURE), atol=1e-4)
    assert len(parts.characters) == len(parts.bias) == scores.shape[2]
    assert {"a", "é", "日"} <= set(parts.characters)


@pytest.mark.parametrize("other", [b"", b"no model", b"\x0a\x04abcd"])
def test_what_is_no_recogniser_is_refused(other: bytes):
    with pytest.raises((ValueError, IndexError)):
        take_apart(other)


def test_a_model_that_ends_otherwise_is_refused():
    with pytest.raises(ValueError, match="operator"):
        take_apart((models_folder() / DETECTION).read_bytes())
