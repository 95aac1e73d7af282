"""A cross-encoder on onnxruntime: two texts in, what a model says of both together out. For checkers and rerankers.

A folder holds model.onnx (or onnx/model.onnx), tokenizer.json and config.json, which tells the longest input and what
each output means. `hf:ORG/NAME` is such a folder, fetched once. Every call runs one pair: no padding, and memory stays
that of one text.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.models.onnx_session import first_line, load_session, model_file, run_session

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

LONGEST = 512  # word pieces of both texts, where the folder doesn't tell
SHIFTED = 2  # positions that RoBERTa's kin keep for padding
LARGEST = 100_000  # more than this is what exports write for "unknown"
INPUTS = {"input_ids", "attention_mask", "token_type_ids"}
NEEDS = "it needs model.onnx (or onnx/model.onnx), tokenizer.json and config.json"


class Role(NamedTuple):
    """What a cross-encoder is there for, and the setting that names it: how errors speak of it."""

    noun: str
    setting: str


class Files(NamedTuple):
    """Where a cross-encoder lies: its folder and the ONNX file in it, and what it is called."""

    folder: Path
    model: Path
    name: str


class CrossEncoder:
    """A session and its tokenizer. Safe to share between threads."""

    def __init__(
        self, files: Files, role: Role, session: "InferenceSession", tokenizer: "Tokenizer", config: Mapping[str, Any]
    ) -> None:
        """Run one pair, to see that model and tokenizer belong together. Raises ModelError when they don't."""
        self.name = files.name
        self.config = config
        self.config_file = files.folder / "config.json"
        self.longest = longest_input(files.folder, config)
        tokenizer.no_padding()
        tokenizer.enable_truncation(self.longest)  # of whichever is longer
        self._role = role
        self._session = session
        self._tokenizer = tokenizer
        self._inputs = {one.name: np.int32 if one.type == "tensor(int32)" else np.int64 for one in session.get_inputs()}
        outputs = [one.name for one in session.get_outputs()]
        self._output = "logits" if "logits" in outputs else outputs[0]
        if unknown := self._inputs.keys() - INPUTS:
            msg = (
                f"The {role.noun} {files.folder} wants inputs that no cross-encoder of texts has: "
                f"{', '.join(sorted(unknown))}. Name another with {role.setting}."
            )
            raise ModelError(msg)
        self.outputs = len(self.logits("a", "b"))

    def length(self, first: str, second: str = "") -> int:
        """Return how many word pieces a pair takes with those between and around its texts, at most `longest`."""
        return len(self._tokenizer.encode(first, second).ids)

    def pieces(self, text: str) -> int:
        """Return how many word pieces a text has by itself."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def beginning(self, text: str, pieces: int) -> str:
        """Return the beginning of a text that has at most so many word pieces."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return text if len(encoding.ids) <= pieces else text[: encoding.offsets[pieces - 1][1]]

    def logits(self, first: str, second: str) -> NDArray[np.float64]:
        """Return what the model puts out for a pair, (outputs,); of a pair that is too long the longer text is cut.

        Raises ModelError when the model can't be run.
        """
        encoding = self._tokenizer.encode(first, second)
        rows = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        given = {name: np.asarray([rows[name]], dtype=kind) for name, kind in self._inputs.items()}
        try:
            found = run_session(self._session, self._output, given)
        except ValueError as error:
            raise self._unusable(str(error)) from error
        if found.ndim > 2:
            why = f"it puts out {found.shape[-1]} numbers a word piece, as an embedding model does"
            raise self._unusable(why)
        return found.reshape(-1)

    def _unusable(self, why: str) -> ModelError:
        role = self._role
        return ModelError(f"The {role.noun} {self.name} can't be run ({why}). Name another with {role.setting}.")


