"""Which claim checker the settings name."""

from rag.models.checkers.base import Checker
from rag.models.llms.base import ChatModel
from rag.models.llms.loading import load_own
from rag.settings import Settings


def load_checker(settings: Settings, model: ChatModel | None) -> Checker | None:
    """Return the checker that the settings choose for what `model` writes; None when words alone are to tell.

    Quotes (`model` is None) are never checked. Raises ModelError when it can't be had, PromptError.
    """
    kind, _, value = settings.check.partition(":")
    if model is None or kind == "off":
        return None
    if kind in {"onnx", "hf"}:
        from rag.models.checkers.onnx import load_onnx

        return load_onnx(kind, value, settings.threads)
    from rag.models.checkers.llm import ADDRESS, SETTING, LlmChecker

    if kind == "llm":
        return LlmChecker(model, settings)
    address = ADDRESS, settings.check_base_url, settings.check_api_key
    return LlmChecker(load_own(value, settings, SETTING, address), settings, owned=True)
