"""Prompts before questions and papers: from whose word they are, what they change, and what they leave alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.models.embedders import load_embedder
from rag.models.embedders.base import Embedded, Embedder, Kind
from rag.models.embedders.prompts import FAMILIES, NO_PROMPTS, Prompts, declared_prompts, family_of
from rag.settings import Settings
from tests.models.tiny_export import Tiny, pooling, states, unit

Load = Callable[..., Embedder]
TEXT = "bees dance"
E5 = {"config_sentence_transformers.json": {"prompts": {"query": "query : ", "document": "passage : "}}}
MEAN = pooling(pooling_mode_mean_tokens=True)


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Write a tiny export into a folder of a name and load it as a setting does."""

    def make(files: dict[str, Any], folder: str = "export", **settings: Any) -> Embedder:
        place = Tiny(files=files).write(tmp_path / folder)
        return load_embedder(Settings(embedding=f"onnx:{place}", threads=1, **settings))

    return make


def embedded(embedder: Embedder, kind: Kind, text: str = TEXT) -> Embedded:
    return next(iter(embedder.embed([text], kind=kind)))


def behind(embedder: Embedder, kind: Kind) -> str:
    """Return the words before a text, by the vector that it got."""
    vector = embedded(embedder, kind).vector
    known = ("", "query : ", "passage : ", "milk ", "the ")
    [found] = [one for one in known if np.allclose(vector, unit(states(one + TEXT).mean(axis=0)), atol=1e-4)]
    return found


def test_a_question_and_a_paper_each_stand_behind_the_prompt_that_the_files_declare(load: Load) -> None:
    embedder = load(E5)
    assert (behind(embedder, "query"), behind(embedder, "passage")) == ("query : ", "passage : ")
    assert "query prompt 'query : ', passage prompt 'passage : '" in embedder.name


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"query_prompt": "milk "}, ("milk ", "passage : ")),
        ({"passage_prompt": "the "}, ("query : ", "the ")),
        ({"query_prompt": "none", "passage_prompt": "none"}, ("", "")),
    ],
)
def test_the_settings_outweigh_the_files(load: Load, settings: dict[str, str], expected: tuple[str, str]) -> None:
    embedder = load(E5, **settings)
    assert (behind(embedder, "query"), behind(embedder, "passage")) == expected


def test_the_word_pieces_of_a_prompt_belong_to_no_text(load: Load) -> None:
    embedder = load(E5)
    for kind in ("query", "passage"):
        found = embedded(embedder, kind)
        assert [TEXT[start:end] for start, end in found.offsets] == ["bees", "dance"]
        inner = states(("query : " if kind == "query" else "passage : ") + TEXT)
        assert np.allclose(found.tokens, inner[3:5], atol=1e-4)


def test_a_prompt_that_is_not_to_be_pooled_is_read_and_left_out(load: Load) -> None:
    files = {**E5, **MEAN}
    files["1_Pooling/config.json"] = {"pooling_mode_mean_tokens": True, "include_prompt": False}
    expected = unit(states(f"query : {TEXT}")[3:].mean(axis=0))  # without [CLS] and prompt, as its authors have it
    assert np.allclose(embedded(load(files), "query").vector, expected, atol=1e-4)


def test_a_long_text_keeps_its_prompt_and_loses_its_end(load: Load) -> None:
    embedder = load({**E5, "sentence_bert_config.json": {"max_seq_length": 8}})
    found = embedded(embedder, "passage", "tea " * 100)
    assert len(found.tokens) == 8 - 2 - 2  # [CLS] and [SEP], `passage` and `:`
    assert embedder.length("tea tea") == 6


def test_small_letters_where_the_model_wants_them_leave_the_places_as_they_are(load: Load) -> None:
    embedder = load({"sentence_bert_config.json": {"do_lower_case": True}})
    text = "TEA İx Bees"  # with a letter that is longer when it is small
    found = embedded(embedder, "passage", text)
    assert [text[start:end] for start, end in found.offsets[[0, -1]]] == ["TEA", "Bees"]
    assert np.allclose(found.vector, unit(states("tea unheard bees").mean(axis=0)), atol=1e-4)


@pytest.mark.parametrize("name", ["e5-small-v2", "multilingual-e5-base", "my-e5-large-onnx"])
def test_a_known_family_gets_the_prompts_that_its_authors_publish_and_says_so(load: Load, name: str) -> None:
    embedder = load({}, folder=name)
    assert "query prompt 'query: ', passage prompt 'passage: '" in embedder.name
    assert "declares no prompts" in getattr(embedder, "note", "")
    assert not getattr(load({}, folder=name, query_prompt="q: ", passage_prompt="p: "), "note", "")


def test_a_known_family_pools_as_its_authors_do_where_its_files_do_not_say(load: Load) -> None:
    assert "cls pooling" in load({}, folder="bge-small-en-v1.5").name
    assert "mean pooling" in load(MEAN, folder="bge-small-en-v1.5").name
    assert "mean pooling" in load({}, folder="some-model").name


@pytest.mark.parametrize(
    ("model", "query", "passage"),
    [
        ("intfloat/e5-small-v2", "query: ", "passage: "),
        ("Xenova/multilingual-e5-large", "query: ", "passage: "),
        ("BAAI/bge-large-en-v1.5", "Represent this sentence for searching relevant passages: ", ""),
        ("nomic-ai/nomic-embed-text-v1.5", "search_query: ", "search_document: "),
        ("Snowflake/snowflake-arctic-embed-l-v2.0", "query: ", ""),
        ("BAAI/bge-m3", "", ""),
        ("sentence-transformers/all-MiniLM-L6-v2", "", ""),
        ("org/base5-model", "", ""),
        ("org/e50-small", "", ""),
    ],
)
def test_prompts_are_known_by_the_family_s_name_and_no_other(model: str, query: str, passage: str) -> None:
    family = family_of(model)
    assert (family.prompts if family else NO_PROMPTS) == Prompts(query, passage)


def test_no_family_is_hidden_behind_another() -> None:
    assert len({pattern for pattern, _ in FAMILIES}) == len(FAMILIES)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"prompts": {"query": "q ", "passage": "p "}}, Prompts("q ", "p ")),
        ({"prompts": {"Retrieval-query": "q ", "Retrieval-document": "p "}}, Prompts("q ", "p ")),
        ({"prompts": {"retrieval.query": "q ", "retrieval.passage": "p ", "separation": "x"}}, Prompts("q ", "p ")),
        ({"prompts": {"s2p_query": "q ", "s2s_query": "x "}}, Prompts("q ", "")),
        ({"prompts": {"search_query": "q ", "search_document": "p "}}, Prompts("q ", "p ")),
        ({"prompts": {"all": "x ", "query": "q "}, "default_prompt_name": "all"}, Prompts("q ", "x ")),
        ({"prompts": {"query": "", "document": ""}}, None),
        ({"prompts": {}, "default_prompt_name": None}, None),
        ({"__version__": {}}, None),
    ],
)
def test_prompts_are_found_under_every_name_in_use(config: dict[str, Any], expected: Prompts | None) -> None:
    assert declared_prompts(config) == expected


@given(st.text(max_size=300), st.text(max_size=300))
def test_names_of_models_differ_when_their_prompts_do_and_stay_on_a_line(one: str, other: str) -> None:
    told = [Prompts(one, "p").told, Prompts(other, "p").told]
    assert (told[0] == told[1]) == (one == other)
    assert all(len(name.splitlines()) == 1 and len(name) < 800 for name in told)
