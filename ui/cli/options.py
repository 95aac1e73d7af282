"""What every command of the command line has in common: options, settings, where its text goes."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rag.settings import Settings

FAILED = 1  # exit code of an error
STOPPED = 130  # exit code of Ctrl+C

LibraryOption = Annotated[str | None, typer.Option("--library", metavar="DIR", help="folder or address of the library")]
JsonOption = Annotated[bool, typer.Option("--json", help="print JSON to stdout and nothing else there")]
YesOption = Annotated[bool, typer.Option("--yes", help="go on without asking")]
LlmOption = Annotated[
    str | None, typer.Option("--llm", metavar="LLM", help="who answers: extractive, openai:MODEL or gguf:PATH")
]
YearOption = Annotated[str | None, typer.Option("--year", metavar="YEARS", help="2020, 2018..2021, 2020.. or ..2015")]
OriginOption = Annotated[
    str | None, typer.Option("--origin", metavar="SOURCE", help="only papers from this file (name, path or glob)")
]
TitleOption = Annotated[
    str | None, typer.Option("--title", metavar="WORDS", help="only papers with these words in the title")
]

CollectionOption = Annotated[
    str | None, typer.Option("--collection", metavar="NAME", help="only papers in this collection")
]
CheckOption = Annotated[
    bool | None, typer.Option("--check/--no-check", help="have each claim of an LLM checked by meaning")
]
AsWrittenOption = Annotated[bool, typer.Option("--as-written", help="read no mistyped word as another")]
NAMED = "number, DOI, arXiv id, PubMed id, key or title"  # of a paper
TagOption = Annotated[str | None, typer.Option("--tag", metavar="TAG", help="only papers with this tag")]
WithoutRetractedOption = Annotated[bool, typer.Option("--without-retracted", help="leave out retracted papers")]


def read_settings(**changes: str | None) -> "Settings":
    """Return the settings of environment and .env, with these changes where they are given. Raises SettingsError."""
    from rag.settings import load_settings

    return load_settings(Path(".env"), **{name: value for name, value in changes.items() if value is not None})


def about_to_ask(settings: "Settings", library: str | None) -> "Settings":
    """Begin to load the embedding model, if there is a library to ask, while everything else is imported.

    Returns the settings as they are.
    """
    from rag.models.embedders.ahead import load_ahead
    from rag.storage.choosing import may_hold_papers

    if may_hold_papers(library or settings.library):
        load_ahead(settings)
    return settings


def checking(settings: "Settings", check: bool | None) -> "Settings":
    """Return settings with the check of claims on, by the model that answers unless they name another, or off."""
    if check is None or (check and settings.check != "off"):
        return settings
    return settings.model_copy(update={"check": "llm" if check else "off"})


def console(*, stderr: bool = False) -> Any:
    """Return a rich console that colours nothing by itself."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)


def print_json(value: object) -> None:
    """Print a value to stdout as JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def agree(question: str, *, yes: bool) -> None:
    """Go on when somebody agrees, with `yes` without asking. Raises QuestionError when nobody can be asked."""
    from rag.errors import QuestionError

    if yes:
        return
    if not _asked():
        msg = f"{question} Nobody can be asked here: say --yes to go on."
        raise QuestionError(msg)
    if not typer.confirm(question, err=True):
        raise typer.Exit(1)


def _asked() -> bool:
    """Tell whether somebody sits there to be asked."""
    return sys.stdin.isatty()


def counted(papers: int) -> str:
    """Return a number of papers in words: `1 paper`, `1,024 papers`."""
    return f"{papers:,} paper{'s' * (papers != 1)}"
