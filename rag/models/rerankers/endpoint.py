"""A reranker behind an endpoint that answers `/rerank`: Cohere, Jina, Voyage, vLLM, llama.cpp, TEI and their kin.

Addresses and bodies differ from server to server: where one way is refused the next is tried (endpoint_forms), and what
worked is kept. Texts too long for the model are sent shorter, too many at once in parts. All of it together takes at
most as long as ASKPAPERS_TIMEOUT says.
"""

import re
from collections.abc import Iterator, Sequence
from time import monotonic
from typing import Any, NamedTuple

import httpx2
from pydantic import SecretStr

from rag.errors import ModelError
from rag.models.endpoints.reaching import unreached
from rag.models.endpoints.said import is_page, parsed, told
from rag.models.rerankers.base import text_of
from rag.models.rerankers.endpoint_forms import FORMS, OF_FORM, addresses_of, scores_in
from rag.records import Paper
from rag.settings import Settings
from rag.utils.addresses import bare_address
from rag.utils.batching import batched
from rag.utils.routes import RouteError, certificates_for, route_of

CONNECT_SECONDS = 10.0
SHORT = 0.001  # seconds: no time at all
LARGEST = 10_000_000  # bytes of a reply that are read
SHORTEST = 500  # characters to which a text is cut at most
ABSENT = {404, 405}
REFUSED = {400, 415, 422}  # what a body of another form may mend
TOO_LARGE = {400, 413, 422, 500}  # what a smaller one may
TOO_LONG = re.compile(
    r"too (?:large|long)|must have less than|(?:maximum|max|context) (?:context |sequence |model )?(?:length|size)|"
    r"\btokens\b|exceed",
    re.IGNORECASE,
)
TOO_MANY = re.compile(r"batch size|too many|maximum number of", re.IGNORECASE)
ADDRESS = "ASKPAPERS_RERANK_BASE_URL"
REMEDY = f"Check {ADDRESS} and the server."
NAMED = f"Check {ADDRESS} and the model's name in ASKPAPERS_RERANKER."


class Way(NamedTuple):
    """How an endpoint is asked: where, in which form (places in lists), how many texts at once, how long each."""

    address: int = 0
    form: int = 0
    most: int = 1_000
    characters: int = 100_000


class Reply(NamedTuple):
    """What came back: the status, and the body as JSON, or as text where it is none."""

    status: int
    body: Any
    elsewhere: str = ""  # where a request is to be sent instead


