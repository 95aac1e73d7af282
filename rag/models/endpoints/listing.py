"""Which model of an endpoint's list answers questions: pure.

Lists hold embedding models, rerankers, voices and pictures too, often first. Where a server says what a model is for,
that counts; elsewhere its name.
"""

import re
from collections.abc import Iterator
from typing import Any

# Where servers tell what a model is for: Together, Mistral, LM Studio, Ollama, Xinference, Azure, OpenRouter, Gemini...
FIELDS = (
    "type task model_type kind mode category categories capabilities model_ability abilities endpoints "
    "supported_endpoints supportedGenerationMethods pipeline_tag architecture modality output_modalities supports_chat "
    "supported_tasks tasks features"
).split()
CHATS = re.compile(
    r"chat|\bllm\b|\bvlm\b|language|completions?$|generate_?content$|text-generation|conversational|->text|^text$|^generate$"
)
OTHERS = re.compile(
    r"embed|rank|tts|\bstt\b|\basr\b|speech|audio|transcri|image|video|moderat|classif|similarity|feature-extraction"
    r"|whisper|guard|score|pooling|diffusion|ocr"
)
NAMES = re.compile(
    r"embed|rerank|colbert|minilm|mpnet|sentence-|paraphrase-|(?<![a-z])(?:e5|bge|gte|m3e|bce|gtr|uae|sfr|stella|voyage"
    r"|clip|siglip|tts|xtts|stt|asr|kokoro|parakeet|bark|piper|whisper|dall-?e|sora|veo|imagen|flux|sdxl|moderation"
    r"|realtime|transcribe|davinci-00|babbage-00|ocr|musicgen|lyria|aqa)(?![a-z])|whisper|diffusion|-image|image-|guard"
    r"|transcri|speech|moderation|text-similarity|text-search|code-search"
)


def names_of(listing: Any) -> list[str]:
    """Return the names of all models that an endpoint lists, in its order."""
    return [name for name, _ in _models(listing)]


def chat_model_of(listing: Any) -> str | None:
    """Return the name of the first model listed that answers questions; None when none does.

    >>> chat_model_of({"data": [{"id": "nomic-embed-text"}, {"id": "qwen3:4b"}]})
    'qwen3:4b'
    """
    return next((name for name, model in _models(listing) if _answers(name, model)), None)


def _models(listing: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(listing, dict):
        listing = next((held for key in ("data", "models") if isinstance(held := listing.get(key), list)), [])
    for model in listing if isinstance(listing, list) else []:
        told = {"id": model} if isinstance(model, str) else model
        if isinstance(told, dict):
            name = next((told[key] for key in ("id", "name", "model") if isinstance(told.get(key), str)), "")
            if name:
                yield name, told


def _answers(name: str, model: dict[str, Any]) -> bool:
    told = [word.lower() for field in FIELDS for word in _told(field, model.get(field))]
    if any(CHATS.search(word) for word in told):
        return True
    if any(OTHERS.search(word) for word in told) or _denies(model.get("capabilities")):
        return False
    return not NAMES.search(name.lower())


def _told(field: str, value: Any) -> Iterator[str]:
    """Yield what a field says that a model can: its words, or the names of what is true."""
    if isinstance(value, str):
        yield value
    elif value is True:
        yield field
    elif isinstance(value, list):
        for one in value:
            yield from _told(field, one)
    elif isinstance(value, dict):
        for name, held in value.items():
            if name not in {"input_modalities", "tokenizer", "instruct_type"}:
                yield from _told(name, held)


def _denies(capabilities: Any) -> bool:
    """Tell whether a server says of a model that it doesn't chat."""
    if not isinstance(capabilities, dict):
        return False
    return any(held is False and CHATS.search(name) for name, held in capabilities.items())
