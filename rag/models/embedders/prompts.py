"""What stands before a question and before a paper when they are embedded.

Told by the settings, else declared in config_sentence_transformers.json, else published for a known family of models
in their model cards only: E5's vectors without `query: ` and `passage: ` find worse.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from rag.models.embedders.base import Kind
from rag.models.embedders.exports.pooling import Pooling

NONE = "none"  # a setting that asks for no prompt, where the files declare one
SEARCH = "Represent this sentence for searching relevant passages: "
TASK = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "
# How the prompts of each kind are named in configurations, the plainest first.
QUERIES = "query queries question search_query retrieval_query web_search_query s2p_query".split()
PASSAGES = "document passage corpus documents passages search_document retrieval_document retrieval_passage".split()
CHINESE = "为这个句子生成表示以用于检索相关文章："  # noqa: RUF001  (as its authors write it)
LONGEST_SHOWN = 60  # characters of a prompt in a model's name


class Prompts(NamedTuple):
    """What is put before each question and each paper; empty for nothing."""

    query: str = ""
    passage: str = ""

    def of(self, kind: Kind) -> str:
        """Return the prompt of a kind of text."""
        return self.query if kind == "query" else self.passage

    @property
    def told(self) -> str:
        """The prompts as a model's name shows them; empty without any."""
        named = (("query", self.query), ("passage", self.passage))
        return ", ".join(f"{kind} prompt {_shown(prompt)}" for kind, prompt in named if prompt)


NO_PROMPTS = Prompts()


class Family(NamedTuple):
    """What the authors of models publish beside their files: prompts, and how to pool."""

    prompts: Prompts
    pooling: Pooling


# By the last part of a model's name; the first that fits counts.
FAMILIES: tuple[tuple[str, Family], ...] = (
    (r"multilingual-e5-.*instruct", Family(Prompts(TASK), "mean")),
    (r"e5-mistral|qwen3-embedding", Family(Prompts(TASK), "lasttoken")),
    (r"(^|-)e5-(small|base|large)", Family(Prompts("query: ", "passage: "), "mean")),
    (r"bge-(small|base|large)-en", Family(Prompts(SEARCH), "cls")),
    (r"bge-(small|base|large)-zh", Family(Prompts(CHINESE), "cls")),
    (r"bge-m3", Family(Prompts(), "cls")),
    (r"nomic-embed-text", Family(Prompts("search_query: ", "search_document: "), "mean")),
    (r"arctic-embed-.*v2", Family(Prompts("query: "), "cls")),
    (r"arctic-embed|mxbai-embed-large|uae-large", Family(Prompts(SEARCH), "cls")),
    (r"embeddinggemma", Family(Prompts("task: search result | query: ", "title: none | text: "), "mean")),
    (r"gte-.*(v1\.5|modernbert|multilingual)|granite-embedding|specter|multi-qa-.*-dot", Family(Prompts(), "cls")),
)


def family_of(model: str) -> Family | None:
    """Return what is published for the family of a model, by its name; None for one that isn't known.

    >>> family_of("intfloat/multilingual-e5-small").prompts
    Prompts(query='query: ', passage='passage: ')
    """
    name = model.rpartition("/")[2].casefold()
    return next((family for pattern, family in FAMILIES if re.search(pattern, name)), None)


def declared_prompts(config: Mapping[str, Any]) -> Prompts | None:
    """Return the prompts of a config_sentence_transformers.json, None when it has none.

    A kind without a prompt of its own gets the default one, if there is one. Raises ValueError for what is no prompt.
    """
    told = config.get("prompts") or {}
    if not isinstance(told, Mapping) or not all(isinstance(prompt, str) for prompt in told.values()):
        msg = "its prompts are no texts by name"
        raise ValueError(msg)
    default = config.get("default_prompt_name")
    if default is not None and default not in told:
        msg = f"its default prompt {default!r} is none of its prompts"
        raise ValueError(msg)
    plain = {re.sub(r"\W+", "_", name.casefold()): prompt for name, prompt in told.items()}
    rest = told[default] if default is not None else ""

    def first(names: list[str]) -> str:
        return next((str(plain[name]) for name in names if name in plain), str(rest))

    found = Prompts(first(QUERIES), first(PASSAGES))
    return found if any(found) else None  # empty texts stand there for models that nobody gave any


def chosen_prompts(found: Prompts, query: str | None, passage: str | None) -> Prompts:
    """Return the prompts with those that the settings tell in their places."""
    return Prompts(_chosen(found.query, query), _chosen(found.passage, passage))


def _chosen(found: str, told: str | None) -> str:
    return found if told is None else "" if told == NONE else told


def _shown(prompt: str) -> str:
    """Return a prompt on one line: whole, or its beginning and a digest that tells it from others."""
    if len(prompt) <= LONGEST_SHOWN:
        return repr(prompt)
    from hashlib import sha256

    return f"{prompt[: LONGEST_SHOWN // 2]!r}… ({sha256(prompt.encode()).hexdigest()[:8]})"
