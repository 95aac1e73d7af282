"""Which language model the settings name."""

from pydantic import SecretStr

from rag.errors import ModelError
from rag.models.endpoints.addresses import NO_ENDPOINT
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
        raise ModelError(NO_ENDPOINT)
    if kind == "gguf":
        from rag.models.llms.gguf import GgufModel

        return MeteredModel(GgufModel(value, settings), settings)
    if kind == "openai" or (kind == "auto" and configured):
        from rag.models.llms.openai import EndpointModel

        return MeteredModel(EndpointModel(value, settings), settings)
    return None


def load_own(
    name: str, settings: Settings, setting: str, address: tuple[str, str | None, SecretStr | None]
) -> ChatModel:
    """Return the endpoint's model `name` for another task than answering, which `setting` names.

    `address`: the setting that names an endpoint of its own, that endpoint and its key. The key of the answers goes to
    no other address. Raises ModelError when there is no endpoint.
    """
    named, base_url, key = address
    if base_url is not None:
        settings = settings.model_copy(update={"openai_base_url": base_url, "openai_api_key": key})
    elif settings.openai_api_key is None and settings.openai_base_url is None:
        msg = f"{setting}=openai:{name} has no endpoint. Set OPENAI_API_KEY, or name one: {named}."
        raise ModelError(msg)
    from rag.models.llms.openai import EndpointModel

    return MeteredModel(EndpointModel(name, settings), settings)


def told_of_own(error: ModelError, setting: str, named: str) -> ModelError:
    """Return an error of such a model that names the settings by which it is chosen."""
    text = str(error).replace("ASKPAPERS_LLM", setting).replace("OPENAI_BASE_URL", f"{named} or OPENAI_BASE_URL")
    return ModelError(text)
