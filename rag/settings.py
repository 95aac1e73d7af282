"""Every setting, its default and its meaning; the only module that reads the environment.

Nothing is read at import. `Settings()` reads `ASKPAPERS_*` and the standard `OPENAI_*` variables; the command line
also reads `.env` in the current folder. `.env.example` and the table in README.md list the same fields (tested).
"""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    SecretStr,
    StringConstraints,
    ValidationError,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from rag.errors import SettingsError
from rag.utils.addresses import http_address, unwrapped
from rag.utils.headers import header_table
from rag.utils.named_values import checked_addresses, checked_prices
from rag.utils.places import Place, ServerAddress, place_of

Embedding = Annotated[str, StringConstraints(pattern=r"^(minilm|hf:.+|onnx:.+|openai:.+)$")]
Llm = Annotated[str, StringConstraints(pattern=r"^(auto|extractive|openai:.+|gguf:.+)$")]
Check = Annotated[str, StringConstraints(pattern=r"^(off|llm|openai:.+|onnx:.+|hf:.+)$")]
SECRET = re.compile("KEY|HEADERS|LIBRARY")  # in the names of settings whose values no error shows
Rerank = Annotated[str, StringConstraints(pattern=r"^(|onnx:.+|hf:.+|rerank:.+|openai:.+)$")]


def _key(value: SecretStr) -> SecretStr | None:
    """Return a key without what was copied along, None for no key; raise ValueError for one no header can carry."""
    key = unwrapped(value.get_secret_value()).removeprefix("Bearer ").strip()
    if not all("!" <= character <= "~" for character in key):
        msg = "a key has neither white space nor letters beyond ASCII in it"
        raise ValueError(msg)
    return SecretStr(key) if key else None


def _place(value: object) -> Place:
    """Return where a library is; raise ValueError, which shows nothing of it, for what is no place."""
    if not isinstance(value, str | Path | ServerAddress):
        msg = "it must be the path of a folder, or the address of a database"
        raise ValueError(msg)  # noqa: TRY004  (pydantic takes it for an error of the program)
    return place_of(value)


def _chroma(value: str) -> str | None:
    """Return the address of a Chroma server; raise ValueError for another, or one with a password in it."""
    address = http_address(value)
    if address is not None and "@" in address:
        msg = "it must have no password in it: give that in ASKPAPERS_CHROMA_HEADERS, as Authorization: Basic ..."
        raise ValueError(msg)
    return address


def _headers(value: SecretStr) -> SecretStr | None:
    """Return headers as they are, None for none; raise ValueError, which shows nothing of them, for anything else."""
    return value if header_table(value.get_secret_value()) else None


def _mailto(value: str) -> str:
    """Return a mail address without `mailto:`; raise ValueError for anything else."""
    value = unwrapped(value).removeprefix("mailto:")
    if value and not re.fullmatch(r"[!-~]+@[!-~]+\.[!-~]+", value):
        msg = "it must look like me@example.org"
        raise ValueError(msg)
    return value


def _listed(value: object) -> object:
    """Return what stands between commas, each once; anything but a text as it is."""
    return tuple(dict.fromkeys(filter(None, map(str.strip, value.split(","))))) if isinstance(value, str) else value


