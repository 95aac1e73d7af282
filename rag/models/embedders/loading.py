"""Which embedding model the settings name, and by what name a library's manifest knows it."""

from typing import TYPE_CHECKING

from rag.models.embedders.base import Embedder
from rag.settings import Settings
from rag.utils.telling import tell_user

if TYPE_CHECKING:
    from rag.models.embedders.exports.export import Export


def load_embedder(settings: Settings) -> Embedder:
    """Return the embedding model that the settings name. Raises EmbeddingError when it can't be had."""
    kind, _, value = settings.embedding.partition(":")
    if kind == "openai":
        from rag.models.embedders.openai import OpenAIEmbedder

        return OpenAIEmbedder(value, settings)
    if kind == "onnx":
        from rag.models.embedders.onnx import load_folder

        return load_folder(value, settings)
    if kind == "hf":
        from rag.models.embedders.hub import load_hub_model

        return load_hub_model(settings)
    from rag.models.embedders.ahead import loaded_ahead
    from rag.models.embedders.minilm import load_minilm

    return loaded_ahead(settings) or load_minilm(threads=settings.threads)


def pinned_settings(settings: Settings, stored: str | None) -> Settings:
    """Return the settings with the very revision that a library was made with, where they leave it open.

    `stored`: the model's name in the library's manifest, None when there is no library. Raises EmbeddingError for a
    name that is none.
    """
    if stored is None or not settings.embedding.startswith("hf:"):
        return settings
    from rag.models.embedders.hub import pinned

    return pinned(settings, stored)


def embedder_name(settings: Settings, stored: str | None = None) -> str:
    """Return the name that `load_embedder` would give, without loading the model.

    A model that isn't at hand (a folder that is gone, a cache that is empty) is taken for the one `stored` in the
    manifest when that has the settings' name, so that the papers can be read without it; the model tells its name
    when it is loaded. Raises EmbeddingError for a model that can't be used.
    """
    kind, _, value = settings.embedding.partition(":")
    if kind == "minilm":
        from rag.models.embedders.minilm import NAME

        return NAME
    if kind == "openai":
        from rag.models.embedders.endpoints.naming import endpoint_name

        return endpoint_name(value, settings)
    export = _described(settings)
    if export is None:
        return stored if stored is not None and _may_be(settings.embedding, stored) else settings.embedding
    return stored if stored is not None and stored == export.former_name else export.name


def tell_note(embedder: Embedder) -> None:
    """Say what a person should know of how a model is read, if there is anything: once, when an index is made."""
    note = str(getattr(embedder, "note", ""))
    if note:
        tell_user(note)


def _may_be(setting: str, stored: str) -> bool:
    """Tell whether the model stored may be what a setting names, as far as that goes without its files.

    >>> _may_be("hf:a/b@main", "hf:a/b@0123 (mean pooling)"), _may_be("onnx:x", "onnx:x/y (mean pooling)")
    (True, False)
    """
    if setting.startswith("hf:"):
        setting = setting.partition("@")[0]
    return stored == setting or stored.startswith((f"{setting} (", f"{setting}@"))


def _described(settings: Settings) -> "Export | None":
    kind, _, value = settings.embedding.partition(":")
    if kind == "onnx":
        from rag.models.embedders.exports.export import folder_export

        return folder_export(value, settings)
    from rag.models.embedders.hub import cached_export

    return cached_export(settings)
