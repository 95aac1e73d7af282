"""Requests to a Chroma server: each answered in some seconds, or an error that tells what may have become of it.

Chroma authenticates nobody: `headers` are for the proxy in front of it. Its HTTP API is used as it stands: the client
that comes with it waits for ever for a server that hangs, never closes its connections, and takes half a second to
import. A server that didn't answer in time isn't asked for some seconds, so that not every search waits for it.
"""

import re
import threading
import time
from collections.abc import Mapping
from typing import Any

import httpx2

from rag.errors import VectorsAwayError
from rag.utils.routes import RouteError, certificates_for, route_of

SECONDS = 10.0  # that an answer may take
PROBE = 2.0  # seconds that a server may take which didn't answer before
AWAY = 10.0  # seconds that it is left alone then
HEARTBEAT = "/api/v2/heartbeat"
REFUSED = (httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN)
DOWN = (httpx2.codes.BAD_GATEWAY, httpx2.codes.SERVICE_UNAVAILABLE)  # what a proxy says whose server isn't there
LONGEST = 200  # characters of what a server says
FULL = re.compile(r"disk is full|[Nn]o space left|os error 28")  # by SQLite, and by the system
MEANWHILE = "papers are found by words meanwhile."


class GoneError(VectorsAwayError):
    """The collection isn't there: Chroma lost it, or it was made anew under another name."""


class DownError(VectorsAwayError):
    """Nobody listens there: the server was stopped, in order or not."""


class BrokenError(VectorsAwayError):
    """The server died in mid-answer, or failed over what it holds, which may be damaged."""


class Exchange:
    """Requests to one server. Safe to share between threads."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None, seconds: float = SECONDS) -> None:
        """Ask the server at an address such as http://localhost:8000; nothing is asked yet."""
        self._client, self._no_way = _connected(url.rstrip("/"), headers or {})
        self._seconds = seconds
        self.place = shown(url)
        self._lock = threading.Lock()  # held by the one who looks whether it is back
        self._away_until = 0.0
        self._was_slow = False

    def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            self._client.close()

    def ask(self, method: str, path: str, sent: Any = None, seconds: float = 0.0) -> Any:
        """Return the answer to a request, which may take `seconds`, or what any may.

        Raises GoneError, DownError, BrokenError, VectorsAwayError.
        """
        if self._was_slow:
            self._look()
        return self._answer(method, path, sent, seconds or self._seconds)

    def _look(self) -> None:
        """Look whether a server that didn't answer does now, one thread at a time. Raises VectorsAwayError."""
        if time.monotonic() < self._away_until or not self._lock.acquire(blocking=False):
            msg = "it didn't answer in time"
            raise self.away(msg)
        try:
            self._answer("GET", HEARTBEAT, None, PROBE)
            self._was_slow = False
        finally:
            self._lock.release()

    def _answer(self, method: str, path: str, sent: Any, seconds: float) -> Any:
        if self._client is None:
            raise self.away(self._no_way)
        try:
            answer = self._client.request(method, path, json=sent, timeout=seconds)
        except httpx2.TimeoutException as error:
            self._was_slow, self._away_until = True, time.monotonic() + AWAY
            raise self.away(
                f"no answer in {seconds:g} s", "Check that it runs, and start it again if it hangs"
            ) from error
        except httpx2.ConnectError as error:
            raise DownError(self._line(str(error))) from error
        except (httpx2.NetworkError, httpx2.RemoteProtocolError) as error:
            raise BrokenError(self._line(str(error) or "the connection was cut")) from error
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, RuntimeError) as error:
            raise self.away(str(error) or type(error).__name__) from error
        if not answer.is_success:
            raise self._refusal(answer)
        try:
            return answer.json() if answer.content else None
        except ValueError as error:
            raise self.stranger(f"{answer.headers.get('Content-Type') or 'its answer'} isn't JSON") from error

    def _refusal(self, answer: httpx2.Response) -> VectorsAwayError:
        """Return the error that an answer with another status than success is."""
        status, told = answer.status_code, _said(answer)
        said = f"{status}: {told or answer.reason_phrase}"
        if status in REFUSED:
            return VectorsAwayError(
                f"Chroma at {self.place} lets us not in ({_short(said)}). Set the headers that the proxy before it "
                f"wants (ASKPAPERS_CHROMA_HEADERS); {MEANWHILE}"
            )
        if answer.is_redirect or (status == httpx2.codes.NOT_FOUND and not told):
            return self.stranger(said)
        if status == httpx2.codes.NOT_FOUND:
            line = f"Chroma at {self.place} holds no index of this library ({_short(said)})."
            return GoneError(f"{line} Whoever may write makes it anew; {MEANWHILE}")
        if status in DOWN:
            return DownError(self._line(said))
        if status == httpx2.codes.INTERNAL_SERVER_ERROR:
            return BrokenError(self._no_room(said) if FULL.search(said) else self._line(said))
        return self.away(said)

    def away(self, said: str, todo: str = "Check that it runs") -> VectorsAwayError:
        """Return the error of a server that can't be asked."""
        return VectorsAwayError(self._line(said, todo))

    def stranger(self, said: str) -> VectorsAwayError:
        """Return the error of a server that doesn't answer as Chroma does: an address mistyped, a page to log in."""
        line = f"What answers at {self.place} is no Chroma ({_short(said)})."
        return VectorsAwayError(f"{line} Check ASKPAPERS_CHROMA, and what stands before it; {MEANWHILE}")

    def _line(self, said: str, todo: str = "Check that it runs") -> str:
        return f"Chroma at {self.place} can't be asked ({_short(said)}). {todo}; {MEANWHILE}"

    def _no_room(self, said: str) -> str:
        # One whose disk was full answers no write again, though there is room: seen with 1.5.9.
        return f"Chroma at {self.place} has no room ({_short(said)}). Make room and start it again; {MEANWHILE}"


def _connected(url: str, headers: Mapping[str, str]) -> tuple[httpx2.Client | None, str]:
    """Return connections to an address, over the way that the environment says; or none, and why there is no way."""
    try:
        proxy = route_of(url).proxy or None
        verify = certificates_for(url)
        return httpx2.Client(base_url=url, headers=dict(headers), proxy=proxy, verify=verify, trust_env=False), ""
    except RouteError as error:
        return None, error.trouble.happened


def shown(url: str) -> str:
    """Return an address without the user and password that may stand in it.

    >>> shown("https://me:secret@chroma.example:8000/")
    'https://chroma.example:8000'
    """
    scheme, slashes, rest = url.rstrip("/").partition("://")
    return scheme + slashes + rest.rpartition("@")[2]


def _said(answer: httpx2.Response) -> str:
    """Return what an error's body says in the form that Chroma has; nothing of a page for people."""
    try:
        told = answer.json()
    except ValueError:
        return ""
    return str(told.get("message") or told.get("error") or "") if isinstance(told, dict) else ""


def _short(said: str) -> str:
    """Return the first line of what was said, which may be long."""
    return said.strip().splitlines()[0][:LONGEST] if said.strip() else "no answer"
