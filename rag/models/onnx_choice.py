"""Which of a repository's ONNX files to run on a CPU: the whole model before quantised ones, these by processor."""

import platform
import re
from collections.abc import Iterable
from pathlib import PurePosixPath

PLAIN = ("onnx/model.onnx", "model.onnx")
# What a name says about how its weights are kept: from the nearest to the whole model to what suits a CPU least.
# The kinds of 8 bits are those that optimum and transformers.js write; 4 bits and 16 bits are slow on most CPUs.
KINDS = ("optimized o1 o2 o3", "quantized int8 uint8 quint8 qint8 avx2", "avx512 vnni", "arm64", "fp16 o4", "q8", "q4")
OTHER_PARTS = re.compile(r"decoder|vision|image|audio|with_past|tokenizer|preprocess|embed_tokens", re.IGNORECASE)


def choose_model(names: Iterable[str], machine: str | None = None) -> str | None:
    """Return the ONNX file to run, among the names of a repository's files; None when there is none.

    `machine` is what `platform.machine` tells of the processor.

    >>> choose_model(["model.safetensors", "onnx/model.onnx", "onnx/model_O3.onnx"])
    'onnx/model.onnx'
    >>> choose_model(["onnx/model_qint8_arm64.onnx", "onnx/model_quint8_avx2.onnx"], "aarch64")
    'onnx/model_qint8_arm64.onnx'
    """
    arm = (machine or platform.machine()).casefold().startswith(("arm", "aarch"))
    fit = [one for one in names if one.endswith(".onnx") and not OTHER_PARTS.search(one)]
    return min(fit, key=lambda one: (_rank(one, arm=arm), one.count("/"), len(one), one), default=None)


def _rank(name: str, *, arm: bool) -> float:
    if name in PLAIN:
        return -2 + PLAIN.index(name) / 2
    words = set(re.split(r"[^a-z0-9]+", PurePosixPath(name).stem.casefold()))
    found = [place for place, kind in enumerate(KINDS, start=1) if words & set(kind.split())]
    if arm and "arm64" in words:
        return 1
    if any(word.startswith(("q4", "bnb4", "int4")) for word in words):
        return len(KINDS)
    return max(found, default=0)


def data_files(model: str, names: Iterable[str]) -> list[str]:
    """Return the files beside a model that hold its weights, where they are too many for one file.

    >>> data_files("onnx/model.onnx", ["onnx/model.onnx", "onnx/model.onnx_data", "onnx/model_int8.onnx"])
    ['onnx/model.onnx_data']
    """
    stem = model.removesuffix(".onnx")
    beside = (f"{model}_data", f"{model}.data", f"{stem}.data", f"{stem}_data")
    return [one for one in names if one.startswith(beside)]
