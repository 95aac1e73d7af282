"""One request to an index, over the way that the environment says: its answer, or why there is none.

Answers are bounded in size and time. A request is sent on only within the host that was meant, so that neither a key
nor a mail address comes anywhere else.
"""

import re
import time
from collections.abc import Iterator

import httpx2
from socksio import SOCKSError

from rag.errors import FetchError
from rag.fetching.cache import Answer
from rag.fetching.exchange import LOGIN, PassingError, Request
from rag.models.endpoints.meanings import Said, retry_after
from rag.models.endpoints.reaching import is_final, unreached
from rag.models.endpoints.said import parsed, told
from rag.models.endpoints.secrets import struck_out
from rag.utils.addresses import bare_address
from rag.utils.routes import Route, RouteError, certificates_for, route_of

CONNECT_SECONDS = 15.0
LARGEST = 60_000_000  # bytes of one answer
# Whose pieces grow a thousandfold at most; one of Brotli, or of gzip in gzip, may fill the memory before it is seen.
ACCEPTED = "gzip, deflate"
PACKINGS = {"", "identity", "gzip", "deflate"}
LONGEST = 5  # times the seconds that an index may be silent: so long may an answer take in all
MOST_REDIRECTS = 3
PASSING = {408, 425, 429, 500, 502, 503, 504}  # what may be otherwise a moment later
TELLING = ("total-results", "backoff", "x-rate-limit-limit", "x-rate-limit-interval")  # headers that are read
SUMMARY = re.compile(r"<(summary|error|errmsg|message)\b[^>]*>([^<]+)</", re.IGNORECASE)
KEY = re.compile(r"\bapi[ _-]?key\b", re.IGNORECASE)
PUBLIC = "Check that this machine reaches the internet, and try again."
LOCAL = "Check that it runs on this machine, and try again."


