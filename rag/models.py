"""The only module that imports openai: one client, made from explicit settings.

The standard client would read OPENAI_* itself, choose api.openai.com when nothing is set, and retry for ten minutes;
here every choice comes from Settings.
"""

from typing import TYPE_CHECKING

from rag.settings import Settings

if TYPE_CHECKING:
    from openai import OpenAI

TRIES = 2  # a slow endpoint is asked twice, then told
PUBLIC_ENDPOINT = "https://api.openai.com/v1"


def openai_client(settings: Settings) -> "OpenAI":
    """Return a client of the OpenAI-compatible endpoint that the settings name."""
    from openai import OpenAI

    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""
    return OpenAI(
        # Local servers want no key, the client insists on one.
        api_key=key or "none",
        base_url=settings.openai_base_url or PUBLIC_ENDPOINT,
        timeout=settings.timeout,
        max_retries=TRIES - 1,
    )


def embed_texts(client: "OpenAI", model: str, texts: list[str]) -> list[list[float]]:
    """Return one vector a text from the endpoint, in order. Raises ConnectionError with one line that says why."""
    from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError

    endpoint = client.base_url
    try:
        reply = client.embeddings.create(model=model, input=texts, encoding_format="float")
    except APITimeoutError as error:
        msg = f"{endpoint} was asked {TRIES} times and did not answer within {client.timeout} s"
        raise ConnectionError(msg) from error
    except APIConnectionError as error:
        msg = f"{endpoint} can't be reached"
        raise ConnectionError(msg) from error
    except APIStatusError as error:
        msg = f"{endpoint} answered {error.status_code} for model {model!r}"
        raise ConnectionError(msg) from error
    except (OpenAIError, ValueError) as error:
        msg = f"{endpoint} answered what is no list of embeddings"
        raise ConnectionError(msg) from error
    try:
        return [[float(value) for value in item.embedding] for item in sorted(reply.data, key=lambda item: item.index)]
    except (AttributeError, TypeError, ValueError) as error:
        msg = f"{endpoint} answered what is no list of embeddings"
        raise ConnectionError(msg) from error
