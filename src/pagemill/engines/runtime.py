"""What runs a model: OpenVINO where it is installed, else ONNX Runtime; in one quiet thread.

A model is the bytes of an ONNX file; it takes one float32 array and gives one, or several. The
libraries are imported when a model is opened: in a child process only.
"""

import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from pagemill.engines.processor import has_fast_int8

if TYPE_CHECKING:
    import numpy as np

AUTO, OPENVINO, ONNXRUNTIME = "auto", "openvino", "onnxruntime"
OPENVINO_F32 = "openvino-f32"  # as on a processor that knows neither bf16 nor eight bits
OPENVINO_INT8 = "openvino-int8"  # float32, and eight bits where they are fast: all but bf16

Run = Callable[["np.ndarray"], "np.ndarray"]
RunAll = Callable[["np.ndarray"], "list[np.ndarray]"]
Open = Callable[[bytes], Run]
OpenAll = Callable[[bytes], RunAll]

_ONLY_ERRORS = 3
# What OpenVINO prepared for a layer and a shape it keeps for the next time; by default thousands.
# Float32 needs more memory for the rest, and so keeps fewer.
_KEPT, _KEPT_IN_F32 = 200, 32
# Importing this part of OpenVINO reports the fact to its makers, over the network, and leaves files
# in the home folder. Only converting models needs it; None makes its import fail, which OpenVINO
# takes as the part not being installed.
_TALKATIVE = "openvino.tools.ovc"


def runtime_of(asked: str) -> str:
    """`auto` becomes the fastest runtime that is installed; nothing is imported to find out."""
    if asked != AUTO:
        return asked
    return OPENVINO if find_spec(OPENVINO) is not None else ONNXRUNTIME


def module_of(runtime: str) -> str:
    """The Python module that must be there for it."""
    return OPENVINO if runtime in {OPENVINO_F32, OPENVINO_INT8} else runtime


def is_fast_with(runtime: str, *, has_bf16: bool, has_int8: bool) -> bool:
    """Whether it runs PP-OCR about as fast as Tesseract reads, on a processor that multiplies
    these fast.
    """
    if runtime == OPENVINO:
        return has_bf16 or has_int8
    return runtime == OPENVINO_INT8 and has_int8


def opener(runtime: str, precision: str = "") -> Open:
    """Gives a function that opens models. `precision` is OpenVINO's, `f32` or `bf16`; without it,
    OpenVINO takes bf16 on processors that multiply it in hardware, and known models compute in
    eight bits where that is fast. Raises ImportError.
    """
    return _first_of(opener_of_all(runtime, precision))


def opener_that_loads(asked: str, runtime: str, precision: str = "") -> tuple[str, Open]:
    """As `opener`, with the runtime it is of: where `auto` was asked for, OpenVINO may be installed
    and yet not load, on a system older than its wheel, and ONNX Runtime takes its place. Raises
    ImportError.
    """
    loaded, open_all = all_opener_that_loads(asked, runtime, precision)
    return loaded, _first_of(open_all)


def all_opener_that_loads(asked: str, runtime: str, precision: str = "") -> tuple[str, OpenAll]:
    """As `opener_that_loads`, of `opener_of_all`."""
    try:
        return runtime, opener_of_all(runtime, precision)
    except ImportError:
        if asked != AUTO or runtime == ONNXRUNTIME:
            raise
        return ONNXRUNTIME, opener_of_all(ONNXRUNTIME)


def opener_of_all(runtime: str, precision: str = "") -> OpenAll:
    """As `opener`, for models that give several arrays: all of them, in the order of the file."""
    if runtime == OPENVINO:
        return _openvino(precision, in_eight_bits=not precision and has_fast_int8())
    if runtime in {OPENVINO_F32, OPENVINO_INT8}:
        return _openvino("f32", in_eight_bits=runtime == OPENVINO_INT8 and has_fast_int8())
    return _onnxruntime()


def _first_of(open_all: OpenAll) -> Open:
    """Opens models as `open_all` does, and gives the first of their arrays."""

    def open_model(data: bytes) -> Run:
        run_all = open_all(data)
        return lambda array: run_all(array)[0]

    return open_model


def _openvino(precision: str, *, in_eight_bits: bool) -> OpenAll:
    sys.modules.setdefault(_TALKATIVE, None)  # type: ignore[arg-type]
    import openvino  # noqa: PLC0415  loaded only where it is used

    from pagemill.engines.eight_bits import bounds_of, round_convolutions  # noqa: PLC0415  as above

    core = openvino.Core()
    wanted = {
        "INFERENCE_NUM_THREADS": 1,
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,
        "CPU_RUNTIME_CACHE_CAPACITY": _KEPT_IN_F32 if precision == "f32" else _KEPT,
        **({"INFERENCE_PRECISION_HINT": precision} if precision else {}),
    }

    def open_model(data: bytes) -> RunAll:
        read = core.read_model(data)
        if in_eight_bits:
            round_convolutions(read, bounds_of(data))
        model = core.compile_model(read, "CPU", wanted)
        request = model.create_infer_request()

        def run(array: "np.ndarray") -> "list[np.ndarray]":
            # Shared memory is written anew by the next run: what is kept must be a copy.
            outputs = request.infer([array], share_inputs=True, share_outputs=True)
            return [outputs[index].copy() for index in range(len(model.outputs))]

        return run

    return open_model


def _onnxruntime() -> OpenAll:
    """Sessions that keep to the calling thread and give memory back after each run.

    No spinning, because a waiting thread that spins takes the core from a neighbour; no arena and
    no memory patterns, because both keep the largest size of every shape that ever came by.
    """
    import onnxruntime  # noqa: PLC0415  loaded only where it is used

    options: Any = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.log_severity_level = _ONLY_ERRORS
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")

    def open_model(data: bytes) -> RunAll:
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name

        def run(array: "np.ndarray") -> "list[np.ndarray]":
            outputs: list[np.ndarray] = session.run(None, {name: array})
            return outputs

        return run

    return open_model
