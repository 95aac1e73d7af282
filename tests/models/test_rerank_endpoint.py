"""Rerank endpoints, each of its own dialect, at a real server; and what is told when one fails."""

import json
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from time import monotonic
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ModelError
from rag.models.rerankers import load_reranker
from rag.models.rerankers.base import Reranker, reranked
from rag.models.rerankers.endpoint_forms import addresses_of, scores_in
from rag.records import Paper
from rag.settings import Settings
from tests.models.rerank_server import DIALECTS, KEY, RerankServer, reranking

PAPERS = [Paper(n, f"Paper {n}", f"It fits {fit} here.") for n, fit in enumerate(("2.5", "-3.5", "9", "0.5"), 1)]
SCORES = [2.5, -3.5, 9.0, 0.5]


@pytest.fixture
def server() -> Iterator[RerankServer]:
    with reranking() as known:
        yield known


@pytest.fixture
def load(server: RerankServer) -> Iterator[Callable[..., Reranker]]:
    made: list[Reranker] = []

    def make(path: str = "", **changes: Any) -> Reranker:
        found = load_reranker(server.settings(rerank_base_url=f"{server.url}{path}", **changes))
        assert found is not None
        made.append(found)
        return found

    yield make
    for one in made:
        one.close()


def failure(reranker: Reranker, papers: list[Paper] = PAPERS) -> str:
    with pytest.raises(ModelError) as error:
        reranker.score("q", papers)
    message = str(error.value)
    assert len(message.splitlines()) == 1
    assert KEY not in message
    assert message.startswith("The reranker rerank:tiny at http://127.0.0.1:")
    return message


@pytest.mark.parametrize("dialect", DIALECTS)
def test_whoever_answers_the_scores_are_those_of_the_papers_in_their_order(
    server: RerankServer, load: Callable[..., Reranker], dialect: str
) -> None:
    server.dialect = dialect
    path = DIALECTS[dialect].paths[0]
    ends = {path, path.removesuffix("/rerank"), "", "/"} if path.endswith("/rerank") else {path}
    for end in ends:
        found = load(end)
        assert found.score("Which fits?", PAPERS) == SCORES
        before = len(server.asked)
        assert found.score("Which fits?", PAPERS[:2]) == SCORES[:2]
        assert len(server.asked) == before + 1  # the way that worked is kept
    assert {one.authorization for one in server.asked} == {f"Bearer {KEY}"}


def test_an_address_like_that_of_the_answers_leads_to_a_server_that_reranks_beside_it(
    server: RerankServer, load: Callable[..., Reranker]
) -> None:
    server.dialect = "tei"
    assert load("/v1").score("q", PAPERS) == SCORES


def test_the_model_the_question_and_title_with_abstract_are_sent(
    server: RerankServer, load: Callable[..., Reranker]
) -> None:
    load("/v1").score("Which fits?", PAPERS[:1])
    texts = ["Paper 1. It fits 2.5 here."]
    assert server.asked[0].body == {"model": "tiny", "query": "Which fits?", "documents": texts, "top_n": 1}


def test_texts_too_long_for_the_model_are_sent_shorter(server: RerankServer, load: Callable[..., Reranker]) -> None:
    server.room = 1_300
    long = Paper(9, "Long", f"It fits 4. {'word ' * 2_000}")
    assert load("/v1").score("q", [*PAPERS, long]) == [*SCORES, 4.0]
    assert len(server.asked) < 6


def test_more_texts_than_are_taken_at_once_are_sent_in_parts(
    server: RerankServer, load: Callable[..., Reranker]
) -> None:
    server.most = 2
    found = load("/v1")
    assert found.score("q", PAPERS) == SCORES
    server.asked.clear()
    assert found.score("q", [*PAPERS, *PAPERS]) == SCORES * 2
    assert [len(one.body["documents"]) for one in server.asked] == [2, 2, 2, 2]


def test_the_endpoint_of_the_answers_is_asked_with_its_own_key_where_no_other_is_named(server: RerankServer) -> None:
    plain = {"rerank_base_url": None, "rerank_api_key": None, "openai_base_url": f"{server.url}/v1"}
    found = load_reranker(server.settings(**plain, openai_api_key="sk-of-the-answers"))
    assert found is not None
    found.score("q", PAPERS)
    assert server.asked[0].authorization == "Bearer sk-of-the-answers"
    found.close()


