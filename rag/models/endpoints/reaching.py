"""Why a server wasn't reached: told by what went wrong beneath the client's own error, which says nothing."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress

import httpx2

from rag.utils.addresses import bare_address
from rag.utils.routes import Route, Trouble, proxy_advice

BAD_REDIRECTS = (httpx2.TooManyRedirects, httpx2.UnsupportedProtocol)
ADDRESS = "Check OPENAI_BASE_URL, and that the server runs."


def unreached(error: BaseException, route: Route, *, seconds: float) -> Trouble:
    """Return why a request that took `route` didn't get there; `seconds` were waited for a connection."""
    causes = list(_beneath(error))
    trouble = _trouble(causes, route, seconds)
    asked = next(filter(None, map(_asked, causes)), None)
    if asked is None or asked.url.host == route.host:
        return trouble
    return Trouble(
        f"it sends requests on to {bare_address(str(asked.url))}, and there {trouble.happened}", trouble.advice
    )


def _asked(cause: BaseException) -> httpx2.Request | None:
    """Return the request that failed: after a redirect, the one at the other address."""
    with suppress(RuntimeError):  # an error made without one
        return cause.request if isinstance(cause, httpx2.RequestError) else None
    return None


def is_final(error: BaseException) -> bool:
    """Tell whether the same request would fail the same way a moment later."""
    return _first(list(_beneath(error)), ssl.SSLError, httpx2.ProxyError, *BAD_REDIRECTS) is not None


def _trouble(causes: list[BaseException], route: Route, seconds: float) -> Trouble:
    """Return what the causes of a failure mean together."""
    if refused := _first(causes, httpx2.ProxyError):
        said = " ".join(str(refused).split())
        happened = f"its proxy {bare_address(route.proxy)} refused: {said!r}"
        return Trouble(happened, proxy_advice(route, login="407" in said))
    if _first(causes, ssl.SSLError):
        return _without_trust(causes)
    if why := _connecting(causes, seconds):
        if route.proxy:
            return Trouble(f"its proxy {bare_address(route.proxy)} can't be reached: {why}", proxy_advice(route))
        return Trouble(f"it can't be reached: {why}", ADDRESS)
    return _of_protocol(causes)


def _without_trust(causes: list[BaseException]) -> Trouble:
    """Return why no secure connection came about."""
    untrusted = _first(causes, ssl.SSLCertVerificationError)
    if untrusted is None:
        return Trouble(
            "it can't be reached: no HTTPS is spoken there",
            "Check the port in OPENAI_BASE_URL, and whether it must begin with http://.",
        )
    return Trouble(
        f"its certificate isn't trusted ({getattr(untrusted, 'verify_message', '') or untrusted})",
        "Check OPENAI_BASE_URL; if your company issued the certificate, name the issuer's with SSL_CERT_FILE.",
    )


def _of_protocol(causes: list[BaseException]) -> Trouble:
    """Return what went wrong once a connection was there."""
    broken = str(_first(causes, httpx2.RemoteProtocolError) or "").lower()
    if _first(causes, httpx2.TooManyRedirects):
        return Trouble("it redirects in circles", "Check OPENAI_BASE_URL.")
    if _first(causes, httpx2.UnsupportedProtocol) or "location header" in broken:
        return Trouble("it redirects to what is no address", "Check OPENAI_BASE_URL.")
    if broken and "disconnected" not in broken and "closed" not in broken:
        return Trouble(
            "it can't be reached: what answers there speaks no HTTP",
            "Check the port in OPENAI_BASE_URL, and whether it must begin with https://.",
        )
    if _first(causes, httpx2.NetworkError, httpx2.RemoteProtocolError, ConnectionError, httpx2.TimeoutException):
        advice = "Try again. Check OPENAI_BASE_URL, its http:// or https:// too, and that the server runs."
        return Trouble("the connection broke before it answered", advice)
    return Trouble("it can't be reached", ADDRESS)


def _connecting(causes: list[BaseException], seconds: float) -> str:
    """Return why no connection came about; an empty string when one did."""
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return "its name isn't known"
        if isinstance(cause, ConnectionRefusedError):
            return "the connection was refused"
        if isinstance(cause, httpx2.ConnectTimeout):
            return f"no connection came about in {seconds:g} s"
    if any(isinstance(cause, httpx2.ConnectError) for cause in causes):
        told = [cause.strerror for cause in causes if isinstance(cause, OSError) and cause.errno and cause.strerror]
        return told[-1].lower() if told else "no connection came about"
    return ""


def _first(causes: list[BaseException], *kinds: type[BaseException]) -> BaseException | None:
    return next((cause for cause in causes if isinstance(cause, kinds)), None)


def _beneath(error: BaseException | None, depth: int = 0) -> Iterator[BaseException]:
    """Yield an error and all that led to it, the outermost first."""
    if error is None or depth > 12:
        return
    yield error
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _beneath(one, depth + 1)
    yield from _beneath(error.__cause__ or error.__context__, depth + 1)