class EndpointReranker:
    """Scores of one model behind a rerank endpoint. Safe to share between threads."""

    def __init__(self, model: str, settings: Settings) -> None:
        """Make the client; nothing is asked yet. Raises ModelError when no endpoint is set."""
        base, key = settings.rerank_base_url, settings.rerank_api_key
        if base is None:  # the key of the answers goes to no other address
            base, key = settings.openai_base_url, settings.openai_api_key
        if base is None:
            msg = f"ASKPAPERS_RERANKER=rerank:{model} has no endpoint. Name its address: ASKPAPERS_RERANK_BASE_URL."
            raise ModelError(msg)
        self.name = f"rerank:{model}"
        self._model = model
        self._shown = bare_address(base)
        self._key = (key or SecretStr("")).get_secret_value()
        self._timeout = settings.timeout
        self._addresses = addresses_of(base)
        self._way = Way()  # the one that worked last, once one has
        try:
            self._route = route_of(base)
            proxy, verify = self._route.proxy or None, certificates_for(base)
        except RouteError as error:
            raise self._failed(*error.trouble) from None
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        self._client = httpx2.Client(headers=headers, proxy=proxy, verify=verify, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def score(self, question: str, papers: Sequence[Paper]) -> list[float]:
        """Return the endpoint's score of each paper. Raises ModelError with one line that says what to do."""
        until = monotonic() + self._timeout
        texts = [text_of(paper) for paper in papers]
        refusals: list[Reply] = []
        way: Way | None = self._way
        while way is not None:
            found = self._scores(question, texts, way, until)
            if not isinstance(found, Reply):
                self._way = way
                return found
            refusals.append(found)
            way = self._other(way, found, texts)
        self._way = Way()
        raise self._refused(refusals)

    def _scores(self, question: str, texts: Sequence[str], way: Way, until: float) -> list[float] | Reply:
        """Return the scores by one way, or the first reply that is none."""
        scores: list[float] = []
        for part in batched([text[: way.characters] for text in texts], way.most):
            reply = self._reply(self._addresses[way.address], FORMS[way.form](self._model, question, part), until)
            if reply.status != httpx2.codes.OK:
                return reply
            try:
                scores += scores_in(reply.body, len(part))
            except ValueError as error:
                words = self._words(reply)
                raise self._failed(f"{error}{words and f' ({words!r})'}", REMEDY) from error
        return scores

    def _other(self, way: Way, reply: Reply, texts: Sequence[str]) -> Way | None:
        """Return the way to try after a refusal; None when there is none left that could help."""
        words = self._words(reply)
        if reply.status in ABSENT:
            known = self._model in words  # the place is right, the model isn't
            return None if known or way.address + 1 == len(self._addresses) else way._replace(address=way.address + 1)
        longest, most = min(way.characters, max(map(len, texts))), min(way.most, len(texts))
        if reply.status in TOO_LARGE:
            if TOO_LONG.search(words) and longest > SHORTEST:
                return way._replace(characters=max(SHORTEST, longest // 2))
            if (TOO_MANY.search(words) or reply.status == 413) and most > 1:
                return way._replace(most=(most + 1) // 2)
        if reply.status in REFUSED and way.form + 1 < len(FORMS):
            return way._replace(form=way.form + 1)
        return None

    def _reply(self, address: str, body: dict[str, Any], until: float) -> Reply:
        """Return what comes back for a request, read until the deadline. Raises ModelError."""
        left = max(until - monotonic(), SHORT)
        timeout = httpx2.Timeout(left, connect=min(left, CONNECT_SECONDS))
        try:
            with self._client.stream("POST", address, json=body, timeout=timeout) as response:
                content = b"".join(_until(response.iter_bytes(), until))
                body, elsewhere = parsed(content.decode("utf-8", "replace")), response.headers.get("location", "")
                return Reply(response.status_code, body, elsewhere if response.is_redirect else "")
        except (httpx2.ReadTimeout, httpx2.WriteTimeout) as error:
            happened = f"it gave no scores within {self._timeout:g} s"
            raise self._failed(happened, "Raise ASKPAPERS_TIMEOUT, or look at the server.") from error
        except ValueError as error:
            raise self._failed(str(error), REMEDY) from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            happened, advice = unreached(error, self._route, seconds=min(left, CONNECT_SECONDS))
            raise self._failed(happened, advice.replace("OPENAI_BASE_URL", ADDRESS)) from error

    def _refused(self, replies: Sequence[Reply]) -> ModelError:
        """Return the error that tells the most telling of refusals: one that is not about the body's form."""
        told = [(one, self._words(one)) for one in replies]
        there = [one for one in told if one[0].status not in ABSENT] or told
        telling = [one for one in there if self._model in one[1] or TOO_LONG.search(one[1])]
        telling = telling or [one for one in there if not OF_FORM.search(one[1])]
        reply, words = (telling or there)[0]
        status = f"{reply.status}{words and f': {words!r}'}"
        if reply.elsewhere:
            sent = f"it sends requests on to {bare_address(reply.elsewhere)}"
            return self._failed(sent, "Let ASKPAPERS_RERANK_BASE_URL name that.")
        if reply.status in {401, 403}:
            return self._failed(f"it refused the key ({status})", "Check ASKPAPERS_RERANK_API_KEY.")
        if reply.status == httpx2.codes.TOO_MANY_REQUESTS:
            return self._failed(f"it has too many requests ({status})", "Ask again later.")
        if reply.status in ABSENT:
            return self._failed(f"it has no reranker there ({status})", NAMED)
        if reply.status >= httpx2.codes.INTERNAL_SERVER_ERROR:
            return self._failed(f"it has a fault of its own ({status})", "Look at the server's log.")
        return self._failed(f"it refused the request ({status})", NAMED)

    def _words(self, reply: Reply) -> str:
        """Return what a server says, without the key; nothing of a web page."""
        return "" if is_page(reply.body) else told(reply.body, self._key)

    def _failed(self, happened: str, advice: str) -> ModelError:
        return ModelError(f"The reranker {self.name} at {self._shown} failed: {happened}. {advice}")


def _until(pieces: Iterator[bytes], until: float) -> Iterator[bytes]:
    """Yield what a server sends. Raises ReadTimeout when it isn't done in time, ValueError when it is endless."""
    size = 0
    for piece in pieces:
        size += len(piece)
        if monotonic() > until:
            raise httpx2.ReadTimeout(str(size))
        if size > LARGEST:
            msg = "it sends without end"
            raise ValueError(msg)
        yield piece