def test_the_key_of_the_answers_goes_to_no_other_address(server: RerankServer) -> None:
    found = load_reranker(server.settings(rerank_api_key=None, openai_api_key="sk-of-the-answers"))
    assert found is not None
    found.score("q", PAPERS)
    assert {one.authorization for one in server.asked} == {None}
    found.close()


def test_without_an_address_it_says_which_setting_names_one() -> None:
    with pytest.raises(ModelError, match=r"ASKPAPERS_RERANKER=rerank:tiny has no endpoint.*ASKPAPERS_RERANK_BASE_URL"):
        load_reranker(Settings(reranker="rerank:tiny", openai_api_key="sk-1"))


def change(place: int, name: str, value: object) -> Callable[[Any], Any]:
    def turn(reply: Any) -> Any:
        reply["results"][place][name] = value
        return reply

    return turn


WRONG: dict[str, tuple[Callable[[Any], Any], str]] = {
    "one too few": (lambda reply: {"results": reply["results"][1:]}, "3 scores for 4 papers"),
    "none": (lambda reply: {"results": []}, "0 scores for 4 papers"),
    "one too many": (lambda reply: {"results": [*reply["results"], reply["results"][0]]}, "5 scores for 4 papers"),
    "one twice": (change(0, "index", 1), "doesn't say of which paper"),
    "beyond the last": (change(0, "index", 4), "index 4 of 4"),
    "before the first": (change(0, "index", -1), "index -1 of 4"),
    "no index": (change(0, "index", None), "index None of 4"),
    "true as index": (change(1, "index", True), "doesn't say of which paper"),
    "no score": (change(2, "relevance_score", None), "a score is no number (None)"),
    "NaN": (change(2, "relevance_score", math.nan), "a score is no number (nan)"),
    "infinity": (change(2, "relevance_score", math.inf), "a score is no number (inf)"),
    "a word": (change(2, "relevance_score", "high"), "a score is no number (high)"),
    "a truth": (change(2, "relevance_score", True), "a score is no number (True)"),
    "a list": (change(2, "relevance_score", [1]), "a score is no number"),
    "numbers with a word": (lambda reply: [1.0, 2.0, 3.0, "x"], "doesn't say of which paper"),
    "another object": (lambda reply: {"choices": []}, "no list of scores"),
    "an error": (lambda reply: {"error": {"message": "model is loading"}}, "model is loading"),
    "nothing": (lambda reply: None, "no list of scores"),
    "a number": (lambda reply: 7, "no list of scores"),
    "a page": (lambda reply: "<html><body>Welcome</body></html>", "no list of scores"),
    "half of it": (lambda reply: json.dumps(reply)[:40], "no list of scores"),
    "other bytes": (lambda reply: b"\xff\xfe\x00", "no list of scores"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_reply_that_is_no_score_a_paper_is_told(
    server: RerankServer, load: Callable[..., Reranker], case: str
) -> None:
    server.turns, told = WRONG[case]
    message = failure(load("/v1"))
    assert told in message
    assert "ASKPAPERS_RERANK_BASE_URL" in message


REFUSALS: list[tuple[int, object, str, str]] = [
    (401, {"message": f"invalid key {KEY}"}, "refused the key (401: 'invalid key …')", "RERANK_API_KEY"),
    (403, "<html>forbidden</html>", "refused the key (403)", "RERANK_API_KEY"),
    (404, {"message": "The model `tiny` does not exist."}, "The model `tiny` does not exist.", "model's name"),
    (400, {"error": {"message": "model tiny is no reranker"}}, "model tiny is no reranker", "model's name"),
    (424, {"error": "not a re-ranker model"}, "not a re-ranker model", "model's name"),
    (429, {"detail": "5,000 tokens exceed your rate"}, "too many requests (429", "Ask again later"),
    (500, {"error": {"message": "cuda"}}, "a fault of its own (500: 'cuda')", "log"),
    (503, "", "a fault of its own (503)", "log"),
    (307, "", "sends requests on to https://elsewhere.example/v1/rerank", "ASKPAPERS_RERANK_BASE_URL"),
]


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: str(case[0]))
def test_a_refusal_is_told_in_the_server_s_own_words_with_what_to_do(
    server: RerankServer, load: Callable[..., Reranker], case: tuple[int, object, str, str]
) -> None:
    server.status, server.says, told, advice = case
    message = failure(load("/v1"))
    assert told in message
    assert advice in message
    assert "secret" not in message


def test_refusals_of_other_forms_do_not_hide_what_is_really_wrong(
    server: RerankServer, load: Callable[..., Reranker]
) -> None:
    server.dialect = "voyage"
    server.room = 3  # whatever is sent is too long
    assert "too large to process" in failure(load("/v1"))


def test_a_server_that_has_no_such_address_is_told(server: RerankServer, load: Callable[..., Reranker]) -> None:
    server.dialect = "nim"
    assert "no reranker there (404: 'Not Found')" in failure(load("/v1"))
    assert [one.path for one in server.asked] == ["/v1/rerank", "/rerank"]


def test_a_connection_that_breaks_and_a_server_that_is_gone_are_told(
    server: RerankServer, load: Callable[..., Reranker]
) -> None:
    server.breaks = True
    assert "the connection broke" in failure(load("/v1"))
    gone = load_reranker(Settings(reranker="rerank:tiny", rerank_base_url="http://127.0.0.1:9"))
    assert gone is not None
    assert "can't be reached: the connection was refused. Check ASKPAPERS_RERANK_BASE_URL" in failure(gone)


@pytest.mark.parametrize("how", [{"silent": 30.0}, {"drips": 0.1}])
def test_nobody_waits_longer_than_the_timeout_says_however_slowly_a_server_speaks(
    server: RerankServer, load: Callable[..., Reranker], how: dict[str, float]
) -> None:
    server.__dict__.update(how)
    found = load("/v1", timeout=0.5)
    started = monotonic()
    assert "gave no scores within 0.5 s. Raise ASKPAPERS_TIMEOUT" in failure(found)
    assert monotonic() - started < 2


def test_many_refusals_in_a_row_take_no_longer_than_the_timeout_either(
    server: RerankServer, load: Callable[..., Reranker]
) -> None:
    server.dialect, server.silent = "dashscope", 0.2
    started = monotonic()
    assert "within 0.5 s" in failure(load("/services/text-rerank", timeout=0.5))
    assert monotonic() - started < 2


def test_after_a_failure_it_is_asked_again_the_next_time(server: RerankServer, load: Callable[..., Reranker]) -> None:
    found = load("")
    assert found.score("q", PAPERS) == SCORES
    server.status, server.says = 503, {"error": "loading"}
    assert "not reranked: The reranker" in reranked(found, "q", PAPERS).note
    server.status, server.dialect = 0, "tei"  # another server has taken its place
    assert found.score("q", PAPERS) == SCORES
    server.dialect = "pinecone"
    assert found.score("q", PAPERS) == SCORES


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["index", "score", "results", "data", "relevance_score", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=300)
@given(JSON, st.integers(0, 4))
def test_whatever_is_replied_gives_a_finite_score_a_paper_or_is_no_reply(reply: Any, asked: int) -> None:
    with suppress(ValueError):
        found = scores_in(reply, asked)
        assert len(found) == asked
        assert all(map(math.isfinite, found))


@pytest.mark.parametrize(
    ("base", "first"),
    [
        ("https://api.cohere.com/v2", "https://api.cohere.com/v2/rerank"),
        ("https://api.jina.ai/v1/rerank", "https://api.jina.ai/v1/rerank"),
        ("http://host:1/v1/reranking/", "http://host:1/v1/reranking"),
        ("http://host/gateway", "http://host/gateway/rerank"),
        ("http://host/v1/chat/completions", "http://host/v1/rerank"),
        ("http://host/v1?key=1", "http://host/v1/rerank?key=1"),
        ("https://host/v1beta1", "https://host/v1beta1/rerank"),
    ],
)
def test_an_address_may_be_a_server_s_its_api_s_or_the_reranker_s_own(base: str, first: str) -> None:
    assert addresses_of(base)[0] == first


def test_a_proxy_that_is_none_is_told_when_the_reranker_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "nonsense://x")
    unreachable = Settings(reranker="rerank:tiny", rerank_base_url="http://elsewhere.example")
    with pytest.raises(ModelError, match="reranker rerank:tiny at http://elsewhere") as error:
        load_reranker(unreachable)
    assert "failed: HTTP_PROXY" in str(error.value)
    assert len(str(error.value).splitlines()) == 1
