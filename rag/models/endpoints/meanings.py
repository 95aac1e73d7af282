"""What a reply means that is no answer: what happened, with the server's own words, and what to do next."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import httpx2

from rag.models.endpoints.refusals import is_overflow
from rag.models.endpoints.said import everything_in, is_page, parsed, status_in, told
from rag.utils.addresses import bare_address
from rag.utils.routes import Route, Trouble, proxy_advice

KEY = re.compile(r"\b(?:api[ _-]?key|key|token|auth\w*|credential\w*|unauthenticated|login)\b", re.IGNORECASE)
BAD_KEY = re.compile(
    r"\bapi[ _-]?key\b[^.;]{0,40}\b(?:not valid|invalid|incorrect|wrong|expired|missing|required|revoked|not found)"
    r"|\b(?:invalid|incorrect|wrong|expired|missing|valid)\b[^.;]{0,20}\bapi[ _-]?key\b|\bno api[ _-]?key\b"
    r"|API_KEY_(?:INVALID|\w*EXPIRED)",
    re.IGNORECASE,
)
RIGHTS = re.compile(
    r"not (?:authori[sz]ed|allowed|permitted) to (?:perform|access|use|call|invoke|request)|permission[_ ]?denied"
    r"|\b(?:no|not have|n't have|lacks?|missing|insufficient|without)\b[^.;]{0,30}\b(?:permissions?|scopes?|privileges?"
    r"|access(?![ _-]?(?:token|key)))|insufficient_scope",
    re.IGNORECASE,
)
CREDIT = re.compile(
    r"insufficient[_ ](?:quota|balance|credit|fund)|\b(?:credits?|balance|funds)\b[^.;]{0,40}\b(?:too low|exhausted"
    r"|depleted|used up|run out|insufficient|required|exceeded|negative)|\b(?:no|out of|not enough|more) credits?\b"
    r"|arrear|payment required|billing|exceeded your current quota|spend(?:ing)? limit|欠费|余额不足"
    r"|(?<!thinking )(?<!reasoning )(?<!token )\bbudget\b[^.;]{0,40}\bexceed"
    r"|exceed\w*[^.;]{0,30}(?<!thinking )(?<!reasoning )(?<!token )\bbudget\b|budget_exceeded|ExceededBudget",
    re.IGNORECASE,
)
MODEL = re.compile(
    r"model_not_found|\bmodels?\b[^.;]{0,120}\b(?:not (?:found|exist|available|loaded|a valid|supported|deployed)"
    r"|n't exist|no(?:t)? (?:such|found)|unknown|does not exist|not exist|is invalid)|\b(?:unknown|no such|invalid|no)"
    r" (?:\w+ )?model\b|\bnot a valid model|DeploymentNotFound",
    re.IGNORECASE,
)
NO_PATH = re.compile(
    r"page not found|cannot post|no route|^\W*(?:\w+: )?not ?found\W*$|resource not found", re.IGNORECASE
)
FILTERED = re.compile(
    r"content[_ ](?:filter|management|policy|moderation)|data_inspection|responsible_?ai|requires moderation"
    r"|\b(?:input|prompt|content|request|message|question)s?\b[^.;]{0,20}\b(?:was|were|been|is|are) (?:\w+ )?flagged",
    re.IGNORECASE,
)
GUARD = re.compile(r"cloudflare|just a moment|attention required|captcha|access denied|akamai|waf\b", re.IGNORECASE)
GUARDS = ("cf-ray", "cf-mitigated", "x-sucuri-id", "x-akamai-request-id")  # headers of what stands before servers
DAY = 86_400  # seconds; a longer wait is told as `later`
NO_API = "Check that OPENAI_BASE_URL is an OpenAI-compatible API, like …/v1."
OTHER_MODEL = "choose another model with {}."


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
    waits = "retry" in words.lower() or retry_after(said) is not None
    return said.status == 402 or (bool(CREDIT.search(words)) and not waits)


def meaning_of(said: Said, asking: Asking) -> Trouble:
    """Return what a reply that is no answer means."""
    spoken = told(said.body, asking.key)
    shown = f"({said.status}: {spoken!r})" if spoken else f"({said.status})"
    heard = _Heard(said, asking, everything_in(said.body), spoken, shown)
    trouble = next(filter(None, (reading(heard) for reading in READINGS)))
    if said.redirected:
        happened = f"{trouble.happened}, after it sent the request on to {said.redirected}"
        return Trouble(happened, f"Check OPENAI_BASE_URL. {trouble.advice}")
    return trouble


class _Heard(NamedTuple):
    """What was said to whom: all words of it, those for people, and these with the status."""

    said: Said
    asking: Asking
    words: str
    spoken: str
    shown: str


def _of_proxy(heard: _Heard) -> Trouble | None:
    """Return what a proxy on the way means, or who stands behind it."""
    said, route = heard.said, heard.asking.route
    if said.status < 400 or not (said.status == 407 or (route.proxy and is_page(said.body))):
        return None
    if not route.proxy:
        return Trouble(
            f"a proxy on the way wants a login {heard.shown}", "Name it, its user and password in HTTPS_PROXY."
        )
    who = f"its proxy {bare_address(route.proxy)}, or who stands behind it,"
    return Trouble(f"{who} turned the request away {heard.shown}", proxy_advice(route, login=said.status == 407))


def _of_account(heard: _Heard) -> Trouble | None:
    if not lacks_credit(heard.said):
        return None
    return Trouble(
        f"the account has no credit {heard.shown}", f"Add some, or {OTHER_MODEL.format(heard.asking.setting)}"
    )


def _of_success(heard: _Heard) -> Trouble | None:
    """Return what it means that a server said something else with a status of success, or sends elsewhere."""
    if heard.said.status >= 400:
        return None
    if not heard.spoken:
        return Trouble("it sent what is no answer", NO_API)
    if heard.said.status >= 300:
        return Trouble(f"it redirects elsewhere {heard.shown}", "Set OPENAI_BASE_URL to where it leads.")
    if isinstance(heard.said.body, str):
        return Trouble(f"it sent no answer but {heard.spoken!r}", NO_API)
    return Trouble(f"it said {heard.spoken!r}", f"Try again, or {OTHER_MODEL.format(heard.asking.setting)}")


def _of_rate(heard: _Heard) -> Trouble | None:
    if heard.said.status != 429:
        return None
    wait = retry_after(heard.said)
    when = f"in {wait:g} s" if wait is not None and wait < DAY else "later"
    return Trouble(f"it has too many requests {heard.shown}", f"Ask again {when}.")


def _of_guard(heard: _Heard) -> Trouble | None:
    """Return who turned a request away before the server saw it: servers themselves don't say so with a page."""
    said = heard.said
    if said.status != 403 or not is_page(said.body):
        return None
    guarded = GUARD.search(heard.words) or any(name in said.headers for name in GUARDS)
    return Trouble(
        f"{'a guard before it, like Cloudflare,' if guarded else 'what stands before it'} turned the request away "
        f"{heard.shown}",
        "It isn't the key: check OPENAI_BASE_URL, and whether a VPN or a proxy is to be used, or not.",
    )


