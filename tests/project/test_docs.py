"""README, docs, `.env.example` and the code say the same."""

import inspect
import re
from pathlib import Path

import pytest
import typer.testing

import rag.errors
from eval.metrics.answers import GROUPS
from rag.export.forms import Form
from rag.fetching.known import INDEXES
from rag.library import Library
from rag.readers.reading import LONGEST_ABSTRACT, LONGEST_TITLE, NAMES
from rag.records import Answer, Comparison, Outcome
from rag.records.standings import SHOWN
from rag.settings import Settings, variable_name
from ui.cli.app import app
from ui.cli.asking import NOT_ANSWERED
from ui.cli.options import FAILED, STOPPED

ROOT = Path(__file__).resolve().parents[2]
PAGES = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in sorted(ROOT.glob("docs/*.md"))}
PAGES |= {name: (ROOT / name).read_text("utf-8") for name in ("README.md", "CONTRIBUTING.md")}
README = PAGES["README.md"]
CELL = re.compile(r"`([^`]+)`")


def rows(page: str, heading: str) -> list[list[str]]:
    """Return the cells of the table that begins with a heading row, without its first two rows."""
    lines = PAGES[page].split("\n")
    start = next(number for number, line in enumerate(lines) if line.startswith(heading))
    table = lines[start + 2 :]
    end = next((number for number, line in enumerate(table) if not line.startswith("|")), len(table))
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[:end]]


def named(page: str, heading: str, column: int = 0) -> list[str]:
    """Return the names in backticks of a column of a table."""
    return [name for row in rows(page, heading) for name in CELL.findall(row[column])]


# The README


def test_the_first_code_block_holds_exactly_the_two_commands() -> None:
    block = re.search(r"```sh\n(.*?)```", README, re.DOTALL)
    assert block is not None
    assert README.index("```") == block.start()
    commands = [line.split("#")[0].strip() for line in block[1].strip().splitlines()]
    assert commands == ["make demo", "make test"]


def test_the_test_command_of_the_readme_is_what_ci_calls() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_the_readme_leads_to_every_page() -> None:
    for name in PAGES:
        assert name == "README.md" or f"]({name})" in README, f"nothing leads to {name}"


# All pages


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", PAGES[page]):
        assert target.startswith("https://") or ((ROOT / page).parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES)
def test_every_file_and_module_that_a_page_names_is_there(page: str) -> None:
    text = re.sub(r"```.*?```", "", PAGES[page], flags=re.DOTALL)
    for name in re.findall(r"`((?:rag|ui|eval|tests|docs|prompts|examples)/[\w/.]+)`", text):
        assert (ROOT / name).exists(), name
    for name in re.findall(r"`((?:rag|ui|eval)(?:\.[a-z]\w*)+)`", text):
        path = ROOT.joinpath(*name.split("."))
        assert path.is_dir() or path.with_suffix(".py").is_file(), name


# The tables


def test_the_help_block_is_what_the_command_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERMINAL_WIDTH", "80")
    printed = typer.testing.CliRunner().invoke(app, ["--help"], prog_name="askpapers").output
    block = re.search(r"```text\n(Usage: .*?)```", PAGES["docs/commands.md"], re.DOTALL)
    assert block is not None
    assert block[1].strip() == printed.strip()


def test_the_settings_table_lists_every_setting_with_its_default_and_meaning() -> None:
    assert rows("docs/settings.md", "| variable |") == [
        [f"`{variable_name(name)}`", f"`{_default(name)}`" if _default(name) else "", field.description]
        for name, field in Settings.model_fields.items()
    ]


def test_the_example_env_file_lists_every_setting_with_its_default_and_meaning() -> None:
    text = (ROOT / ".env.example").read_text("utf-8")
    lines = dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE))
    assert lines == {variable_name(name): _default(name) for name in Settings.model_fields}
    for field in Settings.model_fields.values():
        assert f"# {field.description}" in text


def test_the_formats_are_those_that_are_read_and_written() -> None:
    assert [row[0] for row in rows("docs/formats.md", "| format |")] == list(NAMES)
    page = PAGES["docs/formats.md"]
    assert all(f"`{form}`" in page for form in Form)
    assert f"{LONGEST_TITLE:,} characters" in page
    assert f"{LONGEST_ABSTRACT:,}" in page


def test_the_errors_are_those_of_the_code() -> None:
    known = {name for name, one in inspect.getmembers(rag.errors, inspect.isclass) if one.__module__ == "rag.errors"}
    assert set(named("docs/errors.md", "| error |")) == known - {"RagError"}


def test_the_scores_are_those_of_the_reports() -> None:
    table = [(row[0], CELL.findall(row[1])) for row in rows("docs/evaluation.md", "| | score |")]
    told: dict[str, list[str]] = {}
    for group, names in table:
        told.setdefault(group or list(told)[-1], []).extend(names)
    assert {group: set(names) for group, names in told.items()} == {name: set(scores) for name, scores in GROUPS}


def test_what_a_library_offers_is_told() -> None:
    offered = {name for name, _ in inspect.getmembers(Library) if not name.startswith("_")}
    told = set(named("docs/python.md", "| of a Library |"))
    assert told <= offered
    assert offered - told <= {"open", "close", "version"}


def test_what_an_answer_holds_is_told() -> None:
    told = set(named("docs/python.md", "| of an Answer |"))
    assert told <= {name for name, _ in inspect.getmembers(Answer)} | set(Answer.__dataclass_fields__)
    assert set(Answer.__dataclass_fields__) - told == {"question"}
    assert all(f"`{outcome}`" in PAGES["docs/python.md"] for outcome in Outcome)


def test_what_a_comparison_holds_is_told() -> None:
    assert set(named("docs/python.md", "| of a Comparison |")) == set(Comparison.__dataclass_fields__)


def test_the_standings_of_a_claim_are_told_with_their_signs() -> None:
    table = [(row[0], row[1].strip("`")) for row in rows("docs/models.md", "| | standing |")]
    assert table == [(one.sign, str(standing)) for standing, one in SHOWN.items()]


def test_the_indexes_are_those_that_can_be_asked_with_what_they_take_and_how_often() -> None:
    order = ("text", "author", "years", "day", "collection")
    known = []
    for name, about in ((name, index.ABOUT) for name, index in INDEXES.items()):
        searched = ", ".join(one for one in order if one in about.searches)
        known.append((name, about.gives, searched, ", ".join(about.ids), f"{about.per_second:.2g}", str(about.page)))
    table = rows("docs/fetching.md", "| index |")
    assert known == [(row[0].strip("`"), *row[1:4], row[4].split(" ")[0], row[5]) for row in table]


def test_the_exit_codes_are_those_of_the_commands() -> None:
    told = {int(row[0]) for row in rows("docs/errors.md", "| exit code |")}
    assert told == {0, FAILED, 2, NOT_ANSWERED, STOPPED}  # 2 is Typer's


def _default(name: str) -> str:
    default = Settings.model_fields[name].default
    return "" if default in {None, ()} else str(default)