def load_cross_encoder(kind: str, value: str, threads: int, role: Role) -> CrossEncoder:
    """Load `onnx:FOLDER` or `hf:ORG/NAME[@REVISION]`, by kind and value. Raises ModelError that says what it lacks."""
    from tokenizers import Tokenizer

    files = _fetched(value, role) if kind == "hf" else _in_folder(value, role)
    tokenizer_file, config_file = files.folder / "tokenizer.json", files.folder / "config.json"
    if not tokenizer_file.is_file() or not config_file.is_file():
        raise _holds_none(files.folder, role)
    config = _read_json(config_file)
    try:
        session = load_session(files.model, threads)
        tokenizer = Tokenizer.from_file(str(tokenizer_file))
    except Exception as error:  # tokenizers raises bare Exception
        cached = files.folder.parent.parent  # the folder itself holds links alone
        again = f"Delete {cached}, and it is fetched anew" if kind == "hf" else "Export it again"
        msg = (
            f"The {role.noun} {files.folder} can't be loaded ({first_line(error)}). "
            f"{again}, or name another with {role.setting}."
        )
        raise ModelError(msg) from error
    return CrossEncoder(files, role, session, tokenizer, config)


def _in_folder(value: str, role: Role) -> Files:
    root = Path(value).expanduser()
    model = model_file(root)
    if model is None:
        raise _holds_none(root, role)
    return Files(root, model, f"onnx:{root.name}")


def _fetched(value: str, role: Role) -> Files:
    from rag.models.hub import fetch_model, split_name
    from rag.models.hub_errors import HubError

    try:
        found = fetch_model(value)
        repository, _ = split_name(value)
    except HubError as error:
        msg = f"The {role.noun} {role.setting}=hf:{value} can't be had: {error}"
        raise ModelError(msg) from error
    return Files(found.folder, found.model, f"hf:{repository}@{found.revision[:12]}")


def _holds_none(folder: Path, role: Role) -> ModelError:
    here = "holds no" if folder.is_dir() else "is no folder with a"
    return ModelError(f"{folder} {here} {role.noun}: {NEEDS}. Name another with {role.setting}.")


def longest_input(root: Path, config: Mapping[str, Any]) -> int:
    """Return how many word pieces a model takes, by what lies in its folder; 512 when that doesn't tell."""
    positions = config.get("max_position_embeddings")
    if isinstance(positions, int) and "roberta" in str(config.get("model_type", "")).casefold():
        positions -= SHIFTED
    told = [
        _read_json(root / file).get(name)
        for file, name in (
            ("tokenizer_config.json", "model_max_length"),
            ("sentence_bert_config.json", "max_seq_length"),
        )
        if (root / file).is_file()
    ]
    known = [int(one) for one in (positions, *told) if isinstance(one, int | float) and 16 <= one <= LARGEST]
    return min(known, default=LONGEST)


def output_names(config: Mapping[str, Any]) -> list[str]:
    """Return what a model's outputs are called, in their order, by `id2label` or else `label2id`; none when untold.

    Names like LABEL_0, which are written where nobody gave any, tell nothing.

    >>> output_names({"id2label": {"1": "NEUTRAL", "0": "Entailment"}})
    ['Entailment', 'NEUTRAL']
    >>> output_names({"id2label": {"0": "LABEL_0"}, "label2id": {"no": 1, "yes": 0}})
    ['yes', 'no']
    """
    told: Any = config.get("id2label")
    told = dict(enumerate(told)) if isinstance(told, list) else told
    turned: Any = config.get("label2id")
    turned = {place: name for name, place in turned.items()} if isinstance(turned, dict) else None
    for names in (told, turned):
        try:
            found = [str(names[key]) for key in sorted(names, key=int)]
        except (TypeError, ValueError, KeyError):
            continue
        if found and not all(is_untold(name) for name in found):
            return found
    return []


def is_untold(name: str) -> bool:
    """Tell whether an output's name is one that is written where nobody gave any: LABEL_0, 0."""
    return name.strip().casefold().removeprefix("label").strip(" _-").isdigit()


def _read_json(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{file} can't be read ({error}). Delete the model's folder, and fetch or export it again."
        raise ModelError(msg) from error
    return value if isinstance(value, dict) else {}