class Settings(BaseSettings):
    """Settings of a library and of the answers over it; immutable once made."""

    model_config = SettingsConfigDict(
        env_prefix="ASKPAPERS_",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        hide_input_in_errors=True,  # it may be a key
    )

    library: Annotated[Place, PlainValidator(_place), PlainSerializer(str, when_used="json")] = Field(
        Path("papers.library"),
        description="The library: a folder, or a database that several share, as "
        "`postgresql://USER:PASSWORD@HOST/DATABASE` (needs `askpapers[server]`).",
    )
    chroma: Annotated[str, AfterValidator(_chroma)] | None = Field(
        None,
        description="Address of the Chroma server beside a library on PostgreSQL, as `http://HOST:8000`.",
    )
    chroma_headers: Annotated[SecretStr, AfterValidator(_headers)] | None = Field(
        None,
        description="What the proxy in front of that Chroma wants to be told, for Chroma itself lets everybody in: "
        "`NAME: VALUE, NAME: VALUE`.",
    )
    embedding: Embedding = Field(
        "minilm",
        description="Embedding model: `minilm` (bundled, offline), `hf:ORG/NAME[@REVISION]` (an ONNX export on a "
        "Hugging Face hub, fetched once), `onnx:FOLDER` or `openai:MODEL`.",
    )
    query_prompt: str | None = Field(
        None,
        max_length=2000,
        description="What stands before a question when it is embedded (not by `minilm`), with its blank at the end; "
        "`none` for nothing; empty means what the model's files or its authors say.",
    )
    passage_prompt: str | None = Field(
        None, max_length=2000, description="The same before each title and abstract, as `passage: ` for E5."
    )
    dimensions: int | None = Field(
        None, ge=1, le=100_000, description="Length of the vectors to ask of `openai:MODEL`; empty means its own."
    )
    threads: int = Field(0, ge=0, le=256, description="Threads of the bundled model; 0 takes every core.")
    papers: int = Field(
        5, ge=1, le=50, description="Papers to draw on; a model sees 3 more where several are asked about."
    )
    sentences: int = Field(6, ge=2, le=20, description="Sentences that an answer without an LLM may quote.")
    words: int = Field(110, ge=30, le=1000, description="Words after which an answer without an LLM stops.")
    llm: Llm = Field(
        "auto",
        description="Who writes answers: `extractive` (quotes, no LLM), `openai:MODEL`, `gguf:PATH`, or `auto`: "
        "the endpoint's LLM when a key or an address is set, else quotes.",
    )
    llms: Annotated[tuple[Llm, ...], NoDecode, BeforeValidator(_listed)] = Field(
        (),
        description="Further models that may be chosen for a question, in the same words, with commas between them; "
        "quotes can always be chosen.",
    )
    window: int = Field(8192, ge=1024, le=10_000_000, description="Tokens that fit into the LLM's context window.")
    answer_tokens: int = Field(500, ge=50, le=100_000, description="Tokens after which an LLM's answer is cut.")
    context: Literal["auto", "abstracts", "sentences"] = Field(
        "auto",
        description="What an LLM is shown of the papers found: whole `abstracts`, or the best `sentences`; `auto`: "
        "sentences for `gguf:PATH`, else abstracts.",
    )
    excerpts: int = Field(
        10, ge=0, le=1000, description="Sentences that an LLM is shown at most, where it is shown sentences; 0: all."
    )
    style: Literal["auto", "own", "copy"] = Field(
        "auto",
        description="How an LLM is asked to write: in its `own` words, or to `copy` sentences, which small models do "
        "better; `auto`: copy for `gguf:PATH`, else own.",
    )
    unsupported: Literal["mark", "drop", "quote"] = Field(
        "mark",
        description="What becomes of an LLM's sentence that the papers don't carry: `mark` it, `drop` it, or `quote` "
        "the nearest sentence instead.",
    )
    check: Check = Field(
        "off",
        description="Who checks by meaning what an LLM wrote: `off` (words alone), `llm` (the one that answers), "
        "`openai:MODEL`, or an NLI or fact-checking model: `onnx:FOLDER`, `hf:ORG/NAME`.",
    )
    check_base_url: Annotated[str, AfterValidator(http_address)] | None = Field(
        None, description="Address of the endpoint of `ASKPAPERS_CHECK=openai:MODEL`; empty means that of the answers."
    )
    check_api_key: Annotated[SecretStr, AfterValidator(_key)] | None = Field(
        None, description="Key of the endpoint at `ASKPAPERS_CHECK_BASE_URL`, if it wants one."
    )
    reranker: Rerank = Field(
        "",
        description="Who reads the best papers beside the question and ranks them anew: a cross-encoder "
        "(`onnx:FOLDER`, `hf:ORG/NAME`), an endpoint for that (`rerank:MODEL`), a chat model (`openai:MODEL`); "
        "empty: nobody.",
    )
    rerank_base_url: Annotated[str, AfterValidator(http_address)] | None = Field(
        None, description="Address of the endpoint of `ASKPAPERS_RERANKER`; empty means that of the answers."
    )
    rerank_api_key: Annotated[SecretStr, AfterValidator(_key)] | None = Field(
        None, description="Key of the endpoint at `ASKPAPERS_RERANK_BASE_URL`, if it wants one."
    )
    prompts: Path | None = Field(None, description="Folder of your own prompt files; empty means the bundled ones.")
    thinking: Literal["auto", "off"] = Field(
        "auto",
        description="Whether an LLM thinks before it writes: `auto` (as it does by itself), or `off` where it can.",
    )
    price_in: float = Field(0.0, ge=0, description="Price of a million tokens read by the LLM, to tell what it cost.")
    price_out: float = Field(0.0, ge=0, description="Price of a million tokens written by the LLM.")
    prices: Annotated[str, AfterValidator(checked_prices)] = Field(
        "", description="Prices by model, which come before those: `MODEL=IN/OUT, MODEL=IN/OUT`, per million tokens."
    )
    max_cost: float | None = Field(
        None, ge=0, description="What may be spent on LLMs until the program ends, at the prices set; empty: any sum."
    )
    timeout: float = Field(120.0, gt=0, le=3600, description="Seconds that an endpoint may be silent.")
    auth: SecretStr | None = Field(
        None, description="`user:password` that the page asks for, or a file that holds it; empty asks nobody."
    )
    fetch: bool = Field(
        False, description="Whether the page offers to bring in papers from open indexes (`true`, `false`)."
    )
    mailto: Annotated[str, AfterValidator(_mailto)] = Field(
        "",
        description="Your mail address, told to the indexes that papers are fetched from, so that they can write to "
        "you; some answer faster for it. Empty tells none.",
    )
    index_addresses: Annotated[str, AfterValidator(checked_addresses)] = Field(
        "",
        description="Other addresses of indexes, of mirrors say: `NAME=ADDRESS, NAME=ADDRESS`, with a name as "
        "`askpapers fetch` takes it.",
    )
    fetch_cache: Path | None = Field(
        None,
        description="Folder in which what the indexes answered is kept for a day; empty means the user's cache folder.",
    )
    zotero_library: Annotated[str, StringConstraints(pattern=r"^(|users/\d+|groups/\d+)$")] = Field(
        "",
        description="The Zotero library to fetch from: `groups/NUMBER` or `users/NUMBER`; empty means your own.",
    )
    zotero_key: Annotated[SecretStr, AfterValidator(_key)] | None = Field(
        None, description="Key of zotero.org, whose web API is asked then; empty asks the Zotero that runs here."
    )
    openalex_key: Annotated[SecretStr, AfterValidator(_key)] | None = Field(
        None, description="Key of OpenAlex (free), without which it gives only a few answers a day."
    )
    semantic_scholar_key: Annotated[SecretStr, AfterValidator(_key)] | None = Field(
        None, description="Key of Semantic Scholar, without which its answers are shared with everybody."
    )
    pubmed_key: Annotated[SecretStr, AfterValidator(_key)] | None = Field(
        None, description="Key of NCBI, with which PubMed may be asked ten times a second, else three times."
    )
    openai_api_key: Annotated[SecretStr, AfterValidator(_key)] | None = Field(
        None,
        validation_alias=AliasChoices("openai_api_key", "OPENAI_API_KEY"),
        description="Key of the OpenAI-compatible endpoint.",
    )
    openai_base_url: Annotated[str, AfterValidator(http_address)] | None = Field(
        None,
        validation_alias=AliasChoices("openai_base_url", "OPENAI_BASE_URL"),
        description="Address of the OpenAI-compatible endpoint; empty means api.openai.com.",
    )


