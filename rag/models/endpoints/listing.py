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
    r"|realtime|transcribe|davinci-00|babbage-00|ocr|trocr|musicgen|lyria|aqa|audio|live|[tiva]2[tiavsm]|wanx?|parse"
    r"|csm|vits|reward|prm|labse|splade|nli|bert|deberta|roberta|distilbert|modernbert|nllb|opus-mt|qwen-?mt|safety"
    r"|kling|vidu|ltx|sd3|sd-turbo|kolors|yolo)(?![a-z])|whisper|diffusion|-image|image-|guard|shield"
    r"|transcri|speech|moderation|text-similarity|text-search|code-search"
    # What operates a computer, or is asked another way than by a chat
    r"|computer-use|turbo-instruct|(?<![a-z0-9])o\d[\w-]*-deep-research|retriever|ranker|classifier|detector|llamaparse"
    # Voices, sounds
    r"|(?<!in)voice|tts(?![a-z])|orpheus|playai|speecht5|parler|chatterbox|paraformer|sambert|wav2vec|hubert|seamless"
    r"|canary-\d|(?<![a-z])dia-\d"
    # Pictures, films
    r"|cogview|cogvideo|seedream|seedance|hidream|hailuo|midjourney|ideogram|recraft|kandinsky|pixart|video(?!-?l)"
    r"|inpaint|upscal|controlnet|nano-banana|nvclip|dreamshaper"
)

# Where servers tell how long a prompt may be, the window in use before the greatest that the model knows: LM Studio,
# vLLM, OpenRouter, Groq, Mistral, Gemini; llama.cpp tells it within `meta`.
WINDOWS = (
    "loaded_context_length max_model_len context_length context_window max_context_length max_context_window "
    "inputTokenLimit input_token_limit max_input_tokens n_ctx"
).split()


def names_of(listing: Any) -> list[str]:
    """Return the names of all models that an endpoint lists, in its order."""
    return [name for name, _ in _models(listing)]


def chat_model_of(listing: Any) -> str | None:
    """Return the name of the first model listed that answers questions; None when none does.

    >>> chat_model_of({"data": [{"id": "nomic-embed-text"}, {"id": "qwen3:4b"}]})
    'qwen3:4b'
    """
    return next((name for name, model in _models(listing) if _answers(name, model)), None)


def windows_of(listing: Any) -> dict[str, int | None]:
    """Return the names of all models listed, each with its context window in tokens where the list tells it.

    >>> windows_of({"data": [{"id": "qwen3:4b", "max_model_len": 32768}, {"id": "tiny"}]})
    {'qwen3:4b': 32768, 'tiny': None}
    """
    return {name: _window(model) for name, model in _models(listing)}


def _window(model: dict[str, Any]) -> int | None:
    meta = model.get("meta")
    places = [model, meta] if isinstance(meta, dict) else [model]
    told = (place.get(name) for name in WINDOWS for place in places)
    return next((number for number in told if isinstance(number, int) and number > 1), None)


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