class Sender:
    """Connections to one index. Not to be used from several threads at a time."""

    def __init__(self, title: str, base: str, seconds: float) -> None:
        """Find the way to an address. Raises FetchError where the environment names none that can be gone."""
        self._title, self._seconds = title, seconds
        try:
            self._route: Route = route_of(base)
            proxy = httpx2.Proxy(self._route.proxy) if self._route.proxy else None
            self._client = httpx2.Client(
                proxy=proxy, verify=certificates_for(base), trust_env=False, headers={"Accept-Encoding": ACCEPTED}
            )
            self._host = httpx2.URL(base).host
        except RouteError as error:
            raise FetchError(title, f"it can't be asked: {error.trouble.happened}", error.trouble.advice) from None
        except httpx2.InvalidURL as error:
            raise FetchError(title, f"its address is none ({error})", "Check ASKPAPERS_INDEX_ADDRESSES.") from None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(self, request: Request) -> Answer:
        """Return what is answered. Raises FetchError for what would be answered again, PassingError for the rest."""
        for _ in range(MOST_REDIRECTS + 1):
            status, headers, content = self._exchange(request)
            if not (300 <= status < 400 and headers.get("location")):
                break
            request = request._replace(address=self._onwards(request.address, headers["location"]))
        else:
            raise FetchError(self._title, "it redirects in circles", "Try again later.", status)
        if status == httpx2.codes.OK:
            return Answer(content, {name: headers[name] for name in TELLING if name in headers})
        words = self._words(content, request.key)
        said = f"{status}{words and f': {words!r}'}"
        if status in PASSING or (status == httpx2.codes.FORBIDDEN and "retry-after" in headers):
            raise self._not_now(status, said, Said(status, None, headers))
        raise self._refused(status, said)

    def _exchange(self, request: Request) -> tuple[int, httpx2.Headers, bytes]:
        until = time.monotonic() + LONGEST * self._seconds
        method = "GET" if request.body is None else "POST"
        timeout = httpx2.Timeout(self._seconds, connect=min(self._seconds, CONNECT_SECONDS))
        try:
            with self._client.stream(
                method, request.address, headers=request.headers, content=request.body, timeout=timeout
            ) as response:
                content = b"".join(_bounded(response, until))
                return response.status_code, response.headers, content
        except (httpx2.ReadTimeout, httpx2.WriteTimeout) as error:
            raise PassingError(f"it gave no answer within {self._seconds:g} s") from error
        except httpx2.DecodingError as error:
            happened = "what it sent can't be unpacked"
            raise PassingError(happened) from error
        except OverflowError as error:
            happened = f"its answer is larger than {LARGEST // 1_000_000} MB"
            raise FetchError(self._title, happened, "Ask for less at once.") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, SOCKSError) as error:
            raise self._unreached(error) from error

    def _unreached(self, error: Exception) -> Exception:
        """Return why no answer came: a FetchError where it would be the same again."""
        happened, advice = unreached(error, self._route, seconds=CONNECT_SECONDS)
        local = self._host in {"127.0.0.1", "localhost", "::1"} and not self._route.proxy
        if "OPENAI_BASE_URL" in advice:  # advice for endpoints, whose address is a setting
            trusted = "certificate" in happened
            advice = "If your company issued it, name the issuer's with SSL_CERT_FILE." if trusted else PUBLIC
            advice = LOCAL if local and not trusted else advice
        if is_final(error) or (local and "refused" in happened):  # nobody starts it meanwhile
            return FetchError(self._title, happened, advice)
        unmade = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.ProxyError | SOCKSError)
        return PassingError(happened, advice=advice, connected=not unmade)

    def _onwards(self, address: str, location: str) -> str:
        """Return where a request is sent on to. Raises FetchError where that is another host."""
        here = httpx2.URL(address)
        try:
            there = here.join(location)
        except httpx2.InvalidURL:
            raise FetchError(self._title, "it redirects to what is no address", "Try again later.") from None
        if there.host != here.host or (here.scheme == "https" and there.scheme != "https"):
            happened = f"it sends requests on to {bare_address(str(there))}, where nothing is sent"
            raise FetchError(self._title, happened, "If that is its new address, set ASKPAPERS_INDEX_ADDRESSES.")
        return str(there)

    def _not_now(self, status: int, said: str, reply: Said) -> PassingError:
        happened = "it has too many requests" if status == httpx2.codes.TOO_MANY_REQUESTS else "it has a fault"
        return PassingError(f"{happened} ({said})", retry_after(reply), status)

    def _refused(self, status: int, said: str) -> FetchError:
        if status in {401, 403} or KEY.search(said):
            advice = "Check its key among the settings, and whether it lets you in."
            return FetchError(self._title, f"it refuses to answer ({said})", advice, status)
        if status == httpx2.codes.NETWORK_AUTHENTICATION_REQUIRED:
            return FetchError(self._title, f"the network lets nothing through ({said})", LOGIN, status)
        if status in {404, 410}:
            return FetchError(self._title, f"it has nothing there ({said})", "Check what was asked for.", status)
        return FetchError(self._title, f"it refused what was asked ({said})", "Write the search otherwise.", status)

    def _words(self, content: bytes, key: str) -> str:
        """Return the start of what an index says, without the key."""
        text = content[:20_000].decode("utf-8", "replace")
        if found := SUMMARY.search(text):  # XML, whose title says nothing
            return struck_out(" ".join(found[2].split())[:200], key)
        return told(parsed(text.strip()), key)


def _bounded(response: httpx2.Response, until: float) -> Iterator[bytes]:
    """Yield what is sent, unpacked.

    Raises DecodingError when it is packed otherwise than was asked for, ReadTimeout when it isn't whole in time,
    OverflowError when it is too large.
    """
    packing = response.headers.get("content-encoding", "").strip().lower()
    if packing not in PACKINGS:
        raise httpx2.DecodingError(packing)
    size = 0
    for piece in response.iter_bytes():
        size += len(piece)
        if time.monotonic() > until:
            raise httpx2.ReadTimeout(str(size))
        if size > LARGEST:
            raise OverflowError(size)
        yield piece