def load_settings(env_file: Path | None = None, **changes: str) -> Settings:
    """Read the settings from the environment and, when given, from an env file; `changes` come before both.

    Raises SettingsError.
    """
    try:
        return Settings(_env_file=env_file, **changes)  # type: ignore[arg-type]  # pydantic checks and converts
    except ValidationError as error:
        first = error.errors()[0]
        name = variable_name(str(first["loc"][0]))
        got = "" if SECRET.search(name) else f", got {_shown(first.get('input'))!r}"
        why = first["msg"].removeprefix("Value error, ")
        msg = f"{name} can't be used: {why}{got}. See .env.example for its meaning."
        raise SettingsError(msg) from None
    except (UnicodeDecodeError, OSError) as error:
        msg = f"The settings file {env_file} can't be read ({error}). Write it anew from .env.example, as UTF-8."
        raise SettingsError(msg) from error


def _shown(value: object) -> object:
    """Return a value as it may be told: an address without its password."""
    return re.sub(r"[^/\s]+@(?=\S*$)", "", value) if isinstance(value, str) and "//" in value else value


def variable_name(field: str) -> str:
    """Return the environment variable of a field: `threads` gives `ASKPAPERS_THREADS`."""
    name = field.upper()
    return name if name.startswith(("OPENAI_", "ASKPAPERS_")) else f"ASKPAPERS_{name}"
