"""Which language model the settings name."""

from rag.errors import ModelError
from rag.models.llms.base import ChatModel
from rag.models.spending import MeteredModel
from rag.settings import Settings


def load_model(settings: Settings) -> ChatModel | None:
    """Return the language model that the settings choose; None when answers are to be extractive.

    Raises ModelError when it can't be had.
    """
    kind, _, value = settings.llm.partition(":")
    configured = settings.openai_api_key is not None or settings.openai_base_url is not None
    if kind == "openai" and not configured:
        msg = "OPENAI_API_KEY is not set. Set it, or name another server with OPENAI_BASE_URL."
        raise ModelError(msg)
    if kind == "gguf":
        from rag.models.llms.gguf import GgufModel

        return MeteredModel(GgufModel(value, settings), settings)
    if kind == "openai" or (kind == "auto" and configured):
        from rag.models.llms.openai import EndpointModel

        return MeteredModel(EndpointModel(value, settings), settings)
    return None
