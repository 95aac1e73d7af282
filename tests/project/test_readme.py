"""The README, `.env.example` and the code say the same."""

import re
from pathlib import Path

import pytest
import typer.testing

from rag.settings import Settings, variable_name
from ui.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_first_code_block_holds_exactly_the_two_commands() -> None:
    block = re.search(r"```sh\n(.*?)```", README, re.DOTALL)
    assert block is not None
    assert README.index("```") == block.start()
    commands = [line.split("#")[0].strip() for line in block[1].strip().splitlines()]
    assert commands == ["make demo", "make test"]


def test_the_help_block_is_what_the_command_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERMINAL_WIDTH", "80")
    printed = typer.testing.CliRunner().invoke(app, ["--help"], prog_name="askpapers").output
    block = re.search(r"```text\n(Usage: .*?)```", README, re.DOTALL)
    assert block is not None
    assert block[1].strip() == printed.strip()


def test_the_settings_table_lists_every_setting_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| .* \|$", README, re.MULTILINE))
    assert rows == {
        variable_name(name): f"`{_default(name)}`" if _default(name) else "" for name in Settings.model_fields
    }


def test_the_settings_table_gives_the_meaning_of_the_code() -> None:
    for field in Settings.model_fields.values():
        assert f"| {field.description} |" in README


def test_the_example_env_file_lists_every_setting_with_its_default_and_meaning() -> None:
    text = (ROOT / ".env.example").read_text("utf-8")
    lines = dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE))
    assert lines == {variable_name(name): _default(name) for name in Settings.model_fields}
    for field in Settings.model_fields.values():
        assert f"# {field.description}" in text


def test_the_test_command_of_the_readme_is_what_ci_calls() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text("utf-8")


def _default(name: str) -> str:
    default = Settings.model_fields[name].default
    return "" if default is None else str(default)
