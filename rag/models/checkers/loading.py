"""Which claim checker the settings name."""

from rag.errors import ModelError
from rag.models.checkers.base import Checker
from rag.models.llms.base import ChatModel
from rag.models.spending import MeteredModel
from rag.settings import Settings


def load_checker(settings: Settings, model: ChatModel | None) -> Checker | None:
    """Return the checker that the settings choose for what `model` writes; None when words alone are to tell.

    Quotes (`model` is None) are never checked. Raises ModelError when it can't be had, PromptError.
    """
    kind, _, value = settings.check.partition(":")
    if model is None or kind == "off":
        return None
    if kind == "onnx":
        from rag.models.checkers.onnx import load_onnx

        return load_onnx(value, settings.threads)
    from rag.models.checkers.llm import LlmChecker

    if kind == "llm":
        return LlmChecker(model, settings)
    return LlmChecker(_own_model(value, settings), settings, owned=True)


def _own_model(name: str, settings: Settings) -> ChatModel:
    """Return the checker's own model. The answering endpoint's key goes to no other address."""
    if settings.check_base_url is not None:
        own = {"openai_base_url": settings.check_base_url, "openai_api_key": settings.check_api_key}
        settings = settings.model_copy(update=own)
    elif settings.openai_api_key is None and settings.openai_base_url is None:
        msg = (
            f"ASKPAPERS_CHECK=openai:{name} has no endpoint. Set OPENAI_API_KEY, or name one: ASKPAPERS_CHECK_BASE_URL."
        )
        raise ModelError(msg)
    from rag.models.llms.openai import EndpointModel

    return MeteredModel(EndpointModel(name, settings), settings)
