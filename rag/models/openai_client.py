"""Clients of an OpenAI-compatible endpoint, made from explicit settings.

The standard client would read OPENAI_* itself, choose api.openai.com when nothing is set, and retry for ten minutes;
here every choice comes from Settings, and of the environment only what the way to the endpoint needs.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

import httpx2
from openai import AsyncOpenAI, DefaultAsyncHttpxClient, DefaultHttpxClient, OpenAI, Timeout
from socksio import SOCKSError

from rag.errors import EmbeddingError, ModelError
from rag.models.endpoints.addresses import Endpoint, endpoint_of
from rag.settings import Settings
from rag.utils.addresses import bare_address
from rag.utils.routes import RouteError, certificates_for, route_of

__all__ = ["CONNECT_SECONDS", "PUBLIC_ENDPOINT", "address_of", "async_client", "bare_address", "key_of", "sync_client"]

Client = TypeVar("Client", OpenAI, AsyncOpenAI)

PUBLIC_ENDPOINT = "https://api.openai.com/v1"
CONNECT_SECONDS = 10.0


def sync_client(settings: Settings, *, tries: int) -> OpenAI:
    """Return a client for embeddings that tries a request so often, each time for as long as the settings say.

    Raises EmbeddingError when the environment names a proxy or certificates that can't be used.
    """
    endpoint = endpoint_of(address_of(settings))
    try:
        http = DefaultHttpxClient(transport=_Transport(**_way(endpoint)), trust_env=False)
        http.event_hooks = {"request": [_keep_key(_host(endpoint))], "response": [_keep_method]}
    except RouteError as error:
        msg = f"{bare_address(endpoint.base)} can't be asked: {error}"
        raise EmbeddingError(msg) from None
    timeout = settings.timeout
    return _nobodys(OpenAI(**_arguments(settings, endpoint), http_client=http, timeout=timeout, max_retries=tries - 1))


def async_client(settings: Settings) -> AsyncOpenAI:
    """Return a client that neither retries nor times out once connected: whoever uses it watches both.

    Raises ModelError when the environment names a proxy or certificates that can't be used.
    """
    endpoint = endpoint_of(address_of(settings))
    try:
        http = DefaultAsyncHttpxClient(transport=_AsyncTransport(**_way(endpoint)), trust_env=False)
        http.event_hooks = {"request": [_later(_keep_key(_host(endpoint)))], "response": [_later(_keep_method)]}
    except RouteError as error:
        msg = f"The language model at {bare_address(endpoint.base)} can't be asked: {error}"
        raise ModelError(msg) from None
    timeout = Timeout(None, connect=CONNECT_SECONDS)
    return _nobodys(AsyncOpenAI(**_arguments(settings, endpoint), http_client=http, timeout=timeout, max_retries=0))


def address_of(settings: Settings) -> str:
    """Return the address of the endpoint that is asked, as it was written."""
    return settings.openai_base_url or PUBLIC_ENDPOINT


def key_of(settings: Settings) -> str:
    """Return the key of the endpoint; an empty string when there is none."""
    return settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""


def _arguments(settings: Settings, endpoint: Endpoint) -> dict[str, Any]:
    key = key_of(settings)
    # Azure, whose addresses tell a version, takes a key under a name of its own.
    named = {"api-key": key} if key and "api-version" in endpoint.query else {}
    return {
        "api_key": key or "none",  # local servers want no key, the client insists on one
        "base_url": endpoint.base,
        "default_query": endpoint.query or None,
        "default_headers": named or None,
    }


def _way(endpoint: Endpoint) -> dict[str, Any]:
    """Return how the endpoint is reached; nothing else is read from the environment. Raises RouteError."""
    try:
        httpx2.URL(endpoint.base)
        proxy = route_of(endpoint.base).proxy
        way = {"proxy": httpx2.Proxy(proxy) if proxy else None, "verify": certificates_for(endpoint.base)}
    except httpx2.InvalidURL as error:
        raise RouteError(f"its address is none ({error})", "Check OPENAI_BASE_URL.") from None
    return {**way, "trust_env": False}


class _Transport(httpx2.HTTPTransport):
    """The usual way, on which a SOCKS proxy that speaks another language is an error of a proxy as others are."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request."""
        try:
            return super().handle_request(request)
        except SOCKSError as error:
            raise httpx2.ProxyError(str(error), request=request) from error


class _AsyncTransport(httpx2.AsyncHTTPTransport):
    """The same, for asynchronous clients."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request."""
        try:
            return await super().handle_async_request(request)
        except SOCKSError as error:
            raise httpx2.ProxyError(str(error), request=request) from error


def _host(endpoint: Endpoint) -> str:
    return httpx2.URL(endpoint.base).host


def _keep_method(response: httpx2.Response) -> None:
    """Have a request that is sent on stay what it is, on the same host; elsewhere, it goes without its content."""
    place = response.headers.get("location", "")
    if response.status_code in {301, 302, 303} and place:
        with suppress(httpx2.InvalidURL):
            if response.request.url.join(place).host == response.request.url.host:
                response.status_code = 308


def _keep_key(host: str) -> Callable[[httpx2.Request], None]:
    """Return what takes Azure's key off a request that was sent on to another host; the client does it with others."""

    def keep(request: httpx2.Request) -> None:
        if request.url.host != host:
            request.headers.pop("api-key", None)

    return keep


def _later(hook: Callable[[Any], None]) -> Callable[[Any], Awaitable[None]]:
    """Return a hook as an asynchronous client calls it."""

    async def call(passing: Any) -> None:
        hook(passing)

    return call


def _nobodys(client: Client) -> Client:
    """Return a client without the account that it took from the environment, to tell it to any endpoint."""
    client.organization = client.project = None
    return client