def _of_key(heard: _Heard) -> Trouble | None:
    """Return what is wrong with the key, or with what it may do."""
    said, asking = heard.said, heard.asking
    if said.status not in {401, 403} and not (said.status in {400, 422} and BAD_KEY.search(heard.words)):
        return None
    keyless = said.status == 403 and heard.words and not KEY.search(heard.words)
    if keyless or (asking.key and said.status in {401, 403} and RIGHTS.search(heard.words)):
        check = f"Check what OPENAI_API_KEY may do there, {asking.setting} and OPENAI_BASE_URL."
        return Trouble(f"it forbids the request {heard.shown}", check)
    if not asking.key:
        return Trouble(f"it wants a key {heard.shown}", "Set OPENAI_API_KEY.")
    return Trouble(f"it refused the key {heard.shown}", "Check OPENAI_API_KEY and OPENAI_BASE_URL.")


def _of_place(heard: _Heard) -> Trouble | None:
    """Return what isn't there: the model, or the address."""
    status, asking = heard.said.status, heard.asking
    if status in {400, 404, 422} and MODEL.search(heard.words):
        check = f"Check {asking.setting} and OPENAI_BASE_URL."
        return Trouble(f"it knows no model {asking.model!r} {heard.shown}", check)
    if status == 405 or (status == 404 and (is_page(heard.said.body) or NO_PATH.search(heard.spoken))):
        check = "Check OPENAI_BASE_URL: it often ends in /v1."
        return Trouble(f"there is no such API at this address {heard.shown}", check)
    if status == 404:
        happened = f"it knows no model {asking.model!r}, or has no chat there {heard.shown}"
        return Trouble(happened, f"Check {asking.setting} and OPENAI_BASE_URL.")
    return None


def _of_filter(heard: _Heard) -> Trouble | None:
    if not FILTERED.search(heard.words):
        return None
    advice = f"Ask in other words, or {OTHER_MODEL.format(heard.asking.setting)}"
    return Trouble(f"a content filter refused the question {heard.shown}", advice)


def _of_request(heard: _Heard) -> Trouble:
    """Return what all else means: it is the server's fault, or the request's."""
    if heard.said.status >= 500:
        return Trouble(f"it has a fault of its own {heard.shown}", "Try again later, or look at the server's log.")
    return Trouble(f"it refused the request {heard.shown}", f"Check {heard.asking.setting} and the server.")


# The first that has something to say is right.
READINGS = (
    _of_proxy,
    _of_account,
    _of_success,
    _of_rate,
    _of_guard,
    _of_filter,
    _of_key,
    _of_place,
    _of_request,
)
