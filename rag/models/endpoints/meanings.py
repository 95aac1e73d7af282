"""What a reply means that is no answer: what happened, with the server's own words, and what to do next."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import httpx2

from rag.models.endpoints.refusals import is_overflow
from rag.models.endpoints.routes import Route, Trouble
from rag.models.endpoints.said import everything_in, is_page, parsed, status_in, told, words_of
from rag.utils.addresses import bare_address

KEY = re.compile(r"\b(?:api[ _-]?key|key|token|auth\w*|credential\w*|unauthenticated|login)\b", re.IGNORECASE)
CREDIT = re.compile(
    r"insufficient[_ ](?:quota|balance|credit|fund)|\b(?:credits?|balance|funds)\b[^.;]{0,40}"
    r"\b(?:too low|exhausted|depleted|used up|run out|insufficient|required|exceeded|negative)|\b(?:no|out of|not enough|more) credits?\b"
    r"|arrear|payment required|billing|exceeded your current quota|spend(?:ing)? limit|欠费|余额不足",
    re.IGNORECASE,
)
MODEL = re.compile(
    r"model_not_found|\bmodels?\b[^.;]{0,120}\b(?:not (?:found|exist|available|loaded|a valid|supported|deployed)"
    r"|n't exist|no(?:t)? (?:such|found)|unknown|does not exist|not exist|is invalid)|\b(?:unknown|no such|invalid|no)"
    r" (?:\w+ )?model\b|\bnot a valid model|DeploymentNotFound|\bmodel(?:s)?\b[^.;]{0,40}\bnot\b[^.;]{0,20}\bfound",
    re.IGNORECASE,
)
GUARD = re.compile(r"cloudflare|just a moment|attention required|captcha|access denied|akamai|waf\b", re.IGNORECASE)
GUARDS = ("cf-ray", "cf-mitigated", "x-sucuri-id", "x-akamai-request-id")  # headers of what stands before servers
NO_API = "Check that OPENAI_BASE_URL is an OpenAI-compatible API, like …/v1."
OTHER_MODEL = "Try again, or choose another model with {setting}."


class Said(NamedTuple):
    """What a server said in place of an answer; `redirected` is where a request ended that was sent on."""

    status: int
    body: Any
    headers: Mapping[str, str] = {}
    redirected: str = ""


class Asking(NamedTuple):
    """Who asked: for which model, which setting names it, with which key, and over which way."""

    model: str
    setting: str
    key: str
    route: Route


class SaidError(Exception):
    """A server said something in place of an answer, with a status of success or in the middle of one."""

    def __init__(self, said: Said) -> None:
        self.said = said
        super().__init__()  # what it said may hold a key


def said_by(response: httpx2.Response) -> Said:
    """Return what a response says that is no answer; it must have been read."""
    redirected = bare_address(str(response.url)) if response.history else ""
    return Said(response.status_code, parsed(response.text.strip()), response.headers, redirected)


def said_within(body: Any, response: httpx2.Response) -> Said:
    """Return what a part of a reply that began well says that is an error; its status is the one that it tells."""
    redirected = bare_address(str(response.url)) if response.history else ""
    return Said(status_in(body) or response.status_code, body, response.headers, redirected)


def retry_after(said: Said) -> float | None:
    """Return after how many seconds a server asks to be asked again; None when it doesn't say so."""
    milliseconds, wait = said.headers.get("retry-after-ms", ""), said.headers.get("retry-after", "")
    if re.fullmatch(r"\d{1,9}(\.\d{1,6})?", milliseconds):
        return float(milliseconds) / 1000
    if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", wait):
        return float(wait)
    try:
        return max(0.0, round((parsedate_to_datetime(wait) - datetime.now(UTC)).total_seconds()))
    except (ValueError, TypeError):  # no date, or one without a zone
        return None


def is_long(said: Said) -> bool:
    """Tell whether a server says that a request is longer than its model's context window, or than it takes."""
    return said.status == 413 or (said.status != 429 and is_overflow(everything_in(said.body)))


def lacks_credit(said: Said) -> bool:
    """Tell whether the account has no credit, which waiting doesn't change; a server that names a wait has some."""
    words = everything_in(said.body)
    return said.status == 402 or (bool(CREDIT.search(words)) and "retry" not in words.lower() and retry_after(said) is None)


