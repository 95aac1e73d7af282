"""The name of a model behind an endpoint, as a library's manifest records it: no library is needed to tell it."""

from rag.models.embedders.prompts import Prompts, chosen_prompts
from rag.settings import Settings


def endpoint_prompts(settings: Settings) -> Prompts:
    """Return the prompts that the settings tell; a server may add those of its model by itself, so none are assumed."""
    return chosen_prompts(Prompts(), settings.query_prompt, settings.passage_prompt)


def endpoint_name(model: str, settings: Settings) -> str:
    """Return the name of a model behind an endpoint, with what the settings change of its vectors."""
    asked = f"{settings.dimensions} dimensions" if settings.dimensions else ""
    told = ", ".join(filter(None, (asked, endpoint_prompts(settings).told)))
    return f"openai:{model} ({told})" if told else f"openai:{model}"
