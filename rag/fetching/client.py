"""Who asks the indexes: each at the rate that it asks for, again where that helps, and nothing twice within a day.

Nothing is sent before something is asked for. A mail address goes into the name of the program and to the parameter
that an index has for it, a key to its own index alone, and neither is ever kept or told.
"""

import hashlib
import random
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode

from pydantic import SecretStr

from rag.errors import FetchError, SettingsError
from rag.fetching.cache import Answer, Cache, user_folder
from rag.fetching.exchange import LOGIN, PassingError, Request
from rag.fetching.indexes.base import About
from rag.fetching.pace import Pace
from rag.settings import Settings
from rag.utils.named_values import address_table
from rag.utils.release import release

if TYPE_CHECKING:
    from rag.fetching.sending import Sender

TRIES = 5
TRIES_WITHOUT_A_WAY = 2  # nobody waits half a minute to hear that this machine has no network
FIRST_WAIT = 1.0  # seconds before the second try; twice that before the third, and so on
LONGEST_WAIT = 300.0  # seconds; whoever asks for more is told of, not waited for
WEB_PAGE = re.compile(rb"\s*<(?:!doctype html|html)\b", re.IGNORECASE)
HOME = "https://pypi.org/project/askpapers"


class Client:
    """Asks indexes, each as it asks to be asked. For one thread at a time."""

    def __init__(
        self,
        settings: Settings,
        *,
        fresh: bool = False,
        speed: float = 1.0,
        telling: Callable[[str], None] = lambda said: None,
    ) -> None:
        """Make a client; nothing is sent yet. Raises SettingsError for the address of an index that isn't known.

        `fresh`: what is kept of earlier fetches doesn't count, for whoever wants to see what is new. `speed`: so many
        times quicker than the indexes allow, and so much less patient: for tests and for mirrors of one's own.
        `telling` is told on one line when there is something to wait for.
        """
        self._settings, self._fresh, self._speed, self._telling = settings, fresh, speed, telling
        self._addresses = address_table(settings.index_addresses)
        self._cache = Cache(settings.fetch_cache or user_folder())
        self._paces: dict[str, Pace] = {}
        self._senders: dict[str, Sender] = {}
        self._connected: set[str] = set()  # the indexes to which a connection was made
        self._since: float | None = None
        self._last = ""  # the key of what was asked last
        self.requests = 0  # that were sent

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        for sender in self._senders.values():
            sender.close()
        self._senders.clear()

    def setting(self, name: str) -> str:
        """Return what a setting says, a key too; an empty text where it says nothing."""
        value = getattr(self._settings, name)
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value or "")

    def address(self, about: About) -> str:
        """Return the address of an index, without a slash at its end."""
        return self._addresses.get(about.name, about.address).rstrip("/")

    def know(self, names: Collection[str]) -> None:
        """Raise SettingsError when the settings give an address to an index that isn't among these."""
        if unknown := sorted(self._addresses.keys() - set(names)):
            msg = f"ASKPAPERS_INDEX_ADDRESSES names {unknown[0]!r}, which is no index. There are: {', '.join(names)}."
            raise SettingsError(msg)

    @contextmanager
    def run(self, name: str) -> Iterator[None]:
        """Have all that is asked until the end of the block count as one fetch, which goes on if it is cut."""
        before, self._since = self._since, self._cache.beginning(name, anew=self._fresh)
        try:
            yield
            self._cache.done(name)
        finally:
            self._since = before

    def doubt(self, about: About, tries: int) -> None:
        """Forget what was answered last, for the so manieth time, and wait before the next try as for a fault."""
        self._cache.drop(self._last)
        self._pace(about).hold(self._wait(tries))

    def get(
        self,
        about: About,
        path: str,
        parameters: Mapping[str, str | int],
        check: Callable[[bytes], object],
        *,
        body: bytes | None = None,
        kind: str = "",
        headers: Mapping[str, str] | None = None,
        anew: bool = False,
    ) -> Answer:
        """Return what an index answers to a request, from what is kept where it was asked within the day.

        `check` raises ValueError for a content that can't be right; then it is asked for again. `body` of a `kind`
        makes it a POST. `anew`: what is kept doesn't count. Raises FetchError.
        """
        address = f"{self.address(about)}/{path}"
        # Without mail address and key, which say who asks, not what for; another key may see something else.
        whose = hashlib.blake2b(self._key(about).encode(), digest_size=8).hexdigest() if self._key(about) else ""
        asked = sorted((name, str(value)) for name, value in parameters.items())
        self._last = repr((address, asked, body, whose))
        since = self._cache.beginning("", anew=False) if self._since is None else self._since
        if about.kept and not anew and (kept := self._cache.get(self._last, since)) and _is_sound(kept, check):
            return kept
        request = self._request(about, address, parameters, body=body, kind=kind, headers=headers or {})
        answer = self._patiently(about, request, check)
        if about.kept:
            self._cache.put(self._last, answer)
        return answer

    def _patiently(self, about: About, request: Request, check: Callable[[bytes], object]) -> Answer:
        """Return a sound answer, asked for several times where that helps."""
        pace, sender = self._pace(about), self._sender(about)
        for attempt in range(1, TRIES + 1):
            pace.wait()
            self.requests += 1
            try:
                answer = sender.send(request)
                _checked(answer, check)
            except PassingError as error:
                wait = self._wait(attempt) if error.wait is None else error.wait
                self._connected |= {about.name} if error.connected else set()
                tries = TRIES if about.name in self._connected else TRIES_WITHOUT_A_WAY
                if attempt >= tries or wait > LONGEST_WAIT:
                    raise _given_up(about, error, attempt, wait, has_key=bool(request.key)) from error
                self._telling(f"{about.title}: {error.happened}. Asking again in {wait:.0f} s.")
                pace.hold(wait)
            else:
                self._connected.add(about.name)
                self._heed(pace, answer)
                return answer
        raise AssertionError  # the last try returns or raises

    def _wait(self, attempt: int) -> float:
        """Return how long to wait after so many tries: twice as long each time, and not all at the same moment."""
        return FIRST_WAIT * 2.0 ** (attempt - 1) * random.uniform(1, 1.5) / self._speed  # noqa: S311  (no secret)

    def _heed(self, pace: Pace, answer: Answer) -> None:
        """Go on as slowly as an answer says."""
        headers = answer.headers
        if (backoff := _seconds(headers.get("backoff", ""))) is not None:
            pace.hold(min(backoff, LONGEST_WAIT))
        most, interval = _seconds(headers.get("x-rate-limit-limit", "")), headers.get("x-rate-limit-interval", "")
        if most and (seconds := _seconds(interval.removesuffix("s"))):
            pace.slow_down(most / seconds * self._speed)

    def _request(
        self,
        about: About,
        address: str,
        parameters: Mapping[str, str | int],
        *,
        body: bytes | None,
        kind: str,
        headers: Mapping[str, str],
    ) -> Request:
        mailto, key = self._settings.mailto, self._key(about)
        name = f"Askpapers/{release()} ({HOME}{mailto and f'; mailto:{mailto}'})"
        sent = {"User-Agent": name, **headers} | ({"Content-Type": kind} if kind else {})
        who = {about.contact: mailto} if about.contact and mailto else {}
        if about.key and key:
            sent |= {about.key.header: key} if about.key.header else {}
            who |= {about.key.parameter: key} if about.key.parameter else {}
        said = urlencode({**parameters, **who})
        return Request(f"{address}{said and f'?{said}'}", sent, body, key)

    def _key(self, about: About) -> str:
        return self.setting(about.key.setting) if about.key else ""

    def _pace(self, about: About) -> Pace:
        if about.name not in self._paces:
            known = self._key(about) if about.key else about.contact and self._settings.mailto
            per_second = about.quickest if known and about.quickest else about.per_second
            self._paces[about.name] = Pace(per_second * self._speed)
        return self._paces[about.name]

    def _sender(self, about: About) -> "Sender":
        from rag.fetching.sending import Sender  # which loads the HTTP client

        if about.name not in self._senders:
            self._senders[about.name] = Sender(about.title, self.address(about), self._settings.timeout)
        return self._senders[about.name]


