"""What users of 0.1.0 rely on is there as it was: names, parameters, defaults, fields, commands and their help.

tests/recordings/0.1.0.json was recorded from that release. Whoever changes a promise on purpose edits it there, and
says so in CHANGELOG.md; what is only new needs no edit but in the help texts.
"""

import dataclasses
import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer
import typer.testing

import rag
from ui.cli.app import app

RECORDED: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[1] / "recordings" / "0.1.0.json").read_text("utf-8")
)
NO_FILTERS = "Filters(year_from=None, year_to=None, origin=None, title=None)"  # as 0.1.0 wrote them


def signature(function: Any) -> str:
    """Return the parameters of a function by name, kind and default."""
    shown = []
    for one in inspect.signature(function).parameters.values():
        default = (
            "" if one.default is inspect.Parameter.empty else f"={'...' if callable(one.default) else one.default}"
        )
        shown.append(f"{one.kind.name.lower()} {one.name}{default.replace(str(rag.Filters()), NO_FILTERS)}")
    return ", ".join(shown)


def promise(thing: Any) -> dict[str, Any]:
    """Return what a class promises: its methods with their parameters, its properties, its fields."""
    found: dict[str, Any] = {}
    for name, member in inspect.getmembers(thing):
        if name.startswith("_") and name not in {"__len__", "__enter__", "__exit__", "__bool__"}:
            continue
        if inspect.isroutine(member) and str(getattr(member, "__module__", "")).startswith("rag"):
            found[name] = signature(member)
        elif isinstance(member, property):
            found[name] = "property"
    if dataclasses.is_dataclass(thing):
        found["fields"] = [field.name for field in dataclasses.fields(thing)]
    if hasattr(thing, "model_fields"):
        found["settings"] = {name: str(field.default) for name, field in thing.model_fields.items()}
    return found


OPTIONAL = re.compile(
    r"(, keyword_only \w+=([^,(]+|\w*\([^)]*\)))*"
)  # arguments that came later, which nobody need give


def help_of(command: str) -> str:
    """Return what `--help` of a command prints."""
    invoked = typer.testing.CliRunner().invoke(app, [*command.split()[1:], "--help"], prog_name="askpapers")
    return str(invoked.output)


def commands() -> list[str]:
    """Return every command, with those of groups."""

    def below(command: Any, path: str) -> list[str]:
        inner = getattr(command, "commands", {})
        return [path, *(found for name, one in inner.items() for found in below(one, f"{path} {name}"))]

    return below(typer.main.get_command(app), "askpapers")


def test_the_names_that_can_be_imported_are_still_there() -> None:
    assert set(RECORDED["api"]) <= set(rag.__all__)


@pytest.mark.parametrize("name", sorted(RECORDED["api"]))
def test_what_a_name_promised_it_still_keeps(name: str) -> None:
    then, now = RECORDED["api"][name], promise(getattr(rag, name))
    for member, promised in then.items():
        if isinstance(promised, list):
            assert now[member][: len(promised)] == promised
        elif isinstance(promised, dict):
            assert promised.items() <= now[member].items()
        else:
            added = str(now.get(member)).removeprefix(promised)
            assert OPTIONAL.fullmatch(added), f"{name}.{member}: {added}"


@pytest.mark.parametrize("command", sorted(RECORDED["help"]))
def test_the_help_of_a_command_is_what_it_was(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERMINAL_WIDTH", "80")
    assert help_of(command) == RECORDED["help"][command]


def test_every_command_was_recorded() -> None:
    assert commands() == list(RECORDED["help"])
