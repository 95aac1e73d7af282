"""Clients of an OpenAI-compatible endpoint, made from explicit settings.

The standard client would read OPENAI_* itself, choose api.openai.com when nothing is set, and retry for ten minutes;
here every choice comes from Settings.
"""

import re
from typing import Any, TypeVar

from openai import AsyncOpenAI, OpenAI, Timeout

from rag.settings import Settings

Client = TypeVar("Client", OpenAI, AsyncOpenAI)

PUBLIC_ENDPOINT = "https://api.openai.com/v1"
CONNECT_SECONDS = 10.0


def sync_client(settings: Settings, *, tries: int) -> OpenAI:
    """Return a client that tries a request so often, each time for as long as the settings say."""
    return _nobodys(OpenAI(**_arguments(settings), timeout=settings.timeout, max_retries=tries - 1))


def async_client(settings: Settings) -> AsyncOpenAI:
    """Return a client that neither retries nor times out once connected: whoever uses it watches both."""
    return _nobodys(AsyncOpenAI(**_arguments(settings), timeout=Timeout(None, connect=CONNECT_SECONDS), max_retries=0))


def _arguments(settings: Settings) -> dict[str, Any]:
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""
    return {
        "api_key": key or "none",  # local servers want no key, the client insists on one
        "base_url": settings.openai_base_url or PUBLIC_ENDPOINT,
    }


def _nobodys(client: Client) -> Client:
    """Return a client without the account that it took from the environment, to tell it to any endpoint."""
    client.organization = client.project = None
    return client


def bare_address(address: str) -> str:
    """Return an address without the name and password that it may hold.

    >>> bare_address("https://me:secret@host/v1")
    'https://host/v1'
    """
    return re.sub(r"(?<=//)[^/]*@", "", address)
