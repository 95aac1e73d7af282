"""Embeddings from an OpenAI-compatible endpoint: the request, and what its errors mean.

An error leaves its cause behind: a server may repeat the key in what it says.
"""

from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAI, OpenAIError

from rag.models.llms.openai_errors import bare_address
from rag.models.openai_client import sync_client
from rag.settings import Settings

TRIES = 2  # a slow endpoint is asked twice, then told


def embedding_client(settings: Settings) -> OpenAI:
    """Return a client of the endpoint that the settings name."""
    return sync_client(settings, tries=TRIES)


def embed_texts(client: OpenAI, model: str, texts: list[str]) -> list[list[float]]:
    """Return one vector a text from the endpoint, in order. Raises ConnectionError with one line that says why."""
    endpoint = bare_address(str(client.base_url))
    try:
        reply = client.embeddings.create(model=model, input=texts, encoding_format="float")
    except APITimeoutError:
        msg = f"{endpoint} was asked {TRIES} times and did not answer within {client.timeout} s"
        raise ConnectionError(msg) from None
    except APIConnectionError:
        msg = f"{endpoint} can't be reached"
        raise ConnectionError(msg) from None
    except APIStatusError as error:
        msg = f"{endpoint} answered {error.status_code} for model {model!r}"
        raise ConnectionError(msg) from None
    except (OpenAIError, ValueError):
        msg = f"{endpoint} answered what is no list of embeddings"
        raise ConnectionError(msg) from None
    try:
        return [[float(value) for value in item.embedding] for item in sorted(reply.data, key=lambda item: item.index)]
    except (AttributeError, TypeError, ValueError):
        msg = f"{endpoint} answered what is no list of embeddings"
        raise ConnectionError(msg) from None
