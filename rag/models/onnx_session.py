"""An onnxruntime session of a model file: what embedding models and checkers that run in this process share."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


def load_session(path: Path, threads: int) -> "InferenceSession":
    """Return a session on `threads` threads (0: every core). Raises ValueError that says in one line what is wrong."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or os.cpu_count() or 1
    options.inter_op_num_threads = 1
    onnxruntime.set_default_logger_severity(3)
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no root of their own
        raise ValueError(str(error).splitlines()[0] if str(error) else type(error).__name__) from error


def model_file(folder: Path) -> Path | None:
    """Return the first of model.onnx and onnx/model.onnx that a folder holds; None when it holds none."""
    return next((path for path in (folder / "model.onnx", folder / "onnx" / "model.onnx") if path.is_file()), None)