def _is_sound(answer: Answer, check: Callable[[bytes], object]) -> bool:
    """Tell whether what was kept is whole."""
    try:
        _checked(answer, check)
    except PassingError:
        return False
    return True


def _checked(answer: Answer, check: Callable[[bytes], object]) -> None:
    """Raise PassingError for an answer that can't be right: a page of a network, half of a document."""
    try:
        check(answer.content)
    except ValueError as error:
        is_page = WEB_PAGE.match(answer.content)
        happened = "a web page came instead of its answer" if is_page else f"its answer can't be read: {error}"
        raise PassingError(happened, status=200, advice=LOGIN if is_page else "") from error


def _given_up(about: About, error: PassingError, tries: int, wait: float, *, has_key: bool) -> FetchError:
    if error.wait is not None and wait > LONGEST_WAIT:
        until = time.strftime("%H:%M on %Y-%m-%d", time.localtime(time.time() + min(wait, 31 * 86_400)))
        advice = "" if about.key is None or has_key else f", or set ASKPAPERS_{about.key.setting.upper()}"
        return FetchError(
            about.title, error.happened, f"It asks to wait until {until}; try then{advice}.", error.status
        )
    happened = f"{error.happened}, asked {tries} times"
    return FetchError(about.title, happened, error.advice, error.status)


def _seconds(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", text.strip()) else None
