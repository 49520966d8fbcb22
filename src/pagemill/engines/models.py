"""PP-OCRv6 models as ONNX Runtime sessions, set for one quiet thread.

The files lie in the wheel of `rapidocr`; that package is never imported, so nothing of it can log,
download or write. This module imports ONNX Runtime: import it in a child process only.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime as ort

Run = Callable[[np.ndarray], np.ndarray]

_ONLY_ERRORS = 3


def open_session(path: Path) -> ort.InferenceSession:
    """A session that keeps to the calling thread and gives memory back after each run.

    One thread, because processes share the cores better than threads do; no spinning, because a
    waiting thread that spins takes the core from a neighbour; no arena and no memory patterns,
    because both keep the largest size of every shape that ever came by. Raises the runtime's own
    errors when the file is unfit.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.log_severity_level = _ONLY_ERRORS
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def runner(session: ort.InferenceSession) -> Run:
    """One float32 array in, one out."""
    name = session.get_inputs()[0].name

    def run(array: np.ndarray) -> np.ndarray:
        output: np.ndarray = session.run(None, {name: array})[0]
        return output

    return run


def alphabet(session: ort.InferenceSession) -> list[str]:
    """What each class of a recognition model stands for: the CTC blank as "", the characters named
    in the model's metadata, and the space last. Raises ValueError if the counts do not agree.
    """
    listed = session.get_modelmeta().custom_metadata_map["character"].splitlines()
    characters = ["", *listed, " "]
    classes = session.get_outputs()[0].shape[-1]
    if classes != len(characters):
        raise ValueError(f"the model has {classes} classes but names {len(characters)}")
    return characters