def meaning_of(said: Said, asking: Asking) -> Trouble:
    """Return what a reply that is no answer means."""
    trouble = _meaning(said, asking)
    if said.redirected:
        happened = f"{trouble.happened}, after it sent the request on to {said.redirected}"
        return Trouble(happened, f"Check OPENAI_BASE_URL. {trouble.advice}")
    return trouble


def _meaning(said: Said, asking: Asking) -> Trouble:
    status, words = said.status, everything_in(said.body)
    spoken = told(said.body, asking.key)
    shown = f"({status}: {spoken!r})" if spoken else f"({status})"
    if status < 400 and not spoken:
        return Trouble("it sent what is no answer", NO_API)
    if status < 300 and isinstance(said.body, str):
        return Trouble(f"it sent no answer but {spoken!r}", NO_API)
    if status < 300:
        return Trouble(f"it said {spoken!r}", OTHER_MODEL.format(setting=asking.setting))
    if status < 400:
        return Trouble(f"it redirects elsewhere ({status})", "Set OPENAI_BASE_URL to where it leads.")
    if status == 407 or (asking.route.proxy and is_page(said.body) and status >= 400):
        return _of_proxy(shown, said, asking.route)
    if lacks_credit(said):
        return Trouble(f"the account has no credit {shown}", f"Add some, or choose another model with {asking.setting}.")
    if status == 429:
        wait = retry_after(said)
        return Trouble(f"it has too many requests {shown}", f"Ask again {'later' if wait is None else f'in {wait:g} s'}.")
    if status in {401, 403}:
        return _turned_away(shown, said, words, asking)
    if status in {404, 405} or (status in {400, 422} and MODEL.search(words)):
        return _not_there(shown, said, words, asking)
    if status >= 500:
        return Trouble(f"it has a fault of its own {shown}", "Try again later, or look at the server's log.")
    return Trouble(f"it refused the request {shown}", f"Check {asking.setting} and the server.")


def _turned_away(shown: str, said: Said, words: str, asking: Asking) -> Trouble:
    """Return who turned a request away: the server for its key, for what the key may do, or somebody before it."""
    guarded = GUARD.search(words) or any(name in said.headers for name in GUARDS)
    if said.status == 403 and is_page(said.body):
        who = "a guard before it, like Cloudflare," if guarded else "what stands before it"
        return Trouble(
            f"{who} turned the request away {shown}",
            "It isn't the key: check OPENAI_BASE_URL, and whether a VPN or a proxy is to be used, or not.",
        )
    if said.status == 401 or KEY.search(words) or not words:
        if not asking.key:
            return Trouble(f"it wants a key {shown}", "Set OPENAI_API_KEY.")
        return Trouble(f"it refused the key {shown}", "Check OPENAI_API_KEY and OPENAI_BASE_URL.")
    return Trouble(
        f"it forbids the request {shown}", f"Check what OPENAI_API_KEY may do there, {asking.setting} and OPENAI_BASE_URL."
    )


def _not_there(shown: str, said: Said, words: str, asking: Asking) -> Trouble:
    """Return what isn't there: the model, or the address."""
    if MODEL.search(words):
        return Trouble(f"it knows no model {asking.model!r} {shown}", f"Check {asking.setting}.")
    if said.status == 405 or is_page(said.body) or re.search(r"page not found|cannot post|no route|not found\W*$", words_of(said.body), re.IGNORECASE):
        return Trouble(
            f"there is no such API at this address {shown}", "Check OPENAI_BASE_URL: it often ends in /v1."
        )
    return Trouble(
        f"it knows no model {asking.model!r}, or has no chat there {shown}", f"Check {asking.setting} and OPENAI_BASE_URL."
    )


def _of_proxy(shown: str, said: Said, route: Route) -> Trouble:
    """Return what a proxy on the way, or who stands behind it, means."""
    if not route.proxy:
        return Trouble(f"a proxy on the way wants a login {shown}", "Name it with its password in HTTPS_PROXY.")
    login = said.status == 407
    happened = f"its proxy {bare_address(route.proxy)}, or who stands behind it, turned the request away {shown}"
    check = f"Write its name and password into {route.variable}" if login else f"Check {route.variable}"
    return Trouble(happened, f"{check}, or add {route.host} to NO_PROXY if it needs no proxy.")
