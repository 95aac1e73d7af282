"""Why a server wasn't reached: told by what went wrong beneath the client's own error, which says nothing."""

import socket
import ssl
from collections.abc import Iterator

import httpx2

from rag.models.endpoints.routes import Route, Trouble
from rag.utils.addresses import bare_address

ADDRESS = "Check OPENAI_BASE_URL, and that the server runs."


def unreached(error: BaseException, route: Route, *, seconds: float) -> Trouble:
    """Return why a request that took `route` didn't get there; `seconds` were waited for a connection."""
    causes = list(_beneath(error))

    def first(*kinds: type[BaseException]) -> BaseException | None:
        return next((cause for cause in causes if isinstance(cause, kinds)), None)

    if refused := first(httpx2.ProxyError):
        return _by_proxy(f"refused: {' '.join(str(refused).split())!r}", route, login="407" in str(refused))
    if untrusted := first(ssl.SSLCertVerificationError):
        return _untrusted(untrusted)
    if first(ssl.SSLError):
        return Trouble(
            "it can't be reached: no HTTPS is spoken there",
            "Check the port in OPENAI_BASE_URL, and whether it must begin with http://.",
        )
    if why := _connecting(causes, seconds):
        if route.proxy:
            return _by_proxy(f"can't be reached: {why}", route)
        return Trouble(f"it can't be reached: {why}", ADDRESS)
    if first(httpx2.TooManyRedirects):
        return Trouble("it redirects in circles", "Check OPENAI_BASE_URL.")
    if first(httpx2.DecodingError):
        return Trouble("what it sent can't be unpacked", "Try again, or look at what stands between you and the server.")
    if spoke := first(httpx2.RemoteProtocolError):
        if "disconnected" not in str(spoke) and "closed" not in str(spoke):
            return Trouble(
                "it can't be reached: what answers there speaks no HTTP",
                "Check the port in OPENAI_BASE_URL, and whether it must begin with https://.",
            )
    if first(httpx2.NetworkError, httpx2.RemoteProtocolError, ConnectionError, httpx2.TimeoutException):
        return Trouble("the connection broke before it answered", f"Try again. {ADDRESS}")
    return Trouble("it can't be reached", ADDRESS)


def is_final(error: BaseException) -> bool:
    """Tell whether the same request would fail the same way a moment later."""
    return any(isinstance(cause, ssl.SSLError | httpx2.ProxyError | httpx2.TooManyRedirects) for cause in _beneath(error))


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


def _untrusted(error: BaseException) -> Trouble:
    why = getattr(error, "verify_message", "") or str(error)
    return Trouble(
        f"its certificate isn't trusted ({why})",
        "Check OPENAI_BASE_URL; where the certificate is your own or your company's, name who issued it: SSL_CERT_FILE.",
    )


def _by_proxy(why: str, route: Route, *, login: bool = False) -> Trouble:
    """Return what a proxy has to do with it."""
    check = f"Write its name and password into {route.variable}" if login else f"Check {route.variable}"
    return Trouble(
        f"its proxy {bare_address(route.proxy)} {why}", f"{check}, or add {route.host} to NO_PROXY if it needs no proxy."
    )


def _beneath(error: BaseException | None, depth: int = 0) -> Iterator[BaseException]:
    """Yield an error and all that led to it, the outermost first."""
    if error is None or depth > 12:
        return
    yield error
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _beneath(one, depth + 1)
    yield from _beneath(error.__cause__ or error.__context__, depth + 1)
