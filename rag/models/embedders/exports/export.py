"""An ONNX export of an embedding model, as its folder describes it: read without loading the model.

Whether the folder came from a hub or was named by its path, the same files say the same. `name` is what a library's
manifest records: it changes when the vectors would.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from rag.errors import EmbeddingError
from rag.models.embedders.base import Kind
from rag.models.embedders.exports.modules import Step, read_modules, read_object
from rag.models.embedders.exports.pooling import Pooling
from rag.models.embedders.prompts import NO_PROMPTS, Prompts, chosen_prompts, declared_prompts, family_of
from rag.models.onnx_session import model_file
from rag.settings import Settings

WINDOW = 512  # word pieces with [CLS] and [SEP], where nothing tells: what BERT-like models were trained to see
LARGEST = 100_000  # more than this is what exports write for "unknown"
SHIFTED = 2  # positions that RoBERTa's kin keep for padding
TASKS: dict[Kind, str] = {"query": "retrieval.query", "passage": "retrieval.passage"}
SAMPLES, SAMPLE = 256, 4096  # pieces of a file that are looked at, and bytes of each


class Export(NamedTuple):
    """What to run and how.

    `model`: the ONNX file. `counts_prompt`: whether a prompt's word pieces are pooled. `steps`: what the pooled vector
    goes through. `window`: the longest input in word pieces. `first_position`: what a model that wants positions counts
    from. `tasks`: the number of each kind of text for a model that wants one. `note`: what a person should know of how
    it is read, one line or none.
    """

    source: str
    model: Path
    tokenizer: Path
    pooling: Pooling = "mean"
    counts_prompt: bool = True
    steps: tuple[Step, ...] = ()
    prompts: Prompts = NO_PROMPTS
    window: int = WINDOW
    lower_case: bool = False
    first_position: int = 0
    tasks: Mapping[Kind, int] = {}
    weights: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        """The model, its revision or a digest of its files, pooling and prompts."""
        told = (self.weights, f"{self.pooling} pooling", self.prompts.told)
        return f"{self.source} ({', '.join(filter(None, told))})"

    @property
    def former_name(self) -> str | None:
        """The name that version 0.1.0 gave these very vectors: it knew mean pooling alone, and no prompts."""
        as_then = self.pooling == "mean" and not any(self.prompts) and not self.steps
        return self.source if as_then and self.source.startswith("onnx:") else None


def folder_export(folder: str, settings: Settings) -> Export | None:
    """Return the export in a folder; None when none is there. Raises EmbeddingError for one that can't be used."""
    root = Path(folder).expanduser()
    model = model_file(root)
    if model is None or not (root / "tokenizer.json").is_file():
        return None
    return read_export(f"onnx:{folder}", root, model, settings, weights=digest(root, model))


def read_export(source: str, root: Path, model: Path, settings: Settings, *, weights: str = "") -> Export:
    """Return what the files beside a model say of it. Raises EmbeddingError for what can't be done here, or be read."""
    try:
        modules = read_modules(root)
        config = read_object(root / "config.json")
        limits = read_object(next(iter(sorted(root.glob("sentence_*_config.json"))), root / "none"))
        declared = declared_prompts(read_object(root / "config_sentence_transformers.json")) or _instructions(config)
        window = longest_input(config, limits, read_object(root / "tokenizer_config.json"))
    except ValueError as error:
        msg = f"The embedding model {source} can't be used: {error}. Name another one with ASKPAPERS_EMBEDDING."
        raise EmbeddingError(msg) from error
    family = family_of(source.partition("@")[0].partition(":")[2].rstrip("/")) or family_of(
        str(config.get("_name_or_path", ""))
    )
    found = declared or (family.prompts if family else NO_PROMPTS)
    prompts = chosen_prompts(found, settings.query_prompt, settings.passage_prompt)
    pooling = modules.pooling or (family.pooling if family else "mean")
    return Export(
        source=source,
        model=model,
        tokenizer=root / "tokenizer.json",
        pooling=pooling,
        counts_prompt=modules.counts_prompt,
        steps=modules.changing,
        prompts=prompts,
        window=window,
        lower_case=limits.get("do_lower_case") is True,
        first_position=SHIFTED if _is_shifted(config) else 0,
        tasks=_tasks(config),
        weights=weights,
        note=""
        if declared or prompts != found or not any(prompts)
        else f"{source} declares no prompts: {prompts.told}, "
        "as its authors publish them. ASKPAPERS_QUERY_PROMPT and ASKPAPERS_PASSAGE_PROMPT change that.",
    )


def longest_input(config: dict[str, Any], limits: dict[str, Any], tokenizer: dict[str, Any]) -> int:
    """Return how many word pieces a model takes: what its authors trained it with, never more than it has positions.

    >>> longest_input({"max_position_embeddings": 514, "model_type": "xlm-roberta"}, {}, {"model_max_length": 8192})
    512
    """
    positions = config.get("max_position_embeddings", config.get("n_positions"))
    if isinstance(positions, int) and _is_shifted(config):
        positions -= SHIFTED
    trained = limits.get("max_seq_length") or tokenizer.get("model_max_length")
    known = [int(one) for one in (positions, trained) if isinstance(one, int | float) and 4 <= one <= LARGEST]
    return min(known, default=WINDOW)


def _is_shifted(config: dict[str, Any]) -> bool:
    kind = str(config.get("model_type", "")).casefold()
    return "roberta" in kind or kind in {"camembert", "mpnet", "longformer", "data2vec-text"}


def _instructions(config: dict[str, Any]) -> Prompts | None:
    """Return the prompts of a config.json that has one a task, as jina-embeddings-v3 has."""
    told = config.get("task_instructions")
    return declared_prompts({"prompts": told}) if isinstance(told, dict) else None


def _tasks(config: dict[str, Any]) -> dict[Kind, int]:
    """Return the place of each kind of text among the tasks that a model was adapted to."""
    adapted = config.get("lora_adaptations")
    known = adapted if isinstance(adapted, list) else []
    return {kind: known.index(task) for kind, task in TASKS.items() if task in known}


def digest(root: Path, model: Path) -> str:
    """Return a short digest of what a folder's vectors depend on. Large files are sampled: no weight changes alone."""
    told = hashlib.sha256()
    for path in (model, root / "tokenizer.json", root / "modules.json", *sorted(root.glob("[0-9]_*/*"))):
        if path.is_file():
            size = path.stat().st_size
            told.update(f"{path.name} {size}\n".encode())
            step = max(SAMPLE, size // SAMPLES)
            with path.open("rb") as file:
                for place in range(0, size, step):
                    file.seek(place)
                    told.update(file.read(SAMPLE))
    return f"files {told.hexdigest()[:12]}"
