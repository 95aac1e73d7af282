"""An onnxruntime session of a model file: what the models that run in this process share."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

SILENT = 4  # onnxruntime writes nothing to standard error: what goes wrong is raised


def load_session(path: Path, threads: int) -> "InferenceSession":
    """Return a session on `threads` threads (0: every core). Raises ValueError that says in one line what is wrong."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or os.cpu_count() or 1
    options.inter_op_num_threads = 1
    # Threads that wait by spinning take the cores from whoever works beside them: on a busy machine twice the time of
    # the processor, on an idle one no gain (eval/RESULTS.md).
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    onnxruntime.set_default_logger_severity(SILENT)
    options.log_severity_level = SILENT
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's have no root of their own
        raise ValueError(first_line(error)) from error


def run_session(session: "InferenceSession", output: str, given: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
    """Return one output of a model. Raises ValueError that says in one line what is wrong."""
    try:
        return np.asarray(session.run([output], given)[0], dtype=np.float64)
    except Exception as error:
        raise ValueError(first_line(error)) from error


def first_line(error: Exception) -> str:
    """Return the first line of what an error says; its kind when it says nothing."""
    return next(iter(str(error).splitlines()), type(error).__name__)


def model_file(folder: Path) -> Path | None:
    """Return the first of model.onnx and onnx/model.onnx that a folder holds; None when it holds none."""
    return next((path for path in (folder / "model.onnx", folder / "onnx" / "model.onnx") if path.is_file()), None)
