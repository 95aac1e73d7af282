"""An embedding model by its name on a hub, pinned: a library goes on with the commit that made its vectors."""

import re

from rag.errors import EmbeddingError
from rag.models.embedders.exports.export import Export, read_export
from rag.models.embedders.onnx import OnnxEmbedder, load_export
from rag.models.hub import COMMIT, Fetched, cached_model, fetch_model, split_name
from rag.models.hub_errors import HubError
from rag.settings import Settings

PREFIX = "hf:"
PINNED = re.compile(rf"{PREFIX}(?P<repository>[^@\s]+)@(?P<commit>{COMMIT.pattern})(/(?P<model>\S+))? ")


def pinned(settings: Settings, stored: str) -> Settings:
    """Return the settings with the commit of the vectors stored, where they name the same model and no revision.

    `stored`: the model's name in the manifest of a library. Raises EmbeddingError for a name that is none.
    """
    repository, revision = _split(settings)
    made = PINNED.match(stored)
    if revision or not made or made["repository"] != repository:
        return settings
    return settings.model_copy(update={"embedding": f"{PREFIX}{repository}@{made['commit']}"})


def cached_export(settings: Settings) -> Export | None:
    """Return what the cache says of the model that the settings name; None when it isn't there. Asks no hub.

    Raises EmbeddingError for a name that is none, and for a model that can't be used.
    """
    try:
        found = cached_model(settings.embedding.removeprefix(PREFIX))
    except HubError as error:
        raise EmbeddingError(str(error)) from error
    return _export(found, settings) if found else None


def load_hub_model(settings: Settings) -> OnnxEmbedder:
    """Load the model that the settings name, from the cache or fetched into it. Raises EmbeddingError."""
    try:
        found = fetch_model(settings.embedding.removeprefix(PREFIX))
    except HubError as error:
        raise EmbeddingError(str(error)) from error
    kept = found.folder.parent.parent
    remedy = f"If it is damaged, delete {kept} and run the same command again: it is fetched anew."
    return load_export(_export(found, settings), settings.threads, remedy)


def _export(found: Fetched, settings: Settings) -> Export:
    repository, _ = _split(settings)
    model = found.model.relative_to(found.folder).as_posix()
    which = "" if model in {"model.onnx", "onnx/model.onnx"} else f"/{model}"
    return read_export(f"{PREFIX}{repository}@{found.revision}{which}", found.folder, found.model, settings)


def _split(settings: Settings) -> tuple[str, str | None]:
    try:
        return split_name(settings.embedding.removeprefix(PREFIX))
    except HubError as error:
        raise EmbeddingError(str(error)) from error
